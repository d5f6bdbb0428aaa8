//! What has to be looked at because nothing tells of it: our own addresses, which come
//! and go with the mesh, and whether the machine has slept.

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
        let woke = self.sleep.has_slept(read_clocks());
        let Search {
            networks,
            fixed,
            interface,
        } = &self.search;
        let found = match own::find(networks, *fixed, interface.as_deref()) {
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
}
