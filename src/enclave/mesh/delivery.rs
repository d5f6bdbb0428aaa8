//! Messages to contacts until they have arrived, and receipts for theirs.

use super::Mesh;
use crate::clock::Now;
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::link::{Outgoing, Standing};
use crate::enclave::order::Outcome;
use crate::enclave::packet::{Packet, Tags};

/// Receipts in one packet. With ids of the usual length it stays below what even a stranger
/// is let send in one frame.
const RECEIPTS_IN_A_PACKET: usize = 500;

impl Mesh {
    /// A message is to reach a contact, behind all that waits for it already: it is sent as
    /// soon as there is a link, and again until
    /// [`News::Delivered`](crate::enclave::news::News::Delivered) tells that it has
    /// arrived. Nothing happens for one who is not a contact, or is blocked.
    pub fn send(&mut self, peer: Address, message: Outgoing, now: Now, out: &mut Outcome) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.outbox.push(message);
            self.settle(peer, now, out);
        }
    }

    /// Shows a contact something that passes, if it is linked, its node knows tags, and all
    /// that waits for it is on its way: a signal overtakes no message. It is not kept, and
    /// not sent again.
    pub fn signal(&mut self, peer: Address, tags: &Tags, now: Now, out: &mut Outcome) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.signal(tags, now.wall, out);
        }
    }

    /// What waits for a contact, in order, and where it stands.
    pub fn waiting(&self, peer: Address) -> impl Iterator<Item = (&Outgoing, Standing)> {
        let link = self.links.get(&peer);
        link.into_iter()
            .flat_map(|link| link.outbox.iter(&link.connections))
    }

    /// How many messages wait for a contact, and how many bytes their texts and tags have.
    pub fn waiting_size(&self, peer: Address) -> (usize, usize) {
        let link = self.links.get(&peer);
        link.map_or((0, 0), |link| link.outbox.size())
    }

    /// The same for all contacts together.
    pub fn all_waiting_size(&self) -> (usize, usize) {
        let each = self.links.values().map(|link| link.outbox.size());
        each.fold((0, 0), |(count, bytes), one| (count + one.0, bytes + one.1))
    }

    /// Whether a contact may say on a connection what it has said there before: it had moved
    /// to another, which has ended, and repeats what was not confirmed.
    pub fn may_come_again(&self, peer: Address, connection: ConnectionId) -> bool {
        let link = self.links.get(&peer);
        let connection = link.and_then(|link| link.connections.get(connection));
        connection.is_none_or(|connection| connection.has_lost)
    }

    /// Messages that wait are not to be sent any more: all of these, before anything that
    /// they held up goes out.
    pub fn cancel(&mut self, peer: Address, keys: &[u64], now: Now, out: &mut Outcome) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.outbox.cancel(keys);
            self.settle(peer, now, out);
        }
    }

    /// Takes out all that waits for a contact, in order: before it is blocked or ceases to
    /// be one.
    pub fn take_waiting(&mut self, peer: Address) -> Vec<Outgoing> {
        let link = self.links.get_mut(&peer);
        let taken = link.map(|link| link.outbox.take()).unwrap_or_default();
        self.reschedule(peer);
        taken
    }

    /// Messages of a contact that came with an id are stored durably: tells it so, on the
    /// connection on which they came, or, where that is gone, on the one there is. With
    /// neither, the contact repeats them when it is back, and is told then.
    pub fn confirm(
        &mut self,
        peer: Address,
        connection: Option<ConnectionId>,
        ids: &[String],
        now: Now,
        out: &mut Outcome,
    ) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let mut told = false;
        for on in connection.into_iter() {
            let came_on = match link.parting.get_mut(on) {
                Some(parting) => Some(parting),
                None => link.connections.get_mut(on),
            };
            if let Some(came_on) = came_on {
                came_on.unconfirmed = came_on.unconfirmed.saturating_sub(ids.len());
                if came_on.is_writable() {
                    told = true;
                    write_receipts(ids, now, |frame| came_on.write(frame, out));
                }
            }
        }
        if !told
            && let Some(winner) = link.connections.winner_mut()
            && winner.receipts
        {
            write_receipts(ids, now, |frame| winner.write(frame, out));
        }
        self.settle(peer, now, out);
    }

    /// A peer's kernel has acknowledged so many bytes of what was written to a connection.
    pub fn acknowledged(
        &mut self,
        connection: ConnectionId,
        bytes: u64,
        now: Now,
        out: &mut Outcome,
    ) {
        let Some(&super::Whose::Contact(peer)) = self.connections.get(&connection) else {
            return;
        };
        if let Some(link) = self.links.get_mut(&peer) {
            link.acknowledged(connection, bytes, out);
            self.settle(peer, now, out);
        }
    }
}

fn write_receipts(ids: &[String], now: Now, mut write: impl FnMut(bytes::Bytes)) {
    for ids in ids.chunks(RECEIPTS_IN_A_PACKET) {
        let packet = Packet {
            received: Some(ids.to_vec()),
            timestamp: Some(now.wall),
            ..Packet::default()
        };
        write(packet.to_frame());
    }
}
