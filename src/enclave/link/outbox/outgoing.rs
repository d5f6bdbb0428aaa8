//! A message that waits to reach a contact.

use bytes::Bytes;

use crate::clock::Timestamp;
use crate::enclave::packet::{Packet, Tags};

/// A message to a contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outgoing {
    /// What it is known by on our side.
    pub key: u64,
    /// What it is known by on the wire, where the contact confirms.
    pub id: String,
    /// What was said; perhaps of several lines. Empty where it is nothing but tags.
    pub text: String,
    /// What it carries beside its text, for nodes that know tags (`docs/protocol.md`).
    pub tags: Tags,
    /// When.
    pub timestamp: Timestamp,
    /// How often it was sent on a connection on which the contact had not said a word.
    pub attempts: u8,
}

/// Where a message stands that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It has not been sent since the program started.
    Unsent,
    /// It has been sent, so it may have arrived.
    Sent,
    /// It was sent as often as it may be to one who never says a word.
    Unheard,
}

impl Outgoing {
    /// Whether there is nothing to say to one who knows no tags.
    pub(super) fn is_only_tags(&self) -> bool {
        self.text.is_empty() && !self.tags.is_empty()
    }

    /// What it is counted as of what waits: the bytes of its text and its tags.
    pub(in crate::enclave::link) fn bytes(&self) -> usize {
        let tags = self
            .tags
            .iter()
            .map(|(name, value)| name.len() + value.len());
        self.text.len() + tags.sum::<usize>()
    }

    /// The packet that says it.
    pub(super) fn to_frame(&self, with_id: bool, with_tags: bool) -> Bytes {
        let packet = Packet {
            message: (!self.is_only_tags()).then(|| self.text.clone()),
            timestamp: Some(self.timestamp),
            id: with_id.then(|| self.id.clone()),
            tags: with_tags.then(|| self.tags.clone()),
            ..Packet::default()
        };
        packet.to_frame()
    }
}
