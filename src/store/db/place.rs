//! Whether the files are still those that were opened, and still as long.

use std::io;
use std::os::unix::fs::MetadataExt;

use rusqlite::ffi;

use super::open::beside;
use super::{Db, natural};

/// What tells a file from any other at the same path: device and inode.
type Identity = (u64, u64);

/// The store and its log, as they were when they were last looked at.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Which they are, once there was one.
    identities: [Option<Identity>; 2],
    /// How long they were, bytes.
    lengths: [u64; 2],
    /// One was shorter than before. It may have grown since, but what was in it has gone.
    is_cut_off: bool,
}

impl Files {
    /// The log was emptied, by us: nobody else can do that while we have the file open.
    pub(super) fn log_is_empty(&mut self) {
        self.lengths[1] = 0;
    }
}

impl Db {
    /// Finds out whether what is written would be found again: the file, or its log, may have
    /// been removed, replaced or cut off while we have it open, and SQLite notices nothing and
    /// goes on writing. Where the system does not tell, it is all right.
    ///
    /// # Errors
    ///
    /// If it would not be found.
    pub fn look_after_files(&self) -> rusqlite::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let mut files = self.files.borrow_mut();
        let mut lengths = [0; 2];
        let paths = [path.clone(), beside(path, "-wal")];
        for (place, path) in paths.iter().enumerate() {
            let now = match std::fs::metadata(path) {
                Ok(found) => {
                    lengths[place] = found.len();
                    Some((found.dev(), found.ino()))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(_) => return Ok(()),
            };
            // The log is made by the first change.
            let known = &mut files.identities[place];
            *known = known.or(now);
            if now != *known {
                return Err(gone());
            }
        }
        let [store, log] = files.lengths;
        files.is_cut_off |= lengths[1] < log || (lengths[0] < store && self.misses(lengths[0]));
        if files.is_cut_off {
            return Err(cut_off());
        }
        files.lengths = lengths;
        Ok(())
    }

    /// Whether something that is needed is behind this length of the store. SQLite itself takes
    /// off what is not: pages that are free, where somebody has told it to (`auto_vacuum`), and
    /// what a copy, or a disk that was cut off from power, has left behind the end.
    fn misses(&self, length: u64) -> bool {
        let number = |name| (self.connection).pragma_query_value(None, name, |row| row.get(0));
        match (number("page_count"), number("page_size")) {
            (Ok(pages), Ok(size)) => length < natural(pages).saturating_mul(natural(size)),
            _ => true,
        }
    }
}

/// The file is not where it was. SQLite has a number for that, but looks only when it begins a
/// journal.
fn gone() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED),
        Some("it has been removed or replaced".to_owned()),
    )
}

fn cut_off() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        ffi::Error::new(ffi::SQLITE_CORRUPT),
        Some("it was cut off by another program".to_owned()),
    )
}
