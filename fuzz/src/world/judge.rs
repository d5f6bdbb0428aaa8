//! Whether the gateway is as it should be.

use enclave_irc::enclave::news::Presence;
use enclave_irc::gateway::census::{Census, Owed};

use super::*;

impl World {
    /// After a step: what has grown is within its bounds, what the mesh knows is what clients
    /// and contacts believe, and what is owed is owed to somebody.
    pub(super) fn judge(&mut self) {
        let census = self.gateway.census();
        for count in &census.counts {
            assert!(count.size <= count.most, "{count:?}");
        }
        self.judge_contacts(&census);
        self.judge_clients(&census);
        self.judge_connections(&census);
        self.judge_owed(&census.owed);
        if self.store.queued() == 0 {
            self.judge_waiting(census.waiting);
        }
        let deadline = self.gateway.deadline();
        assert!(deadline.is_none_or(|at| at >= self.now.monotonic || at > Duration::ZERO));
        let contacts = census.contacts.iter().filter(|contact| !contact.blocked);
        self.friends = contacts.map(|contact| contact.address).collect();
    }

    /// What waits is what the store says waits, in the same order; but what is nothing but
    /// tags may have been overtaken.
    fn judge_waiting(&self, mut waiting: BTreeMap<u32, Vec<u64>>) {
        for keys in waiting.values_mut() {
            let words = keys.iter().filter(|key| self.store.has_words(**key));
            assert!(words.is_sorted(), "another order: {keys:?}");
            keys.sort_unstable();
        }
        assert_eq!(waiting, self.store.waiting());
    }

    fn judge_contacts(&self, census: &Census) {
        for contact in &census.contacts {
            let known = contact.known.clone();
            assert_eq!(known.is_none(), contact.blocked, "{contact:?}");
            let known = known.unwrap_or(Presence::Offline);
            assert_eq!(contact.shown, known, "{contact:?}");
            if known != Presence::Offline {
                let mut connections = census.mesh.contacts.values();
                let there = connections.any(|one| *one == contact.address);
                assert!(there, "by what way is it there? {contact:?}");
                assert!(!census.mesh.dark, "{contact:?}");
            }
        }
    }

    fn judge_clients(&self, census: &Census) {
        for (client, one) in &self.clients {
            let session = census.clients.get(client);
            assert_eq!(session.is_none(), one.closed, "{client:?}");
            // One that takes nothing is told later, and so is everybody of who changes too often.
            if let Some(session) = session
                && !session.is_owed
                && !self.undrained.contains(client)
            {
                one.belief.check(session, &census.contacts);
            }
        }
        assert!(
            census
                .clients
                .keys()
                .all(|client| self.clients.contains_key(client))
        );
    }

    fn judge_connections(&self, census: &Census) {
        let (contacts, strangers) = (&census.mesh.contacts, &census.mesh.strangers);
        for (id, connection) in &self.connections {
            let known = match (contacts.get(id), strangers.get(id)) {
                (Some(peer), None) => *peer == connection.remote,
                (None, Some(owner)) => *owner == connection.remote.owner(),
                _ => false,
            };
            assert!(known, "nobody knows of {id:?} with {}", connection.remote);
        }
        assert_eq!(self.connections.len(), contacts.len() + strangers.len());
        let own = &census.mesh.own;
        for (peer, id) in &census.mesh.told {
            let told = &self.connections[id].told;
            assert_eq!(
                (told.status, &told.text),
                (Some(own.status), &own.text),
                "{peer}"
            );
            if !own.alias.is_empty() {
                assert_eq!(told.alias, own.alias, "{peer}");
            }
        }
    }

    fn judge_owed(&self, owed: &Owed) {
        assert_eq!(owed.questions, self.store.questions());
        assert_eq!(owed.writes, self.store.undurable() as u64);
        assert!(owed.changes <= self.changes.len());
        assert!(owed.pending == 0 || owed.questions > 0);
        assert!(owed.requests <= owed.questions);
        if owed.writes == 0 {
            assert_eq!(owed.until_durable, 0);
        }
    }

    /// Nothing is owed to anybody any more.
    pub(super) fn judge_rest(&self) {
        let census = self.gateway.census();
        assert_eq!(census.owed, Owed::default());
        for (client, one) in &self.clients {
            if census.clients.contains_key(client) {
                one.dialogue.check_end();
            }
        }
    }
}
