//! The file itself: who may write it, and how it is replaced so that nobody ever reads half
//! of one.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::config::create_private_folder;

/// How long another writer may hold the lock before we give up. A change takes a few
/// milliseconds; a gateway must not stand still for a command line that was suspended.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// How long we wait before we try the lock again.
const LOCK_INTERVAL: Duration = Duration::from_millis(10);

/// How many symbolic links may follow one another, as in the kernel.
const MAXIMUM_LINKS: usize = 40;

/// How long somebody who is seen saving is given to finish. An editor writes a file of
/// this size in one go; nothing tells when it has.
const SAVING: Duration = Duration::from_millis(20);

/// What became of a replacement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    /// It is done.
    Done,
    /// The file no longer holds what was expected, so it was left alone.
    Changed,
    /// It is done, but somebody was saving this into the old file at that very moment.
    Overtaken(Vec<u8>),
}

/// The address book's file, held by us alone among those that heed the lock; an editor
/// does not.
pub(super) struct Locked {
    /// Where the file really is, behind all symbolic links.
    target: PathBuf,
    /// Held until this is dropped. A file of its own, since the address book is replaced by
    /// each change; it stays, since a lock on a file that was removed guards nothing.
    _lock: File,
}

impl Locked {
    /// Finds the file, makes its folder where that is missing, and takes the lock.
    ///
    /// # Errors
    /// `WouldBlock` when another holds the lock for too long; else what failed.
    pub(super) fn take(file: &Path) -> io::Result<Self> {
        let target = behind_links(file)?;
        let folder = folder_of(&target);
        create_private_folder(folder)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(folder.join(format!(".{name}.lock")))?;
        let started = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => {
                    // The one wait that is not for an event: locks tell nobody when they
                    // are free, and waiting without end is worse.
                    std::thread::sleep(LOCK_INTERVAL);
                }
                Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(Self {
            target,
            _lock: lock,
        })
    }

    /// Puts `text` in the place of the file, which must hold what is `expected`, all at once:
    /// whoever opens it reads either the old or the new, even after a crash. Its permissions
    /// stay; a new one is for its owner only. What is marked as read-only is left alone.
    pub(super) fn replace(&self, expected: Option<&str>, text: &str) -> io::Result<Replaced> {
        let permissions = match fs::metadata(&self.target) {
            Ok(metadata) => Some(metadata.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if permissions.as_ref().is_some_and(Permissions::readonly) {
            let reason = "it is marked as read-only";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
        }
        let folder = folder_of(&self.target);
        let mut temporary = tempfile::Builder::new()
            .prefix(".contacts-")
            .tempfile_in(folder)?;
        temporary.write_all(text.as_bytes())?;
        if let Some(permissions) = permissions {
            temporary.as_file().set_permissions(permissions)?;
        }
        temporary.as_file().sync_all()?;
        // Editors do not heed the lock, so the last look is as late as it can be, and a
        // look back follows: who had the old file open may have written into it since.
        let mut old = match File::open(&self.target) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let expected = expected.map(str::as_bytes);
        if held(&mut old)?.as_deref() != expected {
            return Ok(Replaced::Changed);
        }
        temporary.persist(&self.target)?;
        // Makes the new name durable. Some file systems cannot; the file is whole anyway.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        if held(&mut old)?.as_deref() == expected {
            return Ok(Replaced::Done);
        }
        std::thread::sleep(SAVING);
        Ok(Replaced::Overtaken(held(&mut old)?.unwrap_or_default()))
    }
}

/// What an open file holds now.
fn held(file: &mut Option<File>) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = file else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The file that would be opened, behind all symbolic links; it need not be there.
fn behind_links(file: &Path) -> io::Result<PathBuf> {
    let mut target = file.to_owned();
    for _ in 0..MAXIMUM_LINKS {
        match fs::symlink_metadata(&target) {
            Ok(metadata) if metadata.is_symlink() => {
                target = folder_of(&target).join(fs::read_link(&target)?);
            }
            Ok(_) => return Ok(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(target),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(
        "too many symbolic links follow one another",
    ))
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
