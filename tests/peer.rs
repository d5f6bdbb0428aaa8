//! What other programs send, and exactly what we send them: a scripted peer, written from
//! the Enclave specification alone, that does all the odd things seen in the wild.

mod support;

use support::friend::AVAILABLE;
use support::peer::frame;
use support::{Daemon, Friend, Network, Peer, Setup};

#[test]
fn what_we_send_is_compact_json_in_a_fixed_order() {
    let mut friend = Friend::new(&[]);
    let (link, alice) = (&mut friend.link, &mut friend.alice);
    alice.send("AWAY :lunch");
    link.expect(r#"{"status":2,"status-message":"lunch","timestamp":N}"#);
    alice.send("AWAY :busy: cooking");
    link.expect(r#"{"status":3,"status-message":"cooking","timestamp":N}"#);
    alice.send("AWAY");
    link.expect(AVAILABLE);
    alice.send("PRIVMSG JohnSmith :caf\u{e9} \"\u{1f600}\" \\ \u{2}bold\u{2}");
    link.expect(concat!(
        r#"{"message":"café \"😀\" \\ "#,
        r#"\u0002bold\u0002","timestamp":N}"#
    ));
    alice.send("QUIT :good night");
    link.expect(r#"{"status":2,"status-message":"good night","timestamp":N}"#);
    friend.gateway.signal(rustix::process::Signal::TERM);
    let goodbye = link.read_json();
    assert_eq!(goodbye["status"], 0, "{goodbye}");
    link.expect_end();
}

#[test]
fn each_frame_is_one_write() {
    let mut friend = Friend::new(&[]);
    for number in 0..50 {
        friend
            .alice
            .send(&format!("PRIVMSG JohnSmith :number {number}"));
        let bytes = friend.link.read_at_once();
        let (length, content) = bytes.split_first_chunk::<4>().expect("a length");
        assert_eq!(
            u32::from_be_bytes(*length) as usize,
            content.len(),
            "a frame came in pieces"
        );
    }
}

#[test]
fn whoever_knows_only_the_specification_gets_each_message_once() {
    let mut friend = Friend::new(&["echo-message"]);
    for number in 0..100 {
        friend
            .alice
            .send(&format!("PRIVMSG JohnSmith :number {number}"));
        if number % 3 == 0 {
            friend.link.send(r#"{"message":"and back"}"#);
        }
    }
    for number in 0..100 {
        // Nothing but attributes of the specification and what anybody ignores.
        let packet = format!(r#"{{"message":"number {number}","timestamp":N}}"#);
        friend.link.expect(&packet);
    }
    // His kernel has them all, which ours learns a moment later.
    friend
        .alice
        .ask_service_until("outbox", "Nothing waits to be sent.");
    friend.alice.send("AWAY :lunch");
    friend
        .link
        .expect(r#"{"status":2,"status-message":"lunch","timestamp":N}"#);
}

#[test]
fn frames_may_come_in_any_pieces() {
    let mut friend = Friend::new(&[]);
    let bytes = frame(r#"{"message":"byte by byte","timestamp":1700000000}"#.as_bytes());
    for byte in bytes {
        friend.link.send_bytes(&[byte]);
    }
    friend.alice.expect_text("JohnSmith", "byte by byte");
    let many: Vec<u8> = (0..20)
        .flat_map(|n| frame(format!(r#"{{"message":"many {n}"}}"#).as_bytes()))
        .collect();
    friend.link.send_bytes(&many);
    for number in 0..20 {
        let line = friend
            .alice
            .expect("a message", |line| line.is("PRIVMSG", "JohnSmith"));
        assert_eq!(line.text(), format!("many {number}"), "in order");
    }
}

#[test]
fn a_message_needs_no_handshake_before_it() {
    let network = Network::new();
    let peer = Peer::listen(&network);
    let gateway = Daemon::start(Setup::on(&network).contact("John Smith", peer.address));
    let mut alice = gateway.client("alice", &[]);
    let mut link = peer.accept();
    link.send(r#"{"message":"no greeting"}"#);
    alice.expect_text("JohnSmith", "no greeting");
}

#[test]
fn a_handshake_and_then_the_end_is_read() {
    let mut friend = Friend::new(&["away-notify"]);
    friend
        .link
        .send(r#"{"message":"bye then","status":2,"status-message":"out"}"#);
    friend.link.finish();
    friend.alice.expect_text("JohnSmith", "bye then");
    friend
        .alice
        .expect("JohnSmith to leave", |line| line.is("QUIT", "JohnSmith"));
}

#[test]
fn old_names_of_attributes_are_known() {
    let mut friend = Friend::new(&["away-notify"]);
    friend
        .link
        .send(r#"{"status":2,"statusmsg":"by its old name"}"#);
    let away = friend
        .alice
        .expect("away", |line| line.is("AWAY", "JohnSmith"));
    assert_eq!(away.text(), "by its old name");
}

#[test]
fn integers_may_be_floats_strings_and_booleans() {
    let mut friend = Friend::new(&["away-notify"]);
    for (away, here) in [("2.0", "1.0"), ("\"2\"", "\"1\""), ("2", "true")] {
        friend
            .link
            .send(format!(r#"{{"status":{away},"status-message":"lunch"}}"#));
        friend.alice.expect("away", |line| {
            line.is("AWAY", "JohnSmith") && line.parameters == ["lunch"]
        });
        friend
            .link
            .send(format!(r#"{{"status":{here},"status-message":""}}"#));
        friend.alice.expect("back", |line| {
            line.is("AWAY", "JohnSmith") && line.parameters.is_empty()
        });
    }
}

#[test]
fn timestamps_that_make_sense_become_the_time_tag() {
    let mut friend = Friend::new(&["server-time"]);
    for sane in [
        "1700000000",
        "1700000000.5",
        "\"1700000000\"",
        "1700000000000",
    ] {
        let line = friend.says(&format!(r#"{{"message":"x","timestamp":{sane}}}"#));
        let time = line.tag("time").expect("a time");
        assert!(
            time.starts_with("2023-11-14T22:13:20."),
            "{sane} became {time}"
        );
    }
    for odd in ["0", "-5", "1e300", "null", "\"soon\"", "[]", "99999999999"] {
        let line = friend.says(&format!(r#"{{"message":"x","timestamp":{odd}}}"#));
        let time = line.tag("time").expect("a time");
        assert!(
            !time.starts_with("1970") && time.starts_with("20"),
            "{odd} became {time}"
        );
        assert!(
            time[..4].parse::<u32>().expect("a year") < 2100,
            "{odd} became {time}"
        );
    }
    let line = friend.says(r#"{"message":"none at all"}"#);
    assert!(line.tag("time").is_some());
}

#[test]
fn a_status_that_does_not_exist_does_not_lose_the_packet() {
    let mut friend = Friend::new(&["away-notify"]);
    for odd in [
        "4",
        "-1",
        "1.5",
        "null",
        "[]",
        "{}",
        "\"away\"",
        "99999999999999999999",
    ] {
        let line = friend.says(&format!(
            r#"{{"status":{odd},"message":"kept {}"}}"#,
            odd.len()
        ));
        assert_eq!(line.text(), format!("kept {}", odd.len()));
    }
    friend
        .alice
        .expect_none("change of presence", |line| line.command != "PRIVMSG");
}

#[test]
fn of_duplicate_keys_the_last_wins_and_unknown_ones_do_not_matter() {
    let mut friend = Friend::new(&[]);
    let line = friend.says(
        r#"{"message":"first","colour":{"deep":[1,{"er":null}]},"message":"last","x":1e999}"#,
    );
    assert_eq!(line.text(), "last");
}

#[test]
fn what_is_no_object_is_dropped_and_the_connection_stays() {
    let mut friend = Friend::new(&["away-notify"]);
    for content in [
        "",
        "[]",
        "[2,\"away\"]",
        "null",
        "\"message\"",
        "7",
        "{",
        "{\"message\":",
        "}{",
        "\u{feff}",
    ] {
        friend.link.send(content);
    }
    friend.link.send_content(&[0xff, 0xfe, 0x00]);
    friend.link.send("[".repeat(100_000));
    friend.link.send(format!(
        "{}1{}",
        "{\"a\":".repeat(50_000),
        "}".repeat(50_000)
    ));
    friend.still_talks();
    friend.alice.expect_silence();
}

#[test]
fn bytes_around_the_object_do_no_harm() {
    let mut friend = Friend::new(&[]);
    let line = friend.says("\u{feff}{\"message\":\"after a BOM\"}");
    assert_eq!(line.text(), "after a BOM");
    let line = friend.says("{\"message\":\"before NUL\"}\0");
    assert_eq!(line.text(), "before NUL");
    let line = friend.says(" {\"message\" : \"spaced\" } \n");
    assert_eq!(line.text(), "spaced");
}

#[test]
fn what_is_not_unicode_inside_text_is_replaced() {
    let mut friend = Friend::new(&[]);
    let line = friend.says(r#"{"message":"lone \ud800 surrogate"}"#);
    assert_eq!(line.text(), "lone \u{fffd} surrogate");
    let line = friend.says(r#"{"message":"a pair \ud83d\ude00"}"#);
    assert_eq!(line.text(), "a pair \u{1f600}");
    friend.link.send_content(b"{\"message\":\"bad \xff byte\"}");
    let line = friend
        .alice
        .expect("a message", |line| line.is("PRIVMSG", "JohnSmith"));
    assert_eq!(line.text(), "bad \u{fffd} byte");
}

#[test]
fn a_frame_over_the_limit_closes_the_connection() {
    let mut friend = Friend::with(&[], |setup| setup.set("enclave", "max_frame = \"64KiB\""));
    let padding = "x".repeat(64 * 1024 - 30);
    friend.link.send(format!(r#"{{"pad":"{padding}"}}"#));
    friend.still_talks();
    friend.link.send_bytes(&(64 * 1024_u32 + 1).to_be_bytes());
    friend.link.expect_end();
    friend
        .alice
        .expect("JohnSmith to leave", |line| line.is("QUIT", "JohnSmith"));
}

#[test]
fn the_last_words_of_a_packet_with_status_0_are_not_lost() {
    let mut friend = Friend::new(&[]);
    friend
        .link
        .send(r#"{"status":0,"status-message":"gone fishing","message":"bye"}"#);
    let seen = friend
        .alice
        .expect("his last words", |line| line.nick() == "JohnSmith");
    assert_eq!((seen.command.as_str(), seen.text()), ("PRIVMSG", "bye"));
    let quit = friend
        .alice
        .expect("his leaving", |line| line.is("QUIT", "JohnSmith"));
    assert!(quit.text().contains("gone fishing"), "{quit}");
    friend.link.expect_end();
}

/// Whoever likes could fill the journal with it.
#[test]
fn a_contact_that_gives_its_ids_to_other_messages_is_no_line_in_the_log() {
    let mut friend = Friend::new(&[]);
    friend.link.send(r#"{"features":["receipts"]}"#);
    for round in 0..2 {
        for number in 0..100 {
            let text = format!("round {round} number {number}");
            let packet = format!(r#"{{"id":"n{number}","message":"{text}"}}"#);
            friend.link.send(packet);
            friend.alice.expect_text("JohnSmith", &text);
        }
    }
    friend.link.send(r#"{"id":"last","message":"last"}"#);
    while !friend.link.read().contains(r#""last""#) {}
    let output = friend.gateway.output();
    assert!(!output.contains("taken"), "{output}");
}

/// Least of all the person who wants to block it.
#[test]
fn a_contact_that_repeats_a_long_message_keeps_no_client_from_being_heard() {
    let mut friend = Friend::new(&[]);
    let (link, alice) = (&mut friend.link, &mut friend.alice);
    let words = "z ".repeat(500_000);
    let long = format!(r#"{{"features":["receipts"],"id":"same","message":"{words}"}}"#);
    std::thread::scope(|scope| {
        let flood = scope.spawn(|| (0..100).for_each(|_| link.send_content(long.as_bytes())));
        alice.expect_text("JohnSmith", "z");
        alice.settle();
        assert!(!flood.is_finished(), "it was heard when all was over");
    });
}
