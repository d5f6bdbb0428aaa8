//! Who stands at the doors, by where they come from.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::irc::listener::Place;

/// Handshakes under way at one time with clients from one place, unless that is this machine:
/// one must not keep the others waiting until the deadline has passed.
pub(super) const OF_A_PLACE: usize = 16;

/// How many there are of each place.
type Counts = Rc<RefCell<HashMap<IpAddr, usize>>>;

/// All that stand at the doors.
#[derive(Clone)]
pub(super) struct Crowd {
    counts: Counts,
    /// What a place is counted as, if it is counted.
    network: fn(&Place) -> Option<IpAddr>,
}

/// One that stands there, until it is dropped.
pub(super) struct Visitor {
    counts: Counts,
    network: Option<IpAddr>,
}

impl Crowd {
    /// Nobody is there; whoever is counted under no network may always come.
    pub(super) fn new(network: fn(&Place) -> Option<IpAddr>) -> Self {
        Self {
            counts: Counts::default(),
            network,
        }
    }

    /// Somebody comes; none where too many are there from the same place.
    pub(super) fn come(&self, place: &Place) -> Option<Visitor> {
        let network = (self.network)(place);
        if let Some(network) = network {
            let mut counts = self.counts.borrow_mut();
            let count = counts.entry(network).or_default();
            if *count == OF_A_PLACE {
                return None;
            }
            *count += 1;
        }
        Some(Visitor {
            counts: Rc::clone(&self.counts),
            network,
        })
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        let Some(network) = self.network else { return };
        let mut counts = self.counts.borrow_mut();
        if let Some(count) = counts.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str) -> Place {
        Place::Tcp {
            peer: peer.parse().unwrap(),
            local: "192.0.2.1:6697".parse().unwrap(),
        }
    }

    #[test]
    fn those_of_one_place_are_few_and_leave_the_others_room() {
        let crowd = Crowd::new(Place::distant_network);
        let mut there: Vec<Visitor> = (0..OF_A_PLACE)
            .map(|number| {
                crowd
                    .come(&from(&format!("[2001:db8::{number}]:5")))
                    .unwrap()
            })
            .collect();
        assert!(crowd.come(&from("[2001:db8::ffff]:6")).is_none());
        assert!(crowd.come(&from("[2001:db8:0:1::1]:6")).is_some());
        there.pop();
        let next = crowd.come(&from("[2001:db8::ffff]:6"));
        assert!(next.is_some(), "one has gone");
        drop((there, next));
        assert!(crowd.counts.borrow().is_empty(), "nobody is remembered");
    }

    #[test]
    fn on_this_machine_nobody_is_counted() {
        let crowd = Crowd::new(Place::distant_network);
        let here = [
            from("127.0.0.1:5"),
            from("[::1]:5"),
            Place::Unix { uid: None },
        ];
        let all = here.iter().cycle().take(9 * OF_A_PLACE);
        let there: Vec<Option<Visitor>> = all.map(|place| crowd.come(place)).collect();
        assert!(there.iter().all(Option::is_some));
    }
}
