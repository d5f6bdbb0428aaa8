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
pub(super) const RECENT: usize = WINDOW.div_ceil(AROUND + 1) as usize;

/// As many ids are kept for as long as it takes: what a long talk needs, some 40 KiB.
const FEW: usize = 1_024;

/// More than [`FEW`] of a contact that has said nothing for so long are given back.
const PAUSE: Duration = Duration::from_secs(5);

/// Digests of the latest ids of a contact. One that has the digest of another is looked up in
/// vain, and nothing else happens.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// In the order in which they came, with the bytes that the frame had at least.
    order: VecDeque<(u64, u32)>,
    all: HashSet<u64>,
    /// Of all of them but the latest: one that reaches the window still goes.
    bytes: u64,
    /// When the latest came, on the monotonic clock.
    at: Duration,
    /// There were more than a sender has on its way.
    is_full: bool,
}

impl Recent {
    pub fn contains(&self, id: &str) -> bool {
        self.all.contains(&digest(id))
    }

    /// A message has come. Its length is counted in characters: no frame has less, even one of
    /// bytes that had to be replaced.
    pub fn add(&mut self, id: &str, text: &str, now: Duration) {
        let digest = digest(id);
        self.at = now;
        if !self.all.insert(digest) {
            return;
        }
        if let Some((_, latest)) = self.order.back() {
            self.bytes += u64::from(*latest);
        }
        while self.bytes >= WINDOW
            && let Some((oldest, length)) = self.order.pop_front()
        {
            self.bytes -= u64::from(length);
            self.all.remove(&oldest);
            self.is_full = true;
        }
        let length = AROUND + (id.chars().count() + text.chars().count()) as u64;
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.order.push_back((digest, length));
    }

    /// Whether these are all that a sender may repeat, whatever came before them.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// When they are to be given back, if nothing comes any more; never where they are few.
    pub fn until(&self) -> Option<Duration> {
        (self.order.len() > FEW).then_some(self.at + PAUSE)
    }

    /// How many there are.
    #[cfg(any(test, fuzzing))]
    pub fn len(&self) -> usize {
        self.order.len().max(self.all.len())
    }
}

fn digest(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

impl Gateway {
    /// A flood may have come, whose ids are not needed for ever.
    pub(super) fn look_at_recent(&mut self, until: Option<Duration>) {
        if let Some(until) = until {
            self.next_forgetting.get_or_insert(until);
        }
    }

    /// Gives the ids of floods that have ended back. What such a contact says next is looked
    /// up, even behind something new: it may not have heard yet what was confirmed.
    pub(super) fn forget_recent(&mut self) {
        let now = self.now.monotonic;
        if self.next_forgetting.is_none_or(|at| at > now) {
            return;
        }
        let mut next: Option<Duration> = None;
        for talk in self.correspondences.values_mut() {
            match talk.inbox.recent.until() {
                Some(until) if until <= now => talk.inbox.begin_anew(),
                Some(until) => next = Some(next.map_or(until, |next| next.min(until))),
                None => {}
            }
        }
        self.next_forgetting = next;
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
        let length = AROUND + 6 + 2;
        let on_its_way = WINDOW.div_ceil(length);
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
}
