//! How often clients are told what becomes of one contact.
//!
//! A contact, or a node of it that is out of order, can come and go and change its status
//! thousands of times a second. A person wants to know how it is, not each of these. So one
//! that has changed often is told of again when some time is over, as it is then.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Gateway;
use super::roster::ContactId;

/// Changes of one contact within [`PERIOD`] that are told at once: more than a person makes,
/// whose link breaks now and then besides.
pub(super) const CHANGES: u8 = 10;

/// See [`CHANGES`].
pub(super) const PERIOD: Duration = Duration::from_secs(60);

/// How often a contact has changed lately.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    /// When the first of them was.
    since: Duration,
    count: u8,
}

/// The contacts that have changed too often, and until when they are not told of. Each is
/// one in the address book.
#[derive(Debug, Default)]
pub(super) struct Restless(pub(super) BTreeMap<ContactId, Duration>);

impl Restless {
    /// Whether a contact is one of them.
    pub fn contains(&self, id: ContactId) -> bool {
        self.0.contains_key(&id)
    }
}

impl Gateway {
    /// A contact has changed: whether that is told at once.
    pub(super) fn is_told_at_once(&mut self, id: ContactId) -> bool {
        let now = self.now.monotonic;
        let Some(contact) = self.roster.get_mut(id) else {
            return true;
        };
        if self.restless.contains(id) {
            return false;
        }
        let changes = &mut contact.changes;
        if changes.count == 0 || changes.since + PERIOD <= now {
            *changes = Changes {
                since: now,
                count: 0,
            };
        }
        if changes.count < CHANGES {
            changes.count += 1;
            return true;
        }
        let until = changes.since + PERIOD;
        *changes = Changes::default();
        self.restless.0.insert(id, until);
        false
    }

    /// When a contact that has changed too often is told of again.
    pub(super) fn calm_deadline(&self) -> Option<Duration> {
        self.restless.0.values().min().copied()
    }

    /// At a deadline: who has changed too often is told of again. At the end of the event it
    /// is seen that there is something to tell.
    pub(super) fn calm_due(&mut self) {
        let now = self.now.monotonic;
        self.restless.0.retain(|_, until| *until > now);
    }
}
