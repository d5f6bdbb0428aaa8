//! Long texts, which are searched without the index.
//!
//! To index one of a megabyte takes seconds, in one piece, and everything else would wait for
//! it. To look through it takes milliseconds, and how many are looked at is bounded
//! ([`LONG_BYTES`]).

use rusqlite::{Params, Rows, params};

use super::Db;
use super::message::{self, columns};
use super::search::{Found, Words};

/// Texts with more bytes than this are not indexed: one that is shorter takes a few hundredths of
/// a second at most. It stands in `migration_4.sql`, too.
pub(super) const LONG: usize = 16 * 1024;

/// Long ones that are looked at for one search at most, bytes: about a tenth of a second. Beyond,
/// only what is indexed is found.
pub(super) const LONG_BYTES: usize = 16 * 1024 * 1024;

/// Reads the places of those in which something may be found.
macro_rules! places {
    ($order:literal) => {
        concat!(
            "SELECT seq FROM message INDEXED BY message_long
              WHERE length(CAST(text AS BLOB)) > 16384 AND seq > ?1 AND seq < ?2
              AND (?3 IS NULL OR contact = ?3) AND (?4 IS NULL OR own = ?4)
              AND (?5 IS NULL OR arrived >= ?5) AND (?6 IS NULL OR arrived <= ?6)
              ORDER BY seq ",
            $order
        )
    };
}
pub(super) const UPWARDS: &str = places!("ASC");
pub(super) const DOWNWARDS: &str = places!("DESC");

/// Reads one of them.
const READ: &str = concat!("SELECT ", columns!(), " FROM message WHERE seq = ?1");

impl Db {
    /// Looks at what the index finds, which this selects, and at the long texts between two
    /// places, in their common order.
    pub(super) fn sift_with_long(
        &self,
        sql: &str,
        params: impl Params,
        words: &Words,
        (above, below): (i64, i64),
        found: &mut Found<'_>,
    ) -> rusqlite::Result<()> {
        let search = found.search;
        let is_upwards = search.after.is_some();
        let mut indexed = self.connection.prepare_cached(sql)?;
        let mut indexed = indexed.query(params)?;
        let places = if is_upwards { UPWARDS } else { DOWNWARDS };
        let mut long = self.connection.prepare_cached(places)?;
        let mut long = long.query(params![
            above,
            below,
            search.contact,
            search.own,
            search.after.map(|at| at.0),
            search.before.map(|at| at.0),
        ])?;
        let mut next_long = next_place(&mut long)?;
        let mut room = LONG_BYTES;
        while !found.is_full {
            let row = indexed.next()?;
            let place = row.map(message::place).transpose()?;
            let comes_first = |long: i64| match place {
                Some(place) if is_upwards => long < place,
                Some(place) => long > place,
                None => true,
            };
            while let Some(seq) = next_long
                && comes_first(seq)
                && !found.is_full
            {
                room = room.saturating_sub(self.look_at_long(seq, words, found)?);
                next_long = match room {
                    0 => None,
                    _ => next_place(&mut long)?,
                };
            }
            match row {
                Some(row) if !found.is_full => found.look_at(row, &words.rest)?,
                Some(_) => {}
                None => break,
            }
        }
        Ok(())
    }

    /// Returns how much that was, bytes.
    fn look_at_long(
        &self,
        seq: i64,
        words: &Words,
        found: &mut Found<'_>,
    ) -> rusqlite::Result<usize> {
        let before = found.visited_bytes;
        let mut statement = self.connection.prepare_cached(READ)?;
        let mut rows = statement.query([seq])?;
        if let Some(row) = rows.next()? {
            found.look_at(row, &words.all)?;
        }
        Ok(before.saturating_sub(found.visited_bytes))
    }
}

fn next_place(rows: &mut Rows<'_>) -> rusqlite::Result<Option<i64>> {
    rows.next()?.map(|row| row.get(0)).transpose()
}
