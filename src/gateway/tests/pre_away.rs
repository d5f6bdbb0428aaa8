//! `draft/pre-away`: clients that connect by themselves, and AWAY before registration.

use serde_json::{Value, json};

use super::*;

const CAP: &str = "draft/pre-away";

/// A client registers, saying this line before it is done.
fn register(world: &mut World, line: &str) -> ClientId {
    let client = world.connect();
    world.say(client, &format!("CAP REQ {CAP}"));
    world.say(client, line);
    world.say(client, "NICK phone");
    world.say(client, "USER alice 0 * :alice");
    world.say(client, "CAP END");
    client
}

fn vanish(world: &mut World, client: ClientId) {
    let reason = "reset".to_owned();
    world.event(Event::ClientEnded { client, reason });
}

fn presence(status: u8, text: &str) -> Value {
    json!({"status": status, "status-message": text})
}

/// John is linked, alice has left with a text, and all of it has been told.
fn left_with(text: &str) -> World {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.say(alice, &format!("QUIT :{text}"));
    assert_eq!(
        world.sent(JOHN).last().unwrap(),
        &presence(2, text),
        "what she left with"
    );
    world
}

#[test]
fn away_before_registration_needs_the_capability_and_is_answered() {
    let mut world = World::new();
    let client = world.connect();
    world.say(client, "AWAY :lunch");
    assert_eq!(
        world.heard(client),
        [":enclave.local 451 * :You have not registered"]
    );
    world.say(client, &format!("CAP REQ {CAP}"));
    world.heard(client);
    for (line, numeric) in [
        ("AWAY *", "306"),
        ("AWAY", "305"),
        ("AWAY :lunch", "306"),
        ("AWAY :", "305"),
    ] {
        world.say(client, line);
        let heard = world.heard(client);
        assert_eq!(heard.len(), 1, "{line}");
        let answer = format!(":enclave.local {numeric} * :");
        assert!(heard[0].starts_with(&answer), "{line}: {heard:?}");
    }
}

#[test]
fn an_away_text_from_before_registration_holds_after_it() {
    let mut world = left_with("good night");
    let client = register(&mut world, "AWAY :busy: driving");
    let packets = world.sent(JOHN);
    assert_eq!(
        packets,
        [json!({"status": 3, "status-message": "driving", "alias": "phone"})],
        "never available in between"
    );
    world.say(client, "AWAY");
    assert_eq!(world.sent(JOHN), [presence(1, "")]);
}

#[test]
fn one_that_comes_by_itself_changes_nothing_for_contacts() {
    let mut world = left_with("good night");
    let client = register(&mut world, "AWAY *");
    assert!(
        world
            .heard(client)
            .iter()
            .any(|line| line.contains(" 001 "))
    );
    assert!(world.sent(JOHN).is_empty());
    assert_eq!(world.gateway.remembered.nick, "alice");
    world.call(MARY);
    world.packet(MARY, r#"{"status":1}"#);
    assert_eq!(
        world.sent(MARY)[0],
        json!({"status": 2, "status-message": "good night", "alias": "alice"})
    );
    world.say(client, "QUIT :not a word to them");
    assert_eq!(world.gateway.remembered.farewell, "good night");
    let other = register(&mut world, "AWAY *");
    vanish(&mut world, other);
    world.pass(Duration::from_secs(600));
    assert_eq!(world.gateway.remembered.farewell, "good night");
    assert!(world.sent(JOHN).is_empty() && world.sent(MARY).is_empty());
}

#[test]
fn away_without_a_text_makes_it_attached_for_contacts() {
    let mut world = left_with("good night");
    let client = register(&mut world, "AWAY *");
    world.say(client, "AWAY");
    assert_eq!(
        world.sent(JOHN),
        [json!({"status": 1, "status-message": "", "alias": "phone"})]
    );
    world.say(client, "QUIT :bye");
    assert_eq!(world.sent(JOHN), [presence(2, "bye")]);
}

#[test]
fn one_that_is_no_longer_attended_leaves_without_a_word() {
    let mut world = left_with("good night");
    let client = register(&mut world, "AWAY");
    world.sent(JOHN);
    world.say(client, "AWAY *");
    assert_eq!(world.sent(JOHN), [presence(2, "")]);
    world.say(client, "AWAY *");
    world.say(client, "QUIT :not a word to them");
    assert!(world.sent(JOHN).is_empty());
}

#[test]
fn without_the_capability_the_star_is_a_text() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    world.say(alice, "AWAY *");
    assert_eq!(world.sent(JOHN), [presence(2, "*")]);
    world.say(alice, "QUIT :good night");
    assert_eq!(world.sent(JOHN), [presence(2, "good night")]);
}

#[test]
fn beside_others_it_counts_for_nothing() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    let phone = register(&mut world, "AWAY *");
    world.say(alice, "AWAY :lunch");
    assert_eq!(
        world.sent(JOHN),
        [presence(2, "lunch")],
        "its star is older"
    );
    world.say(phone, "AWAY *");
    assert!(world.sent(JOHN).is_empty(), "and newer");
    world.say(alice, "PRIVMSG enclave :status available");
    assert_eq!(world.sent(JOHN), [presence(1, "")]);
    world.say(alice, "QUIT :good night");
    assert_eq!(world.sent(JOHN), [presence(2, "good night")]);
}

#[test]
fn it_neither_starts_nor_ends_a_grace() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.say(alice, "AWAY :lunch");
    world.sent(JOHN);
    vanish(&mut world, alice);
    let phone = register(&mut world, "AWAY *");
    vanish(&mut world, phone);
    world.pass(Duration::from_secs(60));
    let alice = world.attach("alice", "");
    assert!(world.sent(JOHN).is_empty(), "back within the grace");
    assert!(world.heard(alice).last().unwrap().contains(" 306 alice :"));
    register(&mut world, "AWAY *");
    vanish(&mut world, alice);
    world.pass(Duration::from_secs(119));
    assert!(world.sent(JOHN).is_empty());
    world.pass(Duration::from_secs(1));
    assert_eq!(world.sent(JOHN), [presence(2, "Connection lost")]);
}

#[test]
fn within_the_grace_its_own_word_wins() {
    for (line, packet) in [
        (
            "AWAY",
            json!({"status": 1, "status-message": "", "alias": "phone"}),
        ),
        (
            "AWAY :dinner",
            json!({"status": 2, "status-message": "dinner", "alias": "phone"}),
        ),
    ] {
        for late in [false, true] {
            let mut world = World::new();
            let alice = world.attached("alice", "");
            world.online(JOHN);
            world.say(alice, "AWAY :lunch");
            world.sent(JOHN);
            vanish(&mut world, alice);
            if late {
                let phone = register(&mut world, "AWAY *");
                world.say(phone, line);
            } else {
                register(&mut world, line);
            }
            assert_eq!(
                world.sent(JOHN)[..],
                *std::slice::from_ref(&packet),
                "{line} {late}"
            );
            assert!(
                world.gateway.person.deadline().is_none(),
                "no grace is left"
            );
        }
    }
}

#[test]
fn dark_stays_dark_until_somebody_sits_at_it() {
    let settings = Settings {
        detached: Detached::Offline,
        ..Settings::default()
    };
    let mut world = World::with(settings, book(), Loaded::default());
    let phone = register(&mut world, "AWAY *");
    assert!(world.listening.is_empty());
    world.say(phone, "AWAY *");
    assert!(world.listening.is_empty());
    world.say(phone, "AWAY :lunch");
    assert_eq!(world.listening, [OWN.parse().unwrap()]);
    world.say(phone, "AWAY *");
    assert!(world.listening.is_empty());
    world.say(phone, "QUIT");
    assert!(world.listening.is_empty());

    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG enclave :status offline bye");
    let phone = register(&mut world, "AWAY *");
    assert!(world.listening.is_empty(), "ordered dark");
    world.say(phone, "AWAY");
    assert!(!world.listening.is_empty());
}
