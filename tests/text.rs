//! Text on its way in and out: lines, lengths, control characters, and several clients.

mod support;

use support::Friend;

#[test]
fn newlines_become_lines() {
    let mut friend = Friend::new(&[]);
    friend
        .link
        .send(r#"{"message":"one\r\ntwo\nthree\n\nfive\rsix","timestamp":1700000000}"#);
    let mut lines = Vec::new();
    for _ in 0..5 {
        lines.push(
            friend
                .alice
                .expect("a line", |line| line.is("PRIVMSG", "JohnSmith")),
        );
    }
    let texts: Vec<_> = lines
        .iter()
        .map(|line| line.text().trim().to_owned())
        .collect();
    let full: Vec<_> = texts
        .iter()
        .filter(|text| !text.is_empty())
        .map(String::as_str)
        .collect();
    assert!(full.starts_with(&["one", "two", "three"]), "{texts:?}");
}

#[test]
fn of_several_lines_the_first_has_the_msgid() {
    let mut friend = Friend::new(&["message-tags"]);
    friend.link.send(r#"{"message":"one\ntwo\nthree"}"#);
    let mut lines = Vec::new();
    for _ in 0..3 {
        lines.push(
            friend
                .alice
                .expect("a line", |line| line.is("PRIVMSG", "JohnSmith")),
        );
    }
    assert!(
        lines[0].tag("msgid").is_some(),
        "the first line has the msgid"
    );
    assert!(
        lines[1..].iter().all(|line| line.tag("msgid").is_none()),
        "and only the first"
    );
}

#[test]
fn no_text_can_forge_a_line() {
    let mut friend = Friend::new(&[]);
    friend.link.send(
        r#"{"status":2,"status-message":"x\r\nERROR :gone\u0000","alias":"a\nb","message":"hi\r\nQUIT :gotcha\u0000!"}"#,
    );
    friend.still_talks();
    let whois = friend.alice.ask("WHOIS JohnSmith", "301");
    assert!(whois.text().starts_with('x'), "{whois}");
    friend.alice.expect_none("forged line", |line| {
        ["ERROR", "QUIT"].contains(&line.command.as_str())
    });
}

#[test]
fn a_long_message_is_cut_at_spaces_and_loses_nothing() {
    let mut friend = Friend::new(&[]);
    let words: Vec<String> = (0..300).map(|number| format!("wörd{number}")).collect();
    let text = words.join(" ");
    friend.link.send(format!(r#"{{"message":"{text}"}}"#));
    let mut seen = Vec::new();
    while seen.len() < words.len() {
        let line = friend
            .alice
            .expect("a part", |line| line.is("PRIVMSG", "JohnSmith"));
        assert!(
            line.raw.len() > 300 || seen.len() + 60 > words.len(),
            "cut too early: {line}"
        );
        seen.extend(
            line.text()
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(str::to_owned),
        );
    }
    assert_eq!(seen, words);
}

#[test]
fn one_long_word_is_cut_at_characters() {
    let mut friend = Friend::new(&[]);
    let text = "\u{1f600}".repeat(1000);
    friend.link.send(format!(r#"{{"message":"{text}"}}"#));
    let mut seen = String::new();
    while seen.len() < text.len() {
        let line = friend
            .alice
            .expect("a part", |line| line.is("PRIVMSG", "JohnSmith"));
        seen.push_str(line.text());
    }
    assert_eq!(seen, text);
}

#[test]
fn of_a_message_with_very_many_lines_a_thousand_are_shown() {
    let mut friend = Friend::new(&[]);
    let text = (0..1500)
        .map(|number| format!("line {number}"))
        .collect::<Vec<_>>()
        .join(r"\n");
    friend.link.send(format!(r#"{{"message":"{text}"}}"#));
    friend.link.send(r#"{"message":"the end"}"#);
    let mut count = 0;
    loop {
        let line = friend.alice.expect("a line", |line| {
            line.nick() == "JohnSmith" || line.nick() == "enclave"
        });
        match line.text() {
            "the end" => break,
            text if text.starts_with("line ") => count += 1,
            text => assert!(text.contains("500"), "how many more: {text}"),
        }
    }
    assert_eq!(count, 1000);
}

#[test]
fn a_line_of_two_thousand_characters_goes_out_whole() {
    // As ii sends it: longer than IRC allows, and not to be lost without a word.
    let mut friend = Friend::new(&[]);
    let text = "x".repeat(668);
    friend.alice.send(&format!("PRIVMSG JohnSmith :{text}"));
    let answer = friend.alice.settle();
    if answer.iter().any(|line| line.command == "417") {
        return friend.still_talks();
    }
    friend
        .link
        .expect(&format!(r#"{{"message":"{text}","timestamp":N}}"#));
}

#[test]
fn me_is_an_action_on_both_sides() {
    let mut friend = Friend::new(&[]);
    friend
        .alice
        .send("PRIVMSG JohnSmith :\u{1}ACTION waves\u{1}");
    friend
        .link
        .expect(r#"{"message":"/me waves","timestamp":N}"#);
    let line = friend.says(r#"{"message":"/me waves back"}"#);
    assert_eq!(line.text(), "\u{1}ACTION waves back\u{1}");
    let line = friend.says(r#"{"message":"/meander"}"#);
    assert_eq!(line.text(), "/meander");
}

#[test]
fn other_ctcp_is_dropped_with_one_notice_and_never_comes_from_a_peer() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("PRIVMSG JohnSmith :\u{1}VERSION\u{1}");
    let notices = friend.alice.settle();
    assert_eq!(
        notices
            .iter()
            .filter(|line| line.command == "NOTICE")
            .count(),
        1,
        "{notices:?}"
    );
    friend
        .alice
        .send("NOTICE JohnSmith :\u{1}VERSION irssi\u{1}");
    friend.alice.settle();
    friend.link.expect_no_byte();
    let line = friend.says(r#"{"message":"\u0001VERSION\u0001"}"#);
    assert_eq!(line.text(), "VERSION");
}

#[test]
fn a_notice_to_a_contact_is_a_message_to_him() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("NOTICE JohnSmith :quietly");
    friend.link.expect(r#"{"message":"quietly","timestamp":N}"#);
}

#[test]
fn every_client_sees_what_comes_and_what_the_others_send() {
    let mut friend = Friend::new(&[]);
    let mut phone = friend.gateway.client("phone", &["echo-message"]);
    friend.link.send(r#"{"message":"to all of you"}"#);
    for client in [&mut friend.alice, &mut phone] {
        let line = client.expect_text("JohnSmith", "to all of you");
        assert_eq!(line.parameter(0), client.nick());
    }
    phone.send("PRIVMSG JohnSmith :from the phone");
    let echo = phone.expect("the echo", |line| line.is("PRIVMSG", "phone"));
    assert_eq!(echo.text(), "from the phone");
    let seen = friend
        .alice
        .expect("what phone wrote", |line| line.command == "PRIVMSG");
    assert_eq!(
        (seen.nick(), seen.parameter(0), seen.text()),
        ("alice", "JohnSmith", "from the phone")
    );
    friend.link.expect_message("from the phone");
}

#[test]
fn two_clients_may_have_the_same_nick() {
    let mut friend = Friend::new(&[]);
    let mut other = friend.gateway.client("alice", &[]);
    friend.link.send(r#"{"message":"hello"}"#);
    friend.alice.expect_text("JohnSmith", "hello");
    other.expect_text("JohnSmith", "hello");
    friend
        .alice
        .expect_none("change of nick", |line| line.command == "NICK");
}

#[test]
fn a_message_to_oneself_goes_to_all_own_clients_once() {
    let mut friend = Friend::new(&["echo-message"]);
    let mut phone = friend.gateway.client("phone", &[]);
    friend.alice.send("PRIVMSG alice :remember the milk");
    for client in [&mut friend.alice, &mut phone] {
        let own = client.nick().to_owned();
        let lines = client.settle();
        let lines: Vec<_> = lines
            .iter()
            .filter(|line| line.command == "PRIVMSG")
            .collect();
        let [line] = lines[..] else {
            panic!("not once: {lines:?}")
        };
        assert_eq!(
            (line.nick(), line.parameter(0)),
            (own.as_str(), own.as_str())
        );
        assert_eq!(line.text(), "remember the milk");
    }
    friend.link.expect_no_byte();
}
