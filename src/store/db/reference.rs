//! Where in a conversation a reference points.
//!
//! The order of a conversation is that of `seq`. A time that is no message's own has a
//! place between two messages: the last that had arrived by then, and the first that
//! arrived later. These are found in the order of `arrived`, each in one step. While clocks
//! only go forward they are neighbours. Where a clock was set back, they can stand far from
//! each other or even the wrong way round; then what is between them counts as both before
//! and after that time. So whatever the clocks did, each message is on one side at least,
//! and who walks on from a message's own time, or id, misses none and sees none twice.

use rusqlite::{OptionalExtension, Params, params};

use super::id::StoredId;
use super::{Db, natural};
use crate::clock::Timestamp;
use crate::store::row::Reference;

pub(super) const OF_ID: &str = "
    SELECT seq FROM message INDEXED BY message_id WHERE contact = ?1 AND id = ?2";

pub(super) const LAST_ARRIVED: &str = "
    SELECT seq FROM message INDEXED BY message_arrived
    WHERE contact = ?1 AND arrived <= ?2 ORDER BY arrived DESC, seq DESC LIMIT 1";

pub(super) const NEXT_ARRIVED: &str = "
    SELECT seq FROM message INDEXED BY message_arrived
    WHERE contact = ?1 AND arrived > ?2 ORDER BY arrived, seq LIMIT 1";

pub(super) const OLDEST_OF: &str = "
    SELECT seq FROM message INDEXED BY message_time
    WHERE contact = ?1 AND time = ?2 ORDER BY seq LIMIT 1";

pub(super) const NEWEST_OF: &str = "
    SELECT seq FROM message INDEXED BY message_time
    WHERE contact = ?1 AND time = ?2 ORDER BY seq DESC LIMIT 1";

/// A place in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// What comes before it has a smaller `seq` than this.
    pub(super) before: i64,
    /// What comes after it has a greater `seq` than this.
    pub(super) after: i64,
    /// The message that is named, or the first after the place: where its surroundings have
    /// their middle.
    pub(super) middle: i64,
    /// The time that it stands for, where that is no message's own.
    pub(super) moment: Option<Timestamp>,
}

impl Place {
    /// Whether who walks from here to there walks towards the newer messages.
    pub(super) fn is_up_to(&self, other: &Self) -> bool {
        match (self.moment, other.moment) {
            // Where clocks jumped, two moments can have overlapping places.
            (Some(here), Some(there)) => here <= there,
            _ => self.after <= other.after && self.before <= other.before,
        }
    }
}

impl Db {
    /// Finds it; `None` where there is no message of that id. One whose text was deleted
    /// still has its place.
    pub(super) fn find(
        &self,
        contact: u32,
        reference: &Reference,
    ) -> rusqlite::Result<Option<Place>> {
        match reference {
            Reference::Id(id) => {
                let seq = self.seq(OF_ID, params![contact, StoredId::new(id)])?;
                Ok(seq.map(|seq| Place {
                    before: seq,
                    after: seq,
                    middle: seq,
                    moment: None,
                }))
            }
            Reference::Time(time) => match self.oldest_of(contact, *time)? {
                Some(oldest) => Ok(Some(Place {
                    before: self.newest_of(contact, *time)?.unwrap_or(oldest),
                    after: oldest,
                    middle: oldest,
                    moment: None,
                })),
                None => self.moment(contact, *time).map(Some),
            },
        }
    }

    /// Answers [`Ask::Position`](crate::store::Ask::Position).
    pub(super) fn place(
        &self,
        contact: u32,
        time: Timestamp,
    ) -> rusqlite::Result<Option<(u64, Timestamp)>> {
        let seq = match self.newest_of(contact, time)? {
            Some(seq) => Some(seq),
            None => self.arrived_by(contact, time)?,
        };
        let Some(seq) = seq else { return Ok(None) };
        self.connection
            .prepare_cached("SELECT time FROM message WHERE seq = ?1")?
            .query_row([seq], |row| Ok((natural(seq), Timestamp(row.get(0)?))))
            .optional()
    }

    /// The place of a time at which no message of the conversation was written.
    pub(super) fn moment(&self, contact: u32, time: Timestamp) -> rusqlite::Result<Place> {
        let last = self.arrived_by(contact, time)?;
        let first = self.seq(NEXT_ARRIVED, params![contact, time.0])?;
        let (before, after) = match (last, first) {
            (Some(last), Some(first)) => (
                first.max(last.saturating_add(1)),
                last.min(first.saturating_sub(1)),
            ),
            // All had arrived, or none: nothing is on the other side.
            (Some(_), None) => (i64::MAX, i64::MAX),
            (None, _) => (i64::MIN, i64::MIN),
        };
        Ok(Place {
            before,
            after,
            middle: after.saturating_add(1),
            moment: Some(time),
        })
    }

    /// The last message that had arrived by then.
    fn arrived_by(&self, contact: u32, time: Timestamp) -> rusqlite::Result<Option<i64>> {
        self.seq(LAST_ARRIVED, params![contact, time.0])
    }

    /// The oldest message with exactly that time.
    fn oldest_of(&self, contact: u32, time: Timestamp) -> rusqlite::Result<Option<i64>> {
        self.seq(OLDEST_OF, params![contact, time.0])
    }

    /// The newest message with exactly that time.
    fn newest_of(&self, contact: u32, time: Timestamp) -> rusqlite::Result<Option<i64>> {
        self.seq(NEWEST_OF, params![contact, time.0])
    }

    fn seq(&self, sql: &str, params: impl Params) -> rusqlite::Result<Option<i64>> {
        self.connection
            .prepare_cached(sql)?
            .query_row(params, |row| row.get(0))
            .optional()
    }
}
