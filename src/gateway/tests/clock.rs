//! The wall clock is set, by hand or by the network, while the gateway runs.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::clock::Timestamp;

/// A year, milliseconds.
const YEAR: i64 = 365 * 24 * 3600 * 1000;

/// Nothing waits for the wall clock: what is said goes out and comes in, in order, with the
/// time that it shows, and nobody is taken for gone.
#[test]
fn a_clock_that_jumps_disturbs_no_conversation() {
    for jump in [YEAR, -YEAR, -60 * YEAR] {
        let mut world = World::new();
        let alice = world.attached("alice", "server-time");
        world.online(JOHN);
        world.sent(JOHN);
        world.say(alice, "PRIVMSG John :before");
        assert_eq!(world.sent(JOHN), [json!({"message": "before"})]);
        world.heard(alice);

        world.now.wall = Timestamp(world.now.wall.0 + jump);
        let deadline = world.gateway.deadline();
        world.event(Event::Deadline);
        assert_eq!(world.gateway.deadline(), deadline, "{jump}");
        assert!(world.closed.is_empty() && world.ended.is_empty(), "{jump}");
        world.say(alice, "PRIVMSG John :after");
        // With the new time, which is looked at there.
        assert_eq!(world.sent(JOHN), [json!({"message": "after"})], "{jump}");
        world.packet(JOHN, r#"{"message":"one"}"#);
        world.packet(JOHN, r#"{"message":"two"}"#);
        let heard = world.heard(alice);
        assert_eq!(heard.len(), 2, "{heard:?}");
        assert!(heard[0].ends_with(" :one") && heard[1].ends_with(" :two"));

        // What is kept is in the order in which it came, whatever times it has.
        world.say(alice, "QUIT");
        world.packet(JOHN, r#"{"message":"three"}"#);
        world.now.wall = Timestamp(world.now.wall.0 - jump);
        world.packet(JOHN, r#"{"message":"four"}"#);
        let alice = world.attach("alice", "");
        let heard = world.heard(alice);
        let place = |text: &str| heard.iter().position(|line| line.contains(text));
        let (three, four) = (place("three"), place("four"));
        assert!(three.is_some() && three < four, "{heard:?}");
    }
}

#[test]
fn nobody_is_silenced_for_longer_because_the_clock_was_set_back() {
    let pest = "fc00::bad";
    let loaded = Loaded {
        silenced: vec![(pest.to_owned(), Timestamp(START + 10 * YEAR))],
        ..Loaded::default()
    };
    let mut world = World::with(Settings::default(), book(), loaded);
    let call = world.call(pest);
    assert!(world.ended.contains(&call), "silenced");
    world.pass(Duration::from_secs(24 * 3600 + 1));
    let call = world.call(pest);
    assert!(!world.ended.contains(&call), "heard again after a day");
}

/// Whoever keeps texts for 90 days does not lose them to a clock that was wrong for an hour,
/// neither those from before nor those that came meanwhile.
#[test]
fn a_wrong_clock_deletes_no_texts() {
    for jump in [10 * YEAR, -50 * YEAR] {
        let settings = Settings {
            history: History::For(Duration::from_secs(90 * 24 * 3600)),
            ..Settings::default()
        };
        let mut world = World::with(settings.clone(), book(), Loaded::default());
        let alice = world.attached("alice", "");
        world.online(JOHN);
        world.packet(JOHN, r#"{"message":"before"}"#);
        world.jump = jump;
        world.pass(Duration::from_secs(3600));
        world.packet(JOHN, r#"{"message":"meanwhile"}"#);
        world.heard(alice);
        // The clock is right again.
        let mut world = world.crash(settings, book());
        world.pass(Duration::from_secs(3 * 3600));
        let alice = world.attached("alice", "");
        world.say(alice, "PRIVMSG enclave :log John");
        let heard = world.heard(alice).concat();
        assert!(heard.contains("before"), "{jump}: {heard}");
        assert!(heard.contains("meanwhile"), "{jump}: {heard}");
    }
}

#[test]
fn texts_that_are_not_kept_go_whatever_the_clock_says() {
    let settings = Settings {
        history: History::None,
        ..Settings::default()
    };
    let mut world = World::with(settings, book(), Loaded::default());
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.now.wall = Timestamp(START - YEAR);
    world.packet(JOHN, r#"{"message":"a secret"}"#);
    world.now.wall = Timestamp(START - 2 * YEAR);
    world.event(Event::Deadline);
    world.say(alice, "QUIT");
    world.pass(Duration::from_secs(2 * 3600));
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG enclave :log John");
    let heard = world.heard(alice).concat();
    assert!(!heard.contains("a secret"), "{heard}");
}
