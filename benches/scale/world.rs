//! A gateway with its contacts, all of whom are there.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use crate::client::{Client, USUAL};
use crate::peers::Peers;
use crate::process;
use crate::support::{Daemon, Network, Setup};

/// How long anything may take before the run is given up.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Messages between two looks at what they have cost.
const BLOCK: u32 = 40;

/// A running gateway, its contacts, and the person's client.
pub struct World {
    pub gateway: Daemon,
    pub peers: Peers,
    pub person: Client,
    /// From the start of the process until all were there, both ways.
    pub linked_after: Duration,
}

impl World {
    /// Starts a gateway with so many contacts, and waits until all are online.
    pub fn start(contacts: usize) -> Self {
        let network = Network::new();
        let first = Ipv4Addr::new(127, fastrand::u8(1..250), 0, 1);
        let peers = Peers::listen(contacts, first, network.port);
        let mut book = String::new();
        for (index, address) in peers.addresses.iter().enumerate() {
            let nick = nick(index);
            write!(
                book,
                "[[contact]]\nname = \"{nick}\"\naddress = \"{address}\"\nnick = \"{nick}\"\n"
            )
            .unwrap();
        }
        let setup = Setup::on(&network).set("log", "level = \"warn\"");
        let setup = setup.set("irc", "server_name = \"gateway.example\"");
        let started = Instant::now();
        let gateway = Daemon::start(setup.book(&book));
        let mut person = Client::attach(&gateway, "person", USUAL);
        let online = person.until_online(contacts);
        let heard = wait_until(|| peers.handshakes() >= contacts);
        Self {
            gateway,
            peers,
            person,
            linked_after: online.max(heard).duration_since(started),
        }
    }

    /// What it costs the gateway to tell all contacts what holds of the person now.
    pub fn presence(&mut self, text: &str) -> Duration {
        let before = process::spent(&self.gateway);
        let told = self.peers.presences() + self.peers.addresses.len();
        let line = if text.is_empty() {
            "AWAY".to_owned()
        } else {
            format!("AWAY :{text}")
        };
        self.person.send(&line);
        wait_until(|| self.peers.presences() >= told);
        self.person.settle();
        process::since(&self.gateway, &before)
    }

    /// What a message to one of the contacts costs the gateway, until it is confirmed: the
    /// mean of a block of them, one after the other.
    pub fn messages(&mut self) -> Duration {
        let before = process::spent(&self.gateway);
        for number in 0..BLOCK {
            let to = nick(self.peers.addresses.len() / 2);
            self.person.send(&format!("PRIVMSG {to} :hello {number}"));
            self.peers.message(PATIENCE).expect("a message");
            self.person
                .until(|line| line.ends_with(&format!(":hello {number}")));
        }
        self.person.settle();
        process::since(&self.gateway, &before) / BLOCK
    }

    /// What one more client that attaches costs the gateway, until it has the roster.
    pub fn attach(&mut self, number: usize) -> Duration {
        let before = process::spent(&self.gateway);
        let mut client = Client::register(&self.gateway, &format!("other{number}"), USUAL);
        // The end of the list of names, which comes as it is read.
        client.until(|line| line.contains(" 366 "));
        let spent = process::since(&self.gateway, &before);
        drop(client);
        spent
    }
}

/// What a contact is called.
pub fn nick(index: usize) -> String {
    format!("p{index}")
}

/// Waits for something that can only be looked at; when it was so.
pub fn wait_until(is_so: impl Fn() -> bool) -> Instant {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it did not happen");
        std::thread::sleep(Duration::from_millis(1));
    }
    Instant::now()
}
