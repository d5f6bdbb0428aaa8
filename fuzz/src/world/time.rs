//! How time goes by.

use super::client::Cause;
use super::*;

/// Deadlines in a row without any time between them are too many: something is due that is
/// not done.
const IDLE: usize = 8;

impl World {
    /// Time goes by, deadline after deadline.
    pub(super) fn pass(&mut self, duration: Duration) {
        let until = self.now.monotonic + duration;
        let mut idle = 0;
        while let Some(deadline) = self.gateway.deadline().filter(|at| *at <= until) {
            idle = if deadline <= self.now.monotonic {
                idle + 1
            } else {
                0
            };
            assert!(idle < IDLE, "a deadline that is over comes again and again");
            self.set_time(deadline.max(self.now.monotonic));
            self.event(Event::Deadline, Cause::Later);
            self.settle();
        }
        self.set_time(until);
    }

    fn set_time(&mut self, monotonic: Duration) {
        let passed = monotonic - self.now.monotonic;
        let milliseconds = i64::try_from(passed.as_millis()).expect("not that long");
        self.now = Now {
            monotonic,
            wall: Timestamp(self.now.wall.0 + milliseconds),
        };
    }

    /// Everything that anybody waits for comes.
    pub(super) fn come_to_rest(&mut self) {
        if std::mem::take(&mut self.store.in_trouble) {
            self.event(Event::StoreTrouble(None), Cause::Unasked);
        }
        self.store.is_unreadable = false;
        self.store_waits = false;
        self.clients_sleep = false;
        self.settle();
        // A batch that is not closed is given up after half a minute, and the longest that a
        // password waits is a little longer.
        for _ in 0..3 {
            self.pass(Duration::from_secs(33));
            while !self.changes.is_empty() {
                self.change_book(true);
                self.settle();
            }
            while !self.passwords.is_empty() {
                self.check_password();
                self.settle();
            }
        }
    }
}
