//! What the mesh holds, counted, for the tests and the fuzz targets: whatever others can make
//! grow is here, with its bound.

use std::collections::BTreeMap;

use super::contacts::SILENCED_MAX;
use super::dialling::SLOTS;
use super::{Mesh, OwnPresence, Whose};
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::link::{Dial, Link};

/// How much of something there is, and how much there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Of what.
    pub what: &'static str,
    /// So much.
    pub size: usize,
    /// So much at most.
    pub most: usize,
}

/// What the mesh holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    /// What is bounded.
    pub counts: Vec<Count>,
    /// Of each link the connection that is written to, if we have told it how we are.
    pub told: BTreeMap<Address, ConnectionId>,
    /// How we are.
    pub own: OwnPresence,
    /// We say nothing at all.
    pub dark: bool,
    /// Of whom connections are open or being made: contacts by their addresses,
    pub contacts: BTreeMap<ConnectionId, Address>,
    /// and strangers by those of their owners.
    pub strangers: BTreeMap<ConnectionId, Address>,
}

impl Mesh {
    /// Counts what there is.
    pub fn census(&self) -> Census {
        let (mut contacts, mut strangers) = (BTreeMap::new(), BTreeMap::new());
        for (&connection, &whose) in &self.connections {
            match whose {
                Whose::Contact(peer) => contacts.insert(connection, peer),
                Whose::Stranger(owner) => strangers.insert(connection, owner),
            };
        }
        let told = self.links.iter().filter_map(|(&peer, link)| {
            let winner = link.connections.winner()?;
            (winner.told == self.own.version).then_some((peer, winner.id))
        });
        Census {
            counts: self.counts(contacts.len(), strangers.len()),
            told: told.collect(),
            own: self.own.presence.clone(),
            dark: self.own.dark,
            contacts,
            strangers,
        }
    }

    fn counts(&self, of_contacts: usize, of_strangers: usize) -> Vec<Count> {
        let mut counts = Vec::new();
        let mut add = |what, size, most| counts.push(Count { what, size, most });
        let mut same = |what, one, other| {
            add(what, one, other);
            add(what, other, one);
        };
        let links = || self.links.values();
        let is_dialled = |link: &&Link| matches!(link.dial, Dial::Underway { .. });
        let has_slot = |link: &&Link| matches!(link.dial, Dial::Underway { slot: true, .. });
        let is_queued = |link: &&Link| matches!(link.dial, Dial::Queued { .. });
        let open: usize = links().map(Link::count_connections).sum();
        let dials = links().filter(is_dialled).count();
        same("connections with contacts", of_contacts, open + dials);
        let open = self.strangers.count_connections();
        same("connections with strangers", of_strangers, open);
        same(
            "slots taken",
            self.slots.taken,
            links().filter(has_slot).count(),
        );
        same(
            "queue for slots",
            self.slots.queue.len(),
            links().filter(is_queued).count(),
        );
        add("slots", self.slots.taken, SLOTS);
        // One for each link, one for strangers; garbage may have one that is due besides.
        add("alarms", self.alarms.len(), self.links.len() + 3);
        add("silenced", self.silenced.len(), SILENCED_MAX);
        for link in links() {
            link.count(&mut add);
        }
        self.strangers.count(&mut add);
        counts
    }
}
