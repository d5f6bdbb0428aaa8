//! Text of any length and kind, on its way to clients and peers.

use serde_json::json;

use super::*;

fn texts(lines: &[String]) -> String {
    let text = |line: &String| line.split_once(" :").unwrap().1.to_owned();
    lines.iter().map(text).collect()
}

fn linked(capabilities: &str) -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", capabilities);
    world.online(JOHN);
    world.sent(JOHN);
    world.heard(alice);
    (world, alice)
}

#[test]
fn an_empty_action_of_a_contact_is_shown() {
    let (mut world, alice) = linked("");
    world.packet(JOHN, r#"{"message":"/me "}"#);
    assert_eq!(texts(&world.heard(alice)), "/me ");
}

#[test]
fn long_lines_to_oneself_and_long_echoes_lose_nothing() {
    let (mut world, alice) = linked("echo-message");
    let text = "ä".repeat(1000);
    for target in ["alice", "&enclave", "John"] {
        world.say(alice, &format!("PRIVMSG {target} :{text}"));
        let heard = world.heard(alice);
        let echoed = format!(" PRIVMSG {target} :");
        let own = heard.into_iter().filter(|line| line.contains(&echoed));
        let own: Vec<_> = own.filter(|line| line.starts_with(":alice!")).collect();
        assert_eq!(texts(&own), text, "{target}");
    }
}

#[test]
fn a_notice_is_echoed_as_a_notice_and_not_answered_with_301() {
    let (mut world, alice) = linked("echo-message");
    world.packet(JOHN, r#"{"status":2,"status-message":"lunch"}"#);
    world.heard(alice);
    world.say(alice, "NOTICE John :hi");
    assert_eq!(
        world.heard(alice),
        [":alice!alice@localhost NOTICE John :hi"]
    );
    assert_eq!(world.sent(JOHN), [json!({"message": "hi"})]);
}

#[test]
fn a_delimiter_within_text_does_not_reach_the_contact() {
    let (mut world, alice) = linked("");
    world.say(alice, "PRIVMSG John :a\u{1}VERSION\u{1}");
    assert_eq!(world.sent(JOHN), [json!({"message": "aVERSION"})]);
}

#[test]
fn ctcp_is_dropped_whoever_it_is_for() {
    let (mut world, alice) = linked("echo-message");
    for target in ["alice", "enclave", "&enclave", "John"] {
        world.say(alice, &format!("PRIVMSG {target} :\u{1}VERSION\u{1}"));
        let heard = world.heard(alice);
        assert_eq!(heard.len(), 1, "{target}: {heard:?}");
        assert!(heard[0].contains("NOTICE alice :CTCP is not carried"));
    }
}

#[test]
fn targets_that_are_none_are_answered() {
    let (mut world, alice) = linked("");
    world.say(alice, "PRIVMSG , :hi");
    assert!(world.heard(alice)[0].starts_with(":enclave.local 411 alice :"));
    for line in ["JOIN ,", "PART ,"] {
        world.say(alice, line);
        assert!(
            world.heard(alice)[0].starts_with(":enclave.local 461 alice "),
            "{line}"
        );
    }
}

#[test]
fn what_is_wrong_does_not_push_out_why() {
    let (mut world, alice) = linked("");
    world.say(alice, &format!("WHOIS {} x", "y".repeat(1000)));
    assert!(world.heard(alice)[0].ends_with(" :No such server"));
}

#[test]
fn a_message_has_one_msgid_and_its_first_line_carries_it() {
    let (mut world, alice) = linked("message-tags");
    let echoing = world.attached("al", "message-tags echo-message");
    world.packet(JOHN, r#"{"message":"one\ntwo"}"#);
    let heard = world.heard(alice);
    let id = |line: &str| {
        line.strip_prefix("@msgid=")?
            .split(' ')
            .next()
            .map(str::to_owned)
    };
    let first = id(&heard[0]).unwrap();
    assert_eq!(first.len(), 36, "{heard:?}");
    assert_eq!(&first[14..15], "7", "a UUID of version 7");
    assert_eq!(id(&heard[1]), None);
    assert_eq!(id(&world.heard(echoing)[0]), Some(first.clone()));
    world.say(echoing, "PRIVMSG John :hi");
    let seen = id(&world.heard(alice)[0]).unwrap();
    assert_eq!(id(&world.heard(echoing)[0]).unwrap(), seen);
    assert_ne!(seen, first);
}

#[test]
fn what_waited_is_played_as_a_batch_for_each_conversation() {
    let (mut world, alice) = linked("");
    world.online(MARY);
    world.say(alice, "QUIT");
    world.packet(JOHN, r#"{"message":"one"}"#);
    world.packet(MARY, r#"{"message":"two"}"#);
    world.packet(JOHN, r#"{"message":"three"}"#);
    let back = world.attach("alice", "batch");
    let heard = world.heard(back);
    let start = heard
        .iter()
        .position(|line| line.contains(" BATCH +"))
        .unwrap();
    let batch = &heard[start..start + 4];
    let id = batch[0].split('+').nth(1).unwrap();
    let (id, rest) = id.split_once(' ').unwrap();
    assert_eq!(rest, "chathistory John");
    let said = |text| format!("@batch={id} :John!enclave@fc00::1 PRIVMSG alice :{text}");
    assert_eq!(batch[1..3], [said("one"), said("three")]);
    assert_eq!(batch[3], format!(":enclave.local BATCH -{id}"));
    assert!(heard[start + 4].ends_with(" chathistory Mary"));
}

#[test]
fn a_backlog_of_empty_lines_fits_what_a_client_may_be_sent() {
    let (mut world, alice) = linked("");
    world.say(alice, "QUIT");
    for _ in 0..200 {
        world.packet(JOHN, &json!({"message": "\n".repeat(2000)}).to_string());
    }
    let back = world.attach("alice", "server-time account-tag message-tags batch");
    let bytes: usize = world.heard(back).iter().map(|line| line.len() + 2).sum();
    // Half of what the driver takes for a client that reads nothing.
    assert!(bytes < 5 * 1024 * 1024, "{bytes}");
}

#[test]
fn problems_of_several_lines_are_told_line_by_line() {
    let (mut world, alice) = linked("");
    world.say(alice, "PRIVMSG enclave :remove John");
    let (change, _) = world.changes.remove(0);
    let problems = format!("errors:\n{}\nb", "a".repeat(600));
    world.event(Event::BookChanged {
        change,
        outcome: Err(problems),
    });
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 4, "{heard:?}");
    assert!(heard[0].ends_with(" :Nothing was changed: errors:"));
    assert!(heard[3].ends_with(" :b"));
}

#[test]
fn what_comes_from_oneself_carries_the_account_that_whois_shows() {
    let (mut world, alice) = linked("account-tag echo-message");
    world.say(alice, "PRIVMSG John :hi");
    world.say(alice, "PART &enclave");
    world.say(alice, "NICK al");
    assert_eq!(
        world.heard(alice),
        [
            "@account=fc00::5 :alice!alice@localhost PRIVMSG John :hi",
            "@account=fc00::5 :alice!alice@localhost PART :&enclave",
            "@account=fc00::5 :alice!alice@localhost NICK :al",
        ]
    );
}
