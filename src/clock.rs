//! What time it is, as a value: the pure middle is told, it never asks.
//!
//! Two clocks, because they answer different questions. Deadlines, backoff and "which
//! connection is newer" are measured on the monotonic clock, which no one can set. What
//! a person reads, and what goes out as a `timestamp`, is wall-clock time.

use std::time::Duration;

/// A moment as both clocks tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Time since the program started, on a clock that nobody sets and that stands
    /// still while the machine sleeps.
    pub monotonic: Duration,
    /// Wall-clock time.
    pub wall: Timestamp,
}

/// Wall-clock time in milliseconds since 1970-01-01T00:00:00Z, before which it is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// From whole seconds, as Enclave's `timestamp` has them; saturates.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Whole seconds, rounded down, as Enclave's `timestamp` has them.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long after `earlier` this is; zero where it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}
