//! What strangers said before they were let in: over restarts, and once.

use serde_json::json;

use super::delivery::{HELLO, receipts, said};
use super::*;

#[test]
fn requests_and_silences_outlive_a_restart() {
    const STRANGER: &str = "fc00::99";
    const PEST: &str = "fc00::98";
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for stranger in [STRANGER, PEST] {
        world.call(stranger);
        world.packet(stranger, HELLO);
        world.packet(stranger, r#"{"message":"let me in","id":"x1"}"#);
    }
    world.heard(alice);
    world.say(alice, "PRIVMSG enclave :reject 2");
    let mut world = world.crash(Settings::default(), book());
    let alice = world.attached("alice", "");
    let heard = said(&world.heard(alice));
    assert!(heard.is_empty(), "the person has been asked: {heard:?}");
    world.say(alice, "PRIVMSG enclave :requests");
    let listed = said(&world.heard(alice));
    assert!(
        listed[0].starts_with("1: fc00::99 wants to talk to you"),
        "{listed:?}"
    );
    assert_eq!(listed.len(), 2);
    let pest = world.call(PEST);
    assert!(world.ended.contains(&pest), "still silenced");
    world.call(STRANGER);
    world.packet(STRANGER, HELLO);
    world.packet(STRANGER, r#"{"message":"let me in","id":"x1"}"#);
    assert!(world.heard(alice).is_empty(), "it only repeats itself");
    world.say(alice, "PRIVMSG enclave :accept 1 Sam");
    let change = world.changes[0].1.clone();
    let book = world.book_after(&change);
    world.book_becomes(book);
    let heard = said(&world.heard(alice));
    assert!(heard.contains(&"let me in".to_owned()), "{heard:?}");
    let connection = world.links[&STRANGER.parse().unwrap()];
    let sent = world.packets.remove(&connection).unwrap();
    assert_eq!(receipts(&sent), ["x1"]);
    world.packet(STRANGER, r#"{"message":"let me in","id":"x1"}"#);
    assert!(world.heard(alice).is_empty());
    assert_eq!(world.db.load().unwrap().requests, []);
}

#[test]
fn a_stranger_who_is_let_in_and_repeats_much_is_heard_once() {
    const STRANGER: &str = "fc00::99";
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let say_all = |world: &mut World| {
        for number in 0..100 {
            let packet = json!({"message": format!("word {number}"), "id": format!("w{number}")});
            world.packet(STRANGER, &packet.to_string());
        }
    };
    world.call(STRANGER);
    world.packet(STRANGER, HELLO);
    say_all(&mut world);
    world.event(Event::LinkEnded {
        connection: world.links[&STRANGER.parse().unwrap()],
    });
    world.call(STRANGER);
    world.packet(STRANGER, HELLO);
    world.say(alice, &format!("PRIVMSG enclave :add {STRANGER} Sam"));
    let change = world.changes[0].1.clone();
    let book = world.book_after(&change);
    world.heard(alice);
    world.book_becomes(book);
    let heard = said(&world.heard(alice));
    assert_eq!(
        heard.iter().filter(|line| line.starts_with("word")).count(),
        100
    );
    say_all(&mut world);
    assert!(world.heard(alice).is_empty());
}
