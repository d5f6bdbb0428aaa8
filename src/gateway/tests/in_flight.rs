//! Contacts that are forgotten, removed, blocked, or written to no more, while messages of theirs
//! or for them are on their way.

use super::delivery::HELLO;
use super::*;

/// A client that asks for history itself, and so has something yet to fetch.
const FETCHES: &str = "draft/chathistory batch message-tags server-time echo-message";

fn change(world: &mut World, client: ClientId, command: &str) {
    world.say(client, &format!("PRIVMSG enclave :{command}"));
    let (_, change) = world.changes.last().unwrap().clone();
    let book = world.book_after(&change);
    world.book_becomes(book);
    world.heard(client);
}

/// Nothing is owed to anybody once the store has answered.
fn assert_at_rest(world: &mut World) {
    world.slow_answers = false;
    world.answers_come();
    world.disk_catches_up();
    let census = world.gateway.census();
    let exceeded: Vec<_> = (census.counts.iter())
        .filter(|count| count.size > count.most)
        .collect();
    assert!(exceeded.is_empty(), "{exceeded:?}");
    assert_eq!(census.owed, Default::default());
}

/// Up to where a client of this name has seen.
fn seen(world: &World, name: &str) -> u64 {
    world.gateway.positions.of(name)
}

#[test]
fn what_is_forgotten_need_not_be_fetched_before_anything_counts_as_seen() {
    for (gone, late) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut world = World::new();
        let alice = world.attached("alice", FETCHES);
        world.online(JOHN);
        world.online(MARY);
        world.packet(JOHN, r#"{"message":"seen"}"#);
        world.say(alice, "QUIT");
        world.packet(JOHN, r#"{"message":"a secret"}"#);
        let before = seen(&world, "alice");
        world.slow_answers = late;
        let alice = world.attached("alice", FETCHES);
        if gone {
            change(&mut world, alice, "remove John");
        }
        world.say(alice, "PRIVMSG enclave :forget John");
        world.slow_answers = false;
        world.answers_come();
        world.packet(MARY, r#"{"message":"hi"}"#);
        assert!(seen(&world, "alice") > before, "{gone} {late}");
        assert_at_rest(&mut world);
    }
}

#[test]
fn what_comes_after_forgetting_has_to_be_fetched_all_the_same() {
    let mut world = World::new();
    let alice = world.attached("alice", FETCHES);
    world.online(JOHN);
    world.packet(JOHN, r#"{"message":"seen"}"#);
    world.say(alice, "QUIT");
    world.packet(JOHN, r#"{"message":"a secret"}"#);
    let bob = world.attached("bob", "");
    world.say(bob, "PRIVMSG enclave :forget John");
    world.packet(JOHN, r#"{"message":"and another"}"#);
    let before = seen(&world, "alice");
    world.slow_answers = true;
    let alice = world.attached("alice", FETCHES);
    world.say(bob, "PRIVMSG enclave :forget Mary");
    world.slow_answers = false;
    world.answers_come();
    world.packet(JOHN, r#"{"message":"live"}"#);
    assert_eq!(seen(&world, "alice"), before, "there is something to fetch");
    world.say(alice, "CHATHISTORY LATEST John * 10");
    assert!(seen(&world, "alice") > before);
    assert_at_rest(&mut world);
}

/// The read marker of a message that is forgotten meanwhile.
#[test]
fn a_marker_of_what_is_forgotten_meanwhile_is_none() {
    let mut world = World::new();
    let alice = world.attached("alice", "draft/read-marker");
    world.online(JOHN);
    world.packet(JOHN, r#"{"message":"a secret"}"#);
    world.slow_answers = true;
    world.say(alice, "MARKREAD John timestamp=2030-01-01T00:00:00.000Z");
    world.say(alice, "PRIVMSG enclave :forget John");
    world.slow_answers = false;
    world.answers_come();
    assert!(world.gateway.markers.of_contacts.is_empty());
    assert!(world.db.load().unwrap().markers.is_empty());
    assert_at_rest(&mut world);
}

#[test]
fn a_contact_that_is_gone_while_its_words_wait_leaves_nothing() {
    for commands in [
        ["remove John", "forget fc00::1"],
        ["block John", "forget John"],
        ["forget John", "remove John"],
        ["block John", "remove John"],
        ["remove John", "add fc00::1 Johnny"],
        ["block John", "unblock John"],
    ] {
        let mut world = World::new();
        let alice = world.attached("alice", "echo-message");
        world.call(JOHN);
        world.packet(JOHN, HELLO);
        world.slow_disk = Some(world.writes);
        world.slow_answers = true;
        world.say(alice, "PRIVMSG John :how are you?");
        world.packet(JOHN, r#"{"message":"one","id":"j1"}"#);
        world.packet(JOHN, r#"{"message":"two","id":"j2"}"#);
        for command in commands {
            if command == "remove John" {
                // By hand: the command wants what waits to be taken back first.
                let address = JOHN.parse().unwrap();
                let book = world.book_after(&Change::Remove { address });
                world.event(Event::BookRead(Ok(book)));
            } else if command.starts_with("forget") {
                world.say(alice, &format!("PRIVMSG enclave :{command}"));
            } else {
                change(&mut world, alice, command);
            }
        }
        world.answers_come();
        assert_at_rest(&mut world);
        let census = world.gateway.census();
        let kept: Vec<u64> = census.waiting.values().flatten().copied().collect();
        let stored = world.db.load().unwrap().outbox;
        let stored: Vec<u64> = stored.iter().map(|message| message.seq).collect();
        assert_eq!(kept, stored, "{commands:?}");
    }
}

/// What was read of the store before, is shown after; it leaves nothing behind.
#[test]
fn history_that_is_under_way_while_its_contact_is_forgotten() {
    for command in [
        "CHATHISTORY LATEST John * 10",
        "PRIVMSG enclave :log John",
        "CHATHISTORY TARGETS timestamp=2000-01-01T00:00:00.000Z timestamp=2030-01-01T00:00:00.000Z 10",
        "PRIVMSG enclave :search secret",
    ] {
        let mut world = World::new();
        let alice = world.attached("alice", &format!("labeled-response {FETCHES}"));
        world.online(JOHN);
        world.packet(JOHN, r#"{"message":"a secret"}"#);
        change(&mut world, alice, "remove John");
        world.slow_answers = true;
        world.say(alice, &format!("@label=h {command}"));
        world.say(alice, "@label=f PRIVMSG enclave :forget John");
        world.slow_answers = false;
        world.answers_come();
        let heard = world.heard(alice);
        for label in ["label=h", "label=f"] {
            let answered = heard.iter().filter(|line| line.contains(label)).count();
            assert_eq!(answered, 1, "{command}: {heard:?}");
        }
        assert_at_rest(&mut world);
    }
}

/// It was played to a client when it was read, and the contact is forgotten before it comes.
#[test]
fn a_backlog_that_is_under_way_while_its_contact_is_forgotten() {
    let mut world = World::new();
    let bob = world.attached("bob", "");
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.packet(JOHN, r#"{"message":"seen"}"#);
    world.say(alice, "QUIT");
    world.packet(JOHN, r#"{"message":"a secret"}"#);
    change(&mut world, bob, "remove John");
    world.slow_answers = true;
    let alice = world.attached("alice", "");
    world.say(bob, "PRIVMSG enclave :forget John");
    world.slow_answers = false;
    world.answers_come();
    let heard = world.heard(alice).join("\n");
    assert!(!heard.contains("secret"), "{heard}");
    assert_at_rest(&mut world);
}

#[test]
fn what_is_taken_back_while_it_is_on_its_way_is_not_repeated() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.call(JOHN);
    world.packet(JOHN, HELLO);
    world.slow_disk = Some(world.writes);
    world.say(alice, "PRIVMSG John :a slip");
    let id = {
        let connection = world.links[&JOHN.parse().unwrap()];
        let sent = world.packets.remove(&connection).unwrap();
        sent.last().unwrap()["id"].as_str().unwrap().to_owned()
    };
    world.say(alice, "PRIVMSG enclave :cancel John");
    world.packet(JOHN, &format!(r#"{{"received":["{id}"]}}"#));
    world.disk_catches_up();
    world.call(JOHN);
    world.packet(JOHN, HELLO);
    let sent = world.sent(JOHN);
    assert!(
        sent.iter().all(|packet| packet["message"].is_null()),
        "{sent:?}"
    );
    assert!(world.db.load().unwrap().outbox.is_empty());
    assert_at_rest(&mut world);
}
