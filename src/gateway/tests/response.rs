//! Which answer belongs to which request.

use super::*;

const CAPABILITIES: &str = "batch labeled-response message-tags echo-message";

/// Alice, with labels, and John online.
fn world() -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attach("alice", CAPABILITIES);
    world.online(JOHN);
    world.heard(alice);
    world.sent(JOHN);
    (world, alice)
}

/// The name of the batch that this line opens, which has this label and type.
fn opened(line: &str, label: &str, kind: &str) -> String {
    let rest = line.strip_prefix(&format!("@label={label} :enclave.local BATCH +"));
    let (name, found) = rest
        .unwrap_or_else(|| panic!("{line}"))
        .split_once(' ')
        .unwrap();
    assert_eq!(found, kind);
    name.to_owned()
}

#[test]
fn one_line_has_the_label_itself() {
    let (mut world, alice) = world();
    world.say(alice, "@label=a PING token");
    world.say(alice, "@label=b WHOWAS");
    world.say(alice, "@label=c FOO");
    assert_eq!(
        world.heard(alice),
        [
            "@label=a :enclave.local PONG enclave.local :token",
            "@label=b :enclave.local 431 alice :No nickname given",
            "@label=c :enclave.local 421 alice FOO :Unknown command",
        ]
    );
}

#[test]
fn silence_is_acknowledged() {
    let (mut world, alice) = world();
    for line in [
        "PONG :x",
        "MONITOR - John",
        "NICK alice",
        "NOTICE nobody :x",
    ] {
        world.say(alice, &format!("@label=x {line}"));
        assert_eq!(
            world.heard(alice),
            ["@label=x :enclave.local ACK"],
            "{line}"
        );
    }
}

#[test]
fn many_lines_are_a_batch() {
    let (mut world, alice) = world();
    world.say(alice, "@label=w WHOIS John");
    let heard = world.heard(alice);
    let (first, rest) = heard.split_first().unwrap();
    let (last, middle) = rest.split_last().unwrap();
    let name = opened(first, "w", "labeled-response");
    assert_eq!(*last, format!(":enclave.local BATCH -{name}"));
    assert!(middle.len() > 3);
    for line in middle {
        assert!(
            line.starts_with(&format!("@batch={name} :enclave.local ")),
            "{line}"
        );
    }
}

#[test]
fn a_label_that_cannot_be_or_was_not_negotiated_is_none() {
    let (mut world, alice) = world();
    let long = "x".repeat(65);
    for tags in ["@label", "@label=", &format!("@label={long}")] {
        world.say(alice, &format!("{tags} PING a"));
        assert_eq!(world.heard(alice), [":enclave.local PONG enclave.local :a"]);
    }
    for capabilities in ["labeled-response", "batch message-tags"] {
        let other = world.attached("al", capabilities);
        world.say(other, "@label=x PING a");
        world.say(other, "@label=x PONG a");
        assert_eq!(world.heard(other), [":enclave.local PONG enclave.local :a"]);
    }
}

#[test]
fn an_echo_has_the_label_when_the_message_is_durable() {
    let (mut world, alice) = world();
    world.slow_disk = Some(0);
    world.say(alice, "@label=m PRIVMSG John :hi");
    world.say(alice, "@label=p PING a");
    assert_eq!(
        world.heard(alice),
        ["@label=p :enclave.local PONG enclave.local :a"],
        "what comes later does not wait"
    );
    world.disk_catches_up();
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1);
    assert!(heard[0].starts_with("@msgid=") && heard[0].contains(";label=m :alice!"));
    assert!(heard[0].ends_with(" PRIVMSG John :hi"));
}

#[test]
fn without_an_echo_what_is_durable_is_acknowledged() {
    let (mut world, _) = world();
    let other = world.attached("al", "batch labeled-response");
    world.slow_disk = Some(0);
    world.say(other, "@label=m PRIVMSG John :hi");
    assert!(world.heard(other).is_empty());
    world.disk_catches_up();
    assert_eq!(world.heard(other), ["@label=m :enclave.local ACK"]);
}

#[test]
fn the_echoes_of_a_message_to_many_are_one_response_and_in_order() {
    let (mut world, alice) = world();
    world.online(MARY);
    world.heard(alice);
    world.slow_disk = Some(0);
    world.say(alice, "@label=m PRIVMSG John,nobody,Mary :hi");
    let begun = world.heard(alice);
    let name = opened(&begun[0], "m", "labeled-response");
    assert!(begun[1].starts_with(&format!("@batch={name} :enclave.local 401 alice nobody ")));
    world.disk_catches_up();
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 3);
    assert!(heard[0].contains(&format!("batch={name}")) && heard[0].ends_with("John :hi"));
    assert!(heard[1].contains(&format!("batch={name}")) && heard[1].ends_with("Mary :hi"));
    assert_eq!(heard[2], format!(":enclave.local BATCH -{name}"));
}

#[test]
fn a_message_to_oneself_comes_once_and_with_the_label_only_as_an_echo() {
    let (mut world, alice) = world();
    let other = world.attached("alice", "batch labeled-response");
    world.say(alice, "@label=a PRIVMSG alice :note");
    let echo = world.heard(alice);
    assert_eq!(echo.len(), 1);
    assert!(echo[0].contains(";label=a "));
    assert_eq!(
        world.heard(other),
        [":alice!alice@localhost PRIVMSG alice :note"]
    );
    world.say(other, "@label=b PRIVMSG alice :note");
    let heard = world.heard(other);
    assert_eq!(
        heard,
        [
            ":alice!alice@localhost PRIVMSG alice :note",
            "@label=b :enclave.local ACK"
        ]
    );
}

#[test]
fn what_happens_anyway_is_no_part_of_a_response() {
    let (mut world, alice) = world();
    world.say(alice, "@label=b PRIVMSG enclave :block John");
    world.heard(alice);
    let mut blocked = book();
    blocked.contacts[0].blocked = true;
    world.book_becomes(blocked);
    let heard = world.heard(alice);
    let quit = heard.iter().find(|line| line.contains(" QUIT ")).unwrap();
    assert!(quit.starts_with(":John!"), "{quit}");
}

#[test]
fn what_the_control_contact_answers_later_has_the_label_too() {
    let (mut world, alice) = world();
    world.packet(JOHN, r#"{"message":"earlier"}"#);
    world.heard(alice);
    world.slow_answers = true;
    world.say(alice, "@label=l PRIVMSG enclave :log John");
    let begun = world.heard(alice);
    let name = opened(&begun[0], "l", "labeled-response");
    assert_eq!(begun.len(), 2, "the echo: {begun:?}");
    world.answers_come();
    let heard = world.heard(alice);
    assert!(heard[0].contains(&format!("batch={name}")) && heard[0].ends_with("earlier"));
    assert_eq!(heard[1], format!(":enclave.local BATCH -{name}"));
}

#[test]
fn quitting_is_answered_before_the_end() {
    let (mut world, alice) = world();
    world.say(alice, "@label=q QUIT :bye");
    assert_eq!(world.heard(alice), ["@label=q ERROR :Closing link: bye"]);
    assert_eq!(world.closed, [alice]);
}

#[test]
fn nothing_is_owed_to_a_client_that_is_gone() {
    let (mut world, alice) = world();
    world.slow_disk = Some(0);
    world.say(alice, "@label=m PRIVMSG John :hi");
    world.event(Event::ClientEnded {
        client: alice,
        reason: "gone".to_owned(),
    });
    world.disk_catches_up();
    assert!(world.heard(alice).is_empty());
}
