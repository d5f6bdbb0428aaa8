//! Messages to contacts until they have arrived, and receipts for theirs.

mod model;
mod moving;
mod properties;
mod receipts;
mod signals;
mod strangers;
mod tags;
mod waiting;

use super::*;
use crate::enclave::link::Standing;

/// No message.
const NONE: [u64; 0] = [];

/// What a peer that confirms says first.
const HELLO: &str = r#"{"status":1,"features":["receipts"]}"#;

impl Bench {
    /// A node that confirms, and is linked with one contact that does so too.
    fn with_receipts(peer: &str) -> (Self, ConnectionId) {
        let mut bench = Self::with_policy(true);
        bench.set_own_addresses(&[US]);
        bench.orders();
        bench.befriend(peer);
        let connection = bench.dial();
        bench.dialled(connection, true);
        bench.frame(connection, HELLO);
        bench.out = Outcome::default();
        (bench, connection)
    }

    fn confirm(&mut self, on: impl Into<Option<ConnectionId>>, ids: &[&str]) {
        let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
        let now = self.now();
        let (mesh, out) = (&mut self.mesh, &mut self.out);
        mesh.confirm(address(HIGHER), on.into(), &ids, now, out);
    }

    fn acknowledged(&mut self, connection: ConnectionId, bytes: u64) {
        let now = self.now();
        self.mesh
            .acknowledged(connection, bytes, now, &mut self.out);
    }

    fn cancel(&mut self, keys: &[u64]) {
        let now = self.now();
        let (mesh, out) = (&mut self.mesh, &mut self.out);
        mesh.cancel(address(HIGHER), keys, now, out);
    }

    /// Bytes that were written to a connection.
    fn bytes(&self, connection: ConnectionId) -> u64 {
        let link = &self.mesh.links[&address(HIGHER)];
        link.connections.get(connection).unwrap().written
    }

    /// Keys of what waits.
    fn waiting(&self) -> Vec<u64> {
        let waiting = self.mesh.waiting(address(HIGHER));
        waiting.map(|(message, _)| message.key).collect()
    }

    fn standing(&self) -> Vec<Standing> {
        let waiting = self.mesh.waiting(address(HIGHER));
        waiting.map(|(_, standing)| standing).collect()
    }

    /// Empties the outcome: the messages that were written, as connection and text.
    fn said(&mut self) -> Vec<(ConnectionId, String)> {
        let said = self.written().into_iter().filter_map(|(on, json)| {
            let packet = crate::enclave::packet::Packet::parse(json.as_bytes());
            Some((on, packet.unwrap().message?))
        });
        said.collect()
    }
}

fn said(on: ConnectionId, texts: &[&str]) -> Vec<(ConnectionId, String)> {
    texts.iter().map(|&text| (on, text.to_owned())).collect()
}

fn delivered(keys: &[u64]) -> News {
    News::Delivered {
        peer: address(HIGHER),
        keys: keys.to_vec(),
    }
}

/// A message with an id, on this connection.
fn with_id(on: impl Into<Option<ConnectionId>>, id: &str, text: &str) -> News {
    News::Message {
        peer: address(HIGHER),
        connection: on.into(),
        id: Some(id.into()),
        text: text.into(),
        tags: Tags::new(),
        timestamp: None,
    }
}

fn receipt(on: ConnectionId, ids: &str, seconds: i64) -> (ConnectionId, String) {
    let timestamp = START + seconds;
    (
        on,
        format!(r#"{{"timestamp":{timestamp},"received":[{ids}]}}"#),
    )
}
