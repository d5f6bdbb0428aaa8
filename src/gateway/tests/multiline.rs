//! Messages of several lines, both ways.

use super::*;

const CAPABILITIES: &str = "batch draft/multiline message-tags";

fn world(more: &str) -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attach("alice", &format!("{CAPABILITIES} {more}"));
    world.online(JOHN);
    world.heard(alice);
    world.sent(JOHN);
    (world, alice)
}

fn say_all(world: &mut World, client: ClientId, lines: &[&str]) {
    for line in lines {
        world.say(client, line);
    }
}

#[test]
fn a_batch_becomes_one_message() {
    let (mut world, alice) = world("");
    say_all(
        &mut world,
        alice,
        &[
            "BATCH +123 draft/multiline John",
            "@batch=123 PRIVMSG John hello",
            "@batch=123 PRIVMSG John :",
            "@batch=123 privmsg John :how is ",
            "@batch=123;draft/multiline-concat PRIVMSG John :everyone?",
        ],
    );
    assert!(world.sent(JOHN).is_empty(), "not before it is whole");
    world.say(alice, "BATCH -123");
    let expected = serde_json::json!({"message": "hello\n\nhow is everyone?"});
    assert_eq!(world.sent(JOHN), [expected]);
    assert!(world.heard(alice).is_empty());
}

#[test]
fn other_lines_are_taken_meanwhile_and_batches_of_others_are_not_mixed() {
    let (mut world, alice) = world("");
    let al = world.attached("al", CAPABILITIES);
    world.sent(JOHN);
    for client in [alice, al] {
        world.say(client, "BATCH +1 draft/multiline John");
        world.say(client, &format!("@batch=1 PRIVMSG John :of {}", client.0));
    }
    world.say(alice, "PING x");
    assert_eq!(world.heard(alice), [":enclave.local PONG enclave.local :x"]);
    world.say(al, "BATCH -1");
    assert_eq!(world.sent(JOHN)[0]["message"], "of 2");
    world.say(alice, "BATCH -1");
    assert_eq!(world.sent(JOHN)[0]["message"], "of 1");
}

#[test]
fn what_is_wrong_is_told_once_and_nothing_is_sent() {
    let (mut world, alice) = world("");
    for (lines, expected) in [
        (
            vec![
                "BATCH +4 draft/multiline John",
                "@batch=4 PRIVMSG Mary hello",
                "BATCH -4",
            ],
            "MULTILINE_INVALID_TARGET John Mary :",
        ),
        (
            vec![
                "BATCH +a draft/multiline John",
                "@batch=a PRIVMSG John :",
                "BATCH -a",
            ],
            "MULTILINE_INVALID :",
        ),
        (
            vec!["BATCH +a draft/multiline", "BATCH -a"],
            "MULTILINE_INVALID :",
        ),
        (vec!["BATCH -a"], "MULTILINE_INVALID :"),
        (
            vec![
                "BATCH +b other/type x",
                "@batch=b PRIVMSG John :x",
                "BATCH -b",
            ],
            "UNKNOWN_TYPE b other/type :",
        ),
        (
            vec![
                "BATCH +b_ draft/multiline John",
                "@batch=b_ PRIVMSG John :x",
                "BATCH -b_",
            ],
            "INVALID_REFTAG b_ :",
        ),
        (
            vec![
                "BATCH +1 draft/multiline John",
                "@batch=1 BATCH +2 draft/multiline John",
            ],
            "MULTILINE_INVALID :",
        ),
    ] {
        say_all(&mut world, alice, &lines);
        let heard = world.heard(alice);
        assert!(
            heard[0].starts_with(&format!(":enclave.local FAIL BATCH {expected}")),
            "{lines:?}: {heard:?}"
        );
        assert!(world.sent(JOHN).is_empty());
    }
}

#[test]
fn a_batch_that_is_never_closed_is_given_up() {
    let (mut world, alice) = world("");
    world.say(alice, "BATCH +1 draft/multiline John");
    world.say(alice, "@batch=1 PRIVMSG John :x");
    world.pass(Duration::from_secs(31));
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1);
    assert!(heard[0].starts_with(":enclave.local FAIL BATCH TIMEOUT 1 :"));
    world.say(alice, "@batch=1 PRIVMSG John :y");
    world.say(alice, "BATCH -1");
    assert!(world.heard(alice).is_empty());
    assert!(world.sent(JOHN).is_empty());
}

#[test]
fn the_label_of_the_opening_line_is_answered_when_the_message_is_durable() {
    let (mut world, alice) = world("labeled-response echo-message");
    say_all(
        &mut world,
        alice,
        &[
            "@label=L BATCH +1 draft/multiline John",
            "@batch=1 PRIVMSG John :one",
            "@batch=1 PRIVMSG John :two",
        ],
    );
    assert!(world.heard(alice).is_empty());
    world.slow_disk = Some(0);
    world.say(alice, "BATCH -1");
    assert!(world.heard(alice).is_empty());
    world.disk_catches_up();
    let heard = world.heard(alice);
    assert!(heard[0].contains(";label=L :alice!") && heard[0].contains(" BATCH +"));
    assert!(heard[1].ends_with(" PRIVMSG John :one") && !heard[1].contains("label"));
    assert!(heard[2].ends_with(" PRIVMSG John :two"));
    assert!(heard[3].contains(" BATCH -"));
    assert_eq!(heard.len(), 4);
    say_all(
        &mut world,
        alice,
        &["@label=E BATCH +1 draft/multiline John", "BATCH -1"],
    );
    let heard = world.heard(alice);
    assert!(heard[0].starts_with("@label=E :enclave.local FAIL BATCH MULTILINE_INVALID :"));
}

#[test]
fn an_unfinished_batch_is_answered_when_the_next_begins() {
    let (mut world, alice) = world("labeled-response");
    world.say(alice, "@label=L BATCH +1 draft/multiline John");
    world.say(alice, "BATCH +2 draft/multiline John");
    let heard = world.heard(alice);
    assert!(heard[0].starts_with("@label=L :enclave.local FAIL BATCH MULTILINE_INVALID :"));
    say_all(&mut world, alice, &["@batch=2 PRIVMSG John :x", "BATCH -2"]);
    assert_eq!(world.sent(JOHN)[0]["message"], "x");
}

#[test]
fn several_lines_are_a_batch_to_who_knows_it_and_lines_to_others() {
    let (mut world, alice) = world("");
    let plain = world.attached("al", "message-tags");
    world.packet(JOHN, r#"{"message":"one\n\ntwo"}"#);
    let heard = world.heard(alice);
    let (opening, name) = heard[0].split_once(" BATCH +").unwrap();
    assert!(opening.starts_with("@msgid=") && opening.ends_with(" :John!enclave@fc00::1"));
    let name = name.strip_suffix(" draft/multiline alice").unwrap();
    let line = |text: &str| format!("@batch={name} :John!enclave@fc00::1 PRIVMSG alice :{text}");
    assert_eq!(heard[1..4], [line("one"), line(""), line("two")]);
    assert_eq!(heard[4], format!(":John!enclave@fc00::1 BATCH -{name}"));
    let heard = world.heard(plain);
    assert_eq!(heard.len(), 2, "no blank line: {heard:?}");
    assert!(heard[0].starts_with("@msgid="));
    assert_eq!(heard[1], ":John!enclave@fc00::1 PRIVMSG al :two");
}

#[test]
fn a_long_line_is_put_together_again() {
    let (mut world, alice) = world("");
    let text = "word ".repeat(300);
    world.packet(JOHN, &format!(r#"{{"message":"{text}"}}"#));
    let heard = world.heard(alice);
    let lines = &heard[1..heard.len() - 1];
    assert!(lines.len() > 2);
    assert!(!lines[0].contains("draft/multiline-concat"));
    for line in &lines[1..] {
        assert!(line.contains(";draft/multiline-concat :"), "{line}");
    }
    let joined: String = lines
        .iter()
        .map(|line| line.split_once(" PRIVMSG alice :").unwrap().1)
        .collect();
    assert_eq!(joined, text);
}

#[test]
fn what_is_longer_than_the_limits_comes_in_several_batches() {
    let (mut world, alice) = world("");
    let text = "x".repeat(90_000);
    world.packet(JOHN, &format!(r#"{{"message":"{text}"}}"#));
    let heard = world.heard(alice);
    let opening = heard.iter().filter(|line| line.contains(" BATCH +"));
    assert_eq!(opening.count(), 3);
    let ids = heard.iter().filter(|line| line.contains("msgid="));
    assert_eq!(ids.count(), 1);
}

#[test]
fn only_messages_belong_to_a_batch_that_was_given_up() {
    let (mut world, alice) = world("");
    world.say(alice, "@batch=gone PRIVMSG John :x");
    assert!(world.sent(JOHN).is_empty());
    world.say(alice, "@batch=gone PING x");
    assert_eq!(world.heard(alice), [":enclave.local PONG enclave.local :x"]);
}
