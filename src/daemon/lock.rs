//! One instance for each state folder, and for each store: two would each believe that they
//! own its files, and would fight over the port.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::plain_file;

/// What is behind the store's name in that of its lock. SQLite locks the store itself, but
/// only while it reads or writes.
const SUFFIX: &str = "-lock";

/// The lock file of a state folder.
const FOLDER_LOCK: &str = "lock";

/// Somebody who has a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process, where it has written that down.
    pub process: Option<u32>,
}

/// Keeps something ours; let go of when dropped, and by the kernel if we crash.
#[derive(Debug)]
pub struct Lock {
    // Held open for the lock on it.
    _file: File,
}

impl Lock {
    /// Takes the lock of a state folder, or says who has it.
    ///
    /// # Errors
    ///
    /// If another instance holds it, or the lock file cannot be written.
    pub fn of_folder(folder: &Path) -> anyhow::Result<Self> {
        let what = folder.display().to_string();
        let remedy = "give this one another folder with XDG_STATE_HOME";
        Self::take(&folder.join(FOLDER_LOCK), &what, remedy)
    }

    /// Takes the lock of a store, which need not be in the state folder, nor be there yet.
    ///
    /// # Errors
    ///
    /// As [`of_folder`](Self::of_folder).
    pub fn of_store(store: &Path) -> anyhow::Result<Self> {
        let what = format!("the message store {}", real_path(store).display());
        let remedy = "give this one another store.path";
        Self::take(&beside_store(store), &what, remedy)
    }

    /// Who has the lock of a state folder, if anybody; nothing is made or changed.
    ///
    /// # Errors
    ///
    /// If the lock file is there and cannot be opened.
    pub fn holder_of_folder(folder: &Path) -> io::Result<Option<Holder>> {
        holder(&folder.join(FOLDER_LOCK))
    }

    /// As [`holder_of_folder`](Self::holder_of_folder), for a store.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn holder_of_store(store: &Path) -> io::Result<Option<Holder>> {
        holder(&beside_store(store))
    }

    fn take(path: &Path, what: &str, remedy: &str) -> anyhow::Result<Self> {
        let unusable = || format!("cannot write {}; is the folder writable?", path.display());
        let mut file = plain_file::open_or_make(path).with_context(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = match read_holder(&mut file) {
                    Some(process) => format!(" (process {process})"),
                    None => String::new(),
                };
                bail!(
                    "enclave-irc already runs on {what}{holder}; stop that one first, or {remedy}"
                );
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(unusable),
        }
        // Somebody may have given another file of ours this name.
        let length = file.metadata().with_context(unusable)?.len();
        if length > 0 && read_holder(&mut file).is_none() {
            bail!("{} is no lock file of ours; move it away", path.display());
        }
        // The number is only for people; the lock is what counts.
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .with_context(unusable)?;
        Ok(Self { _file: file })
    }
}

/// Where a path leads, whatever links there are on the way.
fn real_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn beside_store(store: &Path) -> PathBuf {
    let mut path = OsString::from(real_path(store));
    path.push(SUFFIX);
    path.into()
}

/// The lock can only be asked for by taking it. Shared and at once let go of, so that two
/// who ask do not see each other, and a gateway that starts hardly ever sees one.
fn holder(path: &Path) -> io::Result<Option<Holder>> {
    let mut file = match plain_file::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(Holder {
            process: read_holder(&mut file),
        })),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn read_holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.seek(io::SeekFrom::Start(0)).ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_instance_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path();
        let first = Lock::of_folder(state).unwrap();
        let message = Lock::of_folder(state).unwrap_err().to_string();
        assert!(message.contains(state.to_str().unwrap()), "{message}");
        assert!(
            message.contains(&format!("process {}", std::process::id())),
            "{message}"
        );
        drop(first);
        Lock::of_folder(state).unwrap();
    }

    #[test]
    fn a_store_is_locked_under_all_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let (store, link) = (folder.path().join("a.db"), folder.path().join("b.db"));
        let first = Lock::of_store(&store).unwrap();
        fs::write(&store, "").unwrap();
        std::os::unix::fs::symlink(&store, &link).unwrap();
        let message = Lock::of_store(&link).unwrap_err().to_string();
        assert!(message.contains("a.db (process"), "{message}");
        // Another one in the same folder is nobody's.
        Lock::of_store(&folder.path().join("c.db")).unwrap();
        drop(first);
        Lock::of_store(&link).unwrap();
    }

    #[test]
    fn who_holds_a_lock_can_be_asked_without_taking_it() {
        let folder = tempfile::tempdir().unwrap();
        let (state, store) = (folder.path(), folder.path().join("a.db"));
        assert_eq!(Lock::holder_of_folder(state).unwrap(), None);
        assert_eq!(Lock::holder_of_store(&store).unwrap(), None);
        assert_eq!(fs::read_dir(state).unwrap().count(), 0, "nothing is made");
        let held = [
            Lock::of_folder(state).unwrap(),
            Lock::of_store(&store).unwrap(),
        ];
        let us = Some(Holder {
            process: Some(std::process::id()),
        });
        assert_eq!(Lock::holder_of_folder(state).unwrap(), us);
        assert_eq!(Lock::holder_of_store(&store).unwrap(), us);
        drop(held);
        assert_eq!(Lock::holder_of_folder(state).unwrap(), None);
        Lock::of_folder(state).unwrap();
    }

    /// In a folder in which others may make links, such as one below `/tmp`.
    #[test]
    fn no_other_file_is_taken_for_a_lock_and_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let (store, precious) = (folder.path().join("a.db"), folder.path().join("precious"));
        fs::write(&precious, "precious").unwrap();
        let lock = folder.path().join("a.db-lock");
        std::os::unix::fs::symlink(&precious, &lock).unwrap();
        Lock::of_store(&store).unwrap_err();
        fs::remove_file(&lock).unwrap();
        fs::hard_link(&precious, &lock).unwrap();
        let message = Lock::of_store(&store).unwrap_err().to_string();
        assert!(message.contains("no lock file"), "{message}");
        assert_eq!(fs::read(&precious).unwrap(), b"precious");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("missing");
        let message = Lock::of_folder(&state).unwrap_err().to_string();
        assert!(message.contains("missing/lock"), "{message}");
    }
}
