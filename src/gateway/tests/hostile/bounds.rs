//! What has grown, and what is still owed: the census of the middle.

use crate::enclave::news::Presence;
use crate::gateway::census::Owed;

use super::World;

/// Nothing has grown beyond its bounds, and clients were shown what the mesh knows.
pub(super) fn check(world: &World) {
    let census = world.gateway.census();
    for count in census.counts {
        assert!(count.size <= count.most, "{count:?}");
    }
    for contact in census.contacts {
        let known = contact.known.clone().unwrap_or(Presence::Offline);
        assert_eq!(contact.shown, known, "{contact:?}");
    }
}

/// With everything answered, nothing is owed to anybody.
pub(super) fn check_rest(world: &World) {
    let owed = world.gateway.census().owed;
    // Whoever shows a password here is never told whether it is right.
    let passwords = owed.passwords;
    let nothing = Owed {
        passwords,
        ..Owed::default()
    };
    assert_eq!(owed, nothing);
}
