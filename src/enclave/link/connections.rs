//! The connections of one link: usually one, two when both sides dialled at the same time
//! or an old one has not been seen to die.
//!
//! All are read. One, the *winner*, is written to, and both sides come to the same one
//! without a word about it: of two that were opened within ten seconds of each other in
//! opposite directions the one dialled by the numerically lower address wins, of any
//! other two the newer. A loser is given up slowly, because the peer may be of another
//! make and hold on to just that one: nothing is said on it any more, our half is closed
//! once the peer has been heard on the winner, and the rest half a minute later.

use std::time::Duration;

use bytes::Bytes;

use crate::enclave::ConnectionId;
use crate::enclave::order::{Order, Outcome};

/// Two openings this close to each other may be two nodes dialling each other at once,
/// each of which sees the other order.
pub(crate) const RIVALRY: Duration = Duration::from_secs(10);

/// How long a loser is left alone even if the winner is known to work. A peer of another
/// make that closes one of the two does so in this time, and if it is our winner, the
/// loser must still be whole to become the link.
const SETTLING: Duration = Duration::from_secs(1);

/// How long the peer may go on talking on a loser whose other half we have closed.
const LINGERING: Duration = Duration::from_secs(30);

/// What a node says in its handshake that confirms messages.
pub(crate) const RECEIPTS: &str = "receipts";

/// What one says that knows tags. It counts only beside [`RECEIPTS`]: a message of nothing
/// but tags has to be told by its id from what passes.
pub(crate) const TAGS: &str = "tags";

/// More connections with one contact than this make the oldest loser be dropped: nobody
/// of good will has so many.
pub(super) const MOST: usize = 4;

/// One open connection with a contact.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Connection {
    pub(crate) id: ConnectionId,
    /// We dialled; otherwise the peer did.
    pub(crate) dialled_by_us: bool,
    /// The side with the numerically lower address dialled.
    pub(crate) dialled_by_lower: bool,
    /// When our connect or accept returned, on the monotonic clock.
    pub(crate) opened: Duration,
    /// A packet from the peer has arrived on it.
    pub(crate) heard: bool,
    /// The peer has said in its handshake here that it confirms messages.
    pub(crate) receipts: bool,
    /// It has said there as well that it knows tags.
    pub(crate) tags: bool,
    /// Messages of the peer's that came here and were not confirmed yet.
    pub(crate) unconfirmed: usize,
    /// Bytes of frames that were written to it.
    pub(crate) written: u64,
    /// Bytes of those that the peer's kernel has.
    pub(crate) acknowledged: u64,
    /// The version of our own presence that was last written to it.
    pub(crate) told: u64,
    /// It has been a loser. If it is the winner again, the peer says on it once more what it
    /// said meanwhile on the other, and has perhaps said here before.
    pub(crate) has_lost: bool,
    /// Since when it has been a loser.
    lost: Option<Duration>,
    /// When we closed our half of it.
    half_closed: Option<Duration>,
}

impl Connection {
    /// A connection that opens now.
    pub(crate) fn new(
        id: ConnectionId,
        dialled_by_us: bool,
        we_are_lower: bool,
        opened: Duration,
    ) -> Self {
        Self {
            id,
            dialled_by_us,
            dialled_by_lower: dialled_by_us == we_are_lower,
            opened,
            heard: false,
            receipts: false,
            tags: false,
            unconfirmed: 0,
            written: 0,
            acknowledged: 0,
            told: 0,
            has_lost: false,
            lost: None,
            half_closed: None,
        }
    }

    /// The peer has said what it can do on it. For good: what was sent trusting in it is
    /// waited for by that alone.
    pub(crate) fn hear_features(&mut self, features: &[String]) {
        let says = |name: &str| features.iter().any(|feature| feature == name);
        self.receipts |= says(RECEIPTS);
        self.tags |= self.receipts && says(TAGS);
    }

    /// Writes a frame to it.
    pub(crate) fn write(&mut self, frame: Bytes, out: &mut Outcome) {
        self.written += frame.len() as u64;
        out.order(Order::Write {
            connection: self.id,
            frame,
        });
    }

    /// Whether we may still write to it.
    pub(crate) fn is_writable(&self) -> bool {
        self.half_closed.is_none()
    }

    /// The rule, for `self` opened after `other`.
    fn beats(&self, other: &Self) -> bool {
        let rivals = self.dialled_by_us != other.dialled_by_us
            && self.opened.saturating_sub(other.opened) <= RIVALRY;
        !rivals || self.dialled_by_lower
    }
}

/// All open connections with a contact.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Connections {
    /// In the order in which they were opened.
    open: Vec<Connection>,
    winner: Option<ConnectionId>,
}

impl Connections {
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.open.iter()
    }

    pub(crate) fn get(&self, id: ConnectionId) -> Option<&Connection> {
        self.open.iter().find(|connection| connection.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.open.iter_mut().find(|connection| connection.id == id)
    }

    /// The one to write to. `None` where there is no connection, or only such as we have
    /// closed our half of.
    pub(crate) fn winner(&self) -> Option<&Connection> {
        self.get(self.winner?)
    }

    /// As [`winner`](Self::winner), to be changed.
    pub(crate) fn winner_mut(&mut self) -> Option<&mut Connection> {
        self.get_mut(self.winner?)
    }

    /// Takes a newly opened connection in and lets it compete. Where there are too many
    /// now, one comes back, to be aborted.
    pub(crate) fn admit(&mut self, newcomer: Connection) -> Option<ConnectionId> {
        let now = newcomer.opened;
        let id = newcomer.id;
        let wins = self.winner().is_none_or(|winner| newcomer.beats(winner));
        self.open.push(newcomer);
        let loser = if wins {
            self.winner.replace(id)
        } else {
            Some(id)
        };
        if let Some(loser) = loser.and_then(|loser| self.get_mut(loser)) {
            loser.lost.get_or_insert(now);
            loser.has_lost = true;
        }
        if self.open.len() <= MOST {
            return None;
        }
        let surplus = self
            .iter()
            .map(|connection| connection.id)
            .find(|&other| other != id && Some(other) != self.winner)?;
        self.remove(surplus);
        Some(surplus)
    }

    /// A connection is over. If it was the winner, the others compete anew: those that are
    /// still whole, as they would have without it.
    pub(crate) fn remove(&mut self, id: ConnectionId) {
        self.open.retain(|connection| connection.id != id);
        if self.winner != Some(id) {
            return;
        }
        let heir = self
            .open
            .iter()
            .filter(|connection| connection.is_writable())
            .reduce(|best, next| if next.beats(best) { next } else { best })
            .map(|connection| connection.id);
        self.winner = heir;
        if let Some(heir) = self.winner_mut() {
            heir.lost = None;
        }
    }

    /// Gives up all connections; they come back to be closed.
    pub(crate) fn take(&mut self) -> Vec<Connection> {
        self.winner = None;
        std::mem::take(&mut self.open)
    }

    /// Whether a goodbye (status 0) on this connection may mean nothing but the
    /// connection, because another is there to write to, and
    ///
    /// * we have closed our half of this one, so it is the answer to that, or
    /// * the newest was opened just now, so a peer with good manners may be dropping one
    ///   of two, and it is not ours to say which.
    ///
    /// A peer that does go closes all its connections, so it is missed soon enough by
    /// that; taking the goodbye at its word would make a contact flicker each time.
    /// Otherwise, on whichever connection it comes, the peer has gone.
    pub(crate) fn is_spare(&self, id: ConnectionId, now: Duration) -> bool {
        let Some(this) = self.open.iter().find(|connection| connection.id == id) else {
            return false;
        };
        let another = self
            .iter()
            .any(|other| other.id != id && other.is_writable());
        let lately = self
            .open
            .last()
            .is_some_and(|newest| now.saturating_sub(newest.opened) <= RIVALRY);
        another && (!this.is_writable() || lately)
    }

    /// A loser whose half we are to close now; it is noted as closed.
    pub(crate) fn half_close(&mut self, now: Duration) -> Option<ConnectionId> {
        if !self.winner()?.heard {
            return None;
        }
        let due = self.open.iter_mut().find(|connection| {
            connection.is_writable() && connection.lost.is_some_and(|lost| lost + SETTLING <= now)
        })?;
        due.half_closed = Some(now);
        Some(due.id)
    }

    /// A loser that has lingered long enough; it is removed.
    pub(crate) fn expire(&mut self, now: Duration) -> Option<ConnectionId> {
        let due = self.open.iter().find(|connection| {
            connection
                .half_closed
                .is_some_and(|closed| closed + LINGERING <= now)
        })?;
        let id = due.id;
        self.remove(id);
        Some(id)
    }

    /// When [`half_close`](Self::half_close) or [`expire`](Self::expire) has something to
    /// do next.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let proven = self.winner().is_some_and(|winner| winner.heard);
        self.open
            .iter()
            .filter_map(|connection| match connection.half_closed {
                Some(closed) => Some(closed + LINGERING),
                None if proven => Some(connection.lost? + SETTLING),
                None => None,
            })
            .min()
    }
}

#[cfg(test)]
mod tests;
