//! What day it is, where texts are deleted by their age.
//!
//! The wall clock may be wrong: it begins anew where a battery is empty, and somebody sets it
//! ten years ahead and back. What is deleted meanwhile does not come back. So the age of a text
//! is measured on a calendar of our own. It follows the wall clock, but never by leaps.

use std::time::Duration;

use crate::clock::{Now, Timestamp};
use crate::store::Write;

use super::Gateway;
use super::remembered::CALENDAR;
use super::settings::History;

/// By how much of the time for which texts are kept the calendar may leap at a start, and in
/// an hour of running beside that hour: a tenth. Who looks at a wrong clock within that time
/// has lost the oldest tenth; and a machine that was off for months is up to date after ten
/// hours.
const SHARE: u32 = 10;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The calendar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// Microseconds since 1970: of what is less than a millisecond nothing is lost, however
    /// often it is looked at.
    shows: i64,
    /// When it was last looked at, on the monotonic clock.
    at: Duration,
    /// For how long texts are kept; none where they are not deleted by their age, and then it
    /// shows what the wall clock shows.
    kept: Option<Duration>,
}

impl Calendar {
    /// At the start: where it stood before, if that is known.
    pub fn new(before: Option<Timestamp>, history: History, now: Now) -> Self {
        let mut calendar = Self {
            shows: microseconds(now.wall),
            at: now.monotonic,
            kept: kept(history),
        };
        if let (Some(before), Some(kept)) = (before, calendar.kept) {
            calendar.shows = microseconds(before);
            calendar.go(kept / SHARE, Duration::ZERO, now);
        }
        calendar
    }

    /// Texts are kept for another time now. Where they were not deleted by their age before, it
    /// begins with what the wall clock shows.
    pub fn keep_for(&mut self, history: History, now: Now) {
        if self.kept.is_none() {
            *self = Self::new(None, history, now);
        }
        self.kept = kept(history);
    }

    /// What it shows now.
    pub fn look(&mut self, now: Now) -> Timestamp {
        let Some(kept) = self.kept else {
            return now.wall;
        };
        let passed = now.monotonic.saturating_sub(self.at);
        let share = (kept / SHARE).as_secs_f64() / HOUR.as_secs_f64();
        let more = Duration::try_from_secs_f64(passed.as_secs_f64() * share);
        let ahead = passed.saturating_add(more.unwrap_or(Duration::MAX));
        self.go(ahead, passed, now);
        Timestamp(self.shows.div_euclid(1000))
    }

    /// Goes towards the wall clock: ahead by so much at most, or back. It goes back as slowly
    /// as time passes, so that what comes while the clock is wrong does not look old later.
    fn go(&mut self, ahead: Duration, back: Duration, now: Now) {
        let length = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        let earliest = self.shows.saturating_sub(length(back));
        let latest = self.shows.saturating_add(length(ahead));
        self.shows = microseconds(now.wall).clamp(earliest, latest);
        self.at = now.monotonic;
    }
}

fn microseconds(time: Timestamp) -> i64 {
    time.0.saturating_mul(1000)
}

fn kept(history: History) -> Option<Duration> {
    match history {
        History::For(kept) => Some(kept),
        History::Forever | History::None => None,
    }
}

impl Gateway {
    /// The time by which the age of a text is measured.
    pub(super) fn day(&mut self) -> Timestamp {
        self.calendar.look(self.now)
    }

    /// Has it remembered over restarts, where that matters.
    pub(super) fn keep_calendar(&mut self) {
        let day = self.day().0.to_string();
        self.store(Write::Setting(CALENDAR, day));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1000;
    const YEAR: i64 = 365 * DAY;
    const START: i64 = 50 * YEAR;

    fn for_days(days: u64) -> History {
        History::For(Duration::from_secs(days * 24 * 60 * 60))
    }

    fn at(hours: u64, wall: i64) -> Now {
        Now {
            monotonic: HOUR * u32::try_from(hours).unwrap(),
            wall: Timestamp(wall),
        }
    }

    #[test]
    fn it_shows_what_the_clock_shows_as_long_as_that_runs() {
        let mut calendar = Calendar::new(None, for_days(90), at(0, START));
        for hours in 1..1000 {
            let wall = START + i64::try_from(hours).unwrap() * DAY / 24;
            assert_eq!(calendar.look(at(hours, wall)).0, wall);
        }
    }

    #[test]
    fn a_leap_ahead_is_followed_slowly_and_taken_back() {
        let mut calendar = Calendar::new(None, for_days(90), at(0, START));
        let shown = calendar.look(at(1, START + 10 * YEAR)).0;
        assert_eq!(shown, START + 9 * DAY + DAY / 24);
        let mut wall = START + DAY / 12;
        let mut hours = 2;
        while calendar.look(at(hours, wall)).0 != wall {
            hours += 1;
            wall += DAY / 24;
        }
        assert!(hours < 6 * 24, "{hours}");
    }

    #[test]
    fn a_leap_back_changes_next_to_nothing() {
        let mut calendar = Calendar::new(None, for_days(90), at(0, START));
        let shown = calendar.look(at(1, 0)).0;
        assert_eq!(shown, START - DAY / 24);
        let wall = START + DAY / 12;
        assert_eq!(calendar.look(at(2, wall)).0, wall);
    }

    #[test]
    fn a_start_with_a_wrong_clock_costs_a_tenth() {
        let before = Some(Timestamp(START));
        let mut calendar = Calendar::new(before, for_days(90), at(0, START + 10 * YEAR));
        assert_eq!(calendar.look(at(0, START + 10 * YEAR)).0, START + 9 * DAY);
        let mut calendar = Calendar::new(before, for_days(90), at(0, 0));
        assert_eq!(calendar.look(at(0, 0)).0, START);
        // A machine that was off for four months.
        let mut calendar = Calendar::new(before, for_days(90), at(0, START + 120 * DAY));
        assert_eq!(
            calendar.look(at(13, START + 120 * DAY)).0,
            START + 120 * DAY
        );
    }

    #[test]
    fn where_nothing_expires_by_its_age_it_is_the_clock() {
        for history in [History::Forever, History::None] {
            let mut calendar = Calendar::new(Some(Timestamp(START)), history, at(0, 7));
            assert_eq!(calendar.look(at(0, 7)).0, 7);
            assert_eq!(calendar.look(at(1, YEAR)).0, YEAR);
        }
    }

    #[test]
    fn small_steps_add_up() {
        let mut calendar = Calendar::new(None, for_days(1), at(0, START));
        let mut shown = START;
        for step in 1..=10_000_u32 {
            let now = Now {
                monotonic: Duration::from_micros(100) * step,
                wall: Timestamp(START + YEAR),
            };
            shown = calendar.look(now).0;
        }
        // A second, and what it may leap by in one: 2.4.
        assert!(
            (3_300..=3_500).contains(&(shown - START)),
            "{}",
            shown - START
        );
    }
}
