//! What a link is, for whoever wants to show it to the person.

use std::time::Duration;

use super::{Dial, Link};
use crate::enclave::news::Presence;

/// A link as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// What the contact says of its human.
    pub presence: Presence,
    /// What the contact calls itself; empty where it has never said.
    pub alias: String,
    /// The connection that is written to, if there is one.
    pub connection: Option<ConnectionView>,
    /// When it is dialled next, on the monotonic clock; in the past where it is due and
    /// waits for its turn, or is being dialled. `None` where it is not going to be.
    pub next_try: Option<Duration>,
    /// Attempts that failed since the last stable link.
    pub failures: u32,
}

/// A connection with a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionView {
    /// We dialled; otherwise the contact did.
    pub dialled_by_us: bool,
    /// When it was opened, on the monotonic clock.
    pub since: Duration,
    /// The contact has said something on it.
    pub heard: bool,
    /// The contact confirms what it receives on it.
    pub receipts: bool,
}

impl LinkView {
    pub(super) fn of(link: &Link) -> Self {
        Self {
            presence: link.said.presence().clone(),
            alias: link.said.alias().to_owned(),
            connection: link.connections.winner().map(|winner| ConnectionView {
                dialled_by_us: winner.dialled_by_us,
                since: winner.opened,
                heard: winner.heard,
                receipts: winner.receipts,
            }),
            next_try: match link.dial {
                Dial::Rest => None,
                Dial::At { at, .. } => Some(at),
                Dial::Queued { .. } => Some(Duration::ZERO),
                Dial::Underway { since, .. } => Some(since),
            },
            failures: link.backoff.failures(),
        }
    }
}
