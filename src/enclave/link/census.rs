//! What a link holds, counted; see [`mesh::census`](crate::enclave::mesh::census).

use super::connections::MOST;
use super::{ALIAS_MAX, Link, TEXT_MAX};
use crate::enclave::news::Presence;

impl Link {
    /// Its connections, with those that only wait for receipts.
    pub(crate) fn count_connections(&self) -> usize {
        self.connections.iter().count() + self.parting.0.len()
    }

    /// Whatever the contact can make grow, with its bound.
    pub(crate) fn count(&self, mut add: impl FnMut(&'static str, usize, usize)) {
        add(
            "connections of one contact",
            self.connections.iter().count(),
            MOST,
        );
        add("connections that part", self.parting.0.len(), MOST);
        add("bytes of an alias", self.said.alias().len(), ALIAS_MAX);
        if let Presence::Online { text, .. } = self.said.presence() {
            add("bytes of a status text", text.len(), TEXT_MAX);
        }
        if let Some(farewell) = &self.farewell {
            add("bytes of a goodbye", farewell.text.len(), TEXT_MAX);
        }
        let (count, bytes) = self.outbox.size();
        let (messages, sum) = self
            .outbox
            .iter(&self.connections)
            .fold((0, 0), |(messages, sum), (message, _)| {
                (messages + 1, sum + message.bytes())
            });
        add("messages that wait", messages, count);
        add("bytes that wait", sum, bytes);
        add("bytes counted as waiting", bytes, sum);
    }
}
