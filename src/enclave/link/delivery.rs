//! Messages on a link, both ways: what has arrived, what may go out.

use std::time::Duration;

use super::Link;
use crate::clock::Timestamp;
use crate::enclave::ConnectionId;
use crate::enclave::news::News;
use crate::enclave::order::Outcome;
use crate::enclave::packet::{Packet, Tags};

impl Link {
    /// Takes out of a packet what was said in it, and tells it: a message, which may be
    /// nothing but tags if it has an id, or what passes. Ids and tags mean something only
    /// from one who has said on this connection that it knows them.
    pub(super) fn hear_words(&mut self, on: ConnectionId, packet: &mut Packet, out: &mut Outcome) {
        let Some(connection) = self.connections.get_mut(on) else {
            return;
        };
        let peer = self.peer;
        let id = packet.id.take().filter(|_| connection.receipts);
        let tags = packet.tags.take().filter(|_| connection.tags);
        let tags = tags.unwrap_or_default();
        let text = match packet.message.take() {
            Some(text) => text,
            None if tags.is_empty() => return,
            None if id.is_none() => return out.tell(News::Signal { peer, tags }),
            None => String::new(),
        };
        connection.unconfirmed += usize::from(id.is_some());
        out.tell(News::Message {
            peer,
            connection: Some(on),
            id,
            text,
            tags,
            timestamp: packet.timestamp,
        });
    }

    /// A packet is delivered that came on a connection which is gone: what it says of the
    /// contact's presence holds no more. Its id tells whether the contact confirms and
    /// repeats. It has waited with a request, where tags are not kept.
    pub(crate) fn hear_late(&mut self, packet: Packet, out: &mut Outcome) {
        if let Some(alias) = &packet.alias {
            self.hear_alias(alias, out);
        }
        if let Some(text) = packet.message {
            out.tell(News::Message {
                peer: self.peer,
                connection: None,
                id: packet.id,
                text,
                tags: Tags::new(),
                timestamp: packet.timestamp,
            });
        }
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

    /// Writes what may be written of what waits, and has done with what the contact is not
    /// to get.
    pub(crate) fn flow(&mut self, confirms: bool, now: Duration, out: &mut Outcome) {
        let keys = self.outbox.give_up_tags(&self.connections);
        self.tell_delivered(keys, out);
        let keys = self.outbox.flow(&mut self.connections, confirms, now, out);
        if !keys.is_empty() {
            out.tell(News::Attempted {
                peer: self.peer,
                keys,
            });
        }
    }

    /// Shows the contact something that passes, if it has said that it knows tags and
    /// nothing is still to be said before it: whoever types has not said yet what waits.
    pub(crate) fn signal(&mut self, tags: &Tags, wall: Timestamp, out: &mut Outcome) {
        if let Some(winner) = self.connections.winner_mut()
            && winner.tags
            && !tags.is_empty()
            && self.outbox.is_all_on(winner.id)
        {
            let packet = Packet {
                timestamp: Some(wall),
                tags: Some(tags.clone()),
                ..Packet::default()
            };
            winner.write(packet.to_frame(), out);
        }
    }
}
