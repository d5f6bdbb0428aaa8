//! What was measured, as ratios to the bare relays, and whether that is good enough.

use std::process::ExitCode;
use std::time::Duration;

use super::traffic::Flow;

/// The bars, for a whole system in the default configuration. Goals stand in
/// `docs/performance.md`.
mod bar {
    /// Half of all round trips, in times of the bare relays': a message that is stored and
    /// confirmed on both sides may take half as long again as one that is not looked at.
    pub const TRIP: f64 = 1.5;
    /// A flood, in parts of what passes through the bare relays.
    pub const FLOOD: f64 = 0.05;
    /// The same with few messages on their way, which is what people and bots do.
    pub const HELD: f64 = 0.20;
    /// Processor time for one message of the flood, in both gateways together, µs.
    pub const PROCESSOR: f64 = 14.0;
    /// Resident memory of one gateway at rest, MB.
    pub const MEMORY: f64 = 8.0;
}

/// One round of one chain.
pub struct Figures {
    trip: Duration,
    flood: f64,
    held: f64,
    lost: usize,
    /// Processor time for a message, µs.
    processor: f64,
}

/// All rounds.
pub struct Measured {
    /// Through the gateways.
    pub ours: Vec<Figures>,
    /// Through the bare relays, in the same rounds.
    pub raw: Vec<Figures>,
    /// KiB of one gateway at rest.
    pub memory: Option<usize>,
}

impl Figures {
    /// Makes figures of what was seen.
    pub fn of(mut trips: Vec<Duration>, free: &Flow, held: &Flow, used: Option<Duration>) -> Self {
        trips.sort();
        Self {
            trip: trips[trips.len() / 2],
            flood: free.rate(),
            held: held.rate(),
            lost: free.lost + held.lost,
            processor: used.map_or(0.0, |used| used.as_secs_f64() * 1e6 / free.messages as f64),
        }
    }
}

/// Several values of the same thing.
struct Spread(Vec<f64>);

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    fn ends(&self) -> (f64, f64) {
        (self.0[0], self.0[self.0.len() - 1])
    }
}

/// Prints the table. Fails where a bar is missed and they count.
pub fn report(measured: &Measured, bars_count: bool) -> ExitCode {
    let Measured { ours, raw, memory } = measured;
    let pairs = || ours.iter().zip(raw);
    let lost: usize = pairs().map(|(ours, raw)| ours.lost + raw.lost).sum();
    let raw_trip = Spread::of(raw.iter().map(|one| one.trip.as_secs_f64() * 1e6)).median();
    let raw_flood = Spread::of(raw.iter().map(|one| one.flood)).median();
    let raw_held = Spread::of(raw.iter().map(|one| one.held)).median();
    println!(
        "two bare relays: {raw_trip:.0} µs there and back, {raw_flood:.0} messages/s, \
         {raw_held:.0} with few on their way"
    );
    let our_flood = Spread::of(ours.iter().map(|one| one.flood)).median();
    let our_held = Spread::of(ours.iter().map(|one| one.held)).median();
    println!("two gateways: {our_flood:.0} messages/s, {our_held:.0} with few on their way\n");
    println!("{:<42} {:>8} {:>17} {:>8}", "", "median", "spread", "bar");

    let trip = pairs().map(|(ours, raw)| ours.trip.as_secs_f64() / raw.trip.as_secs_f64());
    let flood = pairs().map(|(ours, raw)| ours.flood / raw.flood * 100.0);
    let held = pairs().map(|(ours, raw)| ours.held / raw.held * 100.0);
    let processor = ours.iter().map(|one| one.processor);
    let mut rows = vec![
        row(
            "round trip (p50), × raw",
            Spread::of(trip),
            Limit::AtMost(bar::TRIP),
        ),
        row(
            "flood, % of raw",
            Spread::of(flood),
            Limit::AtLeast(bar::FLOOD * 100.0),
        ),
        row(
            "flood with 64 on their way, % of raw",
            Spread::of(held),
            Limit::AtLeast(bar::HELD * 100.0),
        ),
        row(
            "processor for a message, both gateways, µs",
            Spread::of(processor),
            Limit::AtMost(bar::PROCESSOR),
        ),
        row("lost", Spread(vec![lost as f64]), Limit::AtMost(0.0)),
    ];
    if let Some(memory) = memory {
        let megabytes = *memory as f64 * 1024.0 / 1e6;
        rows.push(row(
            "memory of one gateway at rest, MB",
            Spread(vec![megabytes]),
            Limit::AtMost(bar::MEMORY),
        ));
    }
    let all_good = rows.into_iter().all(|good| good);
    match all_good || (!bars_count && lost == 0) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

fn row(name: &str, values: Spread, limit: Limit) -> bool {
    let median = values.median();
    let (least, most) = values.ends();
    let (good, sign, bar) = match limit {
        Limit::AtMost(bar) => (median <= bar, "≤", bar),
        Limit::AtLeast(bar) => (median >= bar, "≥", bar),
    };
    let verdict = if good { "" } else { "  missed" };
    println!("{name:<42} {median:>8.2} {least:>8.2}–{most:<8.2} {sign}{bar:>6.1}{verdict}");
    good
}
