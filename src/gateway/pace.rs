//! A client that writes faster than a contact's node confirms is made to wait, as one that
//! writes into a full connection is, instead of being refused. That takes the contact to be
//! there: what is written to one that is not waits in its outbox, up to its bounds. And it is
//! that client alone that waits, with whoever else writes to this contact.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::enclave::address::Address;
use crate::irc::ClientId;

use super::Gateway;
use super::roster::ContactId;

/// With so many messages on their way to one contact, clients wait. The rest, up to what an
/// outbox takes, is for the lines that they have sent already.
const FULL: Load = Load {
    messages: 8_000,
    bytes: 12 * 1024 * 1024,
};

/// At so many they go on: what they say until it is full again costs one wait, not many.
const RELIEVED: Load = Load {
    messages: FULL.messages / 2,
    bytes: FULL.bytes / 2,
};

/// A contact that confirms nothing for so long is not waited for any more: its connection may
/// be dead, and whoever wants to write to others should not be held up by that.
const PATIENCE: Duration = Duration::from_secs(2);

/// Nor is one that confirms so slowly that it takes this long.
const MOST_PATIENCE: Duration = Duration::from_secs(10);

/// What is on its way to a contact.
#[derive(Clone, Copy, Debug)]
struct Load {
    messages: usize,
    bytes: usize,
}

impl Load {
    fn reaches(self, bound: Self) -> bool {
        self.messages >= bound.messages || self.bytes >= bound.bytes
    }
}

/// A contact to whom so much is on its way that it is full, until it is relieved.
#[derive(Debug)]
pub(super) struct Busy {
    since: Duration,
    /// When it last confirmed something.
    progress: Duration,
    given_up: bool,
    /// Who has written to it meanwhile, and so has to wait.
    writers: BTreeSet<ClientId>,
}

impl Busy {
    fn deadline(&self) -> Option<Duration> {
        let until = (self.progress + PATIENCE).min(self.since + MOST_PATIENCE);
        (!self.given_up).then_some(until)
    }
}

/// For whom clients wait.
#[derive(Debug, Default)]
pub(super) struct Pace {
    pub(super) busy: BTreeMap<ContactId, Busy>,
}

impl Pace {
    fn wrote(&mut self, writer: ClientId, id: ContactId, load: Load, now: Duration) {
        if load.reaches(FULL) {
            self.busy.entry(id).or_insert(Busy {
                since: now,
                progress: now,
                given_up: false,
                writers: BTreeSet::new(),
            });
        }
        if let Some(busy) = self.busy.get_mut(&id) {
            busy.writers.insert(writer);
        }
    }

    fn confirmed(&mut self, id: ContactId, load: Load, now: Duration) {
        if !load.reaches(RELIEVED) {
            self.busy.remove(&id);
        } else if let Some(busy) = self.busy.get_mut(&id) {
            busy.progress = now;
        }
    }

    fn give_up(&mut self, now: Duration) {
        for busy in self.busy.values_mut() {
            busy.given_up |= busy.deadline().is_some_and(|at| at <= now);
        }
    }
}

impl Gateway {
    /// Whether there are clients that should not be read now, because a contact cannot take
    /// what they say as fast as they say it.
    pub fn makes_clients_wait(&self) -> bool {
        self.pace.busy.values().any(|busy| !busy.given_up)
    }

    /// Whether this is one of them.
    pub fn makes_wait(&self, client: ClientId) -> bool {
        let mut busy = self.pace.busy.values();
        busy.any(|busy| !busy.given_up && busy.writers.contains(&client))
    }

    /// When a contact that confirms nothing is not waited for any more.
    pub(super) fn pace_deadline(&self) -> Option<Duration> {
        self.pace.busy.values().filter_map(Busy::deadline).min()
    }

    /// A client has written something to a contact.
    pub(super) fn keep_pace(&mut self, writer: ClientId, id: ContactId) {
        if let Some(contact) = self.roster.get(id).filter(|contact| contact.online()) {
            let load = self.load(contact.address);
            self.pace.wrote(writer, id, load, self.now.monotonic);
        }
    }

    /// A contact has confirmed something.
    pub(super) fn has_kept_pace(&mut self, id: ContactId) {
        if !self.pace.busy.is_empty()
            && let Some(contact) = self.roster.get(id)
        {
            let load = self.load(contact.address);
            self.pace.confirmed(id, load, self.now.monotonic);
        }
    }

    fn load(&self, address: Address) -> Load {
        let (messages, bytes) = self.mesh.waiting_size(address);
        Load { messages, bytes }
    }

    /// A contact has gone, or is no contact any more.
    pub(super) fn forget_pace(&mut self, id: ContactId) {
        self.pace.busy.remove(&id);
    }

    /// Stops waiting for those that have been waited for long enough.
    pub(super) fn pace_due(&mut self) {
        self.pace.give_up(self.now.monotonic);
    }
}
