//! The store's file: changes and questions in, SQL out. Synchronous, and nobody's thread.
//!
//! A [`Db`] is one connection. What is asked sees what was applied before it, committed
//! or not.

mod backlog;
mod examine;
mod history;
mod id;
mod index;
mod load;
mod long;
mod message;
mod migrate;
mod open;
mod order;
mod place;
mod read;
mod reference;
mod schema;
mod search;
mod targets;
mod write;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Params};

pub use open::OpenError;
use place::Files;

/// The statements that there are, about: each is prepared once and then kept.
const STATEMENTS: usize = 80;

/// The open store.
#[derive(Debug)]
pub struct Db {
    connection: Connection,
    /// `None` in memory.
    path: Option<PathBuf>,
    /// The files that the store and its log are.
    files: RefCell<Files>,
    /// Something was deleted since the last checkpoint, and still stands in the log.
    has_deleted: bool,
    /// The last message that is indexed, where that was read.
    indexed: Cell<Option<i64>>,
    /// Whether there is an index of the texts that are left, where that was read.
    has_order: Cell<Option<bool>>,
}

impl Db {
    /// Opens the file, and makes it where there is none. Only its owner can read it, and nobody
    /// else can open it meanwhile.
    ///
    /// # Errors
    ///
    /// If it cannot be opened, is in use, is damaged, was written by a newer version, or is
    /// something else; then it is as it was.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        open::open(path)
    }

    /// Looks whether the file is ours and whole, from end to end however large it is, and
    /// changes nothing. Returns its length in bytes; `None` where there is none. While
    /// another program writes to it, it may wrongly be called damaged.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) would say.
    pub fn examine(path: &Path) -> Result<Option<u64>, OpenError> {
        examine::examine(path)
    }

    /// An empty one that is gone when dropped.
    ///
    /// # Errors
    ///
    /// If memory runs out.
    pub fn in_memory() -> rusqlite::Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        migrate::migrate(&mut connection, migrate::STEPS)?;
        Self::new(connection, None)
    }

    fn new(connection: Connection, path: Option<PathBuf>) -> rusqlite::Result<Self> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Otherwise a statement may be prepared again each time it is run, in case that
        // there is a better plan for these very parameters. There is not.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(Self {
            connection,
            path,
            files: RefCell::default(),
            has_deleted: false,
            indexed: Cell::new(None),
            has_order: Cell::new(None),
        })
    }

    /// Where it is; `None` in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Begins a transaction. What is applied outside of one is durable at once, piece by
    /// piece.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn begin(&mut self) -> rusqlite::Result<()> {
        self.run("BEGIN IMMEDIATE", ()).map(drop)
    }

    /// Makes durable what was applied since [`begin`](Self::begin).
    ///
    /// # Errors
    ///
    /// If the disk refuses. The transaction must be rolled back then.
    pub fn commit(&mut self) -> rusqlite::Result<()> {
        self.run("COMMIT", ()).map(drop)
    }

    /// Undoes what was applied since [`begin`](Self::begin). Without a transaction (a
    /// failure may have ended it) nothing happens.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn rollback(&mut self) -> rusqlite::Result<()> {
        self.indexed.set(None);
        self.has_order.set(None);
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.run("ROLLBACK", ()).map(drop)
    }

    /// If something was deleted: overwrites it in the log, too, where it would otherwise
    /// stand until the log has filled up once more. Nothing depends on its success.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn wipe(&mut self) -> rusqlite::Result<()> {
        if self.has_deleted && self.path.is_some() {
            self.files.get_mut().log_is_empty();
            self.checkpoint()?;
        }
        self.has_deleted = false;
        Ok(())
    }

    /// Brings everything into the main file, empties the log, and closes.
    ///
    /// # Errors
    ///
    /// If the disk refuses. All that was committed is durable in the log all the same.
    pub fn close(self) -> rusqlite::Result<()> {
        if self.path.is_some() {
            self.checkpoint()?;
        }
        self.connection.close().map_err(|(_, error)| error)
    }

    /// For tests that make it fail.
    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn checkpoint(&self) -> rusqlite::Result<()> {
        // Of `main` only: the place for temporary tables may count as being written to.
        self.connection
            .query_row("PRAGMA main.wal_checkpoint(TRUNCATE)", (), |_| Ok(()))
    }

    fn run(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.connection.prepare_cached(sql)?.execute(params)
    }
}

/// Where a number of ours stands in SQLite, whose integers have a sign. None of them will
/// ever be so large that it has to be cut off.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The way back. None that we have written is negative.
fn natural(integer: i64) -> u64 {
    u64::try_from(integer).unwrap_or(0)
}

#[cfg(test)]
mod tests;
