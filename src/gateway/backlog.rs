//! What arrived while nobody was attached, held in memory until somebody is.

use std::collections::VecDeque;

use crate::clock::Timestamp;

use super::roster::ContactId;

/// Messages held at most. Enough for a night of talk.
const MESSAGES: usize = 10_000;

/// Bytes of text held at most, so that one peer cannot fill the memory while its victim
/// sleeps.
const BYTES: usize = 8 * 1024 * 1024;

/// A message that waits for a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub contact: ContactId,
    pub text: String,
    pub time: Timestamp,
}

/// The messages that wait, oldest first.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    /// How many had to go, to be told.
    dropped: usize,
}

impl Backlog {
    /// Holds a message; where there is no room the oldest make some.
    pub fn push(&mut self, message: Waiting) {
        self.bytes += message.text.len();
        self.waiting.push_back(message);
        while self.waiting.len() > MESSAGES || self.bytes > BYTES {
            let Some(oldest) = self.waiting.pop_front() else {
                break;
            };
            self.bytes -= oldest.text.len();
            self.dropped += 1;
        }
    }

    /// Takes all that waits, and how many older ones had no room.
    pub fn take(&mut self) -> (VecDeque<Waiting>, usize) {
        self.bytes = 0;
        (
            std::mem::take(&mut self.waiting),
            std::mem::take(&mut self.dropped),
        )
    }

    /// How many messages of one contact wait.
    pub fn count(&self, contact: ContactId) -> usize {
        self.waiting
            .iter()
            .filter(|message| message.contact == contact)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: usize) -> Waiting {
        Waiting {
            contact: ContactId(0),
            text: "x".repeat(length),
            time: Timestamp(0),
        }
    }

    #[test]
    fn the_oldest_make_room_and_are_counted() {
        let mut backlog = Backlog::default();
        for _ in 0..MESSAGES + 3 {
            backlog.push(message(1));
        }
        let (waiting, dropped) = backlog.take();
        assert_eq!((waiting.len(), dropped), (MESSAGES, 3));
        assert_eq!(backlog.take().1, 0);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut backlog = Backlog::default();
        for _ in 0..9 {
            backlog.push(message(1024 * 1024));
        }
        let (waiting, dropped) = backlog.take();
        assert_eq!((waiting.len(), dropped), (8, 1));
        backlog.push(message(BYTES));
        assert_eq!(backlog.take().0.len(), 1, "the count of bytes starts anew");
    }
}
