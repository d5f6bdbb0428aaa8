//! Clients that the door does not trust.

use super::keys::stranger_from;
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

#[test]
fn unknown_clients_cannot_take_every_place() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let crowd: Vec<_> = (0..33).map(|_| world.connect_trusted(false)).collect();
    let (last, others) = crowd.split_last().unwrap();
    let heard = world.heard(*last);
    assert_eq!(heard, ["ERROR :Closing link: Too many unknown clients"]);
    for unknown in others {
        assert!(world.heard(*unknown).is_empty());
    }
    // The person still comes in, and a place that is free again is given away again.
    world.attach("bob", "");
    world.event(Event::ClientEnded {
        client: others[0],
        reason: "gone".to_owned(),
    });
    let next = world.connect_trusted(false);
    assert!(world.heard(next).is_empty());
    world.say(alice, "PING x");
    assert_eq!(world.heard(alice).len(), 1);
}

#[test]
fn unknown_clients_of_one_place_leave_room_for_those_of_others() {
    let mut world = World::new();
    let text = "ERROR :Closing link: Too many unknown clients";
    for number in 0..20 {
        // All are in one /64, which one person has.
        let client = stranger_from(&mut world, &format!("2001:db8::{number}"), None);
        let heard = world.heard(client);
        assert_eq!(!heard.is_empty(), number >= 8, "{number}: {heard:?}");
        assert!(heard.is_empty() || heard == [text]);
    }
    for elsewhere in ["2001:db8:0:1::1", "192.0.2.9"] {
        let client = stranger_from(&mut world, elsewhere, None);
        assert!(world.heard(client).is_empty(), "{elsewhere}");
    }
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
