//! Connections between nodes: two real gateways, redialling, and two connections at once.

mod support;

use support::{Daemon, Friend, Network, Peer, Setup};

/// Two gateways that have each other as contacts.
fn pair() -> (Daemon, Daemon) {
    let network = Network::new();
    let (one, two) = (Setup::on(&network), Setup::on(&network));
    let (first, second) = (one.address, two.address);
    (
        Daemon::start(one.contact("Bob", second)),
        Daemon::start(two.contact("Alice", first)),
    )
}

#[test]
fn two_gateways_find_each_other_and_talk_both_ways() {
    let (one, two) = pair();
    let mut alice = one.client_unsettled("alice", &[]);
    let mut bob = two.client_unsettled("bob", &[]);
    for (client, other) in [(&mut alice, "Bob"), (&mut bob, "Alice")] {
        client.send(&format!("MONITOR + {other}"));
        client.expect_numeric("730");
    }
    alice.send("PRIVMSG Bob :hello \u{1f600}");
    bob.expect_text("Alice", "hello \u{1f600}");
    bob.send("PRIVMSG Alice :hello yourself");
    alice.expect_text("Bob", "hello yourself");
    bob.send("AWAY :busy: cooking");
    alice.expect("his absence", |line| line.raw.ends_with("-v Bob"));
    let away = alice.ask("WHOIS Bob", "301");
    assert!(
        away.text().starts_with("Busy") && away.text().contains("cooking"),
        "{away}"
    );
}

#[test]
fn a_gateway_that_goes_and_comes_is_seen() {
    let (one, two) = pair();
    let mut alice = one.client_unsettled("alice", &[]);
    alice.send("MONITOR + Bob");
    alice.expect_numeric("730");
    let setup = two.stop();
    alice.expect("him leave", |line| line.is("QUIT", "Bob"));
    let _two = Daemon::again(setup);
    alice.expect("him join", |line| line.is("JOIN", "Bob"));
}

#[test]
fn a_contact_that_is_lost_is_dialled_again() {
    let mut friend = Friend::new(&[]);
    drop(friend.link);
    friend
        .alice
        .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    let mut link = friend.peer.accept();
    assert_eq!(link.read_json()["status"], 1);
    link.send(r#"{"status":1}"#);
    friend
        .alice
        .expect("him join", |line| line.is("JOIN", "JohnSmith"));
}

#[test]
fn a_second_connection_takes_over_without_an_absence() {
    let mut friend = Friend::new(&[]);
    // He crashed and is back; his old connection is a corpse we do not know of yet.
    let mut second = friend.peer.dial(&friend.gateway);
    second.read_json();
    second.send(r#"{"status":1,"message":"on the new one"}"#);
    friend.alice.expect("his words", |line| {
        assert_ne!(line.command, "QUIT", "he was never away");
        line.is("PRIVMSG", "JohnSmith")
    });
    // Both are read.
    friend.link.send(r#"{"message":"on the old one"}"#);
    friend.alice.expect_text("JohnSmith", "on the old one");
    friend
        .alice
        .expect_none("absence", |line| line.command == "QUIT");
}

#[test]
fn when_the_one_written_to_ends_the_other_is_the_link() {
    let mut friend = Friend::new(&[]);
    let mut second = friend.peer.dial(&friend.gateway);
    second.read_json();
    drop(friend.link);
    second.send(r#"{"status":1,"message":"still here"}"#);
    friend.alice.expect_text("JohnSmith", "still here");
    friend.alice.send("PRIVMSG JohnSmith :good");
    second.expect_message("good");
    friend
        .alice
        .expect_none("absence", |line| line.command == "QUIT");
}

#[test]
fn a_caller_is_known_by_his_address_alone() {
    let mut friend = Friend::new(&[]);
    let impostor = Peer::listen(&friend.gateway.setup.network);
    let mut link = impostor.dial(&friend.gateway);
    link.send(r#"{"alias":"John Smith","status":0,"message":"I am John"}"#);
    friend
        .alice
        .expect_text("enclave", &impostor.address.to_string());
    friend
        .alice
        .expect_none("word as from John", |line| line.nick() == "JohnSmith");
    friend.still_talks();
}
