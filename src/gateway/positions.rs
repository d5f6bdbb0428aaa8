//! Where each client is in what has been said: those that are attached, and by their names
//! all that ever were.

use std::collections::BTreeMap;

use crate::store::Position;

/// Where a client is in what has been said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// It is being played what it has missed, and hears nothing live.
    pub behind: bool,
    /// What it has missed was played up to this message.
    pub played: u64,
    /// The last message it was shown.
    pub shown: u64,
    /// The message behind which a PING was sent that it has not answered.
    pub barrier: Option<u64>,
    /// Something it has missed could not be read, so nothing after it counts as seen.
    pub has_gap: bool,
}

impl Progress {
    /// Whether it is shown this message as it happens: it is level, and was not played it to
    /// become so.
    pub fn is_live(self, seq: u64) -> bool {
        !self.behind && self.played < seq
    }
}

/// Names of clients that are remembered. A person has a handful; the one that was used
/// longest ago gives way.
pub(super) const NAMES: usize = 64;

/// How far each client has come, by its name.
#[derive(Debug, Default)]
pub(super) struct Positions(pub(super) BTreeMap<String, Position>);

impl Positions {
    /// As the store has them.
    pub fn loaded(positions: Vec<Position>) -> Self {
        let each = positions.into_iter();
        Self(each.map(|one| (one.client.clone(), one)).collect())
    }

    /// Up to where a client of this name has acknowledged; a new one begins where the one
    /// that has come furthest is.
    pub fn of(&self, name: &str) -> u64 {
        let all = self.0.values().map(|position| position.seq);
        let own = self.0.get(name).map(|position| position.seq);
        own.or_else(|| all.max()).unwrap_or(0)
    }

    /// Whether a client of this name has acknowledged this message.
    pub fn has_seen(&self, name: &str, seq: u64) -> bool {
        self.0.get(name).is_some_and(|position| position.seq >= seq)
    }

    pub fn advance(&mut self, position: Position) {
        self.0.insert(position.client.clone(), position);
        if self.0.len() > NAMES {
            let oldest = self.0.values().min_by_key(|position| position.at);
            if let Some(oldest) = oldest.map(|position| position.client.clone()) {
                self.0.remove(&oldest);
            }
        }
    }
}
