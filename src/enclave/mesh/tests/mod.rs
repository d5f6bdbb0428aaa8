//! One node, told what happens to it.

mod contacts;
mod delivery;
mod dialling;
mod links;
mod own;
mod packets;
mod requests;
mod strangers;

use std::time::Duration;

use super::*;
use crate::clock::Timestamp;
use crate::enclave::link::Outgoing;
use crate::enclave::news::{News, Presence, StrangerNews};
use crate::enclave::packet::{Status, Tags};

/// The second at which every test begins, by the wall clock.
const START: i64 = 1_700_000_000;

/// Our address. Contacts with a higher one are dialled at once after a break.
const US: &str = "fc00::5";
const HIGHER: &str = "fc00::9";
const LOWER: &str = "fc00::1";

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// A node, its clock, and what came of what happened to it.
struct Bench {
    mesh: Mesh,
    time: Duration,
    out: Outcome,
}

impl Bench {
    /// A node that listens on [`US`] and knows nobody.
    fn new() -> Self {
        let mut bench = Self::without_address();
        bench.set_own_addresses(&[US]);
        bench.out = Outcome::default();
        bench
    }

    fn without_address() -> Self {
        Self::with_policy(false)
    }

    fn with_policy(receipts: bool) -> Self {
        let networks = ["fc00::/8", "300::/8", "127.0.0.0/8"];
        let policy = Policy {
            networks: networks.map(|network| network.parse().unwrap()).to_vec(),
            max_frame: 1 << 20,
            receipts,
        };
        Self {
            mesh: Mesh::new(policy, 7),
            time: Duration::ZERO,
            out: Outcome::default(),
        }
    }

    /// A node that is linked with one contact, which has said that it is available; the
    /// connection was dialled by us.
    fn linked(peer: &str) -> (Self, ConnectionId) {
        let mut bench = Self::new();
        bench.befriend(peer);
        let connection = bench.dial();
        bench.dialled(connection, true);
        bench.frame(connection, r#"{"status":1,"status-message":""}"#);
        bench.out = Outcome::default();
        (bench, connection)
    }

    fn now(&self) -> Now {
        Now {
            monotonic: self.time,
            wall: Timestamp::from_seconds(START + self.time.as_secs() as i64),
        }
    }

    /// Lets time pass, doing everything in its time.
    fn pass(&mut self, seconds: f64) {
        let end = self.time + Duration::from_secs_f64(seconds);
        while let Some(at) = self.mesh.deadline().filter(|at| *at <= end) {
            assert!(at >= self.time, "an alarm in the past");
            self.time = at;
            let now = self.now();
            self.mesh.tick(now, &mut self.out);
        }
        self.time = end;
    }

    fn set_own_addresses(&mut self, addresses: &[&str]) {
        let addresses = addresses.iter().map(|text| address(text)).collect();
        let now = self.now();
        self.mesh.set_own_addresses(addresses, now, &mut self.out);
    }

    fn befriend(&mut self, peer: &str) {
        let now = self.now();
        self.mesh.befriend(address(peer), None, now, &mut self.out);
    }

    fn dialled(&mut self, connection: ConnectionId, ok: bool) {
        let outcome = if ok {
            Ok(())
        } else {
            Err(DialFailure::Refused)
        };
        let now = self.now();
        self.mesh.dialled(connection, outcome, now, &mut self.out);
    }

    fn accept(&mut self, peer: &str) -> ConnectionId {
        let connection = self.mesh.next_connection();
        let now = self.now();
        let (remote, local) = (address(peer), address(US));
        self.mesh
            .accepted(connection, remote, local, now, &mut self.out);
        connection
    }

    fn frame(&mut self, connection: ConnectionId, content: &str) {
        let now = self.now();
        self.mesh
            .frame(connection, content.as_bytes(), now, &mut self.out);
    }

    /// The person writes.
    fn send(&mut self, peer: &str, key: u64, text: &str) {
        let now = self.now();
        let message = outgoing(key, text, now.wall);
        self.mesh.send(address(peer), message, now, &mut self.out);
    }

    fn ended(&mut self, connection: ConnectionId) {
        let now = self.now();
        self.mesh.ended(connection, now, &mut self.out);
    }

    fn view(&self, peer: &str) -> LinkView {
        self.mesh.link(address(peer)).unwrap()
    }

    /// Empties the outcome: the orders.
    fn orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.out).orders
    }

    /// Empties the outcome: the news, but for what is only to be remembered.
    fn news(&mut self) -> Vec<News> {
        let mut news = std::mem::take(&mut self.out).news;
        news.retain(|news| !is_memory(news));
        news
    }

    /// As [`news`](Self::news), and the outcome stays as it is.
    fn peek(&self) -> Vec<News> {
        let mut news = self.out.news.clone();
        news.retain(|news| !is_memory(news));
        news
    }

    /// Empties the outcome: the connections that were to be dialled.
    fn dials(&mut self) -> Vec<ConnectionId> {
        let dialled = |order| match order {
            Order::Dial { connection, .. } => Some(connection),
            _ => None,
        };
        self.orders().into_iter().filter_map(dialled).collect()
    }

    /// Empties the outcome, in which there is one dial.
    fn dial(&mut self) -> ConnectionId {
        let dials = self.dials();
        assert_eq!(dials.len(), 1);
        dials[0]
    }

    /// Empties the outcome: what was written, as connection and JSON.
    fn written(&mut self) -> Vec<(ConnectionId, String)> {
        let written = |order| match order {
            Order::Write { connection, frame } => {
                let (length, content) = frame.split_at(4);
                assert_eq!(length, (content.len() as u32).to_be_bytes());
                let text = String::from_utf8(content.to_vec()).unwrap();
                Some((connection, text))
            }
            _ => None,
        };
        self.orders().into_iter().filter_map(written).collect()
    }
}

/// Whether it is told only to be remembered over restarts.
fn is_memory(news: &News) -> bool {
    use StrangerNews::{Dropped, Held, Kept};
    matches!(
        news,
        News::Stranger(Kept(_) | Held { .. } | Dropped { .. }) | News::Attempted { .. }
    )
}

fn outgoing(key: u64, text: &str, timestamp: Timestamp) -> Outgoing {
    Outgoing {
        key,
        id: format!("id-{key}"),
        text: text.into(),
        tags: Tags::new(),
        timestamp,
        attempts: 0,
    }
}

fn presence(peer: &str, status: Status, text: &str) -> News {
    News::Presence {
        peer: address(peer),
        presence: Presence::Online {
            status,
            text: text.into(),
        },
        farewell: None,
    }
}

fn absence(peer: &str, farewell: Option<&str>) -> News {
    News::Presence {
        peer: address(peer),
        presence: Presence::Offline,
        farewell: farewell.map(str::to_owned),
    }
}

/// A message without an id, on this connection.
fn message(
    peer: &str,
    on: impl Into<Option<ConnectionId>>,
    text: &str,
    timestamp: Option<i64>,
) -> News {
    News::Message {
        peer: address(peer),
        connection: on.into(),
        id: None,
        text: text.into(),
        tags: Tags::new(),
        timestamp: timestamp.map(Timestamp::from_seconds),
    }
}

fn linked_news(peer: &str) -> News {
    News::Linked {
        peer: address(peer),
    }
}
