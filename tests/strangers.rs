//! Those who are not in the address book: the prompt, and what the person may answer.

mod support;

use std::fs;

use support::{Client, Daemon, Friend, Link, Network, Peer, Setup};

/// A gateway with a client, and a stranger who listens for peers.
fn with_stranger() -> (Daemon, Client, Peer) {
    let network = Network::new();
    let gateway = Daemon::start(Setup::on(&network));
    let alice = gateway.client("alice", &[]);
    (gateway, alice, Peer::listen(&network))
}

/// A stranger's connection, once the person has been asked about it.
fn knock(gateway: &Daemon, alice: &mut Client, stranger: &Peer) -> Link {
    let mut link = stranger.dial(gateway);
    link.send(
        r#"{"status":1,"alias":"Bob the Builder","message":"it is me, Bob","timestamp":1700000000}"#,
    );
    alice.expect_text("enclave", &stranger.address.to_string());
    link
}

#[test]
fn the_prompt_shows_address_alias_and_first_words_once() {
    let (gateway, mut alice, stranger) = with_stranger();
    let mut link = stranger.dial(&gateway);
    link.send(r#"{"status":1,"alias":"Bob the Builder"}"#);
    link.send(r#"{"message":"it is me, \u0002Bob\u0003\n\r\nQUIT :gotcha"}"#);
    let prompt = alice.expect_text("enclave", &stranger.address.to_string());
    let address = prompt
        .text()
        .find(&stranger.address.to_string())
        .expect("the address");
    let mut rest = prompt.text()[address..].to_owned();
    rest.extend(alice.settle().iter().map(|line| line.text().to_owned()));
    assert!(
        rest.contains("Bob the Builder") && rest.contains("it is me, Bob"),
        "{rest}"
    );
    assert!(rest.contains("accept"), "it says what to type: {rest}");
    assert!(!rest.contains(['\u{2}', '\u{3}']), "formatting: {rest:?}");
    link.send(r#"{"message":"more words"}"#);
    alice.expect_text("enclave", "");
    link.send(r#"{"message":"even more words"}"#);
    link.expect_no_byte();
    alice.expect_none("other prompt", |line| {
        line.text().contains("even more words")
    });
}

#[test]
fn one_who_says_nothing_is_asked_about_too() {
    let (gateway, mut alice, stranger) = with_stranger();
    let _link = stranger.dial(&gateway);
    alice.expect_text("enclave", &stranger.address.to_string());
}

#[test]
fn accepting_answers_with_the_handshake_and_delivers_what_was_held() {
    let (gateway, mut alice, stranger) = with_stranger();
    let mut link = knock(&gateway, &mut alice, &stranger);
    link.send(r#"{"message":"second words","timestamp":1700000000}"#);
    alice.send(&format!("PRIVMSG enclave :accept {}", stranger.address));
    let handshake = link.read_json();
    assert_eq!(
        (&handshake["status"], &handshake["status-message"]),
        (&1.into(), &"".into())
    );
    let first = alice.expect("his first words", |line| {
        line.command == "PRIVMSG" && line.nick() != "enclave"
    });
    assert_eq!(
        (first.nick(), first.text()),
        ("BobtheBuilder", "it is me, Bob")
    );
    let second = alice.expect("his second words", |line| {
        line.is("PRIVMSG", "BobtheBuilder")
    });
    assert_eq!(second.text(), "second words");
    alice.send("PRIVMSG BobtheBuilder :hello Bob");
    link.expect_message("hello Bob");
    let book = fs::read_to_string(gateway.setup.contacts()).expect("an address book");
    assert!(
        book.contains("Bob the Builder") && book.contains(&stranger.address.to_string()),
        "{book}"
    );
}

#[test]
fn a_name_can_be_given_when_accepting() {
    let (gateway, mut alice, stranger) = with_stranger();
    let mut link = knock(&gateway, &mut alice, &stranger);
    alice.send("PRIVMSG enclave :requests");
    alice.expect_text("enclave", &stranger.address.to_string());
    alice.send("PRIVMSG enclave :accept 1 Robert Brown");
    link.read_json();
    alice.expect("his words", |line| line.is("PRIVMSG", "RobertBrown"));
    assert_eq!(alice.ask("WHOIS RobertBrown", "311").text(), "Robert Brown");
}

#[test]
fn an_alias_that_is_taken_does_not_name_a_contact() {
    let mut friend = Friend::new(&[]);
    let stranger = Peer::listen(&friend.gateway.setup.network);
    let mut link = stranger.dial(&friend.gateway);
    link.send(r#"{"alias":"John Smith","message":"trust me"}"#);
    friend
        .alice
        .expect_text("enclave", &stranger.address.to_string());
    friend.alice.settle();
    friend
        .alice
        .send(&format!("PRIVMSG enclave :accept {}", stranger.address));
    friend.alice.expect_text("enclave", "name");
    friend.alice.settle();
    link.expect_no_byte();
    friend.alice.send(&format!(
        "PRIVMSG enclave :accept {} Other John",
        stranger.address
    ));
    friend
        .alice
        .expect("his words", |line| line.is("PRIVMSG", "OtherJohn"));
}

#[test]
fn rejecting_closes_and_silences() {
    let (gateway, mut alice, stranger) = with_stranger();
    let mut link = knock(&gateway, &mut alice, &stranger);
    alice.send(&format!("PRIVMSG enclave :reject {}", stranger.address));
    link.expect_end();
    alice.settle();
    let mut link = stranger.dial(&gateway);
    link.send(r#"{"message":"please"}"#);
    link.expect_end();
    alice.expect_silence();
}

#[test]
fn blocking_closes_for_good_and_is_written_down() {
    let (gateway, mut alice, stranger) = with_stranger();
    let mut link = knock(&gateway, &mut alice, &stranger);
    alice.send(&format!("PRIVMSG enclave :block {}", stranger.address));
    link.expect_end();
    alice.settle();
    let gateway = Daemon::again(gateway.stop());
    let mut link = stranger.dial(&gateway);
    link.send(r#"{"message":"please"}"#);
    link.expect_end();
    let mut alice = gateway.client("alice", &[]);
    alice.send("PRIVMSG enclave :requests");
    alice.expect_none("request of his", |line| line.text().contains("please"));
}

#[test]
fn adding_the_address_by_name_accepts_the_one_who_waits() {
    let (gateway, mut alice, stranger) = with_stranger();
    let mut link = knock(&gateway, &mut alice, &stranger);
    alice.send(&format!("PRIVMSG enclave :add {} Bob", stranger.address));
    assert_eq!(link.read_json()["status"], 1);
    alice.expect("his words", |line| line.is("PRIVMSG", "Bob"));
}

#[test]
fn a_second_connection_replaces_the_first_and_held_words_stay() {
    let (gateway, mut alice, stranger) = with_stranger();
    let mut first = knock(&gateway, &mut alice, &stranger);
    let mut second = stranger.dial(&gateway);
    second.send(r#"{"message":"from the second"}"#);
    first.expect_end();
    alice.settle();
    alice.send(&format!("PRIVMSG enclave :accept {} Bob", stranger.address));
    second.read_json();
    for words in ["it is me, Bob", "from the second"] {
        let line = alice.expect("his words", |line| line.is("PRIVMSG", "Bob"));
        assert_eq!(line.text(), words);
    }
}

#[test]
fn prompts_that_came_while_nobody_was_attached_are_shown_at_attach() {
    let network = Network::new();
    let gateway = Daemon::start(Setup::on(&network));
    let stranger = Peer::listen(&network);
    let mut link = stranger.dial(&gateway);
    link.send(r#"{"alias":"Bob","message":"anybody there?"}"#);
    let mut alice = gateway.client_unsettled("alice", &[]);
    alice.expect_text("enclave", &stranger.address.to_string());
}

#[test]
fn of_many_prompts_in_a_minute_five_are_shown() {
    let network = Network::new();
    let gateway = Daemon::start(Setup::on(&network));
    let mut alice = gateway.client("alice", &[]);
    let links: Vec<_> = (0..12)
        .map(|_| {
            let mut link = Peer::listen(&network).dial(&gateway);
            link.send(r#"{"message":"buy now"}"#);
            link
        })
        .collect();
    let mut prompts = 0;
    loop {
        alice.send("PRIVMSG enclave :requests");
        let lines = alice.settle();
        prompts += lines
            .iter()
            .filter(|line| line.text().contains("accept 1 NAME"))
            .count();
        prompts += (2..=12)
            .map(|number| format!("accept {number} NAME"))
            .filter(|words| lines.iter().any(|line| line.text().contains(words)))
            .count();
        if lines
            .iter()
            .filter(|line| line.text().contains("buy now"))
            .count()
            >= links.len()
        {
            break;
        }
    }
    assert!(prompts <= 5, "{prompts}");
}
