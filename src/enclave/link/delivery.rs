//! Messages on a link, both ways: what has arrived, what may go out.

use std::time::Duration;

use super::Link;
use crate::clock::Timestamp;
use crate::enclave::ConnectionId;
use crate::enclave::news::News;
use crate::enclave::order::Outcome;

/// What a node says in its handshake that confirms messages.
pub(crate) const RECEIPTS: &str = "receipts";

/// Whether a handshake with these features says that messages are confirmed.
pub(crate) fn says_receipts(features: &[String]) -> bool {
    features.iter().any(|feature| feature == RECEIPTS)
}

impl Link {
    pub(super) fn tell_message(
        &self,
        connection: Option<ConnectionId>,
        id: Option<String>,
        text: String,
        timestamp: Option<Timestamp>,
        out: &mut Outcome,
    ) {
        out.tell(News::Message {
            peer: self.peer,
            connection,
            id,
            text,
            timestamp,
        });
    }

    /// The peer's kernel has so many bytes of what was written to a connection.
    pub(crate) fn acknowledged(&mut self, on: ConnectionId, bytes: u64, out: &mut Outcome) {
        if let Some(connection) = self.connections.get_mut(on) {
            connection.acknowledged = connection.acknowledged.max(bytes);
            self.take_acknowledged(out);
        }
    }

    pub(super) fn take_acknowledged(&mut self, out: &mut Outcome) {
        let keys = self.outbox.acknowledged(&self.connections);
        self.tell_delivered(keys, out);
    }

    pub(super) fn tell_delivered(&self, keys: Vec<u64>, out: &mut Outcome) {
        if !keys.is_empty() {
            out.tell(News::Delivered {
                peer: self.peer,
                keys,
            });
        }
    }

    /// Writes what may be written of what waits.
    pub(crate) fn flow(&mut self, confirms: bool, now: Duration, out: &mut Outcome) {
        let keys = self.outbox.flow(&mut self.connections, confirms, now, out);
        if !keys.is_empty() {
            out.tell(News::Attempted {
                peer: self.peer,
                keys,
            });
        }
    }
}
