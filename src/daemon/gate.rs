//! A gate before the lanes of what peers say. While a client or the disk is behind, it is shut:
//! then those that say much wait before it, and those that say little pass.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// While the gate is shut, a connection may say so much in each [`PERIOD`], bytes: more than a
/// person types or pastes. One frame may be larger.
pub const ALLOWANCE: usize = 16 * 1024;

/// See [`ALLOWANCE`].
const PERIOD: Duration = Duration::from_secs(1);

/// Holds up those that say much.
#[derive(Default)]
pub struct Gate {
    is_shut: Cell<bool>,
    has_opened: Notify,
}

/// What one connection has said since the gate is shut, or since a period ago.
#[derive(Default)]
pub struct Said {
    since: Cell<Option<Instant>>,
    bytes: Cell<usize>,
}

impl Said {
    /// Notes so many bytes more, if they are allowed. Otherwise returns when they will be.
    fn note(&self, bytes: usize) -> Result<(), Instant> {
        let now = Instant::now();
        let since = self.since.get().filter(|since| now < *since + PERIOD);
        let said = since.map_or(0, |_| self.bytes.get());
        let since = since.unwrap_or(now);
        if said > 0 && said + bytes > ALLOWANCE {
            return Err(since + PERIOD);
        }
        self.since.set(Some(since));
        self.bytes.set(said + bytes);
        Ok(())
    }
}

impl Gate {
    /// Shuts it, or opens it.
    pub fn set_shut(&self, is_shut: bool) {
        if self.is_shut.replace(is_shut) && !is_shut {
            self.has_opened.notify_waiters();
        }
    }

    /// Waits until so many bytes more may pass of a connection that has said what it has.
    pub async fn pass(&self, said: &Said, bytes: usize) {
        while self.is_shut.get() {
            let Err(until) = said.note(bytes) else {
                return;
            };
            // Either way it is looked at again.
            let _ = timeout_at(until, self.has_opened.notified()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_later_as_much_is_allowed_again() {
        let said = Said::default();
        assert!(said.note(ALLOWANCE * 3).is_ok(), "one frame in any case");
        let until = said.note(1).unwrap_err();
        assert!(until > Instant::now());
        let long_ago = Instant::now().checked_sub(PERIOD).unwrap();
        said.since.set(Some(long_ago));
        assert!(said.note(ALLOWANCE).is_ok());
        assert!(said.note(1).is_err());
    }
}
