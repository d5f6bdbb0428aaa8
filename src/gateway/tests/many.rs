//! Ten thousand contacts, and what the control contact says of them: more than a client may have
//! waiting for it would close that client.

use super::*;
use crate::gateway::roster::ContactId;
use crate::store::Message;

const CONTACTS: u32 = 10_000;

/// An answer may be so long, bytes.
const MOST: usize = 1024 * 1024;

fn address(number: u32) -> String {
    format!("fc00::7:{number:x}")
}

/// Their names are as long as they can be, and a few messages wait for each.
fn world(each: u64) -> World {
    let entry = |number| {
        let mut entry = contact(&format!("c{number}"), &address(number));
        entry.name = format!("{:ä<64}", entry.name);
        entry
    };
    let book = Book {
        contacts: (1..=CONTACTS).map(entry).collect(),
        ..Book::default()
    };
    let row = |id| crate::store::Contact {
        id,
        address: address(id),
        nick: format!("c{id}"),
        in_book: true,
        last_linked: None,
        last_seen: None,
    };
    let message = |seq| Message {
        seq,
        contact: 1 + u32::try_from(seq).unwrap() % CONTACTS,
        own: true,
        notice: false,
        id: format!("id-{seq}"),
        peer_id: None,
        time: Timestamp(START),
        arrived: Timestamp(START),
        text: Some("字".repeat(200)),
        tags: crate::store::Tags::new(),
        writer: None,
        waiting: Some(0),
    };
    let messages = each * u64::from(CONTACTS);
    let loaded = Loaded {
        contacts: (1..=CONTACTS).map(row).collect(),
        outbox: (0..messages).map(message).collect(),
        last_seq: messages,
        ..Loaded::default()
    };
    World::with(Settings::default(), book, loaded)
}

const ALL_TAGS: &str = "server-time message-tags batch labeled-response draft/chathistory";

/// What a command is answered, all of it.
fn answer(world: &mut World, client: ClientId, command: &str) -> Vec<String> {
    world.heard(client);
    world.say(client, &format!("@label=x PRIVMSG enclave :{command}"));
    world.heard(client)
}

#[test]
fn no_answer_of_the_control_contact_is_longer_than_a_megabyte() {
    let mut world = world(3);
    let alice = world.attached("alice", ALL_TAGS);
    let status = "字".repeat(300);
    for number in 1..=CONTACTS / 4 {
        world.call(&address(number));
        let packet = format!(r#"{{"status":2,"status-message":"{status}"}}"#);
        world.packet(&address(number), &packet);
    }
    for command in [
        "contacts",
        "contacts offline",
        "outbox",
        "outbox c7",
        "cancel c7",
        "requests",
        "clients",
        "info c7",
        "log",
        "log c7",
        "search 字字字",
        "status",
        "status busy x",
        "whoami",
        "help",
        "reconnect",
        "reject all",
        "version",
    ] {
        let answer = answer(&mut world, alice, command);
        let bytes: usize = answer.iter().map(|line| line.len() + 2).sum();
        assert!(!answer.is_empty(), "{command} is answered");
        assert!(bytes <= MOST, "{command}: {bytes} bytes");
    }
}

#[test]
fn what_waits_for_thousands_is_listed_up_to_a_bound_and_counted() {
    let mut world = world(2);
    let alice = world.attached("alice", ALL_TAGS);
    let lines = answer(&mut world, alice, "outbox");
    let heads = lines
        .iter()
        .filter(|line| line.contains(" 2 messages for c") || line.contains(":2 messages for c"));
    let listed = heads.count();
    assert!(listed > 100, "{listed}");
    let rest = CONTACTS as usize - listed;
    let told = format!(
        "… and {} messages for {rest} more contacts; to see one's: outbox NICK",
        2 * rest
    );
    assert!(
        lines.iter().any(|line| line.contains(&told)),
        "{told}: {:?}",
        &lines[lines.len() - 4..]
    );
    let of_one = answer(&mut world, alice, "outbox c9999").join("\n");
    assert!(of_one.contains("2 messages for c9999:"), "{of_one}");
    assert!(!of_one.contains("more contacts"), "{of_one}");
    assert_eq!(world.gateway.count_waiting(ContactId(9_999)), 2);
}

#[test]
fn contacts_beyond_a_thousand_are_counted() {
    let mut world = world(0);
    let alice = world.attached("alice", ALL_TAGS);
    let lines = answer(&mut world, alice, "contacts");
    let said = lines.iter().filter(|line| line.contains("ä"));
    assert_eq!(said.count(), 1_000);
    let told = "… and 9000 more; to see some of them: contacts PATTERN";
    assert!(lines.iter().any(|line| line.contains(told)));
    let few = answer(&mut world, alice, "contacts c999?");
    assert_eq!(few.iter().filter(|line| line.contains("ä")).count(), 10);
    assert!(!few.join("\n").contains("more;"));
}
