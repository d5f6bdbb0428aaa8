//! Up to where the person has read.

use super::*;

const CAPABILITIES: &str = "draft/read-marker server-time";

fn world() -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attach("alice", CAPABILITIES);
    world.online(JOHN);
    for seconds in 1..4 {
        let timestamp = START / 1000 - 100 + seconds;
        world.packet(
            JOHN,
            &format!(r#"{{"message":"{seconds}","timestamp":{timestamp}}}"#),
        );
    }
    world.heard(alice);
    (world, alice)
}

/// The time of the message that was said so many seconds later than the others' beginning.
fn at(seconds: u32) -> String {
    format!("timestamp=2020-09-13T12:25:{seconds:02}.000Z")
}

fn told(name: &str, time: &str) -> String {
    format!(":enclave.local MARKREAD {name} {time}")
}

fn ask(world: &mut World, client: ClientId, request: &str) -> Vec<String> {
    world.say(client, &format!("MARKREAD {request}"));
    world.heard(client)
}

#[test]
fn a_marker_never_goes_back() {
    let (mut world, alice) = world();
    assert_eq!(ask(&mut world, alice, "john"), [told("John", "*")]);
    for (set, holds) in [(2, 2), (1, 2), (2, 2), (3, 3)] {
        let request = format!("John {}", at(set));
        assert_eq!(ask(&mut world, alice, &request), [told("John", &at(holds))]);
    }
    assert_eq!(ask(&mut world, alice, "John"), [told("John", &at(3))]);
}

#[test]
fn other_clients_are_told_when_it_moves_and_only_then() {
    let (mut world, alice) = world();
    let other = world.attached("al", CAPABILITIES);
    let plain = world.attached("al", "");
    ask(&mut world, alice, &format!("John {}", at(2)));
    assert_eq!(world.heard(other), [told("John", &at(2))]);
    ask(&mut world, alice, &format!("John {}", at(1)));
    assert!(world.heard(other).is_empty());
    assert!(world.heard(plain).is_empty());
}

#[test]
fn a_time_between_two_messages_is_the_earlier_and_one_from_the_future_the_last() {
    let (mut world, alice) = world();
    let request = "John timestamp=2040-01-01T00:00:00.000Z";
    assert_eq!(ask(&mut world, alice, request), [told("John", &at(3))]);
}

#[test]
fn markers_are_kept_over_restarts() {
    let (mut world, alice) = world();
    ask(&mut world, alice, &format!("John {}", at(2)));
    ask(&mut world, alice, &format!("&enclave {}", at(1)));
    ask(&mut world, alice, &format!("enclave {}", at(3)));
    let mut world = world.crash(Settings::default(), book());
    let alice = world.attached("alice", CAPABILITIES);
    assert_eq!(ask(&mut world, alice, "John"), [told("John", &at(2))]);
    assert_eq!(
        ask(&mut world, alice, "&enclave"),
        [told("&enclave", &at(1))]
    );
    assert_eq!(ask(&mut world, alice, "enclave"), [told("enclave", &at(3))]);
}

#[test]
fn the_channels_marker_comes_between_join_and_the_end_of_names() {
    let mut world = World::new();
    let alice = world.attach("alice", CAPABILITIES);
    let heard = world.heard(alice);
    let place = |what: &str| heard.iter().position(|line| line.contains(what));
    let marker = place(" MARKREAD &enclave *").unwrap();
    assert!(place(" JOIN ").unwrap() < marker && marker < place(" 366 ").unwrap());
}

#[test]
fn what_is_wrong_is_said() {
    let (mut world, alice) = world();
    for (request, expected) in [
        ("", "NEED_MORE_PARAMS :Missing parameters"),
        ("nobody", "INVALID_PARAMS nobody :"),
        ("#other", "INVALID_PARAMS #other :"),
        ("John *", "INVALID_PARAMS * :"),
        ("John timestamp=today", "INVALID_PARAMS timestamp=today :"),
    ] {
        let heard = ask(&mut world, alice, request);
        let expected = format!(":enclave.local FAIL MARKREAD {expected}");
        assert!(heard[0].starts_with(&expected), "{request}: {heard:?}");
    }
}

#[test]
fn what_is_forgotten_was_not_read() {
    let (mut world, alice) = world();
    ask(&mut world, alice, &format!("John {}", at(2)));
    world.say(alice, "PRIVMSG enclave :forget John");
    world.heard(alice);
    assert_eq!(ask(&mut world, alice, "John"), [told("John", "*")]);
}

#[test]
fn a_clock_that_was_ahead_does_not_have_all_that_comes_look_read() {
    let (mut world, alice) = world();
    let right = world.now.wall;
    world.now.wall = Timestamp(right.0 + 10 * 365 * 24 * 3600 * 1000);
    world.packet(JOHN, r#"{"message":"from the future"}"#);
    world.heard(alice);
    let heard = ask(&mut world, alice, "John timestamp=2040-01-01T00:00:00.000Z");
    assert!(heard[0].contains("timestamp=2030"), "{heard:?}");
    ask(
        &mut world,
        alice,
        "&enclave timestamp=2030-01-01T00:00:00.000Z",
    );
    world.now.wall = right;
    let time = "timestamp=2020-09-13T12:26:00.000Z";
    let heard = ask(&mut world, alice, &format!("&enclave {time}"));
    assert_eq!(heard, [told("&enclave", time)]);
    world.packet(JOHN, r#"{"message":"now"}"#);
    world.heard(alice);
    let heard = ask(&mut world, alice, "John timestamp=2020-09-13T12:26:40.000Z");
    assert!(heard[0].contains("timestamp=2020"), "{heard:?}");
}
