//! The index that is searched, which follows behind the messages.
//!
//! No message waits for it: texts are indexed later, oldest first, in chunks, and a mark
//! says how far this has come. What is behind the mark is in the index, if it has a text;
//! what is before it is not. A text is taken out before it is deleted. Long texts are never in
//! it (see [`super::long`]).

use rusqlite::{Params, params};

use super::long::LONG;
use super::{Db, integer};

/// Texts that are taken out of the index one by one when they are deleted at once. Each
/// takes a millisecond or two, as long as it takes to index a hundred, and everybody waits
/// for it. So where there are more, the index is thrown away, and made again when there is
/// nothing else to do.
pub(super) const SINGLE: usize = 256;

/// Bytes of text that are taken out so. See [`SINGLE`].
const SINGLE_BYTES: usize = 24 * 1024;

/// Pages of the index that are merged with others after a chunk, for each KiB of text in
/// it. That keeps up with what a text grows to (three times its length) on all levels.
const MERGED_PAGES: u64 = 4;

/// Where the mark stands when nothing is indexed.
const NOTHING: i64 = -1;

/// What a row costs beside its text, in bytes of text, about. It bounds the walk over rows
/// without one.
const ROW_COST: usize = 16;

/// Reads the texts that are not indexed yet; nothing of long ones.
pub(super) const UNINDEXED: &str = "
    SELECT seq, CASE WHEN octet_length(text) <= ?2 THEN text END FROM message NOT INDEXED
    WHERE seq > ?1 AND text IS NOT NULL ORDER BY seq";

impl Db {
    /// Whether there are messages that the index does not know yet.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is damaged.
    pub fn is_index_behind(&self) -> rusqlite::Result<bool> {
        Ok(self.newest_place()? > Some(self.indexed()?))
    }

    fn newest_place(&self) -> rusqlite::Result<Option<i64>> {
        self.connection
            .prepare_cached("SELECT max(seq) FROM message")?
            .query_row((), |row| row.get(0))
    }

    /// Indexes the next texts: about as many bytes as this, and at least one. Returns
    /// whether there may be more. Within a transaction it does nothing: what fails there
    /// would take the changes with it.
    ///
    /// Nobody waits until it is on the disk; what a crash takes is indexed again.
    ///
    /// # Errors
    ///
    /// If the disk refuses, or the file is damaged. Then nothing has happened.
    pub fn index(&self, bytes: usize) -> rusqlite::Result<bool> {
        if !self.connection.is_autocommit() || !self.is_index_behind()? {
            return Ok(false);
        }
        // Where they were cut off, what is written makes them as long as they were.
        self.look_after_files()?;
        self.connection
            .pragma_update(None, "synchronous", "NORMAL")?;
        let outcome = self.index_at_once(bytes);
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        outcome
    }

    fn index_at_once(&self, bytes: usize) -> rusqlite::Result<bool> {
        self.run("BEGIN IMMEDIATE", ())?;
        let outcome = self
            .index_next(bytes)
            .and_then(|has_more| self.run("COMMIT", ()).map(|_| has_more));
        if outcome.is_err() {
            self.indexed.set(None);
            if !self.connection.is_autocommit() {
                let _ = self.run("ROLLBACK", ());
            }
        }
        outcome
    }

    fn index_next(&self, bytes: usize) -> rusqlite::Result<bool> {
        let mut left = bytes.max(1);
        let mut through = self.indexed()?;
        let mut has_more = false;
        let sql = self.in_order(UNINDEXED)?;
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([through, integer(LONG as u64)])?;
        while let Some(row) = rows.next()? {
            if left == 0 {
                has_more = true;
                break;
            }
            through = row.get(0)?;
            let text = row.get_ref(1)?.as_str_or_null()?.unwrap_or_default();
            self.index_text(through, text)?;
            left = left.saturating_sub(text.len() + ROW_COST);
        }
        if !has_more {
            // Behind the last text there may be messages without one.
            through = through.max(self.newest_place()?.unwrap_or(NOTHING));
        }
        self.has_indexed(through)?;
        let done = bytes.saturating_sub(left) as u64;
        self.run(
            "INSERT INTO search (search, rank) VALUES ('merge', ?1)",
            [integer(done.div_ceil(1024) * MERGED_PAGES)],
        )?;
        Ok(has_more)
    }

    /// A message has come at a place that the index has passed: it never does, unless one
    /// of us is wrong.
    pub(super) fn index_late(&self, seq: i64, text: Option<&str>) -> rusqlite::Result<()> {
        if seq > self.indexed()? {
            return Ok(());
        }
        self.index_text(seq, text.unwrap_or_default())
    }

    fn index_text(&self, seq: i64, text: &str) -> rusqlite::Result<()> {
        if text.is_empty() || text.len() > LONG {
            return Ok(());
        }
        self.run(
            "INSERT INTO search (rowid, words) VALUES (?1, ?2)",
            params![seq, text],
        )
        .map(drop)
    }

    /// Takes out what is about to be deleted: the places and texts that this selects.
    pub(super) fn unindex(&self, sql: &str, params: impl Params) -> rusqlite::Result<()> {
        let through = self.indexed()?;
        if through == NOTHING {
            return Ok(());
        }
        let mut texts: Vec<(i64, String)> = Vec::new();
        let mut bytes = 0;
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            let text = row.get_ref(1)?.as_str_or_null()?.unwrap_or_default();
            if seq > through || text.is_empty() || text.len() > LONG {
                continue;
            }
            bytes += text.len();
            if texts.len() == SINGLE || bytes > SINGLE_BYTES {
                return self.drop_index();
            }
            texts.push((seq, text.to_owned()));
        }
        for (seq, text) in texts {
            self.run(
                "INSERT INTO search (search, rowid, words) VALUES ('delete', ?1, ?2)",
                params![seq, text],
            )?;
        }
        Ok(())
    }

    /// Messages are gone: where they were the last, their places may be given again.
    pub(super) fn index_ends_with_messages(&self) -> rusqlite::Result<()> {
        self.run(
            "UPDATE indexed SET through = min(through,
                 ifnull((SELECT max(seq) FROM message), ?1))",
            [NOTHING],
        )?;
        self.indexed.set(None);
        Ok(())
    }

    /// Throws all of it away.
    pub(super) fn drop_index(&self) -> rusqlite::Result<()> {
        self.run("INSERT INTO search (search) VALUES ('delete-all')", ())?;
        self.has_indexed(NOTHING)
    }

    /// Where the mark stands.
    pub(super) fn indexed(&self) -> rusqlite::Result<i64> {
        if let Some(through) = self.indexed.get() {
            return Ok(through);
        }
        let through = self
            .connection
            .prepare_cached("SELECT through FROM indexed")?
            .query_row((), |row| row.get(0))?;
        self.indexed.set(Some(through));
        Ok(through)
    }

    fn has_indexed(&self, through: i64) -> rusqlite::Result<()> {
        self.run("UPDATE indexed SET through = ?1", [through])?;
        self.indexed.set(Some(through));
        Ok(())
    }
}
