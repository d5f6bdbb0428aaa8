//! In which conversations something is new.

use rusqlite::{OptionalExtension, params};

use super::Db;
use crate::clock::Timestamp;

/// The newest message that has a text, of the last contact before another.
pub(super) const LAST_BEFORE: &str = "
    SELECT contact, arrived FROM message INDEXED BY message_readable
    WHERE contact < ?1 AND text IS NOT NULL ORDER BY contact DESC, seq DESC LIMIT 1";

impl Db {
    /// Answers [`Ask::Targets`](crate::store::Ask::Targets): a step for each conversation,
    /// however long they are.
    pub(super) fn targets(
        &self,
        (first, second): (Timestamp, Timestamp),
        most: u32,
    ) -> rusqlite::Result<Vec<(u32, Timestamp)>> {
        let (from, to) = (first.min(second), first.max(second));
        let mut targets = Vec::new();
        let mut statement = self.connection.prepare_cached(LAST_BEFORE)?;
        // Greater than any contact's number.
        let mut contact = i64::MAX;
        while let Some((next, arrived)) = statement
            .query_row(params![contact], |row| {
                Ok((row.get::<_, u32>(0)?, Timestamp(row.get(1)?)))
            })
            .optional()?
        {
            contact = next.into();
            if from < arrived && arrived < to {
                targets.push((next, arrived));
            }
        }
        targets.sort_by_key(|(contact, arrived)| (*arrived, *contact));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if first <= second {
            targets.truncate(most);
        } else {
            targets.drain(..targets.len().saturating_sub(most));
        }
        Ok(targets)
    }
}
