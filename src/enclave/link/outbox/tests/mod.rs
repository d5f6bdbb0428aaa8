//! The outbox with made-up connections.

mod flowing;
mod leaving;
mod moving;
mod tags;
mod window;

use super::*;
use crate::clock::Timestamp;
use crate::enclave::packet::{Packet, Tags};

/// A peer, seen through its connections, and what waits for it.
#[derive(Default)]
struct Bench {
    outbox: Outbox,
    connections: Connections,
    time: Duration,
    out: Outcome,
    /// Keys of what was sent to one who has not said a word.
    blind: Vec<u64>,
}

const A: ConnectionId = ConnectionId(1);
const B: ConnectionId = ConnectionId(2);

/// No message.
const NONE: [u64; 0] = [];

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn message(key: u64) -> Outgoing {
    Outgoing {
        key,
        id: format!("id-{key}"),
        text: format!("text {key}"),
        tags: Tags::new(),
        timestamp: Timestamp::from_seconds(1_700_000_000),
        attempts: 0,
    }
}

impl Bench {
    /// These wait, and nobody is there.
    fn waiting(keys: impl IntoIterator<Item = u64>) -> Self {
        let mut bench = Self::default();
        for key in keys {
            bench.outbox.push(message(key));
        }
        bench
    }

    /// A connection opens; the later one wins.
    fn open(&mut self, id: ConnectionId) {
        let connection = Connection::new(id, false, true, self.time);
        self.connections.admit(connection);
    }

    fn connection(&mut self, id: ConnectionId) -> &mut Connection {
        self.connections.get_mut(id).unwrap()
    }

    /// The peer's first packet comes on a connection.
    fn hear(&mut self, id: ConnectionId, receipts: bool) {
        let connection = self.connection(id);
        connection.heard = true;
        connection.receipts = receipts;
    }

    /// What was written on a connection so far has arrived at the peer's kernel. The keys
    /// of what left by that come back.
    fn acknowledge(&mut self, id: ConnectionId) -> Vec<u64> {
        let connection = self.connection(id);
        connection.acknowledged = connection.written;
        self.outbox.acknowledged(&self.connections)
    }

    fn confirm(&mut self, keys: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let ids: Vec<String> = keys.into_iter().map(|key| format!("id-{key}")).collect();
        self.outbox.confirmed(&ids)
    }

    /// What is written now: on which connection, and the message's number.
    fn flow(&mut self) -> Vec<(ConnectionId, u64)> {
        let (connections, now) = (&mut self.connections, self.time);
        let blind = self.outbox.flow(connections, true, now, &mut self.out);
        self.blind.extend(blind);
        let orders = std::mem::take(&mut self.out.orders);
        let written = |order| match order {
            Order::Write { connection, frame } => {
                let id = Packet::parse(&frame[4..]).unwrap().id.unwrap();
                let number = id.strip_prefix("id-").unwrap();
                Some((connection, number.parse().unwrap()))
            }
            _ => None,
        };
        orders.into_iter().filter_map(written).collect()
    }

    /// As [`flow`](Self::flow), where all goes to one connection.
    fn flow_on(&mut self, id: ConnectionId) -> Vec<u64> {
        let written = self.flow();
        assert!(written.iter().all(|(on, _)| *on == id), "{written:?}");
        written.into_iter().map(|(_, number)| number).collect()
    }

    fn keys(&self) -> Vec<u64> {
        self.outbox
            .waiting
            .iter()
            .map(|entry| entry.message.key)
            .collect()
    }

    fn standing(&self) -> Vec<Standing> {
        self.outbox
            .iter(&self.connections)
            .map(|(_, standing)| standing)
            .collect()
    }
}

#[test]
fn what_is_put_in_comes_out_in_order_and_is_counted() {
    let mut bench = Bench::waiting(1..=3);
    assert_eq!(bench.outbox.size(), (3, 3 * "text 1".len()));
    assert_eq!(bench.outbox.take(), [1, 2, 3].map(message));
    assert_eq!(bench.outbox.size(), (0, 0));
    bench.open(A);
    bench.hear(A, true);
    assert_eq!(bench.flow(), []);
}
