//! Strangers: quarantine, prompt, and letting in.

use serde_json::json;

use super::*;

const EVE: &str = "fc00::e";

fn prompts(lines: &[String]) -> Vec<&String> {
    lines
        .iter()
        .filter(|line| line.contains("wants to talk to you"))
        .collect()
}

#[test]
fn a_stranger_gets_nothing_and_the_person_one_prompt() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.call(EVE);
    world.packet(EVE, r#"{"status":1,"alias":"Eve \u0002Bold\n"}"#);
    assert!(world.heard(alice).is_empty());
    world.packet(EVE, r#"{"message":"hello\nthere"}"#);
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(
        heard[0].starts_with(
            ":enclave!enclave@enclave.local PRIVMSG alice :fc00::e wants to talk to you, calls \
             itself \"Eve Bold\", says: \"hello there\""
        ),
        "{heard:?}"
    );
    assert!(world.sent(EVE).is_empty());
    world.packet(EVE, r#"{"message":"anyone?"}"#);
    world.packet(EVE, r#"{"message":"hello?"}"#);
    assert_eq!(
        world.heard(alice).len(),
        1,
        "later words are one line in all"
    );
}

#[test]
fn a_silent_stranger_is_prompted_after_five_seconds() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.call(EVE);
    world.packet(EVE, r#"{"status":1}"#);
    world.pass(Duration::from_secs(4));
    assert!(world.heard(alice).is_empty());
    world.pass(Duration::from_secs(1));
    assert_eq!(prompts(&world.heard(alice)).len(), 1);
}

#[test]
fn accept_shakes_hands_and_delivers_what_was_held() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.call(EVE);
    world.packet(
        EVE,
        r#"{"alias":"Eve","message":"hello","timestamp":1599999000}"#,
    );
    world.heard(alice);
    world.say(alice, "PRIVMSG enclave :accept 1");
    assert!(
        world.heard(alice).is_empty(),
        "first the book has to be written"
    );
    let mut book = book();
    book.contacts.push(contact("Eve", EVE));
    let change = world.book_becomes(book);
    assert!(matches!(change, Change::Add { name, .. } if name == "Eve"));
    let handshake = json!({"status": 1, "status-message": "", "alias": "alice"});
    assert_eq!(world.sent(EVE), [handshake]);
    let heard = world.heard(alice);
    assert!(
        heard.contains(&":Eve!enclave@fc00::e PRIVMSG alice :hello".to_owned()),
        "{heard:?}"
    );
    assert!(
        heard
            .last()
            .unwrap()
            .contains("Eve (Eve) is now your contact"),
        "{heard:?}"
    );
}

#[test]
fn an_alias_that_is_taken_or_reserved_names_nobody() {
    for alias in [
        "John", "enclave", "ENC1AVE", "alice", "", "J0hn_", "Jоhn", "M-A-R-Y",
    ] {
        let mut world = World::new();
        let alice = world.attached("alice", "");
        world.call(EVE);
        world.packet(EVE, &json!({"alias": alias, "message": "hi"}).to_string());
        world.heard(alice);
        world.say(alice, "PRIVMSG enclave :accept 1");
        let heard = world.heard(alice);
        assert!(heard[0].contains("give them a name"), "{alias}: {heard:?}");
        assert!(world.changes.is_empty());
    }
}

#[test]
fn prompts_wait_for_someone_to_attach_and_come_together_beyond_five() {
    let mut world = World::new();
    for n in 0..8 {
        let address = format!("fc00::e{n}");
        world.call(&address);
        world.packet(&address, r#"{"message":"hi"}"#);
    }
    let alice = world.attach("alice", "");
    let heard = world.heard(alice);
    assert_eq!(prompts(&heard).len(), 5);
    assert!(
        heard
            .iter()
            .any(|line| line.contains("3 more want to talk to you"))
    );
}

#[test]
fn more_than_five_in_a_minute_become_one_line() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for n in 0..9 {
        let address = format!("fc00::e{n}");
        world.call(&address);
        world.packet(&address, r#"{"message":"hi"}"#);
    }
    assert_eq!(world.heard(alice).len(), 5);
    world.pass(Duration::from_secs(60));
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1);
    assert!(
        heard[0].contains("4 more want to talk to you: /msg enclave requests"),
        "{heard:?}"
    );
}

#[test]
fn a_rejected_stranger_is_silent_for_a_day() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let connection = world.call(EVE);
    world.packet(EVE, r#"{"message":"hi"}"#);
    world.say(alice, "PRIVMSG enclave :reject fc00::e");
    assert_eq!(world.ended, [connection]);
    world.heard(alice);
    let again = world.call(EVE);
    assert_eq!(world.ended, [connection, again], "closed on accept");
    world.pass(Duration::from_secs(24 * 3600));
    let later = world.call(EVE);
    assert!(!world.ended.contains(&later));
}

#[test]
fn prompts_that_wait_while_nobody_is_attached_do_not_keep_the_program_awake() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for n in 0..6 {
        let address = format!("fc00::e{n}");
        world.call(&address);
        world.packet(&address, r#"{"message":"hi"}"#);
    }
    world.say(alice, "QUIT");
    // Fails where a deadline that is over comes again and again.
    world.pass(Duration::from_secs(61));
    let back = world.attach("alice", "");
    assert_eq!(prompts(&world.heard(back)).len(), 1, "the sixth");
}

#[test]
fn a_stranger_cannot_close_the_quotation_marks_around_its_words() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.call(EVE);
    let packet = json!({"alias": "Bob\", says: \"I am", "message": "\" fc00::1 says: \""});
    world.packet(EVE, &packet.to_string());
    assert!(
        world.heard(alice)[0]
            .contains("calls itself \"Bob', says: 'I am\", says: \"' fc00::1 says: '\". To let")
    );
}

#[test]
fn a_prompt_with_wide_and_heavy_text_says_what_can_be_done_and_is_not_cut() {
    for letter in ["王", "\u{1d400} ", "ж"] {
        let mut world = World::new();
        let alice = world.attached("alice", "");
        world.call(EVE);
        let text = letter.repeat(300);
        let packet = json!({"alias": text, "message": text});
        world.packet(EVE, &packet.to_string());
        let heard = world.heard(alice);
        let (words, _) = heard[0].rsplit_once('"').unwrap();
        assert!(words.ends_with('…'), "{heard:#?}");
        let how = "To let them in: /msg enclave accept 1 NAME · or: /msg enclave reject 1 · \
                   /msg enclave block 1";
        assert!(heard.last().unwrap().ends_with(how), "{heard:#?}");
    }
}

#[test]
fn accept_with_a_number_works_in_the_channel_too_and_reject_does_not() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.call(EVE);
    world.packet(EVE, r#"{"message":"hi"}"#);
    world.say(alice, "PRIVMSG &enclave :reject 1");
    assert!(world.ended.is_empty());
    world.say(alice, "PRIVMSG &enclave :accept 1 Eve");
    assert!(matches!(world.changes[0].1, Change::Add { .. }));
}

#[test]
fn the_person_is_told_when_there_is_no_place_left_and_can_make_all_free() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let ask = |world: &mut World, from: u16| {
        for n in from..from + 32 {
            let address = format!("fc01::{n:x}");
            world.call(&address);
            world.packet(&address, r#"{"message":"hi"}"#);
        }
    };
    ask(&mut world, 1);
    world.heard(alice);
    let friend = world.call("fc02::1");
    assert!(world.ended.contains(&friend));
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains("so fc02::1 was turned away"), "{heard:?}");
    world.call("fc02::2");
    assert!(world.heard(alice).is_empty(), "once is enough");

    world.say(alice, "PRIVMSG &enclave :reject all");
    let heard = world.heard(alice);
    assert!(heard[0].contains("Nothing was done"), "talk: {heard:?}");
    world.say(alice, "PRIVMSG enclave :reject all");
    let heard = world.heard(alice);
    assert!(heard[0].contains("32 were turned away"), "{heard:?}");
    let friend = world.call("fc02::1");
    assert!(!world.ended.contains(&friend));
    let pest = world.call("fc01::1");
    assert!(world.ended.contains(&pest), "silenced");
    world.say(alice, "PRIVMSG enclave :reject all");
    let heard = world.heard(alice);
    assert!(heard[0].contains("Nothing was done"), "{heard:?}");
}

/// What the person has on their screen must not come to mean somebody else.
#[test]
fn a_number_means_one_stranger_over_restarts_too() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.call(EVE);
    world.pass(Duration::from_secs(5));
    assert!(world.heard(alice)[0].contains("accept 1 NAME"));
    let mut world = world.crash(Settings::default(), book());
    let alice = world.attached("alice", "");
    world.call("fc00::f");
    world.packet("fc00::f", r#"{"message":"hi"}"#);
    assert!(world.heard(alice)[0].contains("accept 2 NAME"));
    world.say(alice, "PRIVMSG enclave :accept 1 Eve");
    assert!(world.changes.is_empty());
}
