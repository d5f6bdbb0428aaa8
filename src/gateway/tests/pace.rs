//! A client that writes faster than a contact's node confirms.

use serde_json::Value;

use super::delivery::HELLO;
use super::*;

/// As many as make clients wait, and as few as let them go on.
const FULL: usize = 8_000;
const RELIEVED: usize = 4_000;

/// Mary writes to John until clients are made to wait; returns how many messages that took.
fn write_until_full(world: &mut World, client: ClientId) -> usize {
    let mut written = 0;
    while !world.gateway.makes_clients_wait() && written <= FULL {
        world.say(client, "PRIVMSG John :hi");
        written += 1;
    }
    written
}

/// The ids of the messages that John was sent since he was last asked.
fn sent(world: &mut World) -> Vec<String> {
    let connection = world.links[&JOHN.parse().unwrap()];
    let packets = world.packets.remove(&connection).unwrap_or_default();
    let ids = packets.iter().filter_map(|packet| packet["id"].as_str());
    ids.map(str::to_owned).collect()
}

fn confirm(world: &mut World, ids: &[String]) {
    let ids: Vec<Value> = ids.iter().cloned().map(Value::from).collect();
    world.packet(JOHN, &serde_json::json!({ "received": ids }).to_string());
}

fn linked(capabilities: &str) -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", capabilities);
    world.call(JOHN);
    world.packet(JOHN, HELLO);
    world.heard(alice);
    (world, alice)
}

#[test]
fn clients_wait_for_a_contact_that_cannot_keep_up_and_nothing_is_refused() {
    let (mut world, alice) = linked("");
    let bob = world.attached("bob", "");
    assert_eq!(write_until_full(&mut world, alice), FULL);
    assert!(world.gateway.makes_wait(alice));
    assert!(!world.gateway.makes_wait(bob), "he has written nothing");
    world.say(bob, "PRIVMSG Mary :hi");
    assert!(!world.gateway.makes_wait(bob), "not to him");
    world.say(bob, "PRIVMSG John :hi");
    assert!(world.gateway.makes_wait(bob));
    let ids = sent(&mut world);
    assert_eq!(ids.len(), FULL + 1, "all are on their way");
    confirm(&mut world, &ids[..=FULL - RELIEVED]);
    assert!(world.gateway.makes_clients_wait(), "not yet");
    confirm(&mut world, &ids[FULL - RELIEVED + 1..=FULL - RELIEVED + 1]);
    assert!(!world.gateway.makes_clients_wait());
    assert_eq!(
        super::delivery::said(&world.heard(alice)),
        ["hi"; 2],
        "of bob's"
    );
}

#[test]
fn long_messages_make_clients_wait_sooner() {
    let (mut world, alice) = linked("draft/multiline batch message-tags");
    let (text, batch) = ("x".repeat(400), 90);
    let mut messages = 0;
    while !world.gateway.makes_clients_wait() && messages < FULL {
        world.say(alice, "BATCH +a draft/multiline John");
        for _ in 0..batch {
            world.say(alice, &format!("@batch=a PRIVMSG John :{text}"));
        }
        world.say(alice, "BATCH -a");
        messages += 1;
    }
    let bytes = messages * batch * (text.len() + 1);
    let twelve_mebibytes = 12 * 1024 * 1024;
    assert!(world.gateway.makes_clients_wait());
    assert!(bytes.abs_diff(twelve_mebibytes) <= 50_000, "{bytes}");
}

#[test]
fn a_contact_that_confirms_nothing_is_waited_for_two_seconds() {
    let (mut world, alice) = linked("");
    write_until_full(&mut world, alice);
    world.pass(Duration::from_millis(1_999));
    assert!(world.gateway.makes_clients_wait());
    world.pass(Duration::from_millis(1));
    assert!(!world.gateway.makes_clients_wait());
    world.say(alice, "PRIVMSG John :hi");
    assert!(!world.gateway.makes_clients_wait(), "not again");
    let ids = sent(&mut world);
    confirm(&mut world, &ids);
    assert_eq!(write_until_full(&mut world, alice), FULL, "but next time");
}

#[test]
fn a_contact_that_confirms_slowly_is_waited_for_ten_seconds() {
    let (mut world, alice) = linked("");
    write_until_full(&mut world, alice);
    let ids = sent(&mut world);
    for id in &ids[..9] {
        world.pass(Duration::from_secs(1));
        assert!(world.gateway.makes_clients_wait());
        confirm(&mut world, std::slice::from_ref(id));
    }
    world.pass(Duration::from_millis(999));
    assert!(world.gateway.makes_clients_wait());
    world.pass(Duration::from_millis(1));
    assert!(!world.gateway.makes_clients_wait());
}

#[test]
fn nobody_waits_for_a_contact_that_has_gone_or_is_not_there() {
    let (mut world, alice) = linked("");
    write_until_full(&mut world, alice);
    let connection = world.links[&JOHN.parse().unwrap()];
    world.event(Event::LinkEnded { connection });
    world.pass(Duration::from_millis(500));
    assert!(!world.gateway.makes_clients_wait());
    world.say(alice, "PRIVMSG John :hi");
    assert!(!world.gateway.makes_clients_wait());
}
