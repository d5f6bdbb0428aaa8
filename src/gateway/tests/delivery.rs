//! Nothing lost, nothing twice: what waits, what is confirmed, what is played.

use serde_json::{Value, json};

use super::*;

/// John's handshake, which says that he confirms.
pub(super) const HELLO: &str = r#"{"status":1,"status-message":"","features":["receipts"]}"#;

/// John comes online, with receipts.
pub(super) fn john_comes(world: &mut World) -> ConnectionId {
    let connection = world.call(JOHN);
    world.packet(JOHN, HELLO);
    connection
}

/// The messages among packets, as id and text.
fn messages(packets: &[Value]) -> Vec<(String, String)> {
    packets
        .iter()
        .filter_map(|packet| {
            let text = packet["message"].as_str()?;
            let id = packet["id"].as_str().unwrap_or_default();
            Some((id.to_owned(), text.to_owned()))
        })
        .collect()
}

/// What was written to John's latest connection.
pub(super) fn written(world: &mut World) -> Vec<Value> {
    let connection = world.links[&JOHN.parse().unwrap()];
    world.packets.remove(&connection).unwrap_or_default()
}

fn texts(packets: &[Value]) -> Vec<String> {
    messages(packets)
        .into_iter()
        .map(|(_, text)| text)
        .collect()
}

pub(super) fn receipts(packets: &[Value]) -> Vec<String> {
    let received = packets
        .iter()
        .filter_map(|packet| packet["received"].as_array());
    let ids = received.flatten().filter_map(Value::as_str);
    ids.map(str::to_owned).collect()
}

pub(super) fn said(lines: &[String]) -> Vec<String> {
    let said = lines.iter().filter(|line| line.contains(" PRIVMSG "));
    said.map(|line| line.rsplit_once(" :").unwrap().1.to_owned())
        .collect()
}

#[test]
fn an_echo_means_that_it_is_durable() {
    let mut world = World::new();
    let alice = world.attached("alice", "echo-message message-tags");
    john_comes(&mut world);
    world.heard(alice);
    world.slow_disk = Some(0);
    world.say(alice, "PRIVMSG John :hi");
    let sent = messages(&written(&mut world));
    assert_eq!(sent.len(), 1, "it is sent at once");
    assert!(world.heard(alice).is_empty(), "and not called accepted yet");
    world.disk_catches_up();
    let expected = format!(
        "@msgid={} :alice!alice@localhost PRIVMSG John hi",
        sent[0].0
    );
    assert_eq!(world.heard(alice), [expected.replace(" hi", " :hi")]);
}

#[test]
fn a_receipt_waits_for_the_disk_and_the_client_does_not() {
    let mut world = World::new();
    let alice = world.attached("alice", "message-tags");
    john_comes(&mut world);
    written(&mut world);
    world.heard(alice);
    world.slow_disk = Some(0);
    world.packet(JOHN, r#"{"message":"hi","id":"one"}"#);
    assert_eq!(
        world.heard(alice),
        ["@msgid=one :John!enclave@fc00::1 PRIVMSG alice :hi"]
    );
    assert!(receipts(&written(&mut world)).is_empty());
    world.disk_catches_up();
    assert_eq!(receipts(&written(&mut world)), ["one"]);
}

#[test]
fn an_id_that_a_tag_should_not_hold_gets_one_of_ours_and_its_own_receipt() {
    let mut world = World::new();
    let alice = world.attached("alice", "message-tags");
    john_comes(&mut world);
    world.heard(alice);
    world.packet(JOHN, r#"{"message":"hi","id":"a b;c"}"#);
    let heard = world.heard(alice);
    assert_eq!(said(&heard), ["hi"]);
    assert!(heard[0].starts_with("@msgid=0"), "{heard:?}");
    assert_eq!(receipts(&written(&mut world)), ["a b;c"]);
    john_comes(&mut world);
    world.packet(JOHN, r#"{"message":"hi","id":"a b;c"}"#);
    assert!(world.heard(alice).is_empty());
}

#[test]
fn what_is_written_to_one_who_is_offline_waits_and_says_so_once() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG John :one");
    assert_eq!(
        world.heard(alice),
        [
            ":enclave.local 301 alice John :John is offline; what you write is kept",
            ":John!enclave@fc00::1 NOTICE alice :[John is offline: what you write waits here \
             and goes out when they are back. To see it: /msg enclave outbox John]",
        ]
    );
    world.say(alice, "PRIVMSG John :two");
    assert!(world.heard(alice).is_empty());
    john_comes(&mut world);
    let sent = messages(&written(&mut world));
    let sent_texts: Vec<&str> = sent.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(sent_texts, ["one", "two"]);
    world.heard(alice);
    let received = json!({"received": [sent[0].0, sent[1].0]}).to_string();
    world.packet(JOHN, &received);
    assert_eq!(
        world.heard(alice),
        [":John!enclave@fc00::1 NOTICE alice :[2 messages that waited for John have arrived.]"]
    );
    world.say(alice, "PRIVMSG enclave :outbox");
    assert_eq!(said(&world.heard(alice)), ["Nothing waits to be sent."]);
}

#[test]
fn what_waits_survives_a_crash_with_its_ids_and_times() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG John :one");
    world.set_time(Duration::from_secs(100));
    world.say(alice, "PRIVMSG John :two");
    let mut world = world.crash(Settings::default(), book());
    john_comes(&mut world);
    let sent = written(&mut world);
    assert_eq!(texts(&sent), ["one", "two"]);
    assert_eq!(sent[1]["timestamp"], json!(START / 1000));
    assert_eq!(sent[2]["timestamp"], json!(START / 1000 + 100));
    let before = messages(&sent);
    john_comes(&mut world);
    assert_eq!(
        messages(&written(&mut world)),
        before,
        "until it is confirmed"
    );
}

#[test]
fn a_contact_without_receipts_is_sent_to_once_on_an_undisturbed_link() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    written(&mut world);
    world.say(alice, "PRIVMSG John :hi");
    let sent = written(&mut world);
    assert_eq!(texts(&sent), ["hi"]);
    world.online(JOHN);
    assert!(texts(&written(&mut world)).is_empty());
    assert_eq!(world.db.load().unwrap().outbox, []);
}

#[test]
fn plain_delivery_sends_no_attribute_of_ours() {
    let plain = Settings {
        receipts: false,
        ..Settings::default()
    };
    let mut world = World::with(plain, book(), Loaded::default());
    let alice = world.attached("alice", "");
    let connection = john_comes(&mut world);
    world.packet(JOHN, r#"{"message":"hi","id":"one"}"#);
    world.say(alice, "PRIVMSG John :hi");
    let known = ["status", "status-message", "message", "timestamp"];
    for packet in world.packets.remove(&connection).unwrap() {
        for name in packet.as_object().unwrap().keys() {
            assert!(known.contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn the_outbox_is_listed_and_messages_are_taken_back() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for text in ["one", "two", "three"] {
        world.say(alice, &format!("PRIVMSG John :{text}"));
    }
    world.heard(alice);
    world.say(alice, "PRIVMSG enclave :outbox John");
    assert_eq!(
        said(&world.heard(alice)),
        [
            "3 messages for John:",
            "  1. one (0 s ago)",
            "  2. two (0 s ago)",
            "  3. three (0 s ago)",
            "To take one back: cancel NICK N · or all: cancel NICK",
        ]
    );
    world.say(alice, "PRIVMSG enclave :cancel John 2");
    assert_eq!(
        said(&world.heard(alice)),
        ["1 message for John taken back."]
    );
    world.say(alice, "PRIVMSG enclave :remove John");
    let refused = said(&world.heard(alice));
    assert!(refused[0].contains("wait for John (2)"), "{refused:?}");
    john_comes(&mut world);
    assert_eq!(texts(&written(&mut world)), ["one", "three"]);
    world.heard(alice);
    world.say(alice, "PRIVMSG enclave :cancel John");
    assert_eq!(
        said(&world.heard(alice)),
        ["2 messages for John taken back. 2 of them had been sent before, so may have arrived."]
    );
    assert_eq!(world.db.load().unwrap().outbox, []);
}

#[test]
fn what_waits_for_one_who_is_blocked_goes_out_after_the_unblocking() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG John :hi");
    for blocked in [true, false] {
        let mut book = book();
        book.contacts[0].blocked = blocked;
        world.event(Event::BookRead(Ok(book)));
    }
    john_comes(&mut world);
    assert_eq!(texts(&written(&mut world)), ["hi"]);
}

#[test]
fn one_taken_out_of_the_book_by_hand_keeps_what_waits_until_it_is_back() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG John :hi");
    let without = Book {
        contacts: vec![contact("Mary", MARY)],
        ..Book::default()
    };
    world.event(Event::BookRead(Ok(without.clone())));
    world.heard(alice);
    world.say(alice, "PRIVMSG enclave :outbox");
    let listed = said(&world.heard(alice));
    assert_eq!(
        listed[0],
        "1 message for John, who is not in your address book any more:"
    );
    let mut world = world.crash(Settings::default(), without.clone());
    let other = Book {
        contacts: vec![contact("John", "fc00::77"), contact("Mary", MARY)],
        ..Book::default()
    };
    world.event(Event::BookRead(Ok(other)));
    world.call("fc00::77");
    world.packet("fc00::77", HELLO);
    let connection = world.links[&"fc00::77".parse().unwrap()];
    let sent = world.packets.remove(&connection).unwrap();
    assert!(texts(&sent).is_empty(), "another John must not read it");
    world.event(Event::BookRead(Ok(without)));
    world.event(Event::BookRead(Ok(book())));
    john_comes(&mut world);
    assert_eq!(texts(&written(&mut world)), ["hi"]);
}

#[test]
fn one_who_moved_while_the_program_was_off_is_sent_what_waited() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG John :hi");
    let moved = Book {
        contacts: vec![contact("John Smith", "fc00::77"), contact("Mary", MARY)],
        ..Book::default()
    };
    let mut world = world.crash(Settings::default(), moved);
    world.call("fc00::77");
    world.packet("fc00::77", HELLO);
    let connection = world.links[&"fc00::77".parse().unwrap()];
    assert_eq!(texts(&world.packets.remove(&connection).unwrap()), ["hi"]);
}

#[test]
fn nothing_is_taken_while_nothing_can_be_stored() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    john_comes(&mut world);
    written(&mut world);
    world.heard(alice);
    world.event(Event::StoreTrouble(Some("the disk is full".to_owned())));
    assert!(world.heard(alice)[0].contains("the disk is full"));
    world.say(alice, "PRIVMSG John :hi");
    assert_eq!(
        world.heard(alice),
        [":enclave.local 404 alice John :Your message was not taken: the disk is full"]
    );
    assert!(texts(&written(&mut world)).is_empty());
    world.event(Event::StoreTrouble(None));
    world.heard(alice);
    world.say(alice, "PRIVMSG John :hi");
    assert_eq!(texts(&written(&mut world)), ["hi"]);
}
