//! Who is a contact, and who shall not be heard.

use std::time::Duration;

use super::own::farewell;
use super::{Mesh, Request, Whose};
use crate::clock::{Now, Timestamp};
use crate::enclave::address::Address;
use crate::enclave::link::Link;
use crate::enclave::news::{HeldWords, RequestState};
use crate::enclave::order::Outcome;

/// How long one who was rejected or removed is not heard.
pub const SILENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Most addresses silenced at a time. Each was a decision of the person, so more are not
/// to be expected; the one whose silence ends first gives way.
pub(super) const SILENCED_MAX: usize = 1024;

impl Mesh {
    /// This address is a contact from now on: at the start, added, or accepted.
    /// `last_linked` is when [`News::Linked`](crate::enclave::news::News::Linked) last
    /// came for it.
    ///
    /// Where it has been waiting as a stranger, what it said is delivered now and its
    /// connection becomes its link; otherwise it is dialled. A silence is lifted. For one
    /// who is a contact already, or blocked, nothing happens.
    pub fn befriend(
        &mut self,
        peer: Address,
        last_linked: Option<Timestamp>,
        now: Now,
        out: &mut Outcome,
    ) {
        if self.links.contains_key(&peer) || self.blocked.contains(&peer) {
            return;
        }
        self.silenced.remove(&peer.owner());
        self.links.insert(peer, Link::new(peer, last_linked));
        if let Some(request) = self.strangers.take(peer) {
            let dropped = request.dropped();
            self.accept(request, now, out);
            out.news.extend(dropped);
        } else if !self.own.dark {
            self.dial_at(peer, now.monotonic, false, now, out);
        }
        self.settle(peer, now, out);
    }

    /// A stranger has become a contact: it is given our handshake, and what it has said
    /// is heard now.
    fn accept(&mut self, request: Request, now: Now, out: &mut Outcome) {
        self.schedule_strangers();
        let peer = request.address();
        let (connection, packets) = request.into_parts();
        let heard_on = connection.as_ref().filter(|connection| connection.heard);
        let heard_on = heard_on.map(|connection| connection.id);
        if let Some(connection) = connection {
            let contact = Whose::Contact(peer);
            self.connections.insert(connection.id, contact);
            self.take_in(peer, connection, now, out);
        } else if !self.own.dark {
            self.dial_at(peer, now.monotonic, false, now, out);
        }
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        for packet in packets {
            match heard_on {
                Some(connection) => {
                    link.hear(connection, packet, self.policy.receipts, now, out);
                }
                None => link.hear_late(packet, out),
            }
        }
    }

    /// This address is no contact any more: it gets a goodbye (status 0). There is no news
    /// of it. Unless it is [silenced](Self::silence) too, it may come back as a stranger.
    pub fn unfriend(&mut self, peer: Address, now: Now, out: &mut Outcome) {
        let goodbye = farewell("", now.wall);
        let mut unheard = Outcome::default();
        self.cut_off(peer, Some(&goodbye), &mut unheard);
        out.orders.append(&mut unheard.orders);
        self.forget(peer, now, out);
    }

    /// This address is neither heard nor dialled until it is unblocked; its connections
    /// are dropped without a word. A contact that was there is offline; the mesh has no
    /// link with it any more.
    pub fn block(&mut self, address: Address, now: Now, out: &mut Outcome) {
        self.blocked.insert(address);
        self.cut_off(address, None, out);
        self.forget(address, now, out);
        self.drop_request(address, out);
    }

    /// The address is not blocked any more. A contact is to be
    /// [befriended](Self::befriend) again.
    pub fn unblock(&mut self, address: Address) {
        self.blocked.remove(&address);
    }

    /// The person does not want this stranger: its request is dropped, and it is
    /// [silenced](Self::silence).
    pub fn reject(&mut self, address: Address, now: Now, out: &mut Outcome) {
        self.drop_request(address, out);
        self.silence(address, now);
    }

    /// Turns away whoever owns this address for 24 hours, without asking the person; a
    /// contact is not touched by it. [`befriend`](Self::befriend) lifts it.
    pub fn silence(&mut self, address: Address, now: Now) {
        self.silence_for(address, SILENCE, now);
    }

    /// As [`silence`](Self::silence), for what is left of the 24 hours after a restart.
    pub fn silence_for(&mut self, address: Address, time: Duration, now: Now) {
        self.silenced.retain(|_, until| *until > now.monotonic);
        self.silenced
            .insert(address.owner(), now.monotonic + time.min(SILENCE));
        if self.silenced.len() > SILENCED_MAX {
            let first = self.silenced.iter().min_by_key(|(_, until)| **until);
            if let Some((&first, _)) = first {
                self.silenced.remove(&first);
            }
        }
    }

    /// The prompt for this address's request has been put before the person: the request
    /// stays without a connection if the stranger has said anything at all, for the person may
    /// be about to answer.
    pub fn shown(&mut self, address: Address, out: &mut Outcome) {
        self.strangers.shown(address, out);
    }

    /// Numbers of requests up to this one were given in earlier runs of the program, and are
    /// given to nobody else.
    pub fn numbers_given(&mut self, through: u32) {
        self.strangers.numbers_given(through);
    }

    /// A request that was [kept](crate::enclave::news::StrangerNews::Kept) over a restart is
    /// there again, with what it said.
    pub fn restore_request(&mut self, state: RequestState, held: Vec<HeldWords>, now: Now) {
        self.strangers.restore(Request::restored(state, held, now));
        self.schedule_strangers();
    }

    /// Whether this address is [silenced](Self::silence).
    pub fn is_silenced(&self, address: Address, now: Now) -> bool {
        let until = self.silenced.get(&address.owner());
        until.is_some_and(|until| *until > now.monotonic)
    }

    /// Whether a stranger with this address is to be turned away: whoever owns it is
    /// blocked or silenced.
    pub(super) fn is_unwelcome(&self, address: Address, now: Now) -> bool {
        let owner = address.owner();
        // The owner's own address is the lowest of all that it owns.
        let blocked = self.blocked.range(owner..).next();
        blocked.is_some_and(|blocked| blocked.owner() == owner) || self.is_silenced(address, now)
    }

    /// Removes a link that has been cut off.
    fn forget(&mut self, peer: Address, now: Now, out: &mut Outcome) {
        self.reschedule(peer);
        self.links.remove(&peer);
        self.fill_slots(now, out);
    }

    fn drop_request(&mut self, address: Address, out: &mut Outcome) {
        let Some(request) = self.strangers.remove(address.owner(), out) else {
            return;
        };
        if let Some(connection) = request.connection_id() {
            self.abort(connection, out);
        }
        self.schedule_strangers();
    }
}
