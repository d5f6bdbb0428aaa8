//! What a contact says once more, because it has not heard that it is stored.

use super::delivery::{john_comes, receipts, said, written};
use super::limits::counted;
use super::*;

#[test]
fn what_is_repeated_on_an_older_connection_is_shown_once() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let older = john_comes(&mut world);
    world.heard(alice);
    // So many that the first of them is not among the latest.
    for number in 0..2_000 {
        world.packet(JOHN, &format!(r#"{{"message":"hi","id":"{number}"}}"#));
    }
    assert_eq!(said(&world.heard(alice)).len(), 2_000);
    // He moves to another connection, and back before he has said anything new on it. What
    // he does not know to have arrived he says again.
    let newer = john_comes(&mut world);
    world.event(Event::LinkEnded { connection: newer });
    let again = |id: &str| Event::Frame {
        connection: older,
        frame: format!(r#"{{"message":"hi","id":"{id}"}}"#)
            .as_bytes()
            .into(),
    };
    world.event(again("0"));
    world.event(again("1"));
    assert_eq!(said(&world.heard(alice)), [""; 0]);
    world.event(again("new"));
    world.event(again("newer"));
    assert_eq!(said(&world.heard(alice)), ["hi", "hi"]);
}

/// Found by the soak: he had moved to a connection that ended before we had accepted it.
#[test]
fn what_is_repeated_after_a_connection_that_we_never_saw_is_shown_once() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    world.heard(alice);
    // As many as may be on their way, after others that are confirmed.
    let packet = |number: usize| format!(r#"{{"message":"hi","id":"{number}"}}"#);
    let on_their_way = 1024 * 1024 / (4 + packet(10_000).len());
    let (confirmed, all) = (1_000, 1_000 + on_their_way);
    for number in (0..all).chain(confirmed..all) {
        world.packet(JOHN, &packet(number));
    }
    assert_eq!(said(&world.heard(alice)).len(), all);
}

#[test]
fn what_a_contact_has_said_before_a_rest_is_known_when_it_comes_again() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    let packet = |number: usize| format!(r#"{{"message":"hi","id":"{number}"}}"#);
    for number in 0..2_000 {
        world.packet(JOHN, &packet(number));
    }
    world.pass(Duration::from_secs(5));
    assert_eq!(counted(&world, "recent ids").0, 2_000);
    world.heard(alice);
    for number in 0..2_010 {
        world.packet(JOHN, &packet(number));
    }
    assert_eq!(said(&world.heard(alice)).len(), 10);
}

#[test]
fn a_repeat_is_shown_once_and_confirmed_again() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    world.packet(JOHN, r#"{"message":"hi","id":"one"}"#);
    world.heard(alice);
    let again = r#"{"message":"hi","id":"one"}"#;
    world.packet(JOHN, again);
    assert!(world.heard(alice).is_empty(), "on the same connection");
    john_comes(&mut world);
    world.packet(JOHN, again);
    assert!(world.heard(alice).is_empty(), "on another one");
    assert_eq!(receipts(&written(&mut world)), ["one"]);
    let mut world = world.crash(Settings::default(), book());
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    world.heard(alice);
    world.packet(JOHN, again);
    world.packet(JOHN, r#"{"message":"new","id":"two"}"#);
    assert_eq!(said(&world.heard(alice)), ["new"], "and after a restart");
    assert_eq!(receipts(&written(&mut world)), ["one", "two"]);
}

#[test]
fn the_same_id_with_another_text_is_another_message() {
    let mut world = World::new();
    let alice = world.attached("alice", "message-tags");
    john_comes(&mut world);
    world.packet(JOHN, r#"{"message":"hi","id":"one"}"#);
    world.heard(alice);
    world.packet(JOHN, r#"{"message":"ho","id":"one"}"#);
    let heard = world.heard(alice);
    assert_eq!(said(&heard), ["ho"]);
    assert!(!heard[0].contains("msgid=one"), "{heard:?}");
    john_comes(&mut world);
    world.packet(JOHN, r#"{"message":"ho","id":"one"}"#);
    assert!(world.heard(alice).is_empty());
}

/// Found by the soak: what was looked up when the contact was removed was dropped, and what was
/// looked up when it was back was shown before that came again.
#[test]
fn what_is_looked_up_while_its_writer_is_removed_and_added_comes_again_in_order() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    world.heard(alice);
    let packets = ["a", "b"].map(|text| format!(r#"{{"id":"{text}","message":"{text}"}}"#));
    world.slow_answers = true;
    for packet in &packets {
        world.packet(JOHN, packet);
    }
    world.packet(JOHN, r#"{"message":"without an id"}"#);
    let late = world.waiting_answers.pop().unwrap();
    let nobody = Book::default();
    world.event(Event::BookRead(Ok(nobody)));
    assert_eq!(said(&world.heard(alice)), ["without an id"]);
    world.answers_come();
    world.event(Event::BookRead(Ok(book())));
    world.slow_answers = false;
    world.event(late);
    john_comes(&mut world);
    for packet in &packets {
        world.packet(JOHN, packet);
    }
    assert_eq!(said(&world.heard(alice)), ["a", "b"]);
}

/// What came from one address was shown as what its former contact said, and once more as what
/// the one did that had it then.
#[test]
fn what_is_looked_up_while_contacts_trade_their_addresses_is_shown_once() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    world.heard(alice);
    world.slow_answers = true;
    let packet = r#"{"id":"a","message":"hi"}"#;
    world.packet(JOHN, packet);
    let traded = Book {
        contacts: vec![contact("John Smith", MARY), contact("Mary", JOHN)],
        ..Book::default()
    };
    world.event(Event::BookRead(Ok(traded)));
    world.answers_come();
    world.slow_answers = false;
    john_comes(&mut world);
    world.packet(JOHN, packet);
    let heard = world.heard(alice);
    assert_eq!(said(&heard), ["hi"], "{heard:?}");
}

/// A sender that has not heard our receipts yet repeats what it has repeated there before.
#[test]
fn what_was_repeated_and_comes_again_on_the_same_connection_is_shown_once() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    world.heard(alice);
    let packet = |id: &str| format!(r#"{{"message":"hi","id":"{id}"}}"#);
    world.packet(JOHN, &packet("one"));
    assert_eq!(said(&world.heard(alice)).len(), 1);
    let mut world = world.crash(Settings::default(), book());
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    world.heard(alice);
    // The second time after a connection that we never saw.
    for id in ["one", "two", "one", "two"] {
        world.packet(JOHN, &packet(id));
    }
    assert_eq!(said(&world.heard(alice)).len(), 1);
}

/// The disk may have kept our receipts back for longer than what a flood needs is kept.
#[test]
fn what_was_said_before_a_pause_and_comes_again_behind_something_new_is_shown_once() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    world.heard(alice);
    let packet = |number: usize| format!(r#"{{"message":"hi","id":"{number}"}}"#);
    for number in 0..2_000 {
        world.packet(JOHN, &packet(number));
    }
    world.pass(Duration::from_secs(6));
    world.packet(JOHN, &packet(2_000));
    // It had moved to a connection that we never saw, and heard none of our receipts.
    for number in 0..2_001 {
        world.packet(JOHN, &packet(number));
    }
    assert_eq!(said(&world.heard(alice)).len(), 2_001);
}
