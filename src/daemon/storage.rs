//! The store as the driver has it: what the middle wants stored and asked goes to the
//! store's thread, and what that reports comes back as events.

use std::io;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tracing::{error, info, warn};

use crate::gateway::event::Event;
use crate::store::{Ask, Db, Report, Store, Write};

use super::input::{Inbox, Input};

/// With more than this waiting for the disk, bytes, peers have to wait: what they say could
/// fill the memory while the disk is slow or full.
const BEHIND: usize = 1024 * 1024;

/// With more than this clients have to wait, too. It is more than peers can reach with packets
/// of the usual length: one that never stops saying the longest there is must not have clients
/// wait without end, and least of all the one that wants to block it.
const FAR_BEHIND: usize = 4 * BEHIND;

/// How long the disk may take with what is queued when the program is to end, before
/// contacts and clients are told goodbye: what can be confirmed by then is.
pub const LAST_COMMIT: Duration = Duration::from_millis(500);

/// The store of a running node.
pub struct Storage {
    store: Store,
    written: u64,
    stored: u64,
    /// The disk refuses.
    in_trouble: bool,
}

impl Storage {
    /// Starts the thread; what it reports goes to the inbox.
    ///
    /// # Errors
    ///
    /// If the system has no thread for us.
    pub fn start(db: Db, inbox: Inbox) -> io::Result<Self> {
        let report = move |report| {
            // The driver takes whatever comes; when it has ended, nobody wants to know.
            let _ = inbox.blocking_send(Input::Event(event(report)));
        };
        Ok(Self {
            store: Store::start(db, report)?,
            written: 0,
            stored: 0,
            in_trouble: false,
        })
    }

    /// Has something stored.
    pub fn write(&mut self, write: Write) {
        self.written += 1;
        self.store.write(write);
    }

    /// Asks it something.
    pub fn ask(&self, ticket: u64, ask: Ask) {
        self.store.ask(ticket, ask);
    }

    /// Takes note of what is about to be told to the middle.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Stored { through } => self.stored = *through,
            Event::StoreTrouble(trouble) => {
                self.in_trouble = trouble.is_some();
                match trouble {
                    Some(why) => error!("nothing can be stored: {why}"),
                    None => info!("storing works again"),
                }
            }
            _ => {}
        }
    }

    /// Whether so much waits for the disk that peers should not add to it now.
    pub fn is_behind(&self) -> bool {
        self.store.queued_bytes() > BEHIND
    }

    /// Whether clients should not add to it either. Where the disk refuses, what they write
    /// is refused too, and they had better be told.
    pub fn makes_clients_wait(&self) -> bool {
        self.store.queued_bytes() > FAR_BEHIND && !self.in_trouble
    }

    /// Whether all that was written is durable.
    pub fn is_settled(&self) -> bool {
        self.stored == self.written
    }

    /// Finishes what is queued.
    pub async fn close(self) {
        let closed = spawn_blocking(move || self.store.close()).await;
        if !closed.unwrap_or(false) {
            warn!("not everything could be stored before the end");
        }
    }
}

fn event(report: Report) -> Event {
    match report {
        Report::Stored { through } => Event::Stored { through },
        Report::Answered { ticket, answer } => Event::Answered { ticket, answer },
        Report::Trouble(why) => Event::StoreTrouble(Some(why)),
        Report::Recovered => Event::StoreTrouble(None),
    }
}
