//! What has to be known of the talk with one contact while the program runs, for those with
//! whom there is any.

use std::collections::VecDeque;

use crate::clock::Timestamp;
use crate::enclave::link::Outgoing;

use super::Gateway;
use super::inbox::Inbox;
use super::roster::ContactId;
use super::tags::Signals;

/// The talk with one contact.
#[derive(Debug, Default)]
pub(super) struct Correspondence {
    /// The person was told that messages wait, since the contact was there last.
    pub absence_told: bool,
    /// How many of the messages that the person was told to wait have arrived; none where
    /// the person was not told.
    pub arrived_late: Option<usize>,
    /// What waits for one whom the mesh has no link with: one that is blocked, or was taken
    /// out of the address book.
    pub parked: Vec<Outgoing>,
    pub inbox: Inbox,
    pub times: Times,
    /// What the contact has shown lately that passes.
    pub signals: Signals,
}

/// Stretches of messages whose times are remembered. Two clocks that differ make two that
/// take turns; a queue that was written long ago, a few more.
pub(super) const STRETCHES: usize = 16;

/// The times of the latest messages, so that each has one of its own, and those of one
/// second come in the order in which they arrived: packets tell whole seconds, while a
/// client may know a message by its time alone (IRCv3 `chathistory`), or sort by it.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// Of each stretch the second in which it began, and its last time; the latest stretch
    /// is the last.
    pub(super) stretches: VecDeque<(i64, Timestamp)>,
}

impl Times {
    /// This time, or a millisecond after the last one where that was in the same second, or
    /// had to be put later for the same reason.
    pub fn unique(&mut self, time: Timestamp) -> Timestamp {
        let (mut from, mut given) = (time.seconds(), time);
        // Where it is put later, it may come into another stretch.
        for _ in 0..self.stretches.len() {
            let mut all = self.stretches.iter();
            let taken = all.find(|(from, last)| *from <= given.seconds() && given <= *last);
            let Some((began, last)) = taken else { break };
            from = from.min(*began);
            given = Timestamp(last.0.saturating_add(1));
        }
        let within = |one: &(i64, Timestamp)| from <= one.0 && one.1 <= given;
        self.stretches.retain(|one| !within(one));
        if self.stretches.len() == STRETCHES {
            self.stretches.pop_front();
        }
        self.stretches.push_back((from, given));
        given
    }
}

impl Gateway {
    /// The talk with a contact.
    pub(super) fn correspondence(&mut self, id: ContactId) -> &mut Correspondence {
        self.correspondences.entry(id).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_messages_have_one_time() {
        let mut times = Times::default();
        let mut given = |time| times.unique(Timestamp(time)).0;
        assert_eq!(given(5_000), 5_000);
        assert_eq!(given(5_000), 5_001);
        assert_eq!(given(5_282), 5_282, "it tells more than the second");
        assert_eq!(given(5_000), 5_283, "which came later, whatever it tells");
        assert_eq!(given(4_000), 4_000, "it was written long before");
        assert_eq!(given(9_000), 9_000);
    }

    #[test]
    fn a_time_is_given_once_though_two_clocks_differ() {
        let mut times = Times::default();
        let given = [5_000, 4_900, 5_000, 4_000, 4_900, 5_000];
        let given = given.map(|time| times.unique(Timestamp(time)).0);
        assert_eq!(given, [5_000, 4_900, 5_001, 4_901, 4_902, 5_002]);
    }

    #[test]
    fn the_stretches_that_are_remembered_are_bounded() {
        let mut times = Times::default();
        for second in 0..100 {
            times.unique(Timestamp(second * 5_000));
        }
        assert_eq!(times.stretches.len(), STRETCHES);
        assert_eq!(STRETCHES, 16);
    }

    #[test]
    fn a_flood_of_one_second_runs_over_into_the_next() {
        let mut times = Times::default();
        let mut given: Vec<i64> = (0..2_500)
            .map(|_| times.unique(Timestamp(5_000)).0)
            .collect();
        given.push(times.unique(Timestamp(6_000)).0);
        given.push(times.unique(Timestamp(7_000)).0);
        assert!(given.is_sorted_by(|a, b| a < b));
    }
}
