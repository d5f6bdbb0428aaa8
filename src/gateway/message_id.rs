//! Ids of messages: what a client knows a message by (`msgid`, IRCv3 message-ids).

use uuid::{Builder, Uuid};

use crate::clock::Timestamp;

use super::Gateway;

/// Makes ids that nobody else makes, each greater than all before it, whatever the clock
/// does (UUIDv7, RFC 9562, section 5.7).
#[derive(Debug)]
pub(super) struct MessageIds {
    random: fastrand::Rng,
    /// The millisecond of the last id, and the number of it within that.
    last: (u64, u16),
}

/// Ids in one millisecond; after that the next one is begun early.
const IN_A_MILLISECOND: u16 = 1 << 12;

impl MessageIds {
    pub fn new(seed: u64) -> Self {
        Self {
            random: fastrand::Rng::with_seed(seed),
            last: (0, 0),
        }
    }

    pub fn next(&mut self, now: Timestamp) -> Uuid {
        let now = u64::try_from(now.0).unwrap_or(0);
        let (last, number) = self.last;
        self.last = if now > last {
            (now, 0)
        } else if number + 1 < IN_A_MILLISECOND {
            (last, number + 1)
        } else {
            (last + 1, 0)
        };
        let (millisecond, number) = self.last;
        let mut rest = [0; 10];
        self.random.fill(&mut rest);
        // The twelve bits behind the time are a counter, the 62 behind the variant chance.
        let [high, low] = number.to_be_bytes();
        (rest[0], rest[1]) = (high, low);
        Builder::from_unix_timestamp_millis(millisecond, &rest).into_uuid()
    }
}

impl Gateway {
    /// An id for a message that is said now.
    pub(super) fn next_message_id(&mut self) -> String {
        let id = self.message_ids.next(self.now.wall).hyphenated();
        id.encode_lower(&mut Uuid::encode_buffer()).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_even_if_the_clock_stands_still_or_goes_back() {
        let mut ids = MessageIds::new(1);
        let mut last = ids.next(Timestamp(1_600_000_000_000));
        assert_eq!(last.get_version_num(), 7);
        for n in 0..10_000 {
            let next = ids.next(Timestamp(1_600_000_000_000 - n / 100));
            assert!(next > last, "{next} after {last}");
            last = next;
        }
        let later = ids.next(Timestamp(1_700_000_000_000));
        assert!(later > last);
    }
}
