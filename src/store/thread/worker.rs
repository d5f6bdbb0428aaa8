//! What the thread does: batches, and what becomes of one that the disk refuses.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{ErrorCode, ffi};
use tracing::warn;

use super::batch::{Batch, answer};
use super::job::{Job, Queue};
use super::{Db, Report};
use crate::store::Ask;

/// Changes and questions in a batch at most: so many that a page of the file is written for
/// dozens of them, and few enough that those at its end do not wait for long.
const BATCH_JOBS: usize = 1024;

/// A batch takes no more once it has this much, bytes.
const BATCH_BYTES: usize = 1024 * 1024;

/// How long after the last batch with changes the next one comes at the earliest. In a lively
/// talk each line is a few changes, each of which would be a commit of its own: the processor
/// time of a dozen messages, just when the answer comes. Nobody waits for these commits but
/// receipts and echoes, and a change that comes alone is carried out at once.
const PAUSE: Duration = Duration::from_millis(5);

/// With so much to do there is no pause: a page of the file is filled.
const ENOUGH: usize = 64;

/// How often a batch is tried that the disk has refused. Tests are in a hurry.
const RETRY: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 1000 });

/// How often it is still tried when the program ends.
const LAST_TRIES: u32 = 3;

/// How long there must be nothing to do before texts are indexed. Tests are in a hurry.
const QUIET: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 2000 });

/// How long the thread does nothing between two chunks: others want the processor, too.
const BREATH: Duration = Duration::from_millis(5);

/// What is indexed before the thread looks again for something else to do, bytes of text:
/// two milliseconds on a fast machine.
const CHUNK: usize = 8 * 1024;

/// All that the thread has.
pub(super) struct Worker<R> {
    db: Db,
    jobs: Receiver<Job>,
    report: R,
    spent: Sender<Vec<Job>>,
    queue: Arc<Queue>,
    batch: Batch,
    /// Questions that take long. Each waits until there is nothing else to do, or a batch has gone
    /// before it: what was said has not to wait for sixteen of them to be durable.
    searches: VecDeque<Job>,
    /// How many changes are durable.
    stored: u64,
    in_trouble: bool,
    /// When the last batch with changes was begun.
    last_changes: Option<Instant>,
}

impl<R: Fn(Report)> Worker<R> {
    pub(super) fn new(
        db: Db,
        jobs: Receiver<Job>,
        report: R,
        spent: Sender<Vec<Job>>,
        queue: Arc<Queue>,
    ) -> Self {
        Self {
            db,
            jobs,
            report,
            spent,
            queue,
            batch: Batch::default(),
            searches: VecDeque::new(),
            stored: 0,
            in_trouble: false,
            last_changes: None,
        }
    }

    /// Works until the handle is gone and all is done. Returns whether all is durable.
    pub(super) fn run(mut self) -> bool {
        while let Some(job) = self.next() {
            if matches!(job, Job::Write(_)) {
                self.pause();
            }
            self.take(job);
            while self.batch.len() < BATCH_JOBS
                && self.batch.bytes() < BATCH_BYTES
                && let Ok(job) = self.jobs.try_recv()
            {
                self.take(job);
            }
            if !self.go_through() && !self.try_again() {
                return false;
            }
            self.search();
        }
        if let Err(error) = self.db.close() {
            // All is durable, if in two files.
            warn!("the store's log could not be brought into the store ({error})");
        }
        true
    }

    /// Before a batch with changes: lets more of them come, if the last one was just now.
    fn pause(&mut self) {
        if let Some(last) = self.last_changes
            && self.queue.jobs() < ENOUGH
        {
            thread::sleep(PAUSE.saturating_sub(last.elapsed()));
        }
        self.last_changes = Some(Instant::now());
    }

    /// Waits for something to do. Where that takes a while, texts are indexed meanwhile,
    /// until all are. `None` once the handle is gone.
    fn next(&mut self) -> Option<Job> {
        while !self.searches.is_empty() {
            match self.jobs.try_recv() {
                Ok(job) => return Some(job),
                // Nobody wants to know any more.
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => self.search(),
            }
        }
        let mut wait = QUIET;
        while self.has_to_index() {
            match self.jobs.recv_timeout(wait) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            wait = BREATH;
            if let Err(error) = self.db.index(CHUNK) {
                // Searches work without, only slower; the next batch tries again.
                warn!("messages could not be indexed ({error})");
                break;
            }
        }
        self.jobs.recv().ok()
    }

    fn has_to_index(&self) -> bool {
        self.db.is_index_behind().unwrap_or(false)
    }

    fn take(&mut self, job: Job) {
        match job {
            #[cfg(test)]
            Job::Do(what) => {
                let nothing = Job::Do(Box::new(|_| ()));
                self.queue.remove(1, nothing.weight());
                what(&self.db);
            }
            job @ Job::Ask(_, Ask::Search(_)) if !self.in_trouble => self.searches.push_back(job),
            job => self.batch.push(job),
        }
    }

    /// Answers one of the questions that take long.
    fn search(&mut self) {
        if let Some(search) = self.searches.pop_front() {
            answer(&self.db, &search, &self.queue, &self.report);
        }
    }

    /// Answers questions and carries out changes, in order, and makes the changes durable.
    /// Returns whether that has worked. If not, the changes are still there.
    fn go_through(&mut self) -> bool {
        let outcome = self
            .batch
            .carry_out(&mut self.db, &self.queue, &self.report);
        match outcome {
            Ok(()) => {
                self.has_worked();
                true
            }
            Err(error) => {
                // Often SQLite has done so itself, and there is nothing more to say of why.
                let _ = self.db.rollback();
                if !self.in_trouble {
                    self.in_trouble = true;
                    (self.report)(Report::Trouble(explain(&self.db, &error)));
                }
                false
            }
        }
    }

    fn has_worked(&mut self) {
        if self.in_trouble {
            self.in_trouble = false;
            (self.report)(Report::Recovered);
        }
        if self.batch.len() == 0 {
            return;
        }
        let spent = self.batch.is_durable(&self.queue);
        self.stored += spent.len() as u64;
        // Nobody may be there any more.
        let _ = self.spent.send(spent);
        (self.report)(Report::Stored {
            through: self.stored,
        });
        if let Err(error) = self.db.wipe() {
            warn!("what was deleted still stands in the store's log ({error})");
        }
    }

    /// Tries the batch again until it works, while more is added to it. A question makes
    /// it try at once: it is answered among the changes, as always. Returns whether it has
    /// worked, which at the end of the program it need not.
    fn try_again(&mut self) -> bool {
        while !self.searches.is_empty() {
            self.search();
        }
        let mut tries_left = LAST_TRIES;
        let mut due = Instant::now() + RETRY;
        loop {
            let left = due.saturating_duration_since(Instant::now());
            match self.jobs.recv_timeout(left) {
                Ok(job) => {
                    let must_wait = matches!(job, Job::Write(_));
                    self.take(job);
                    if must_wait {
                        continue;
                    }
                    while let Ok(job) = self.jobs.try_recv() {
                        self.take(job);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) if tries_left == 0 => return false,
                Err(RecvTimeoutError::Disconnected) => {
                    tries_left -= 1;
                    thread::sleep(left);
                }
            }
            if self.go_through() {
                return true;
            }
            due = Instant::now() + RETRY;
        }
    }
}

/// What is wrong and what helps, for people.
fn explain(db: &Db, error: &rusqlite::Error) -> String {
    let has_moved = |error: &ffi::Error| error.extended_code == ffi::SQLITE_READONLY_DBMOVED;
    let remedy = match error.sqlite_error_code() {
        _ if error.sqlite_error().is_some_and(has_moved) => {
            "put it back where it was, or restart enclave-irc"
        }
        Some(ErrorCode::DiskFull) => "make room on its disk",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "make it and its folder writable"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "stop enclave-irc, move the file away, and restore a backup"
        }
        // SQLite does not tell a quota that is used up from a disk that is broken.
        Some(ErrorCode::SystemIoFailure) => "look after its disk, or your quota there",
        _ => "look after its disk",
    };
    let place = match db.path() {
        Some(path) => path.display().to_string(),
        None => "memory".to_owned(),
    };
    format!(
        "messages cannot be stored in {place} ({error}); {remedy}. Until then they are kept in \
         memory"
    )
}
