//! What fuzzing has found, each as the shortest dialogue that shows it.

use super::delivery::{HELLO, receipts};
use super::*;

/// Target `peer`: the prompt stayed, for a stranger that nobody knew any more.
#[test]
fn a_prompt_goes_with_the_request_when_a_neighbour_of_one_owner_is_shut_out() {
    let settings = Settings {
        networks: vec!["200::/7".parse().unwrap()],
        ..Settings::default()
    };
    let mut world = World::with(settings, book(), Loaded::default());
    world.event(Event::OwnAddresses(vec!["200::5".parse().unwrap()]));
    world.call("300:1:2:3::5");
    world.packet("300:1:2:3::5", r#"{"status":1}"#);
    world.pass(Duration::from_secs(5));
    let book = Book {
        blocked_strangers: vec!["300:1:2:3::6".parse().unwrap()],
        ..book()
    };
    world.event(Event::BookRead(Ok(book)));
    let alice = world.attach("alice", "");
    let heard = world.heard(alice);
    let told = |line: &String| line.contains("to talk to you");
    assert!(!heard.iter().any(told), "{heard:?}");
}

/// Target `client`: the label of the first batch was never answered.
#[test]
fn a_batch_that_a_nameless_one_interrupts_is_answered() {
    let mut world = World::new();
    let alice = world.attached("alice", "batch labeled-response draft/multiline");
    world.say(alice, "@label=5 BATCH +1 draft/multiline John");
    world.say(alice, "BATCH +");
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 2, "{heard:?}");
    let failed = "@label=5 :enclave.local FAIL BATCH MULTILINE_INVALID ";
    assert!(heard[0].starts_with(failed), "{heard:?}");
    assert_eq!(world.gateway.census().owed, Default::default());
}

/// Target `peer`: each goodbye kept a connection, for as long as the disk took.
#[test]
fn a_contact_that_says_goodbye_again_and_again_keeps_few_connections() {
    let mut world = World::new();
    world.slow_disk = Some(world.writes);
    let first = world.call(JOHN);
    for id in ["a", "b", "c", "d", "e"] {
        world.packet(JOHN, r#"{"status":1,"features":["receipts"]}"#);
        world.packet(JOHN, &format!(r#"{{"id":"{id}","message":"hi"}}"#));
        world.packet(JOHN, r#"{"status":0}"#);
        check_bounds(&world);
        world.call(JOHN);
    }
    assert_eq!(world.ended.last(), Some(&first));
}

fn without_contacts(world: &mut World) {
    world.event(Event::BookRead(Ok(Book::default())));
}

fn check_bounds(world: &World) {
    for count in world.gateway.census().counts {
        assert!(count.size <= count.most, "{count:?}");
    }
}

/// Target `peer`: the answer of the store began a conversation with nobody.
#[test]
fn a_message_that_is_looked_up_while_its_writer_is_forgotten_leaves_nothing() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.call(JOHN);
    world.packet(JOHN, r#"{"status":1,"features":["receipts"]}"#);
    world.slow_answers = true;
    world.packet(JOHN, r#"{"id":"a","message":"hi"}"#);
    without_contacts(&mut world);
    world.say(alice, "PRIVMSG enclave :forget John");
    world.answers_come();
    check_bounds(&world);
}

/// Seen in the census when that was found: so did one that was to be marked as read.
#[test]
fn a_conversation_that_is_marked_while_it_is_forgotten_leaves_no_marker() {
    let mut world = World::new();
    let alice = world.attached("alice", "draft/read-marker");
    world.online(JOHN);
    world.packet(JOHN, r#"{"message":"hi"}"#);
    world.slow_answers = true;
    world.say(alice, "MARKREAD John timestamp=2030-01-01T00:00:00.000Z");
    without_contacts(&mut world);
    world.say(alice, "PRIVMSG enclave :forget John");
    world.answers_come();
    check_bounds(&world);
}

/// Target `peer`: it was to be stored when a contact was seen of which nothing was left.
#[test]
fn a_contact_that_is_forgotten_is_not_to_be_written_any_more() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    without_contacts(&mut world);
    world.say(alice, "PRIVMSG enclave :forget John");
    check_bounds(&world);
}

/// Target `peer`: whoever is at the new address was told that a message had arrived which came
/// from the old one.
#[test]
fn what_is_looked_up_while_its_writer_moves_is_not_confirmed_at_the_new_address() {
    let mut world = World::new();
    world.call(JOHN);
    world.packet(JOHN, HELLO);
    world.slow_answers = true;
    world.packet(JOHN, r#"{"id":"a","message":"hi"}"#);
    let moved = Book {
        contacts: vec![contact("John Smith", "fc00::77"), contact("Mary", MARY)],
        ..Book::default()
    };
    world.event(Event::BookRead(Ok(moved)));
    let connection = world.call("fc00::77");
    world.packet("fc00::77", HELLO);
    world.answers_come();
    let written = world.packets.remove(&connection).unwrap();
    assert_eq!(receipts(&written), [""; 0]);
}
