//! What has to be known of the talk with one contact while the program runs, for those with
//! whom there is any.

use crate::enclave::link::Outgoing;

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
}

impl Gateway {
    /// The talk with a contact.
    pub(super) fn correspondence(&mut self, id: ContactId) -> &mut Correspondence {
        self.correspondences.entry(id).or_default()
    }
}
