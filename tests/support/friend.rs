//! The usual beginning: a gateway, a contact that is there, and a client.

use std::net::Ipv4Addr;

use super::client::Client;
use super::daemon::{Daemon, Setup};
use super::network::Network;
use super::peer::{Link, Peer};

/// The alias under which the gateways of these tests present themselves.
pub const ALIAS: &str = "Alice Liddell";

/// What a gateway says first while nobody is attached, `N` being the time.
pub const HANDSHAKE_DETACHED: &str =
    r#"{"status":2,"status-message":"","alias":"Alice Liddell","timestamp":N}"#;

/// What a gateway says when the person has come.
pub const AVAILABLE: &str = r#"{"status":1,"status-message":"","timestamp":N}"#;

/// A gateway whose only contact, John Smith, is a scripted peer that is there and available;
/// a client, alice, is attached and has seen him come.
pub struct Friend {
    /// The gateway.
    pub gateway: Daemon,
    /// John Smith's node.
    pub peer: Peer,
    /// The connection between them.
    pub link: Link,
    /// The client.
    pub alice: Client,
}

impl Friend {
    /// The usual beginning, for a client with these capabilities.
    pub fn new(capabilities: &[&str]) -> Self {
        Self::with(capabilities, |setup| setup)
    }

    /// The usual beginning with a gateway that is dark while nobody is attached.
    pub fn dark_when_detached() -> Self {
        let network = Network::new();
        let peer = Peer::listen(&network);
        let setup = Setup::on(&network)
            .set("enclave", "detached = \"offline\"")
            .contact("John Smith", peer.address);
        let gateway = Daemon::start(setup);
        let mut alice = gateway.client("alice", &[]);
        let mut link = peer.accept();
        link.expect(r#"{"status":1,"status-message":"","alias":"alice","timestamp":N}"#);
        link.send(r#"{"status":1,"status-message":"","timestamp":1700000000}"#);
        alice.expect("JohnSmith to join", |line| line.is("JOIN", "JohnSmith"));
        alice.settle();
        Self {
            gateway,
            peer,
            link,
            alice,
        }
    }

    /// The usual beginning with something more in the configuration.
    pub fn with(capabilities: &[&str], more: impl Fn(Setup) -> Setup) -> Self {
        let network = Network::new();
        let peer = Peer::listen(&network);
        let setup = Setup::on(&network)
            .set("enclave", &format!("alias = \"{ALIAS}\""))
            .contact("John Smith", peer.address);
        let gateway = Daemon::start(more(setup));
        let mut link = peer.accept();
        link.expect(HANDSHAKE_DETACHED);
        let mut alice = gateway.client("alice", capabilities);
        link.expect(AVAILABLE);
        link.send(r#"{"status":1,"status-message":"","timestamp":1700000000}"#);
        alice.expect("JohnSmith to join", |line| line.is("JOIN", "JohnSmith"));
        alice.expect("JohnSmith's voice", |line| {
            line.command == "MODE" && line.raw.contains("+v JohnSmith")
        });
        alice.settle();
        Self {
            gateway,
            peer,
            link,
            alice,
        }
    }

    /// The mask under which John Smith speaks on IRC.
    pub fn mask(&self) -> String {
        mask("JohnSmith", self.peer.address)
    }

    /// Sends a message from John Smith and returns what the client is shown.
    pub fn says(&mut self, packet: &str) -> super::Line {
        self.link.send(packet);
        self.alice.expect("a message of JohnSmith", |line| {
            line.is("PRIVMSG", "JohnSmith")
        })
    }

    /// Checks that the gateway still reads the link and still speaks to the client: what was
    /// sent before has been dealt with.
    pub fn still_talks(&mut self) {
        let token = format!("still there? {}", fastrand::u32(..));
        self.link
            .send(format!(r#"{{"message":"{token}","timestamp":1700000000}}"#));
        self.alice.expect_text("JohnSmith", &token);
    }
}

/// The mask under which a contact speaks on IRC.
pub fn mask(nick: &str, address: Ipv4Addr) -> String {
    format!("{nick}!enclave@{address}")
}
