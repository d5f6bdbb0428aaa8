//! One instance for each state folder: two would each believe that they own its files,
//! and would fight over the port.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};

/// Keeps the state folder ours; let go of when dropped, and by the kernel if we crash.
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
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("lock");
        let unusable = || format!("cannot write {}; is the folder writable?", path.display());
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .with_context(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = match read_holder(&mut file) {
                    Some(process) => format!(" (process {process})"),
                    None => String::new(),
                };
                bail!(
                    "enclave-irc already runs on {}{holder}; stop that one first, or give this one another folder with XDG_STATE_HOME",
                    folder.display()
                );
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(unusable),
        }
        // The number is only for people; the lock is what counts.
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .with_context(unusable)?;
        Ok(Self { _file: file })
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
        let first = Lock::take(state).unwrap();
        let message = Lock::take(state).unwrap_err().to_string();
        assert!(message.contains(state.to_str().unwrap()), "{message}");
        assert!(
            message.contains(&format!("process {}", std::process::id())),
            "{message}"
        );
        drop(first);
        Lock::take(state).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("missing");
        let message = Lock::take(&state).unwrap_err().to_string();
        assert!(message.contains("missing/lock"), "{message}");
    }
}
