//! How long to wait before dialling a contact again.

use std::time::Duration;

use crate::clock::Timestamp;

/// The first wait is up to this; each next one up to twice the one before.
const FIRST: Duration = Duration::from_secs(1);

/// The longest wait for a contact that was linked lately: it is likely to come back soon,
/// and its person waits for it.
const RECENT_CAP: Duration = Duration::from_secs(30);

/// The longest wait for any other contact: it may be away for weeks.
const OTHER_CAP: Duration = Duration::from_secs(5 * 60);

/// "Lately": a contact that is there once a week should be found within half a minute.
const RECENT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The higher address of a broken link dials this much later than the lower one, so that
/// the two do not make two connections.
const YIELD: Duration = Duration::from_secs(3);

/// The count of failures, and what follows from it.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Backoff {
    /// Attempts that failed since the last stable link.
    failures: u32,
    /// A link that was real has broken since the last stable one. A second one is no
    /// bad luck any more: a peer that says hello and hangs up would make us dial as fast
    /// as the network carries.
    broke: bool,
}

impl Backoff {
    /// Attempts that failed since the last stable link.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// A link was stable, or there is a reason to believe that the failures were ours.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Counts a failure; how long to wait now. Full jitter: anything from nothing to the
    /// limit, so that a mesh which comes back is not dialled by all in the same moment.
    pub(crate) fn failed(
        &mut self,
        last_linked: Option<Timestamp>,
        now: Timestamp,
        rng: &mut fastrand::Rng,
    ) -> Duration {
        let recent = last_linked.is_some_and(|last| now.since(last) < RECENT);
        let cap = if recent { RECENT_CAP } else { OTHER_CAP };
        let limit = FIRST
            .saturating_mul(1u32.checked_shl(self.failures).unwrap_or(u32::MAX))
            .min(cap);
        self.failures = self.failures.saturating_add(1);
        limit.mul_f64(rng.f64())
    }

    /// Counts the end of a link on which the peer had spoken; how long to wait now.
    pub(crate) fn broke(
        &mut self,
        we_are_lower: bool,
        last_linked: Option<Timestamp>,
        now: Timestamp,
        rng: &mut fastrand::Rng,
    ) -> Duration {
        let courtesy = if we_are_lower { Duration::ZERO } else { YIELD };
        if self.broke {
            self.failed(last_linked, now, rng).max(courtesy)
        } else {
            self.broke = true;
            courtesy
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    /// The longest of many waits after each of the first `count` failures.
    fn longest(last_linked: Option<Timestamp>, count: usize) -> Vec<Duration> {
        let mut rng = fastrand::Rng::with_seed(7);
        let now = Timestamp::from_seconds(100 * DAY);
        let mut longest = vec![Duration::ZERO; count];
        for _ in 0..400 {
            let mut backoff = Backoff::default();
            for wait in &mut longest {
                *wait = (*wait).max(backoff.failed(last_linked, now, &mut rng));
            }
        }
        longest
    }

    fn assert_limits(longest: &[Duration], limits: &[u64]) {
        for (wait, &limit) in longest.iter().zip(limits) {
            let limit = Duration::from_secs(limit);
            assert!(
                *wait <= limit && *wait > limit * 9 / 10,
                "{wait:?} {limit:?}"
            );
        }
    }

    #[test]
    fn waits_double_up_to_half_a_minute_for_a_recent_contact() {
        let last_linked = Some(Timestamp::from_seconds(94 * DAY));
        assert_limits(&longest(last_linked, 40), &[1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn waits_double_up_to_five_minutes_for_others() {
        let limits = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
        assert_limits(&longest(None, 40), &limits);
        let last_linked = Some(Timestamp::from_seconds(93 * DAY));
        assert_limits(&longest(last_linked, 40), &limits);
    }

    #[test]
    fn a_broken_link_is_dialled_at_once_but_only_once() {
        let mut rng = fastrand::Rng::with_seed(7);
        let now = Timestamp::from_seconds(0);
        let mut lower = Backoff::default();
        assert_eq!(lower.broke(true, Some(now), now, &mut rng), Duration::ZERO);
        assert!(lower.broke(true, Some(now), now, &mut rng) > Duration::ZERO);
        assert_eq!(lower.failures(), 1);
        lower.reset();
        assert_eq!(lower.broke(true, Some(now), now, &mut rng), Duration::ZERO);
        let mut higher = Backoff::default();
        assert_eq!(higher.broke(false, Some(now), now, &mut rng), YIELD);
        assert!(higher.broke(false, Some(now), now, &mut rng) >= YIELD);
    }
}
