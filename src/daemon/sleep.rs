//! Noticing that the machine has slept.
//!
//! Nothing tells a program so. But there are clocks that go on while a machine sleeps and
//! clocks that stand still, and what one has gained on the other was sleep.

use std::time::Duration;

/// How much one clock must gain on the other to count as sleep. Less than a keepalive
/// takes to notice, and more than two readings of different clocks are ever apart.
const SLEPT: Duration = Duration::from_secs(3);

/// Remembers how far apart the two clocks were.
#[derive(Debug)]
pub struct SleepWatch {
    asleep: Duration,
}

impl SleepWatch {
    /// From the first reading of both clocks: one that goes on during sleep and one that
    /// does not.
    pub fn new((through_sleep, awake): (Duration, Duration)) -> Self {
        Self {
            asleep: through_sleep.saturating_sub(awake),
        }
    }

    /// Whether the machine has slept since the last reading.
    pub fn has_slept(&mut self, (through_sleep, awake): (Duration, Duration)) -> bool {
        let asleep = through_sleep.saturating_sub(awake);
        let slept = asleep > self.asleep + SLEPT;
        self.asleep = asleep;
        slept
    }
}

/// Reads both clocks: the one that goes on during sleep, then the one that does not.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn read_clocks() -> (Duration, Duration) {
    use rustix::time::{ClockId, clock_gettime};
    let read = |clock| {
        let time = clock_gettime(clock);
        Duration::new(
            u64::try_from(time.tv_sec).unwrap_or(0),
            u32::try_from(time.tv_nsec).unwrap_or(0),
        )
    };
    (read(ClockId::Boottime), read(ClockId::Monotonic))
}

/// Reads both clocks: the one that goes on during sleep, then the one that does not. Here
/// the first is the wall clock; where somebody sets it forward that looks like sleep, which
/// costs a round of dialling and no more.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn read_clocks() -> (Duration, Duration) {
    use std::sync::OnceLock;
    use std::time::{Instant, SystemTime, UNIX_EPOCH};
    static START: OnceLock<Instant> = OnceLock::new();
    let awake = START.get_or_init(Instant::now).elapsed();
    let wall = SystemTime::now().duration_since(UNIX_EPOCH);
    (wall.unwrap_or_default(), awake)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(through_sleep: u64, awake: u64) -> (Duration, Duration) {
        (
            Duration::from_secs(through_sleep),
            Duration::from_secs(awake),
        )
    }

    #[test]
    fn only_what_one_clock_gains_is_sleep() {
        // It has slept before we started.
        let mut watch = SleepWatch::new(seconds(1000, 400));
        assert!(!watch.has_slept(seconds(1005, 405)));
        // A busy machine: late, but awake.
        assert!(!watch.has_slept(seconds(1605, 1005)));
        assert!(!watch.has_slept(seconds(1612, 1010)));
        assert!(watch.has_slept(seconds(5217, 1015)));
        assert!(!watch.has_slept(seconds(5222, 1020)));
        // The wall clock, where it stands in, may be set back.
        assert!(!watch.has_slept(seconds(222, 1025)));
        assert!(!watch.has_slept(seconds(227, 1030)));
    }

    #[test]
    fn the_clocks_of_this_machine_agree_while_it_is_awake() {
        let mut watch = SleepWatch::new(read_clocks());
        assert!(!watch.has_slept(read_clocks()));
    }
}
