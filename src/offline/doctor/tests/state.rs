//! What is kept, and the room for it.

use super::super::state::{State, Store};
use super::*;

/// A machine with everything that is needed.
fn healthy() -> State {
    State {
        path: "/s/state.db".into(),
        store: Store::Whole(3 * 1024 * 1024 + 17),
        folder: "/s".into(),
        is_writable: true,
        room: Some(5 * 1024 * 1024 * 1024),
        descriptors: Some(1024),
        contacts: 10,
        now: 1_800_000_000,
    }
}

#[test]
fn a_healthy_machine_is_told_in_four_lines() {
    assert_eq!(
        lines(healthy().findings()),
        [
            "ok    store        /s/state.db: whole (3MiB)",
            "ok    disk         5GiB free where messages are kept",
            "ok    descriptors  1024 allowed, at most 276 needed",
            "ok    clock        2027-01-15T08:00:00Z",
        ]
    );
}

#[test]
fn whatever_a_machine_lacks_is_told_with_its_remedy() {
    let told = |change: fn(&mut State)| {
        let mut state = healthy();
        change(&mut state);
        complaint(state.findings())
    };
    for (line, begins, ends) in [
        (
            told(|state| state.room = Some(99 << 20)),
            "warn  disk         99MiB free",
            "can be accepted or sent",
        ),
        (
            told(|state| state.room = Some(1000)),
            "fail  disk         1000B free",
            "can be accepted or sent",
        ),
        (
            told(|state| state.contacts = 400),
            "warn  descriptors  1024 ",
            "of the service",
        ),
        (
            told(|state| state.now = 86_400),
            "fail  clock        is wrong: 1970-01-02",
            "carry its time",
        ),
        (
            told(|state| state.is_writable = false),
            "fail  state        /s: cannot be written",
            "XDG_STATE_HOME",
        ),
        (
            told(|state| {
                let what = "is damaged (so)".to_owned();
                state.store = Store::Broken {
                    what,
                    remedy: "restore a backup",
                };
            }),
            "fail  store        /s/state.db: is damaged (so)",
            "→ restore a backup",
        ),
    ] {
        assert!(line.starts_with(begins) && line.ends_with(ends), "{line}");
    }
    // None at all is many.
    let mut state = healthy();
    (state.descriptors, state.contacts) = (None, 1_000_000);
    assert_eq!(state.findings()[2].status, Status::Ok);
}
