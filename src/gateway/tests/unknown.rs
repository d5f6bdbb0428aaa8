//! Clients that the door does not trust.

use super::*;

#[test]
fn who_is_not_trusted_stays_outside() {
    let mut world = World::new();
    let eve = world.connect_trusted(false);
    world.say(eve, "CAP LS 302");
    world.say(eve, "NICK eve");
    world.say(eve, "USER eve 0 * :eve");
    world.heard(eve);
    world.say(eve, "CAP END");
    let heard = world.heard(eve);
    assert!(
        heard[0].starts_with(":enclave.local 464 eve :"),
        "{heard:?}"
    );
    assert!(heard[1].starts_with("ERROR :"), "{heard:?}");
    assert_eq!(heard.len(), 2);
    // Nor does anything happen that is said after that.
    world.say(eve, "PRIVMSG John :hi");
    assert!(world.heard(eve).is_empty());
    world.online(JOHN);
    assert!(world.heard(eve).is_empty());
}

/// Whoever takes all places, silently and again and again, takes them from themselves.
#[test]
fn unknown_clients_cannot_take_every_place() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let crowd: Vec<_> = (0..32).map(|_| world.connect_trusted(false)).collect();
    let elsewhere = world.connect_from(false, Some(7));
    let more: Vec<_> = (0..100).map(|_| world.connect_trusted(false)).collect();
    let heard = world.heard(crowd[0]);
    assert_eq!(
        heard,
        ["ERROR :Closing link: Too many clients that have not registered"]
    );
    for inside in [elsewhere, more[99], more[69]] {
        assert!(world.heard(inside).is_empty());
        world.say(inside, "PING x");
        assert_eq!(world.heard(inside).len(), 1);
    }
    world.say(more[68], "PING x");
    assert!(
        !world
            .heard(more[68])
            .iter()
            .any(|line| line.contains("PONG"))
    );
    // The person still comes in, whatever else of theirs has been waiting.
    let silent: Vec<_> = (0..65).map(|_| world.connect()).collect();
    assert!(!world.heard(silent[0]).is_empty());
    world.attach("bob", "");
    world.say(alice, "PING x");
    assert_eq!(world.heard(alice).len(), 1);
}

#[test]
fn who_does_not_register_is_sent_away_after_a_minute() {
    let mut world = World::new();
    let client = world.connect_trusted(false);
    world.pass(Duration::from_millis(59_999));
    assert!(world.closed.is_empty());
    world.pass(Duration::from_millis(1));
    assert_eq!(world.closed, [client]);
    let heard = world.heard(client);
    assert_eq!(heard, ["ERROR :Closing link: Registration timeout: 60 s"]);
}

/// A real name from a program that does not know UTF-8.
#[test]
fn a_real_name_that_is_no_utf8_keeps_nobody_out() {
    let mut world = World::new();
    let alice = world.connect();
    world.say(alice, "NICK alice");
    let line = Line::NotUtf8("USER alice 0 * :J\u{fffd}rg".to_owned());
    world.event(Event::ClientLine {
        client: alice,
        line,
    });
    let heard = world.heard(alice);
    assert!(heard[0].contains(" 001 alice "), "{heard:?}");
}
