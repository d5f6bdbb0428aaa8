//! Who is dialled when: slots, the queue for them, and what comes of a dial.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use super::{Mesh, Whose};
use crate::clock::{Now, Timestamp};
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::link::Dial;
use crate::enclave::order::{Order, Outcome};

/// Dials under way at once. Each is a socket and some packets on the mesh; with more, ten
/// thousand contacts at the start would be a flood.
pub(super) const SLOTS: usize = 64;

/// Why a dial came to nothing. The mesh treats all alike; it is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialFailure {
    /// Nobody listens there.
    Refused,
    /// The mesh knows no way there.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// Our own side could not: no such address of ours, no more sockets.
    Local,
}

/// Slots, and who waits for one.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Slots {
    pub(super) taken: usize,
    /// Last linked, first dialled.
    pub(super) queue: BTreeSet<(Reverse<Option<Timestamp>>, Address)>,
}

impl Mesh {
    /// What came of an [`Order::Dial`].
    pub fn dialled(
        &mut self,
        connection: ConnectionId,
        outcome: Result<(), DialFailure>,
        now: Now,
        out: &mut Outcome,
    ) {
        let Some(&Whose::Contact(peer)) = self.connections.get(&connection) else {
            if outcome.is_ok() {
                // The order to give it up crossed its success.
                out.order(Order::Abort { connection });
            }
            return;
        };
        let Some(link) = self.links.get(&peer) else {
            return;
        };
        let Dial::Underway {
            connection: expected,
            we_are_lower,
            ..
        } = link.dial
        else {
            return;
        };
        if expected != connection {
            return;
        }
        self.end_dial(peer, now, out);
        if outcome.is_ok() {
            self.open(peer, connection, true, we_are_lower, now, out);
        } else {
            self.connections.remove(&connection);
            self.dial_failed(peer, now);
        }
        self.settle(peer, now, out);
    }

    /// The person has written to a contact: dials it now, unless it is linked or being
    /// dialled, at most once a second and without waiting for a slot.
    pub fn dial_now(&mut self, peer: Address, now: Now, out: &mut Outcome) {
        let Some(link) = self.links.get(&peer) else {
            return;
        };
        let under_way = matches!(link.dial, Dial::Underway { .. });
        if under_way || link.connections.winner().is_some() || self.own.dark {
            return;
        }
        let at = link.eager_at(now.monotonic);
        self.cancel_dial(peer, out);
        self.dial_at(peer, at, true, now, out);
        self.settle(peer, now, out);
    }

    /// The machine has slept: every link may be dead and not know it, so all contacts are
    /// dialled, beside the links there are.
    pub fn woke(&mut self, now: Now, out: &mut Outcome) {
        if !self.own.dark {
            let contacts: Vec<Address> = self.contacts().collect();
            self.dial_all(&contacts, true, now, out);
        }
    }

    /// Dials all these contacts, forgetting past failures. An attempt that is under way
    /// already is left to it, unless `fresh` ones are called for.
    pub(super) fn dial_all(&mut self, peers: &[Address], fresh: bool, now: Now, out: &mut Outcome) {
        for &peer in peers {
            if self
                .own
                .address_towards(&self.policy.networks, peer)
                .is_none()
            {
                continue;
            }
            let Some(link) = self.links.get_mut(&peer) else {
                continue;
            };
            link.backoff.reset();
            if !fresh && matches!(link.dial, Dial::Underway { .. }) {
                continue;
            }
            self.cancel_dial(peer, out);
            self.enqueue(peer);
        }
        // Not before all are in the queue: it is what brings them into order.
        self.fill_slots(now, out);
        for &peer in peers {
            self.reschedule(peer);
        }
    }

    /// Makes a contact be dialled at a time, or now if that has come. Not for one that is
    /// being dialled or waits for a slot.
    pub(super) fn dial_at(
        &mut self,
        peer: Address,
        at: Duration,
        eager: bool,
        now: Now,
        out: &mut Outcome,
    ) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        link.dial = Dial::At { at, eager };
        self.dial_if_due(peer, now, out);
    }

    /// Does what is due: begins a dial whose time has come, gives one up that takes too
    /// long. The caller brings the contact's alarm up to date.
    pub(super) fn dial_if_due(&mut self, peer: Address, now: Now, out: &mut Outcome) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        if link.dial.deadline().is_none_or(|due| due > now.monotonic) {
            return;
        }
        match link.dial {
            Dial::At { eager: true, .. } => {
                link.dialled_eagerly(now.monotonic);
                self.dial(peer, false, now, out);
            }
            Dial::At { eager: false, .. } => {
                self.enqueue(peer);
                self.fill_slots(now, out);
            }
            Dial::Underway { .. } => {
                self.cancel_dial(peer, out);
                self.fill_slots(now, out);
                self.dial_failed(peer, now);
            }
            Dial::Rest | Dial::Queued { .. } => {}
        }
    }

    fn enqueue(&mut self, peer: Address) {
        if let Some(link) = self.links.get_mut(&peer) {
            let last_linked = link.last_linked;
            link.dial = Dial::Queued { last_linked };
            self.slots.queue.insert((Reverse(last_linked), peer));
        }
    }

    /// Gives free slots to those who wait.
    pub(super) fn fill_slots(&mut self, now: Now, out: &mut Outcome) {
        while self.slots.taken < SLOTS
            && let Some((_, peer)) = self.slots.queue.pop_first()
        {
            self.dial(peer, true, now, out);
            self.reschedule(peer);
        }
    }

    /// Dials, if there is a way: from our address in the contact's network.
    fn dial(&mut self, peer: Address, slot: bool, now: Now, out: &mut Outcome) {
        let from = self.own.address_towards(&self.policy.networks, peer);
        let connection = self.next_connection();
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        link.dial = Dial::Rest;
        let Some(from) = from.filter(|_| !self.own.dark) else {
            return;
        };
        link.dial = Dial::Underway {
            connection,
            we_are_lower: from < peer,
            since: now.monotonic,
            slot,
        };
        self.slots.taken += usize::from(slot);
        self.connections.insert(connection, Whose::Contact(peer));
        out.order(Order::Dial {
            connection,
            from,
            to: peer,
        });
    }

    /// A dial is over: it rests, and its slot is free for the next.
    fn end_dial(&mut self, peer: Address, now: Now, out: &mut Outcome) {
        if let Some(link) = self.links.get_mut(&peer)
            && let Dial::Underway { slot, .. } = std::mem::take(&mut link.dial)
        {
            self.slots.taken -= usize::from(slot);
        }
        self.fill_slots(now, out);
    }

    /// Whatever was planned or under way, it is not done. A slot that becomes free by it
    /// is not filled: the caller may be about to cancel more.
    pub(super) fn cancel_dial(&mut self, peer: Address, out: &mut Outcome) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        match std::mem::take(&mut link.dial) {
            Dial::Rest | Dial::At { .. } => {}
            Dial::Queued { last_linked } => {
                self.slots.queue.remove(&(Reverse(last_linked), peer));
            }
            Dial::Underway {
                connection, slot, ..
            } => {
                self.slots.taken -= usize::from(slot);
                self.abort(connection, out);
            }
        }
    }

    /// After an attempt that came to nothing: the next one, if there still is no link.
    fn dial_failed(&mut self, peer: Address, now: Now) {
        if let Some(link) = self.links.get_mut(&peer)
            && link.connections.winner().is_none()
        {
            let last_linked = link.last_linked;
            let wait = link.backoff.failed(last_linked, now.wall, &mut self.rng);
            link.dial = Dial::At {
                at: now.monotonic + wait,
                eager: false,
            };
        }
    }
}
