//! Peers that call us: who gets an answer, and who gets not a byte.

mod support;

use support::friend::{ALIAS, HANDSHAKE_DETACHED};
use support::{Daemon, Network, Peer, Setup};

const HELLO: &str = r#"{"status":1,"status-message":"","timestamp":1700000000}"#;

#[test]
fn a_stranger_gets_no_byte() {
    let network = Network::new();
    let gateway =
        Daemon::start(Setup::on(&network).set("enclave", &format!("alias = \"{ALIAS}\"")));
    let mut alice = gateway.client("alice", &[]);
    let stranger = Peer::listen(&network);
    let mut link = stranger.dial(&gateway);
    link.send(r#"{"status":1,"alias":"Mallory","message":"let me in"}"#);
    alice.expect_text("enclave", &stranger.address.to_string());
    alice.send("AWAY :lunch");
    alice.settle();
    link.expect_no_byte();
}

#[test]
fn a_blocked_caller_is_closed_without_a_byte() {
    let network = Network::new();
    let peer = Peer::listen(&network);
    let book = format!(
        "[[contact]]\naddress = \"{}\"\nblocked = true\n",
        peer.address
    );
    let gateway = Daemon::start(Setup::on(&network).book(&book));
    let mut link = peer.dial(&gateway);
    link.send(r#"{"message":"hello?"}"#);
    link.expect_end();
    let mut alice = gateway.client("alice", &[]);
    alice.expect_none("word of him", |line| line.raw.contains("hello?"));
}

#[test]
fn a_caller_outside_the_networks_is_closed_without_a_byte() {
    let network = Network::new();
    let setup = Setup::on(&network);
    let [_, second, ..] = setup.address.octets();
    let own = format!("127.{second}.0.0/16");
    let gateway = Daemon::start(setup.networks(&own));
    let outsider = loop {
        let peer = Peer::listen(&network);
        if peer.address.octets()[1] != second {
            break peer;
        }
    };
    let mut link = outsider.dial(&gateway);
    link.send(HELLO);
    link.expect_end();
}

#[test]
fn the_handshake_comes_unasked_from_the_one_who_is_called_too() {
    let network = Network::new();
    let peer = Peer::listen(&network);
    let book = Setup::on(&network)
        .set("enclave", &format!("alias = \"{ALIAS}\""))
        .contact("John Smith", peer.address);
    let address = peer.address;
    // He does not listen, so the only connection is the one he makes.
    drop(peer);
    let gateway = Daemon::start(book);
    let peer = Peer::silent(&network, address);
    let mut link = peer.dial(&gateway);
    link.expect(HANDSHAKE_DETACHED);
}
