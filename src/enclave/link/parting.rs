//! Connections on which the contact has said goodbye (status 0) and is still owed receipts
//! for what it said before. Closing at once could take them with it, and it would repeat
//! itself at its next start.

use std::time::Duration;

use super::connections::{Connection, MOST};
use crate::enclave::ConnectionId;

/// How long our disk may take for that. A node that shuts down does not wait longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The connections that are kept for receipts alone.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Parting(pub(super) Vec<(Connection, Duration)>);

impl Parting {
    /// Keeps one of them. Where there are as many as may be open at a time, the oldest comes
    /// back, to be closed: a contact that says goodbye again and again would otherwise take
    /// all our sockets while the disk is slow.
    pub(crate) fn keep(&mut self, connection: Connection, now: Duration) -> Option<ConnectionId> {
        let oldest = (self.0.len() == MOST).then(|| self.0.remove(0).0.id);
        self.0.push((connection, now + PATIENCE));
        oldest
    }

    pub(crate) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        let mut connections = self.0.iter_mut().map(|(connection, _)| connection);
        connections.find(|connection| connection.id == id)
    }

    /// It is over.
    pub(crate) fn remove(&mut self, id: ConnectionId) {
        self.0.retain(|(connection, _)| connection.id != id);
    }

    /// Gives up all of them; they come back to be closed.
    pub(crate) fn take(&mut self) -> Vec<ConnectionId> {
        let all = std::mem::take(&mut self.0);
        all.into_iter()
            .map(|(connection, _)| connection.id)
            .collect()
    }

    /// One that has got its receipts, or has waited too long; it is removed.
    pub(crate) fn expire(&mut self, now: Duration) -> Option<ConnectionId> {
        let due = |(connection, until): &(Connection, Duration)| {
            connection.unconfirmed == 0 || *until <= now
        };
        let index = self.0.iter().position(due)?;
        Some(self.0.remove(index).0.id)
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.0.iter().map(|(_, until)| *until).min()
    }
}
