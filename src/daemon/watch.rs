//! What has to be looked at because nothing tells of it: our own addresses, which come
//! and go with the mesh, and whether the machine has slept.

use std::io;
use std::time::Duration;

use tracing::warn;

use crate::config;
use crate::enclave::address::Address;
use crate::enclave::network::Network;
use crate::enclave::own::{self, Own};

use super::sleep::{SleepWatch, read_clocks};

/// How often to look. It is the only time an idle program wakes up.
pub const INTERVAL: Duration = Duration::from_secs(5);

/// Which addresses count as ours.
#[derive(Clone, Debug)]
pub struct Search {
    /// Those inside these networks,
    pub networks: Vec<Network>,
    /// or this one only,
    pub fixed: Option<Address>,
    /// and of them those that this interface carries.
    pub interface: Option<String>,
}

impl Search {
    /// As configured.
    pub fn configured(config: &config::Enclave) -> Self {
        Self {
            networks: config.networks.clone(),
            fixed: match config.address {
                config::OwnAddress::Auto => None,
                config::OwnAddress::Given(address) => Some(address),
            },
            interface: Some(config.interface.clone()).filter(|name| !name.is_empty()),
        }
    }
}

/// What one look has shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    /// Our addresses and what carries them, if that is not as it was.
    pub own: Option<Vec<Own>>,
    /// The machine has slept since the last look.
    pub woke: bool,
}

/// Remembers the last look.
#[derive(Debug)]
pub struct Watch {
    search: Search,
    own: Option<Vec<Own>>,
    sleep: SleepWatch,
    /// Looking for addresses has failed, and has been reported.
    failing: bool,
}

impl Watch {
    /// Nothing has been looked at yet, so the first look shows something new.
    pub fn new(search: Search) -> Self {
        Self {
            search,
            own: None,
            sleep: SleepWatch::new(read_clocks()),
            failing: false,
        }
    }

    /// Looks.
    pub fn look(&mut self) -> Seen {
        let Search {
            networks,
            fixed,
            interface,
        } = &self.search;
        let found = own::find(networks, *fixed, interface.as_deref());
        self.saw(read_clocks(), found)
    }

    /// What a look has shown means, compared with the one before.
    fn saw(&mut self, clocks: (Duration, Duration), found: io::Result<Vec<Own>>) -> Seen {
        let woke = self.sleep.has_slept(clocks);
        let found = match found {
            Ok(found) => {
                self.failing = false;
                found
            }
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    warn!("the system does not tell its addresses ({error}); trying again");
                }
                // What was there last is the better guess.
                self.own.clone().unwrap_or_default()
            }
        };
        let changed = self.own.as_ref() != Some(&found);
        if changed {
            self.own = Some(found.clone());
        }
        Seen {
            own: changed.then_some(found),
            woke,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_look_tells_and_the_second_has_nothing_new() {
        let mut watch = Watch::new(Search {
            networks: Vec::new(),
            fixed: Some(Address::from(std::net::IpAddr::from([127, 0, 0, 1]))),
            interface: None,
        });
        let seen = watch.look();
        assert_eq!(seen.own.map(|own| own.len()), Some(1));
        let seen = watch.look();
        assert_eq!(
            seen,
            Seen {
                own: None,
                woke: false
            }
        );
    }

    /// A watch that has seen this, and a look a moment later that shows that.
    fn then(before: &[Own], later: io::Result<Vec<Own>>) -> (Watch, Seen) {
        let mut watch = Watch::new(Search {
            networks: Vec::new(),
            fixed: None,
            interface: None,
        });
        watch.saw(read_clocks(), Ok(before.to_vec()));
        let seen = watch.saw(read_clocks(), later);
        (watch, seen)
    }

    fn own(address: &str, index: u32) -> Own {
        Own {
            address: address.parse().unwrap(),
            index: std::num::NonZeroU32::new(index),
            interface: "tun0".to_owned(),
        }
    }

    #[test]
    fn an_interface_that_goes_and_comes_back_is_seen_each_time() {
        let there = vec![own("fc00::1", 4)];
        let (mut watch, seen) = then(&there, Ok(Vec::new()));
        assert_eq!(seen.own, Some(Vec::new()));
        assert_eq!(watch.saw(read_clocks(), Ok(Vec::new())).own, None);
        let seen = watch.saw(read_clocks(), Ok(there.clone()));
        assert_eq!(seen.own, Some(there));
    }

    #[test]
    fn another_address_and_an_interface_made_anew_are_seen() {
        for later in [own("fc00::2", 4), own("fc00::1", 9)] {
            let (_, seen) = then(&[own("fc00::1", 4)], Ok(vec![later.clone()]));
            assert_eq!(seen.own, Some(vec![later]));
        }
    }

    #[test]
    fn while_the_system_does_not_tell_nothing_has_changed() {
        let failed = || Err(io::Error::other("no"));
        let (mut watch, seen) = then(&[own("fc00::1", 4)], failed());
        assert_eq!(seen.own, None);
        let seen = watch.saw(read_clocks(), Ok(Vec::new()));
        assert_eq!(seen.own, Some(Vec::new()));
    }

    #[test]
    fn a_sleep_is_seen_once_even_if_no_address_has_changed() {
        let (mut watch, seen) = then(&[], Ok(Vec::new()));
        assert!(!seen.woke);
        let (through_sleep, awake) = read_clocks();
        let clocks = (through_sleep + Duration::from_secs(3600), awake);
        let expected = |woke| Seen { own: None, woke };
        assert_eq!(watch.saw(clocks, Ok(Vec::new())), expected(true));
        assert_eq!(watch.saw(clocks, Ok(Vec::new())), expected(false));
    }
}
