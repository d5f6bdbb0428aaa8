//! The roster channel and the control contact that lives in it.

mod support;

use support::{Daemon, Friend, Network, Peer, Setup};

#[test]
fn a_line_to_a_nick_in_the_channel_goes_to_that_contact() {
    let mut friend = Friend::new(&[]);
    let mut phone = friend.gateway.client("phone", &[]);
    friend
        .alice
        .send("PRIVMSG &enclave :johnsmith: hello there");
    friend
        .link
        .expect(r#"{"message":"hello there","timestamp":N}"#);
    let seen = phone.expect("the message", |line| line.command == "PRIVMSG");
    assert_eq!(
        (seen.parameter(0), seen.text()),
        ("JohnSmith", "hello there")
    );
}

#[test]
fn anything_else_in_the_channel_is_a_command() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("PRIVMSG &enclave :whoami");
    friend
        .alice
        .expect_text("enclave", &friend.gateway.setup.address.to_string());
    friend.alice.settle();
    friend.alice.send("PRIVMSG &enclave :contcats");
    friend.alice.expect_text("enclave", "contacts");
    friend.alice.settle();
    friend.link.expect_no_byte();
}

#[test]
fn talk_in_the_channel_destroys_nothing() {
    let mut friend = Friend::new(&[]);
    for talk in [
        "block party tonight",
        "remove",
        "reject that",
        "forget it",
        "block JohnSmith please",
    ] {
        friend.alice.send(&format!("PRIVMSG &enclave :{talk}"));
    }
    friend.alice.settle();
    friend.still_talks();
}

#[test]
fn commands_that_change_something_are_not_abbreviated() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("PRIVMSG enclave :rem JohnSmith");
    friend.alice.send("PRIVMSG enclave :blo JohnSmith");
    friend.alice.settle();
    friend.still_talks();
    friend.alice.send("PRIVMSG enclave :cont");
    friend.alice.expect_text("enclave", "JohnSmith");
}

#[test]
fn contacts_and_info_tell_who_is_there() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("PRIVMSG enclave :contacts");
    let line = friend.alice.expect_text("enclave", "JohnSmith");
    assert!(line.text().contains("John Smith"), "{line}");
    friend.alice.settle();
    friend.alice.send("PRIVMSG enclave :info JohnSmith");
    friend
        .alice
        .expect_text("enclave", &friend.peer.address.to_string());
}

#[test]
fn every_command_has_help_with_an_example() {
    let mut friend = Friend::new(&[]);
    let alice = &mut friend.alice;
    alice.send("PRIVMSG enclave :help");
    let help: String = alice
        .settle()
        .iter()
        .map(|line| format!("{}\n", line.text()))
        .collect();
    for command in [
        "whoami",
        "contacts",
        "add",
        "remove",
        "rename",
        "requests",
        "accept",
        "reject",
        "block",
        "unblock",
        "status",
        "info",
        "clients",
        "reconnect",
        "version",
    ] {
        assert!(help.contains(command), "{command} is not in:\n{help}");
        alice.send(&format!("PRIVMSG enclave :help {command}"));
        let lines = alice.settle();
        assert!(
            lines
                .iter()
                .filter(|line| line.nick() == "enclave" && line.text().contains(command))
                .count()
                >= 1,
            "{command}: {lines:?}"
        );
    }
    alice.send("PRIVMSG enclave :clients");
    alice.expect_text("enclave", "alice");
    alice.send("PRIVMSG enclave :version");
    alice.expect_text("enclave", env!("CARGO_PKG_VERSION"));
}

#[test]
fn add_rename_remove_change_the_book_and_the_channel() {
    let network = Network::new();
    let gateway = Daemon::start(Setup::on(&network));
    let mut alice = gateway.client("alice", &[]);
    let peer = Peer::listen(&network);
    alice.send(&format!(
        "PRIVMSG enclave :add {} J\u{fc}rgen M\u{fc}ller",
        peer.address
    ));
    let mut link = peer.accept();
    assert_eq!(link.read_json()["status"], 1);
    link.send(r#"{"status":1}"#);
    alice.expect("him join", |line| line.is("JOIN", "JurgenMuller"));
    alice.send("PRIVMSG enclave :rename JurgenMuller Jim Miller");
    let book = || std::fs::read_to_string(gateway.setup.contacts()).unwrap_or_default();
    alice.expect_text("enclave", "Jim Miller");
    assert!(book().contains("Jim Miller"), "{}", book());
    alice.settle();
    let nick = if alice_sees(&mut alice, "JimMiller") {
        "JimMiller"
    } else {
        "JurgenMuller"
    };
    alice.send(&format!("PRIVMSG enclave :remove {nick}"));
    alice.expect("him leave", |line| {
        line.nick() == nick && line.command == "QUIT"
    });
    alice.settle();
    assert!(!book().contains(&peer.address.to_string()), "{}", book());
    alice.ask(&format!("PRIVMSG {nick} :still there?"), "401");
}

fn alice_sees(alice: &mut support::Client, nick: &str) -> bool {
    !alice
        .ask(&format!("ISON {nick}"), "303")
        .text()
        .trim()
        .is_empty()
}

#[test]
fn a_blocked_contact_keeps_its_nick_and_cannot_be_written_to() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("PRIVMSG enclave :block JohnSmith");
    friend.link.expect_end();
    friend
        .alice
        .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    let refused = friend.alice.ask("PRIVMSG JohnSmith :x", "404");
    assert_eq!(refused.parameter(1), "JohnSmith");
    friend.alice.ask("NICK JohnSmith", "433");
    friend.peer.dial(&friend.gateway).expect_end();
    friend.alice.send("PRIVMSG enclave :unblock JohnSmith");
    let mut link = friend.peer.accept();
    assert_eq!(link.read_json()["status"], 1);
}

#[test]
fn parting_holds_until_a_join() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("PART &enclave");
    friend
        .alice
        .expect("the part", |line| line.is("PART", "alice"));
    friend.link.send(r#"{"status":0}"#);
    friend.link.expect_end();
    friend
        .alice
        .expect_none("word of the channel", |line| line.raw.contains("&enclave"));
    friend.alice.send("JOIN &enclave");
    let names = friend.alice.expect_numeric("353");
    assert!(!names.text().contains("JohnSmith"), "{names}");
}

#[test]
fn there_need_be_no_channel() {
    let network = Network::new();
    let gateway = Daemon::start(Setup::on(&network).set("irc", "channel = \"\""));
    let mut alice = gateway.client_unsettled("alice", &[]);
    alice.expect_none("JOIN", |line| line.command == "JOIN");
    alice.send("PRIVMSG enclave :whoami");
    alice.expect_text("enclave", &gateway.setup.address.to_string());
}

#[test]
fn an_empty_address_book_is_greeted_with_what_to_do() {
    let gateway = Daemon::start(Setup::on(&Network::new()));
    let mut alice = gateway.client_unsettled("alice", &[]);
    alice.expect_text("enclave", "add ");
}
