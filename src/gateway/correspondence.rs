//! What has to be known of the talk with one contact while the program runs, for those with
//! whom there is any.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::enclave::link::Outgoing;
use crate::store::Tags;

use super::Gateway;
use super::inbox::Inbox;
use super::roster::ContactId;

/// The talk with one contact.
#[derive(Debug, Default)]
pub(super) struct Correspondence {
    /// The person was told that messages wait, since the contact was there last.
    pub absence_told: bool,
    /// How many of the messages that the person was told to wait have arrived; none where
    /// the person was not told.
    pub arrived_late: Option<usize>,
    /// What waits for one whom the mesh has no link with: one that is blocked, or was taken
    /// out of the address book.
    pub parked: Vec<Outgoing>,
    pub inbox: Inbox,
    pub times: Times,
    /// What the contact showed last that passes, and when.
    pub signal: Option<(Duration, Tags)>,
}

/// The times of the latest messages, so that each has one of its own: a client that reads
/// history page by page may know a message by its time alone (IRCv3 `chathistory`), and
/// packets say theirs in whole seconds.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// The latest stretch without a gap, from the time that was asked for to the last that
    /// was given.
    latest: Option<(Timestamp, Timestamp)>,
}

impl Times {
    /// This time, or a millisecond after the last one where that has it.
    pub fn unique(&mut self, time: Timestamp) -> Timestamp {
        let (from, given) = match self.latest {
            Some((from, to)) if (from..=to).contains(&time) => {
                (from, Timestamp(to.0.saturating_add(1)))
            }
            _ => (time, time),
        };
        self.latest = Some((from, given));
        given
    }
}

impl Gateway {
    /// The talk with a contact.
    pub(super) fn correspondence(&mut self, id: ContactId) -> &mut Correspondence {
        self.correspondences.entry(id).or_default()
    }
}
