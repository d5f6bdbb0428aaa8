//! Rounds, medians, limits, and the table.

use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Operations in one run of a part. Enough of them that looking at the clock is nothing, and
/// few enough that everything takes its turn many times.
pub const OPERATIONS: usize = 64;

/// Rounds; in each, everything has one run. The median of an odd number of them is one of
/// them.
const ROUNDS: usize = 151;

/// Something that can be measured.
pub trait Part {
    /// Brings everything into the state that a run needs. Not measured.
    fn prepare(&mut self) {}

    /// Does [`OPERATIONS`] operations, and tells how many of them did what they should.
    fn run(&mut self) -> usize;
}

impl<F: FnMut() -> usize> Part for F {
    fn run(&mut self) -> usize {
        self()
    }
}

/// A part, and what it is measured against.
pub struct Contest {
    pub name: &'static str,
    pub part: Box<dyn Part>,
    pub yardstick: Box<dyn Part>,
    /// How many times as long as the yardstick it may take.
    pub limit: f64,
}

impl Contest {
    pub fn new(
        name: &'static str,
        limit: f64,
        part: impl Part + 'static,
        yardstick: impl Part + 'static,
    ) -> Self {
        Self {
            name,
            part: Box::new(part),
            yardstick: Box::new(yardstick),
            limit,
        }
    }

    /// Runs both, twice: the second run has to cope with what the first has left.
    pub fn try_out(&mut self) {
        for _ in 0..2 {
            timed(self.name, &mut *self.part);
            timed(self.name, &mut *self.yardstick);
        }
    }
}

/// How long one run takes.
fn timed(name: &str, part: &mut dyn Part) -> Duration {
    part.prepare();
    let start = Instant::now();
    let done = measured(part);
    let taken = start.elapsed();
    assert_eq!(done, OPERATIONS, "{name}: does not do what it should");
    taken
}

/// Here a run begins and ends: callgrind knows it by this name.
#[inline(never)]
pub fn measured(part: &mut dyn Part) -> usize {
    part.run()
}

/// Measures all, prints the table, and fails if a limit is exceeded.
pub fn print(mut contests: Vec<Contest>) -> ExitCode {
    let mut rounds: Vec<Vec<(f64, f64)>> = vec![Vec::new(); contests.len()];
    for contest in &mut contests {
        contest.try_out();
    }
    for _ in 0..ROUNDS {
        for (contest, rounds) in contests.iter_mut().zip(&mut rounds) {
            // One right after the other, so that both have the same weather.
            let part = nanoseconds(timed(contest.name, &mut *contest.part));
            let yardstick = nanoseconds(timed(contest.name, &mut *contest.yardstick));
            rounds.push((part, part / yardstick));
        }
    }
    println!("{:<45} {:>9} {:>7} {:>7}", "part", "ns", "ratio", "limit");
    let mut over = 0;
    for (contest, rounds) in contests.iter().zip(&rounds) {
        let time = median(rounds.iter().map(|round| round.0));
        let ratio = median(rounds.iter().map(|round| round.1));
        let is_over = ratio > contest.limit;
        over += usize::from(is_over);
        println!(
            "{:<45} {time:>9.0} {ratio:>7.2} {:>7.2}  {}",
            contest.name,
            contest.limit,
            if is_over { "over" } else { "ok" }
        );
    }
    if over == 0 {
        return ExitCode::SUCCESS;
    }
    println!("{over} of {} are over their limits", contests.len());
    ExitCode::FAILURE
}

/// Of one operation.
fn nanoseconds(run: Duration) -> f64 {
    run.as_nanos() as f64 / OPERATIONS as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
