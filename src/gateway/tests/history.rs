//! History that is asked for.

use super::*;

const CAPABILITIES: &str = "batch draft/chathistory message-tags server-time";

/// Alice, who asks for history, and John online.
fn world() -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attach("alice", CAPABILITIES);
    world.online(JOHN);
    world.heard(alice);
    (world, alice)
}

fn from_john(world: &mut World, text: &str, seconds: i64) {
    let timestamp = START / 1000 + seconds;
    world.packet(
        JOHN,
        &format!(r#"{{"message":"{text}","timestamp":{timestamp}}}"#),
    );
}

/// What a client is answered, without the batch that is around it, which is of this type.
fn asked(world: &mut World, client: ClientId, request: &str, kind: &str) -> Vec<String> {
    world.heard(client);
    world.say(client, request);
    let heard = world.heard(client);
    let (first, rest) = heard.split_first().expect(request);
    let (last, lines) = rest.split_last().unwrap_or_else(|| panic!("{first}"));
    let opened = first.strip_prefix(":enclave.local BATCH +").expect(first);
    let (name, found) = opened.split_once(' ').unwrap();
    assert_eq!(found, kind);
    assert_eq!(*last, format!(":enclave.local BATCH -{name}"));
    for line in lines {
        assert!(line.contains(&format!("batch={name}")), "{line}");
    }
    lines.to_vec()
}

/// The texts of the messages that a client is answered with.
fn texts(world: &mut World, client: ClientId, request: &str) -> Vec<String> {
    let lines = asked(world, client, request, "chathistory John");
    let text = |line: &String| {
        line.split_once(" PRIVMSG ")
            .unwrap()
            .1
            .split_once(" :")
            .unwrap()
            .1
            .to_owned()
    };
    lines.iter().map(text).collect()
}

fn tag<'a>(line: &'a str, key: &str) -> &'a str {
    let tags = line.strip_prefix('@').unwrap().split_once(' ').unwrap().0;
    let found = tags
        .split(';')
        .find_map(|tag| tag.strip_prefix(key)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("{key} in {line}"))
}

#[test]
fn both_sides_of_a_conversation_come_in_one_order() {
    let (mut world, alice) = world();
    from_john(&mut world, "one", -100);
    world.say(alice, "PRIVMSG John :two");
    from_john(&mut world, "three", -50);
    let lines = asked(
        &mut world,
        alice,
        "CHATHISTORY LATEST john * 10",
        "chathistory John",
    );
    assert!(lines[0].ends_with(" :John!enclave@fc00::1 PRIVMSG alice :one"));
    assert!(lines[1].ends_with(" :alice!alice@localhost PRIVMSG John :two"));
    assert!(lines[2].ends_with(" :John!enclave@fc00::1 PRIVMSG alice :three"));
    assert_eq!(tag(&lines[0], "time"), "2020-09-13T12:25:00.000Z");
}

#[test]
fn every_subcommand_finds_its_place_by_msgid_and_by_time() {
    let (mut world, alice) = world();
    // All in one second: that is as fine as a packet tells time.
    for text in ["a", "b", "c", "d", "e"] {
        from_john(&mut world, text, -100);
    }
    let all = asked(
        &mut world,
        alice,
        "CHATHISTORY LATEST John * 0",
        "chathistory John",
    );
    let reference = |kind: &str, index: usize| match kind {
        "msgid" => format!("msgid={}", tag(&all[index], "msgid")),
        _ => format!("timestamp={}", tag(&all[index], "time")),
    };
    for kind in ["msgid", "timestamp"] {
        let (b, c, d) = (reference(kind, 1), reference(kind, 2), reference(kind, 3));
        for (request, expected) in [
            (format!("LATEST John {c} 9"), "de"),
            (format!("LATEST John {b} 2"), "de"),
            (format!("BEFORE John {c} 1"), "b"),
            (format!("BEFORE John {c} 9"), "ab"),
            (format!("AFTER John {c} 1"), "d"),
            (format!("AROUND John {c} 3"), "bcd"),
            (format!("BETWEEN John {b} {d} 9"), "c"),
            (format!("BETWEEN John {d} {b} 9"), "c"),
        ] {
            let found = texts(&mut world, alice, &format!("CHATHISTORY {request}"));
            assert_eq!(found.concat(), expected, "{request}");
        }
    }
}

#[test]
fn paging_by_time_visits_every_message_of_one_second() {
    let (mut world, alice) = world();
    for number in 0..23 {
        from_john(&mut world, &number.to_string(), -100);
    }
    let mut visited = Vec::new();
    let mut reference = "*".to_owned();
    loop {
        let subcommand = if reference == "*" { "LATEST" } else { "BEFORE" };
        let request = format!("CHATHISTORY {subcommand} John {reference} 5");
        let page = asked(&mut world, alice, &request, "chathistory John");
        let Some(first) = page.first() else { break };
        reference = format!("timestamp={}", tag(first, "time"));
        visited.extend(page.into_iter().rev());
    }
    let numbers: Vec<_> = visited
        .iter()
        .map(|line| line.rsplit_once(':').unwrap().1)
        .collect();
    let expected: Vec<_> = (0..23).rev().map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn conversations_are_listed_by_their_latest_message() {
    let (mut world, alice) = world();
    from_john(&mut world, "one", -100);
    world.pass(Duration::from_secs(10));
    world.say(alice, "PRIVMSG Mary :two");
    let request = "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z \
                   timestamp=2030-01-01T00:00:00.000Z 10";
    let lines = asked(&mut world, alice, request, "draft/chathistory-targets");
    assert!(lines[0].ends_with(":enclave.local CHATHISTORY TARGETS John 2020-09-13T12:26:40.000Z"));
    assert!(lines[1].ends_with(":enclave.local CHATHISTORY TARGETS Mary 2020-09-13T12:26:50.000Z"));
}

#[test]
fn what_has_no_history_is_an_empty_batch() {
    let (mut world, alice) = world();
    for (target, name) in [
        ("&ENCLAVE", "&enclave"),
        ("Enclave", "enclave"),
        ("ALICE", "alice"),
        ("mary", "Mary"),
    ] {
        let request = format!("CHATHISTORY LATEST {target} * 10");
        let kind = format!("chathistory {name}");
        assert!(asked(&mut world, alice, &request, &kind).is_empty());
    }
}

#[test]
fn what_is_wrong_is_said() {
    let (mut world, alice) = world();
    for (request, expected) in [
        ("", "INVALID_PARAMS * :Unknown subcommand"),
        (
            "FIRST John * 10",
            "INVALID_PARAMS FIRST :Unknown subcommand",
        ),
        (
            "LATEST John *",
            "INVALID_PARAMS LATEST :Insufficient parameters",
        ),
        (
            "LATEST John * 10 x",
            "INVALID_PARAMS LATEST :Too many parameters",
        ),
        (
            "BETWEEN John msgid=a 10",
            "INVALID_PARAMS BETWEEN :Insufficient parameters",
        ),
        (
            "LATEST John * many",
            "INVALID_PARAMS LATEST many :Invalid limit",
        ),
        (
            "BEFORE John * 10",
            "INVALID_PARAMS BEFORE * :Invalid message reference",
        ),
        (
            "before John timestamp=today 10",
            "INVALID_PARAMS before timestamp=today :Invalid timestamp",
        ),
        (
            "TARGETS msgid=a msgid=b 10",
            "INVALID_PARAMS TARGETS msgid=a :Invalid timestamp",
        ),
        (
            "BEFORE John id=1 10",
            "INVALID_MSGREFTYPE BEFORE John id=1 :",
        ),
        ("BEFORE nobody msgid=a 10", "INVALID_TARGET BEFORE nobody :"),
        ("BEFORE #other msgid=a 10", "INVALID_TARGET BEFORE #other :"),
        (
            "BEFORE John msgid=unknown 10",
            "MESSAGE_ERROR BEFORE John :",
        ),
    ] {
        world.say(alice, &format!("CHATHISTORY {request}"));
        let heard = world.heard(alice);
        let expected = format!(":enclave.local FAIL CHATHISTORY {expected}");
        assert!(heard[0].starts_with(&expected), "{request}: {heard:?}");
    }
    let plain = world.attached("al", "batch");
    world.say(plain, "CHATHISTORY LATEST John * 10");
    assert!(world.heard(plain)[0].starts_with(":enclave.local 421 al CHATHISTORY "));
}

#[test]
fn requests_that_wait_are_bounded() {
    let (mut world, alice) = world();
    world.slow_answers = true;
    for _ in 0..17 {
        world.say(alice, "CHATHISTORY LATEST John * 10");
    }
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1);
    assert!(heard[0].starts_with(":enclave.local FAIL CHATHISTORY MESSAGE_ERROR LATEST John :"));
    world.answers_come();
    assert_eq!(world.heard(alice).len(), 32);
}

#[test]
fn a_batch_of_history_has_the_label_itself() {
    let mut world = World::new();
    let alice = world.attached("alice", &format!("{CAPABILITIES} labeled-response"));
    world.say(alice, "@label=h CHATHISTORY LATEST John * 10");
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 2);
    assert!(heard[0].starts_with("@label=h :enclave.local BATCH +"));
    assert!(heard[0].ends_with(" chathistory John"));
}

#[test]
fn a_client_that_asks_is_not_played_anything() {
    let mut world = World::new();
    world.online(JOHN);
    from_john(&mut world, "missed", -10);
    let alice = world.attach("alice", CAPABILITIES);
    assert!(
        !world
            .heard(alice)
            .iter()
            .any(|line| line.contains("missed"))
    );
    assert_eq!(
        texts(&mut world, alice, "CHATHISTORY LATEST John * 9"),
        ["missed"]
    );
}

fn forgetful() -> Settings {
    Settings {
        history: History::None,
        ..Settings::default()
    }
}

#[test]
fn what_was_not_fetched_does_not_count_as_seen() {
    let mut world = World::with(forgetful(), book(), Loaded::default());
    world.online(JOHN);
    from_john(&mut world, "one", -10);
    from_john(&mut world, "two", -9);
    let alice = world.attach("alice", CAPABILITIES);
    from_john(&mut world, "live", 0);
    assert!(world.heard(alice).iter().any(|line| line.contains("live")));
    world.pass(Duration::from_secs(1));
    assert_eq!(
        texts(&mut world, alice, "CHATHISTORY LATEST John * 2"),
        ["two", "live"],
        "the first is still to be fetched"
    );
    assert_eq!(
        texts(&mut world, alice, "CHATHISTORY LATEST John * 9"),
        ["one", "two", "live"]
    );
    assert!(
        texts(&mut world, alice, "CHATHISTORY LATEST John * 9").is_empty(),
        "all is fetched, so nothing is kept any more"
    );
}

#[test]
fn what_lies_between_two_pages_does_not_count_as_seen() {
    let mut world = World::with(forgetful(), book(), Loaded::default());
    world.online(JOHN);
    for text in ["one", "two", "three"] {
        from_john(&mut world, text, -10);
    }
    world.pass(Duration::from_secs(1));
    let alice = world.attach("alice", CAPABILITIES);
    let newest = "CHATHISTORY LATEST John * 1";
    let oldest = "CHATHISTORY AFTER John timestamp=2000-01-01T00:00:00.000Z 1";
    let all = "CHATHISTORY LATEST John * 9";
    for _ in 0..3 {
        assert_eq!(texts(&mut world, alice, newest), ["three"]);
        assert_eq!(texts(&mut world, alice, oldest), ["one"]);
    }
    let heard = texts(&mut world, alice, all);
    assert_eq!(heard, ["one", "two", "three"], "nobody has read the second");
    assert!(texts(&mut world, alice, all).is_empty());
}

#[test]
fn a_reaction_that_a_client_cannot_fetch_holds_nothing_back() {
    let mut world = World::with(forgetful(), book(), Loaded::default());
    world.call(JOHN);
    world.packet(JOHN, r#"{"status":1,"features":["receipts","tags"]}"#);
    let reaction = r#"{"id":"ID","tags":{"draft/react":"x","reply":"a"}}"#;
    world.packet(JOHN, &reaction.replace("ID", "r1"));
    world.packet(JOHN, r#"{"id":"m1","message":"hi"}"#);
    world.packet(JOHN, &reaction.replace("ID", "r2"));
    world.pass(Duration::from_secs(1));
    let alice = world.attach("alice", CAPABILITIES);
    let request = "CHATHISTORY LATEST John * 9";
    assert_eq!(texts(&mut world, alice, request), ["hi"]);
    assert!(
        texts(&mut world, alice, request).is_empty(),
        "all that can be fetched is, so nothing is kept any more"
    );
}

#[test]
fn reactions_are_history_for_those_who_know_what_to_do_with_them() {
    let (mut world, alice) = world();
    let playing = world.attached("al", &format!("{CAPABILITIES} draft/event-playback"));
    world.say(alice, "PRIVMSG John :hi");
    world.say(alice, "@+draft/react=x;+reply=id TAGMSG John");
    let request = "CHATHISTORY LATEST John * 9";
    let lines = asked(&mut world, alice, request, "chathistory John");
    assert_eq!(lines.len(), 1);
    let lines = asked(&mut world, playing, request, "chathistory John");
    assert!(lines[1].contains(";+draft/react=x;+reply=id :al!al@localhost TAGMSG John"));
}
