//! How much may wait to be sent: for one contact, and for all of them together. What is too
//! much is refused before anything of it is taken; what was accepted stays.

use crate::store::Tags;

use super::Gateway;
use super::roster::ContactId;

/// Messages that may wait for one contact: more than a person writes in a year to one who
/// never answers.
pub(super) const WAITING: usize = 10_000;

/// Bytes of text and tags that may wait for one contact. They are held in memory.
pub(super) const WAITING_BYTES: usize = 16 * 1024 * 1024;

/// Bytes that may wait for all contacts together, with [`BESIDE`] for each message: a person
/// does not write that much in a life, and any machine has room for it.
pub(super) const ALL_WAITING_BYTES: usize = 64 * 1024 * 1024;

/// What a message that waits takes beside its text and tags, bytes, about.
pub(super) const BESIDE: usize = 256;

/// What waits for all contacts together.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    /// It is no more than this, bytes. What has arrived since it was counted is in it; none
    /// where it was never counted.
    at_most: Option<usize>,
}

impl Allowance {
    /// A message waits that was not counted.
    pub fn take(&mut self, bytes: usize) {
        self.at_most = self.at_most.map(|most| most.saturating_add(bytes + BESIDE));
    }
}

/// What a message is counted as of what waits, bytes.
pub(super) fn bytes(text: &str, tags: &Tags) -> usize {
    let tags = tags.iter().map(|(name, value)| name.len() + value.len());
    text.len() + tags.sum::<usize>()
}

impl Gateway {
    /// Why a message of so many bytes is one too many, if it is.
    pub(super) fn why_too_much(&mut self, id: ContactId, new: usize) -> Option<String> {
        let contact = self.roster.get(id)?;
        let (count, bytes) = self.mesh.waiting_size(contact.address);
        if count >= WAITING || bytes + new > WAITING_BYTES {
            let nick = &contact.nick;
            return Some(format!(
                "{count} messages wait for {nick} already, and no more can: /msg enclave outbox {nick}"
            ));
        }
        let most = ALL_WAITING_BYTES.saturating_sub(new + BESIDE);
        // To count takes a look at every contact, so that is done when it may be too much.
        if self.allowance.at_most.is_none_or(|known| known > most) {
            self.allowance.at_most = Some(self.count_all_waiting());
        }
        if self.allowance.at_most.is_some_and(|counted| counted > most) {
            return Some(format!(
                "{} MiB wait for all your contacts together already, and no more can: /msg \
                 enclave outbox",
                ALL_WAITING_BYTES / (1024 * 1024)
            ));
        }
        None
    }

    /// What waits for all contacts, in the address book or not, bytes.
    pub(super) fn count_all_waiting(&self) -> usize {
        let (count, total) = self.mesh.all_waiting_size();
        let parked = self.correspondences.values().flat_map(|one| &one.parked);
        let parked = parked.map(|message| bytes(&message.text, &message.tags) + BESIDE);
        count * BESIDE + total + parked.sum::<usize>()
    }
}
