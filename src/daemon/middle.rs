//! What the driver runs: a piece of pure state, told events, that answers with effects.

use std::time::Duration;

use crate::clock::Now;
use crate::enclave::ConnectionId;
use crate::gateway::Gateway;
use crate::gateway::effect::Effects;
use crate::gateway::event::Event;
use crate::irc::ClientId;

/// How many contacts there are, how many of them are there, and what is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Those that are online.
    pub online: usize,
    /// Those in the address book.
    pub contacts: usize,
    /// Nothing can be stored.
    pub store_is_down: bool,
}

/// The pure middle of a node. There are two: the [`Gateway`], and the demo's friend, who
/// has no IRC side.
pub trait Middle {
    /// The doors are open: what is there to do before anything has happened?
    fn start(&mut self, now: Now, effects: &mut Effects);

    /// Something happened. What shall be done about it is added to `effects`.
    fn handle(&mut self, event: Event, now: Now, effects: &mut Effects);

    /// When [`Event::Deadline`] is due, on the monotonic clock, if nothing else happens.
    fn deadline(&self) -> Option<Duration>;

    /// The id for a peer's connection that was just accepted.
    fn next_connection(&mut self) -> ConnectionId;

    /// Whether there are clients that should not be read now.
    fn makes_clients_wait(&self) -> bool {
        false
    }

    /// Whether this is one of them.
    fn makes_wait(&self, client: ClientId) -> bool {
        let _ = client;
        false
    }

    /// Whether the store is known not to do its work, so that clients are told instead of
    /// being made to wait.
    fn store_is_down(&self) -> bool {
        false
    }

    /// What would be lost if the program ended now, for people; none where that is nothing.
    fn not_stored(&self) -> Option<String> {
        None
    }

    /// Who is there, for the service manager. Asked after every batch of events.
    fn attendance(&self) -> Attendance {
        Attendance::default()
    }
}

impl Middle for Gateway {
    fn start(&mut self, now: Now, effects: &mut Effects) {
        Self::start(self, now, effects);
    }

    fn handle(&mut self, event: Event, now: Now, effects: &mut Effects) {
        Self::handle(self, event, now, effects);
    }

    fn deadline(&self) -> Option<Duration> {
        Self::deadline(self)
    }

    fn next_connection(&mut self) -> ConnectionId {
        Self::next_connection(self)
    }

    fn makes_clients_wait(&self) -> bool {
        Self::makes_clients_wait(self)
    }

    fn makes_wait(&self, client: ClientId) -> bool {
        Self::makes_wait(self, client)
    }

    fn store_is_down(&self) -> bool {
        Self::store_is_down(self)
    }

    fn not_stored(&self) -> Option<String> {
        Self::not_stored(self)
    }

    fn attendance(&self) -> Attendance {
        Attendance {
            online: self.online_contacts(),
            contacts: self.contacts(),
            store_is_down: Self::store_is_down(self),
        }
    }
}
