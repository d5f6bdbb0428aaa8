//! The file that holds what must outlive the process until a store does:
//! `remembered.json` in the state folder.
//!
//! Losing the last few seconds of it does no harm, and neither does a damaged file: the
//! program starts with nothing remembered, and says so.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::Context;
use tempfile::NamedTempFile;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::gateway::remembered::Remembered;

/// The file's name in the state folder.
const FILE: &str = "remembered.json";

/// A larger file is not ours, bytes. A contact takes about 60.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Shared with the thread that writes.
#[derive(Debug, Default)]
struct Unsaved {
    /// Something has changed, or could not be written.
    any: AtomicBool,
    /// The last write failed, which has been reported.
    failing: AtomicBool,
}

/// Puts what has changed on disk, when told that it is time to.
#[derive(Debug)]
pub struct Keeper {
    folder: PathBuf,
    unsaved: Arc<Unsaved>,
    writing: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Reads what was kept in the state folder.
    pub fn open(folder: &Path) -> (Self, Remembered) {
        let path = folder.join(FILE);
        let remembered = match read(&path) {
            Ok(remembered) => remembered.unwrap_or_default(),
            Err(error) => {
                warn!(
                    "{} cannot be read ({error:#}); starting without it",
                    path.display()
                );
                Remembered::default()
            }
        };
        let keeper = Self {
            folder: folder.to_owned(),
            unsaved: Arc::default(),
            writing: None,
        };
        (keeper, remembered)
    }

    /// Notes that something has changed. It reaches the disk at the next
    /// [`save_aside`](Self::save_aside).
    pub fn has_changed(&mut self) {
        self.unsaved.any.store(true, Relaxed);
    }

    /// Writes what holds now, if it has changed, off the event path; to be called every
    /// few seconds, which is how often the file is written at most. What could not be
    /// written (a full disk) is tried again the next time.
    pub fn save_aside(&mut self, remembered: &Remembered) {
        if self
            .writing
            .as_ref()
            .is_some_and(|writing| !writing.is_finished())
        {
            // A slow disk: two writers could finish in the wrong order.
            return;
        }
        if self.unsaved.any.swap(false, Relaxed) {
            let (folder, remembered) = (self.folder.clone(), remembered.clone());
            let unsaved = Arc::clone(&self.unsaved);
            self.writing = Some(tokio::task::spawn_blocking(move || {
                let outcome = write(&folder, &remembered);
                let failed = outcome.is_err();
                let failed_before = unsaved.failing.swap(failed, Relaxed);
                if let (Err(error), false) = (outcome, failed_before) {
                    let path = folder.join(FILE);
                    warn!(
                        "{} cannot be written ({error}); trying again",
                        path.display()
                    );
                }
                unsaved.any.fetch_or(failed, Relaxed);
            }));
        }
    }

    /// Writes what holds now, if it has changed, and waits until it is on disk.
    pub async fn save_now(&mut self, remembered: &Remembered) {
        self.finish().await;
        self.save_aside(remembered);
        self.finish().await;
    }

    async fn finish(&mut self) {
        if let Some(writing) = self.writing.take() {
            // It cannot fail but by a panic, which has been reported.
            let _ = writing.await;
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Option<Remembered>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text)?;
    serde_json::from_slice(&text).context("not what this program wrote")
}

/// Replaces the file in one step, so that a crash leaves the old one or the new one.
fn write(folder: &Path, remembered: &Remembered) -> io::Result<()> {
    // Readable by its owner only: that is how temporary files are made.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(remembered)?)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(FILE))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn example(nick: &str) -> Remembered {
        Remembered {
            nick: nick.to_owned(),
            farewell: "good night 🌙".to_owned(),
            last_linked: [("fc00::1".to_owned(), 1_700_000_000)].into(),
        }
    }

    #[tokio::test]
    async fn what_was_remembered_last_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (mut keeper, remembered) = Keeper::open(folder.path());
        assert_eq!(remembered, Remembered::default());
        for nick in ["alice", "bob", "carol"] {
            keeper.has_changed();
            keeper.save_aside(&example(nick));
        }
        keeper.save_now(&example("carol")).await;
        assert_eq!(Keeper::open(folder.path()).1, example("carol"));
        let mode = fs::metadata(folder.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn what_could_not_be_written_is_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let (mut keeper, _) = Keeper::open(&state);
        keeper.has_changed();
        keeper.save_now(&example("alice")).await;
        fs::create_dir(&state).unwrap();
        keeper.save_now(&example("alice")).await;
        assert_eq!(Keeper::open(&state).1, example("alice"));
    }

    #[tokio::test]
    async fn a_damaged_file_is_no_reason_not_to_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        for damage in ["", "{\"nick\":", "[]", "\u{1}"] {
            fs::write(&file, damage).unwrap();
            let (mut keeper, remembered) = Keeper::open(folder.path());
            assert_eq!(remembered, Remembered::default());
            keeper.save_now(&example("bob")).await;
            assert_eq!(
                fs::read_to_string(&file).unwrap(),
                damage,
                "nothing has changed"
            );
            keeper.has_changed();
            keeper.save_now(&example("alice")).await;
            assert_eq!(Keeper::open(folder.path()).1, example("alice"));
        }
    }

    #[tokio::test]
    async fn a_file_of_another_version_is_read_as_far_as_it_is_known() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), r#"{"nick":"alice","later":1}"#).unwrap();
        assert_eq!(Keeper::open(folder.path()).1.nick, "alice");
    }
}
