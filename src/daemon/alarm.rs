//! The one timer of the program: it wakes the driver, and nothing wakes it in between.
//!
//! The runtime's own timers sit in a wheel, which turns a few times on the way to a
//! deadline that is seconds off; each turn is a wake-up, and a laptop's battery pays for it.
//! The kernel's timers do not, and theirs may run on a clock that goes on while the machine
//! sleeps, so that we notice at once when it is awake again.

use std::io;
use std::time::Duration;

pub use system::Alarm;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use std::os::fd::OwnedFd;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    use super::{Duration, io};

    /// Rings once, when it was set to.
    #[derive(Debug)]
    pub struct Alarm(AsyncFd<OwnedFd>);

    impl Alarm {
        /// An alarm that is not set.
        ///
        /// # Errors
        ///
        /// Where the process has no file descriptor left.
        // What replaces it is an unsafe function, which has the caller prove that the
        // descriptor stays the same as long as it is registered. An `OwnedFd`'s does.
        #[allow(deprecated)]
        pub fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
            let timer = timerfd_create(TimerfdClockId::Boottime, flags)?;
            Ok(Self(AsyncFd::with_interest(timer, Interest::READABLE)?))
        }

        /// Sets it to ring after this time, instead of whenever it was set to before.
        ///
        /// # Errors
        ///
        /// Never, as far as is known: the arguments are always valid.
        pub fn set(&mut self, after: Duration) -> io::Result<()> {
            // Zero would switch it off.
            let after = after.max(Duration::from_nanos(1));
            let it_value = Timespec {
                tv_sec: after.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: after.subsec_nanos().into(),
            };
            let it_interval = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            let time = Itimerspec {
                it_interval,
                it_value,
            };
            timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &time)?;
            Ok(())
        }

        /// Waits until it rings. May be dropped and called again.
        pub async fn rings(&mut self) {
            loop {
                // That the runtime is gone is the only error, and then nobody waits here.
                let Ok(mut ready) = self.0.readable().await else {
                    return;
                };
                let mut count = [0; 8];
                let read = ready.try_io(|timer| {
                    rustix::io::read(timer.get_ref(), &mut count).map_err(io::Error::from)
                });
                if read.is_ok() {
                    return;
                }
            }
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use std::pin::Pin;

    use tokio::time::{Instant, Sleep, sleep};

    use super::{Duration, io};

    /// How long an alarm sleeps that is not set; any time that is far off.
    const UNSET: Duration = Duration::from_secs(24 * 3600);

    /// Rings once, when it was set to.
    #[derive(Debug)]
    pub struct Alarm(Pin<Box<Sleep>>);

    impl Alarm {
        /// An alarm that is not set.
        ///
        /// # Errors
        ///
        /// Never, on this system.
        pub fn new() -> io::Result<Self> {
            Ok(Self(Box::pin(sleep(UNSET))))
        }

        /// Sets it to ring after this time, instead of whenever it was set to before.
        ///
        /// # Errors
        ///
        /// Never, on this system.
        pub fn set(&mut self, after: Duration) -> io::Result<()> {
            self.0.as_mut().reset(Instant::now() + after);
            Ok(())
        }

        /// Waits until it rings. May be dropped and called again.
        pub async fn rings(&mut self) {
            self.0.as_mut().await;
            self.0.as_mut().reset(Instant::now() + UNSET);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn it_rings_once_and_when_it_was_set_to_last() {
        let mut alarm = Alarm::new().unwrap();
        alarm.set(Duration::from_secs(3600)).unwrap();
        alarm.set(Duration::from_millis(20)).unwrap();
        let before = Instant::now();
        alarm.rings().await;
        assert!(before.elapsed() >= Duration::from_millis(20));
        let again = tokio::time::timeout(Duration::from_millis(20), alarm.rings()).await;
        assert!(again.is_err(), "it has rung");
        alarm.set(Duration::ZERO).unwrap();
        alarm.rings().await;
    }
}
