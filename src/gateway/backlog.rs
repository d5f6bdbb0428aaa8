//! What arrived while nobody was attached, held in memory until somebody is.

use std::collections::{HashMap, VecDeque};

use crate::clock::Timestamp;

use super::roster::ContactId;
use super::speech::LINES_OF_ONE_MESSAGE;

/// Messages held at most. Enough for a night of talk.
const MESSAGES: usize = 10_000;

/// Bytes held at most, as they are written when they are played. So that one peer cannot
/// fill the memory while its victim sleeps; and well below what may wait for a client that
/// reads, since all of it is written at once.
const BYTES: usize = 4 * 1024 * 1024;

/// What a line takes beside its text, bytes: tags, mask, target.
const LINE_OVERHEAD: usize = 300;

/// The shortest that lines of long text are on average, bytes: they are cut at spaces, so
/// that a short one may stand before each long one.
const SHORTEST_LINE: usize = 150;

/// A message that waits for a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub contact: ContactId,
    pub text: String,
    pub time: Timestamp,
    /// Its `msgid`.
    pub id: String,
}

impl Waiting {
    /// About as many bytes as it takes when it is played.
    fn cost(&self) -> usize {
        let ends = self
            .text
            .bytes()
            .filter(|byte| matches!(byte, b'\r' | b'\n'));
        let lines = 1 + ends.count() + self.text.len() / SHORTEST_LINE;
        self.text.len() + lines.min(LINES_OF_ONE_MESSAGE) * LINE_OVERHEAD
    }
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
        self.bytes += message.cost();
        self.waiting.push_back(message);
        // One message that is too long by itself (a larger frame can be configured) stays.
        while self.waiting.len() > MESSAGES || (self.bytes > BYTES && self.waiting.len() > 1) {
            let Some(oldest) = self.waiting.pop_front() else {
                break;
            };
            self.bytes -= oldest.cost();
            self.dropped += 1;
        }
    }

    /// Takes all that waits, by contact, in the order in which each first spoke; and how
    /// many older messages had no room.
    pub fn take(&mut self) -> (Vec<Vec<Waiting>>, usize) {
        self.bytes = 0;
        let mut places: HashMap<ContactId, usize> = HashMap::new();
        let mut conversations: Vec<Vec<Waiting>> = Vec::new();
        for message in std::mem::take(&mut self.waiting) {
            let place = *places.entry(message.contact).or_insert_with(|| {
                conversations.push(Vec::new());
                conversations.len() - 1
            });
            conversations[place].push(message);
        }
        (conversations, std::mem::take(&mut self.dropped))
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

    fn message(contact: u32, text: &str) -> Waiting {
        Waiting {
            contact: ContactId(contact),
            text: text.to_owned(),
            time: Timestamp(0),
            id: String::new(),
        }
    }

    fn taken(backlog: &mut Backlog) -> (usize, usize) {
        let (conversations, dropped) = backlog.take();
        (conversations.iter().map(Vec::len).sum(), dropped)
    }

    #[test]
    fn the_oldest_make_room_and_are_counted() {
        let mut backlog = Backlog::default();
        for _ in 0..MESSAGES + 3 {
            backlog.push(message(0, "x"));
        }
        assert_eq!(taken(&mut backlog), (MESSAGES, 3));
        assert_eq!(taken(&mut backlog), (0, 0));
    }

    #[test]
    fn bytes_are_bounded_too_as_they_are_written() {
        let mut backlog = Backlog::default();
        let lines = "\n".repeat(999);
        let fit = BYTES / message(0, &lines).cost();
        assert!(
            fit < 20,
            "each is a thousand lines with all that a line takes"
        );
        for _ in 0..20 {
            backlog.push(message(0, &lines));
        }
        assert_eq!(taken(&mut backlog), (fit, 20 - fit));
        backlog.push(message(0, &"x".repeat(1024 * 1024)));
        assert_eq!(taken(&mut backlog), (1, 0), "the count starts anew");
        backlog.push(message(0, &"x".repeat(BYTES + 1)));
        assert_eq!(taken(&mut backlog), (1, 0), "too long, and still not lost");
    }

    #[test]
    fn conversations_are_kept_together() {
        let mut backlog = Backlog::default();
        for (contact, text) in [(2, "a"), (1, "b"), (2, "c")] {
            backlog.push(message(contact, text));
        }
        let expected = vec![
            vec![message(2, "a"), message(2, "c")],
            vec![message(1, "b")],
        ];
        assert_eq!(backlog.take(), (expected, 0));
    }
}
