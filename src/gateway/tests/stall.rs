//! A store that says nothing for a while: the person is told, nothing is lost, and what needs
//! no store goes on.

use super::super::stall::{PATIENCE, UNSTORED};
use super::delivery::{HELLO, receipts, said};
use super::*;

/// A little more than the gateway is patient for.
const A_WHILE: Duration = Duration::from_millis(5_100);

/// What the control contact has said, but for answers.
fn notices(lines: &[String]) -> Vec<&String> {
    let notices = lines.iter().filter(|line| line.contains(" NOTICE "));
    notices.filter(|line| line.contains(":enclave!")).collect()
}

/// A world in which the store says nothing any more, alice, and John, who was heard before.
fn stuck(capabilities: &str) -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", capabilities);
    world.call(JOHN);
    world.packet(JOHN, HELLO);
    world.packet(JOHN, r#"{"message":"before","id":"j0"}"#);
    // That he was linked is stored a second later.
    world.pass(Duration::from_secs(2));
    world.heard(alice);
    sent(&mut world);
    world.slow_disk = Some(world.writes);
    world.slow_answers = true;
    (world, alice)
}

/// It answers again.
fn recovers(world: &mut World) {
    world.slow_answers = false;
    world.answers_come();
    world.disk_catches_up();
}

fn sent(world: &mut World) -> Vec<serde_json::Value> {
    let connection = world.links[&JOHN.parse().unwrap()];
    world.packets.remove(&connection).unwrap_or_default()
}

#[test]
fn the_person_is_told_once_what_it_means_and_once_that_it_is_over() {
    let (mut world, alice) = stuck("echo-message");
    world.say(alice, "PRIVMSG John :hi");
    world.pass(PATIENCE - Duration::from_millis(1));
    assert!(world.heard(alice).is_empty());
    world.pass(Duration::from_secs(60));
    let heard = world.heard(alice);
    let told = notices(&heard);
    assert!(
        told[0].contains("has not answered for 5 s"),
        "what it is: {told:?}"
    );
    let all = heard.join(" ");
    for words in ["state.db", "kept in memory", "Do not switch off"] {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert_eq!(
        heard.iter().filter(|line| line.contains("5 s")).count(),
        1,
        "once"
    );
    assert!(said(&heard).is_empty(), "nothing is called accepted");
    recovers(&mut world);
    let heard = world.heard(alice);
    assert!(notices(&heard)[0].contains("answers again"), "{heard:?}");
    assert_eq!(said(&heard), ["hi"]);
    world.pass(Duration::from_secs(300));
    assert!(notices(&world.heard(alice)).is_empty());
}

#[test]
fn a_question_that_is_not_answered_is_enough() {
    let (mut world, alice) = stuck("");
    world.slow_disk = None;
    world.say(alice, "PRIVMSG enclave :log");
    world.pass(A_WHILE);
    assert!(notices(&world.heard(alice))[0].contains("has not answered"));
    recovers(&mut world);
    let heard = world.heard(alice);
    assert!(heard[0].contains("answers again"), "{heard:?}");
    assert!(heard[1].contains("<John> before"), "{heard:?}");
}

#[test]
fn a_store_that_is_slow_and_never_silent_is_not_complained_of() {
    let (mut world, alice) = stuck("echo-message");
    for _ in 0..20 {
        world.say(alice, "PRIVMSG John :hi");
        world.pass(Duration::from_secs(2));
        let through = world.gateway.ledger.durable + 1;
        world.event(Event::Stored { through });
        world.pass(Duration::from_secs(2));
    }
    assert!(notices(&world.heard(alice)).is_empty());
}

#[test]
fn an_idle_store_is_not_waited_for() {
    let (mut world, alice) = stuck("");
    world.pass(Duration::from_secs(60));
    world.say(alice, "PRIVMSG John :hi");
    world.pass(Duration::from_secs(4));
    assert!(notices(&world.heard(alice)).is_empty());
}

#[test]
fn whoever_stood_still_with_the_store_gives_it_another_chance() {
    let (mut world, alice) = stuck("");
    world.say(alice, "PRIVMSG John :hi");
    world.set_time(Duration::from_secs(60));
    world.event(Event::Deadline);
    assert!(notices(&world.heard(alice)).is_empty());
    world.pass(A_WHILE);
    assert!(!notices(&world.heard(alice)).is_empty());
}

#[test]
fn a_disk_that_comes_and_goes_does_not_talk_without_end() {
    let (mut world, alice) = stuck("");
    let mut told = Vec::new();
    for _ in 0..20 {
        world.slow_disk = Some(world.writes);
        world.say(alice, "PRIVMSG John :hi");
        world.pass(A_WHILE);
        recovers(&mut world);
        let heard = world.heard(alice);
        told.extend(notices(&heard).into_iter().cloned());
        world.pass(Duration::from_secs(1));
    }
    let of = |words: &str| told.iter().filter(|line| line.contains(words)).count();
    assert_eq!(of("has not answered"), 1, "{told:?}");
    assert_eq!(of("has again not answered"), 1, "{told:?}");
    assert_eq!(of("answers again"), 1, "{told:?}");
    world.pass(Duration::from_secs(61));
    let heard = world.heard(alice);
    assert!(notices(&heard)[0].contains("answers again"), "{heard:?}");
}

#[test]
fn what_contacts_say_is_shown_and_confirmed_when_it_is_stored() {
    let (mut world, alice) = stuck("echo-message");
    world.say(alice, "PRIVMSG John :how are you?");
    world.packet(JOHN, r#"{"message":"well","id":"j1"}"#);
    assert!(said(&world.heard(alice)).is_empty(), "behind her own words");
    world.pass(A_WHILE);
    assert_eq!(said(&world.heard(alice)), ["well"], "it would be too long");
    world.packet(JOHN, r#"{"message":"and you?","id":"j2"}"#);
    assert_eq!(said(&world.heard(alice)), ["and you?"]);
    assert!(receipts(&sent(&mut world)).is_empty());
    recovers(&mut world);
    assert_eq!(said(&world.heard(alice)), ["how are you?"]);
    assert_eq!(receipts(&sent(&mut world)), ["j1", "j2"]);
}

#[test]
fn on_a_fresh_connection_it_waits_and_is_neither_confirmed_nor_lost() {
    let (mut world, alice) = stuck("");
    world.call(JOHN);
    world.packet(JOHN, HELLO);
    world.packet(JOHN, r#"{"message":"again here","id":"j1"}"#);
    world.pass(A_WHILE);
    assert!(said(&world.heard(alice)).is_empty());
    assert!(receipts(&sent(&mut world)).is_empty());
    recovers(&mut world);
    assert_eq!(said(&world.heard(alice)), ["again here"]);
    assert_eq!(receipts(&sent(&mut world)), ["j1"]);
}

#[test]
fn what_needs_no_store_goes_on() {
    let (mut world, alice) = stuck("away-notify");
    world.say(alice, "MONITOR + Mary");
    world.say(alice, "PRIVMSG John :hi");
    world.pass(A_WHILE);
    world.heard(alice);
    let mut answer = |line: &str, expected: &str| {
        world.say(alice, line);
        let heard = world.heard(alice);
        assert!(
            heard.iter().any(|line| line.contains(expected)),
            "{line}: {heard:?}"
        );
    };
    answer("PING :one", "PONG");
    answer("NAMES &enclave", " 353 ");
    answer("WHO &enclave", " 352 ");
    answer("MONITOR S", " 731 alice :Mary");
    answer("WHOIS John", " 311 ");
    answer("PRIVMSG enclave :contacts", "John");
    answer("PRIVMSG enclave :outbox", "hi");
    answer("PRIVMSG enclave :status", "has not answered");
    answer("AWAY :lunch", " 306 ");
    world.online(MARY);
    let heard = world.heard(alice);
    let told = heard.iter().any(|line| line.contains(" 730 alice :Mary"));
    assert!(told, "{heard:?}");
    let bob = world.attach("bob", "");
    let greeted = world.heard(bob).join("\n");
    assert!(greeted.contains(" 001 bob "), "{greeted}");
    assert!(greeted.contains("has not answered"), "{greeted}");
    // Bob's own name has missed what waits for the store, so he hears nothing before that.
    world.packet(JOHN, r#"{"message":"hello","id":"j1"}"#);
    recovers(&mut world);
    let heard = said(&world.heard(bob));
    assert!(heard.contains(&"hello".to_owned()), "{heard:?}");
}

#[test]
fn questions_of_the_past_are_answered_with_why() {
    let (mut world, alice) =
        stuck("draft/chathistory batch labeled-response draft/read-marker message-tags");
    world.say(alice, "@label=early CHATHISTORY LATEST John * 10");
    world.pass(A_WHILE);
    world.heard(alice);
    for (line, expected) in [
        ("CHATHISTORY LATEST John * 10", "FAIL CHATHISTORY"),
        (
            "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2030-01-01T00:00:00.000Z 10",
            "FAIL CHATHISTORY",
        ),
        (
            "MARKREAD John timestamp=2030-01-01T00:00:00.000Z",
            "FAIL MARKREAD",
        ),
        ("PRIVMSG enclave :log John", "cannot be read"),
        ("PRIVMSG enclave :search word", "cannot be read"),
    ] {
        world.say(alice, &format!("@label=L {line}"));
        let heard = world.heard(alice);
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert!(heard[0].contains("label=L"), "{heard:?}");
        assert!(heard[0].contains(expected), "{heard:?}");
        assert!(heard[0].contains("state.db does not answer"), "{heard:?}");
    }
    let owed = world.gateway.census().owed;
    assert_eq!((owed.requests, owed.answers), (1, 1), "the early one");
    recovers(&mut world);
    let heard = world.heard(alice);
    assert!(
        heard.iter().any(|line| line.starts_with("@label=early")),
        "{heard:?}"
    );
    assert_eq!(world.gateway.census().owed.questions, 0);
}

#[test]
fn what_the_person_writes_is_taken_up_to_a_bound_and_then_refused() {
    let (mut world, alice) = stuck("echo-message");
    world.say(alice, "PRIVMSG John :0");
    world.pass(A_WHILE);
    world.heard(alice);
    for number in 1..UNSTORED {
        world.say(alice, &format!("PRIVMSG John :{number}"));
    }
    assert!(world.heard(alice).is_empty());
    world.say(alice, "PRIVMSG John :too much");
    let heard = world.heard(alice);
    assert!(heard[0].contains(" 404 alice John :"), "{heard:?}");
    assert!(heard[0].contains("1000 messages wait"), "{heard:?}");
    recovers(&mut world);
    let heard = said(&world.heard(alice));
    let all: Vec<String> = (0..UNSTORED).map(|number| number.to_string()).collect();
    assert_eq!(heard, all);
    assert_eq!(world.gateway.ledger.unaccepted_bytes, 0);
    world.say(alice, "PRIVMSG John :after");
    assert_eq!(said(&world.heard(alice)), ["after"]);
}

#[test]
fn long_texts_have_a_bound_of_their_own() {
    let (mut world, alice) = stuck("draft/multiline batch");
    world.say(alice, "PRIVMSG John :0");
    world.pass(A_WHILE);
    world.heard(alice);
    let text = "x".repeat(400);
    let mut taken = 0;
    let refusal = loop {
        world.say(alice, "BATCH +1 draft/multiline John");
        for _ in 0..20 {
            world.say(alice, &format!("@batch=1 PRIVMSG John :{text}"));
        }
        world.say(alice, "BATCH -1");
        match world.heard(alice).first() {
            Some(line) => break line.clone(),
            None => taken += 20 * text.len(),
        }
        assert!(taken < 1024 * 1024, "no bound");
    };
    assert!(refusal.contains("does not answer"), "{refusal}");
    assert!(taken > 500_000, "{taken}");
}

#[test]
fn a_disk_that_refuses_in_the_end_is_told_as_that_alone() {
    let (mut world, alice) = stuck("");
    world.say(alice, "PRIVMSG John :hi");
    world.pass(A_WHILE);
    world.heard(alice);
    world.event(Event::StoreTrouble(Some("it is broken".to_owned())));
    let heard = world.heard(alice).join("\n");
    assert!(heard.contains("Nothing can be stored"), "{heard}");
    assert!(!heard.contains("answers again"), "{heard}");
    world.pass(Duration::from_secs(60));
    assert!(world.heard(alice).is_empty(), "what is refused is known");
    let bob = world.attach("bob", "");
    let greeted = world.heard(bob).join("\n");
    assert!(greeted.contains("it is broken"), "{greeted}");
}

#[test]
fn an_address_book_that_cannot_be_written_is_told_to_whoever_changes_it() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG enclave :remove Mary");
    world.pass(Duration::from_millis(4_900));
    assert!(world.heard(alice).is_empty());
    world.pass(Duration::from_secs(60));
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(
        heard[0].contains("contacts.toml has not been changed yet"),
        "{heard:?}"
    );
    let change = world.changes[0].1.clone();
    let book = world.book_after(&change);
    world.book_becomes(book);
    let heard = world.heard(alice).join("\n");
    assert!(heard.contains("PRIVMSG alice :Mary"), "{heard}");
}

#[test]
fn whoever_was_not_there_is_told_once_at_attach() {
    let (mut world, alice) = stuck("");
    world.say(alice, "PRIVMSG John :hi");
    world.say(alice, "QUIT");
    world.pass(A_WHILE);
    let bob = world.attach("bob", "");
    let heard = world.heard(bob);
    let told = heard
        .iter()
        .filter(|line| line.contains("has not answered"));
    assert_eq!(told.count(), 1, "{heard:?}");
}

#[test]
fn at_the_end_it_is_said_what_is_not_stored() {
    let (mut world, alice) = stuck("");
    world.say(alice, "PRIVMSG John :hi");
    world.packet(JOHN, r#"{"message":"hello","id":"j1"}"#);
    world.pass(A_WHILE);
    world.heard(alice);
    let unstored = world.gateway.not_stored().unwrap();
    assert!(unstored.starts_with("1 message that you wrote, 1 of a contact"));
    world.event(Event::Shutdown);
    let heard = world.heard(alice);
    assert!(heard[0].contains("1 message that you wrote"), "{heard:?}");
}
