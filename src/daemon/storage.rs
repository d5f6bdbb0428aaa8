//! The store as the driver has it: what the middle wants stored and asked goes to the
//! store's thread, and what that reports comes back as events.

use std::io;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tracing::{error, info};

use crate::gateway::event::Event;
use crate::store::{Ask, Db, Report, Store, Write};

use super::input::{Inbox, Input};

/// With more than this waiting for the disk, bytes, peers that say much have to wait: what they
/// say could fill the memory while the disk is slow or full.
const BEHIND: usize = 1024 * 1024;

/// With more than this clients have to wait. It is more than peers can reach with packets of the
/// usual length: one that never stops saying the longest there is must not have clients wait
/// without end, and least of all the one that wants to block it.
const CLIENTS_BEHIND: usize = 4 * BEHIND;

/// With more than this all have to wait. Where the store is known not to do its work, what
/// clients write is refused long before; what is left are orders, of which only a program gone
/// wrong gives so many.
const FAR_BEHIND: usize = 8 * BEHIND;

/// How long the disk may take with what is queued when the program is to end, before
/// contacts and clients are told goodbye: what can be confirmed by then is.
pub const LAST_COMMIT: Duration = Duration::from_millis(500);

/// The store of a running node.
pub struct Storage {
    store: Store,
    written: u64,
    stored: u64,
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
            Event::StoreTrouble(Some(why)) => error!("nothing can be stored: {why}"),
            Event::StoreTrouble(None) => info!("storing works again"),
            _ => {}
        }
    }

    /// Whether so much waits for the disk that peers should not add much to it now.
    pub fn is_behind(&self) -> bool {
        self.store.queued_bytes() > BEHIND
    }

    /// Whether so much that they should not add anything.
    pub fn is_far_behind(&self) -> bool {
        self.store.queued_bytes() > FAR_BEHIND
    }

    /// Whether clients should not add to it either. Where the store is known to be `down`, what
    /// they write is refused, and they had better be told.
    pub fn makes_clients_wait(&self, down: bool) -> bool {
        self.store.queued_bytes() > if down { FAR_BEHIND } else { CLIENTS_BEHIND }
    }

    /// Whether all that was written is durable.
    pub fn is_settled(&self) -> bool {
        self.stored == self.written
    }

    /// Finishes what is queued. Returns whether everything is durable.
    pub async fn close(self) -> bool {
        let closed = spawn_blocking(move || self.store.close()).await;
        closed.unwrap_or(false)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::daemon::input::{WAITING, channel};

    /// The store's thread waits for a driver that takes nothing, as it would for a disk.
    #[test]
    fn with_megabytes_waiting_for_the_disk_peers_and_clients_wait() {
        let (inbox, inputs) = channel();
        for _ in 0..WAITING {
            assert!(inbox.try_send(Input::Reload).is_ok());
        }
        let mut storage = Storage::start(Db::in_memory().unwrap(), inbox).unwrap();
        // Gone before the store is, whose thread would wait for it, and the store for the thread.
        let mut inputs = inputs;
        let mut weight = 0;
        let mut write = |storage: &mut Storage| {
            storage.write(Write::Held {
                address: "fc00::1".to_owned(),
                held: crate::store::Held {
                    text: "x".repeat(16 * 1024),
                    time: Timestamp(0),
                    id: None,
                },
            });
            weight += 16 * 1024;
            assert!(weight < 64 * 1024 * 1024);
            weight
        };
        // It takes a first batch, and reports that in vain.
        while !storage.is_behind() {
            write(&mut storage);
        }
        let weight = write(&mut storage);
        assert!(weight > 900 * 1024, "{weight}");
        assert!(!storage.makes_clients_wait(false));
        while !storage.makes_clients_wait(false) {
            write(&mut storage);
        }
        let weight = write(&mut storage);
        assert!(weight > 3900 * 1024, "{weight}");
        assert!(!storage.makes_clients_wait(true), "they had better be told");
        while !storage.is_far_behind() {
            write(&mut storage);
        }
        assert!(storage.makes_clients_wait(true));
        let weight = write(&mut storage);
        assert!(weight > 7900 * 1024, "{weight}");
        while storage.is_behind() {
            assert!(inputs.blocking_recv().is_some());
        }
    }
}
