//! The thread that waits for the disk, so that nobody else does.
//!
//! Syncing takes as long for one change as for hundreds. So all that arrives while one
//! batch is being synced becomes the next one: alone, a change is durable at once, and a
//! flood costs a few syncs. With nothing to do, the thread sleeps.

mod batch;
mod job;
mod worker;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use super::{Answer, Ask, Db, Write};
use job::{Job, Queue};
use worker::Worker;

/// What the thread's stack holds at most, bytes. SQLite needs a few dozen KiB, even where it
/// was built without optimisation.
const STACK: usize = 256 * 1024;

/// What the store has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// All writes are durable up to this one; the first was number 1.
    Stored {
        /// Its number.
        through: u64,
    },
    /// A question has its answer, or could not be read from the disk.
    Answered {
        /// Which question.
        ticket: u64,
        /// The answer; why there is none, for the log.
        answer: Result<Answer, String>,
    },
    /// Nothing can be stored for now: what is wrong and what helps, for people. Nothing is
    /// lost; it is tried again until it works.
    Trouble(String),
    /// It works again.
    Recovered,
}

/// The handle to the store's thread.
#[derive(Debug)]
pub struct Store {
    /// `None` once it is to end.
    jobs: Option<Sender<Job>>,
    queue: Arc<Queue>,
    /// What is durable, for its memory: it goes back to the thread that it was taken by. Where
    /// one thread takes memory and another gives it back, they wait for each other.
    spent: Receiver<Vec<Job>>,
    thread: Option<JoinHandle<bool>>,
}

impl Store {
    /// Starts the thread, which calls `report`; that should be quick.
    ///
    /// # Errors
    ///
    /// If the system has no thread for us.
    pub fn start(db: Db, report: impl Fn(Report) + Send + 'static) -> io::Result<Self> {
        let (sender, jobs) = mpsc::channel();
        let queue = Arc::new(Queue::default());
        let (spender, spent) = mpsc::channel();
        let worker = Worker::new(db, jobs, report, spender, Arc::clone(&queue));
        let thread = thread::Builder::new()
            .name("store".to_owned())
            .stack_size(STACK)
            .spawn(move || worker.run())?;
        Ok(Self {
            jobs: Some(sender),
            queue,
            spent,
            thread: Some(thread),
        })
    }

    /// Sends off a change. They are numbered by counting, from 1.
    pub fn write(&self, write: Write) {
        self.send(Job::Write(write));
    }

    /// Sends off a question, which is answered under this ticket.
    pub fn ask(&self, ticket: u64, ask: Ask) {
        self.send(Job::Ask(ticket, ask));
    }

    /// Changes that are not durable yet, and questions that have no answer yet.
    pub fn queued(&self) -> usize {
        self.queue.jobs()
    }

    /// What these take in memory, bytes, about.
    pub fn queued_bytes(&self) -> usize {
        while self.spent.try_recv().is_ok() {}
        self.queue.bytes()
    }

    /// Finishes what is queued, but for searches, and ends. Where the disk refuses, it is tried a few times
    /// more and then given up. Returns whether everything is durable.
    pub fn close(mut self) -> bool {
        self.finish()
    }

    fn send(&self, job: Job) {
        self.queue.add(&job);
        if let Some(jobs) = &self.jobs {
            // It fails only if the thread has panicked. Then nothing is reported as stored
            // ever again, which is the truth.
            let _ = jobs.send(job);
        }
    }

    fn finish(&mut self) -> bool {
        self.jobs = None;
        match self.thread.take() {
            Some(thread) => thread.join().unwrap_or(false),
            None => true,
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests;
