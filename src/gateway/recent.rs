//! Which messages of a contact it may say once more on the connection on which it has said
//! them: it had moved to another that ended before we heard of it, and has come back.
//!
//! A sender has about [`WINDOW`] bytes of frames unconfirmed, and repeats all of them in order
//! before anything new (`docs/protocol.md`, *Delivery*). So the ids of the latest that make so
//! many bytes are remembered; one that comes again is looked up in the store.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::enclave::link::WINDOW;

use super::Gateway;

/// The least that a frame has beside a message's id and text, bytes: its length, and
/// `{"message":"","id":""}`.
const AROUND: u64 = 4 + 22;

/// No more ids than this are remembered of a contact: those of the shortest frames there are,
/// with an id of one character. In usual ones, of a hundred bytes, there are ten thousand.
#[cfg(any(test, fuzzing))]
pub(super) const RECENT: usize = (WINDOW / UNIT).div_ceil((AROUND + 1) / UNIT) as usize;

/// So many messages in a row, with no [`PAUSE`] between, are a flood: then an index of the ids is
/// worth its memory, which is as much again and more.
const FLOOD: usize = 256;

/// A contact that has said nothing for so long floods no more.
const PAUSE: Duration = Duration::from_secs(5);

/// Lengths are remembered in units of so many bytes, rounded down: that of the longest frame then
/// takes two bytes.
const UNIT: u64 = 16;

/// Digests of the latest ids of a contact: at most ten bytes for each, a hundred KiB in usual
/// messages. One that has the digest of another is looked up in vain, and nothing else happens.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// In the order in which they came.
    order: VecDeque<u64>,
    /// How long the frame of each was at least, in units.
    lengths: VecDeque<u16>,
    /// The same digests, to be found at once, in a flood. Otherwise they are gone through, which
    /// takes microseconds.
    index: Option<HashSet<u64>>,
    /// How many have come since the last pause.
    in_a_row: usize,
    /// Of all of them but the latest, in units: one that reaches the window still goes.
    units: u64,
    /// When the latest came, on the monotonic clock.
    at: Duration,
}

impl Recent {
    pub fn contains(&self, id: &str) -> bool {
        self.has(digest(id))
    }

    fn has(&self, digest: u64) -> bool {
        match &self.index {
            Some(index) => index.contains(&digest),
            None => self.order.contains(&digest),
        }
    }

    /// A message has come. Its length is counted in characters: no frame has less, even one of
    /// bytes that had to be replaced.
    pub fn add(&mut self, id: &str, text: &str, now: Duration) {
        let digest = digest(id);
        if now.saturating_sub(self.at) >= PAUSE {
            self.in_a_row = 0;
        }
        self.at = now;
        self.in_a_row += 1;
        if self.has(digest) {
            return;
        }
        if self.in_a_row > FLOOD && self.index.is_none() {
            self.index = Some(self.order.iter().copied().collect());
        }
        self.units += self.lengths.back().copied().map_or(0, u64::from);
        while self.units * UNIT >= WINDOW
            && let (Some(oldest), Some(length)) = (self.order.pop_front(), self.lengths.pop_front())
        {
            self.units -= u64::from(length);
            if let Some(index) = &mut self.index {
                index.remove(&oldest);
            }
        }
        let length = AROUND + (id.chars().count() + text.chars().count()) as u64;
        self.order.push_back(digest);
        self.lengths
            .push_back(u16::try_from(length / UNIT).unwrap_or(u16::MAX));
        if let Some(index) = &mut self.index {
            index.insert(digest);
        }
    }

    /// When room is to be given back, if nothing comes any more.
    pub fn until(&self) -> Option<Duration> {
        self.index.is_some().then_some(self.at + PAUSE)
    }

    /// Gives back what only a flood needs.
    pub fn rest(&mut self) {
        self.index = None;
        self.in_a_row = 0;
        self.order.shrink_to_fit();
        self.lengths.shrink_to_fit();
    }

    /// How many there are.
    #[cfg(any(test, fuzzing))]
    pub fn len(&self) -> usize {
        let indexed = self.index.as_ref().map_or(0, HashSet::len);
        self.order.len().max(self.lengths.len()).max(indexed)
    }
}

fn digest(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

impl Gateway {
    /// A contact has said something; if that was in a flood, the flood will end.
    pub(super) fn look_at_flood(&mut self, until: Option<Duration>) {
        if let Some(until) = until {
            self.next_rest.get_or_insert(until);
        }
    }

    /// Gives back what contacts needed whose floods have ended.
    pub(super) fn rest_from_floods(&mut self) {
        let now = self.now.monotonic;
        if self.next_rest.is_none_or(|at| at > now) {
            return;
        }
        let mut next: Option<Duration> = None;
        for talk in self.correspondences.values_mut() {
            match talk.inbox.recent.until() {
                Some(until) if until <= now => talk.inbox.recent.rest(),
                Some(until) => next = Some(next.map_or(until, |next| next.min(until))),
                None => {}
            }
        }
        self.next_rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many messages of this text, with ids that are numbers of six digits.
    fn flood(recent: &mut Recent, messages: usize, text: &str) {
        for number in 0..messages {
            recent.add(&format!("{number:06}"), text, Duration::ZERO);
        }
    }

    #[test]
    fn as_many_ids_are_remembered_as_a_sender_has_on_its_way() {
        let mut recent = Recent::default();
        flood(&mut recent, 100_000, "hi");
        let units = (AROUND + 6 + 2) / UNIT;
        let on_its_way = (WINDOW / UNIT).div_ceil(units);
        assert_eq!(recent.len() as u64, on_its_way);
        assert!(recent.contains("099999"));
        assert!(recent.contains(&format!("{:06}", 100_000 - on_its_way)));
        assert!(!recent.contains(&format!("{:06}", 100_000 - on_its_way - 1)));
    }

    #[test]
    fn of_the_longest_messages_two_are_remembered() {
        let mut recent = Recent::default();
        flood(&mut recent, 100, &"x".repeat(1_000_000));
        assert_eq!(recent.len(), 2);
    }

    #[test]
    fn the_ids_that_are_remembered_are_bounded() {
        let mut recent = Recent::default();
        for number in 0..200_000_u32 {
            let id = char::from_u32(0x1_0000 + number).unwrap().to_string();
            recent.add(&id, "", Duration::ZERO);
        }
        assert_eq!(recent.len(), RECENT);
    }

    #[test]
    fn what_only_a_flood_needs_is_given_back_and_all_ids_are_known() {
        let mut recent = Recent::default();
        flood(&mut recent, FLOOD, "hi");
        assert_eq!(recent.until(), None, "it is no flood yet");
        flood(&mut recent, 2_000, "hi");
        assert_eq!(recent.until(), Some(PAUSE));
        assert_eq!(recent.len(), 2_000);
        recent.rest();
        assert_eq!((recent.len(), recent.until()), (2_000, None));
        assert!(recent.contains("000000") && recent.contains("001999"));
        // A talk is no flood, however long it is.
        for number in 2_000..3_000 {
            let now = PAUSE * number;
            recent.add(&number.to_string(), "hi", now);
            assert_eq!(recent.until(), None);
        }
    }
}
