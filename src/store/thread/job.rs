//! What the thread is told to do, and how much of it waits.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::store::{Ask, Write};

/// One thing to do.
pub(super) enum Job {
    Write(Write),
    Ask(u64, Ask),
    /// Tests reach the file in its own thread, to make it fail and work again.
    #[cfg(test)]
    Do(Box<dyn FnOnce(&crate::store::Db) + Send>),
}

impl Job {
    /// What it takes in memory, bytes, about.
    pub(super) fn weight(&self) -> usize {
        let beside = match self {
            Self::Write(Write::Message(message)) => {
                let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
                let tags = message
                    .tags
                    .iter()
                    .map(|(name, value)| name.len() + value.len());
                message.id.len()
                    + length(&message.peer_id)
                    + length(&message.text)
                    + length(&message.writer)
                    + tags.sum::<usize>()
            }
            Self::Write(Write::Held { held, .. }) => held.text.len(),
            Self::Write(
                Write::Delivered(messages)
                | Write::Cancelled(messages)
                | Write::Attempted(messages),
            ) => size_of_val(messages.as_slice()),
            Self::Ask(_, Ask::Known { id, text, .. }) => id.len() + text.len(),
            Self::Ask(_, Ask::Search(search)) => search.text.len(),
            // Names, addresses and the like.
            _ => 0,
        };
        size_of::<Self>() + beside
    }
}

/// What is queued: counted by the sender, discounted by the thread.
#[derive(Debug, Default)]
pub(super) struct Queue {
    jobs: AtomicUsize,
    bytes: AtomicUsize,
}

impl Queue {
    pub(super) fn add(&self, job: &Job) {
        self.jobs.fetch_add(1, Relaxed);
        self.bytes.fetch_add(job.weight(), Relaxed);
    }

    pub(super) fn remove(&self, jobs: usize, bytes: usize) {
        self.jobs.fetch_sub(jobs, Relaxed);
        self.bytes.fetch_sub(bytes, Relaxed);
    }

    pub(super) fn jobs(&self) -> usize {
        self.jobs.load(Relaxed)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }
}

/// What kind of change it is, and which contact and place it is about, for the log.
pub(super) fn describe(write: &Write) -> (&'static str, Option<u32>, Option<u64>) {
    match write {
        Write::Contact(contact) => ("contact", Some(contact.id), None),
        Write::RemoveContact(contact) => ("remove contact", Some(*contact), None),
        Write::Forget(contact) => ("forget", Some(*contact), None),
        Write::Message(message) => ("message", Some(message.contact), Some(message.seq)),
        Write::Delivered(messages) => ("delivered", None, messages.first().copied()),
        Write::Cancelled(messages) => ("cancelled", None, messages.first().copied()),
        Write::Attempted(messages) => ("attempted", None, messages.first().copied()),
        Write::Position(position) => ("position", None, Some(position.seq)),
        Write::Marker(marker) => ("marker", Some(marker.contact), Some(marker.seq)),
        Write::Request(_) => ("request", None, None),
        Write::Held { .. } => ("held", None, None),
        Write::RemoveRequest(_) => ("remove request", None, None),
        Write::Silence(..) => ("silence", None, None),
        Write::Unsilence(_) => ("unsilence", None, None),
        Write::Setting(..) => ("setting", None, None),
        Write::Expire(_) => ("expire", None, None),
    }
}
