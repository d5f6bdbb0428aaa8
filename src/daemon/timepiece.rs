//! The one place that reads the clocks.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::clock::{Now, Timestamp};

/// Tells the time as the pure middle wants it: since the program started, and on the wall.
#[derive(Clone, Copy, Debug)]
pub struct Timepiece {
    started: Instant,
}

impl Timepiece {
    /// Starts it.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    /// The time now.
    pub fn now(&self) -> Now {
        Now {
            monotonic: self.started.elapsed(),
            wall: wall(),
        }
    }
}

fn wall() -> Timestamp {
    let milliseconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            i64::try_from(before.as_millis()).map_or(i64::MIN, |milliseconds| -milliseconds)
        }
    };
    Timestamp(milliseconds)
}
