//! Where a contact stands with being dialled.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::enclave::ConnectionId;

/// An attempt that has not succeeded by then is given up: on a mesh a packet finds its way
/// within seconds or not at all.
pub(crate) const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a contact stands with being dialled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Dial {
    /// It is not going to be: there is a link, or no way to dial.
    #[default]
    Rest,
    /// It will be.
    At {
        /// When.
        at: Duration,
        /// The person waits for it, so it needs no slot.
        eager: bool,
    },
    /// It is due, and waits for a slot.
    Queued {
        /// Its place in the queue: when it was last linked.
        last_linked: Option<Timestamp>,
    },
    /// It is being dialled.
    Underway {
        /// The attempt.
        connection: ConnectionId,
        /// Whether we have the numerically lower address.
        we_are_lower: bool,
        /// When it began.
        since: Duration,
        /// Whether it holds one of the slots.
        slot: bool,
    },
}

impl Dial {
    /// When something is to be done about it.
    pub(crate) fn deadline(self) -> Option<Duration> {
        match self {
            Self::Rest | Self::Queued { .. } => None,
            Self::At { at, .. } => Some(at),
            Self::Underway { since, .. } => Some(since + DIAL_TIMEOUT),
        }
    }
}

/// When to dial after the end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Redial {
    /// How long to wait.
    pub(crate) wait: Duration,
    /// Even where a dial is under way: the contact has said that it is not there.
    pub(crate) regardless: bool,
}
