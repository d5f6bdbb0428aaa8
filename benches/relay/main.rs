//! A message from one IRC client to another: through two gateways, and through two relays
//! that do nothing but pass lines on.
//!
//! Both chains run on this machine at the same time, are driven by the same code, and take
//! turns, so what is compared was measured under the same conditions. The gateways have the
//! default configuration: every message is stored on both sides and confirmed.
//!
//! ```text
//! cargo bench --bench relay               # the ratios; fails where a bar is missed
//! cargo bench --bench relay -- --rounds 5
//! ```
//!
//! Without `--bench`, as under `cargo test`, a few messages go through both chains, and
//! nothing is compared.

// The lints against `unwrap` are for the program: here a panic is how a benchmark fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod chain;
mod figures;
mod gateways;
mod raw;
mod traffic;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use figures::{Figures, Measured, report};
use gateways::Gateways;
use raw::Relays;
use traffic::{Flood, flood, trips};

/// How much is sent in a round.
struct Scale {
    /// There and back, one after the other.
    trips: usize,
    /// Messages of a flood through the gateways.
    flood: usize,
    /// The bare relays are so much faster that the same number would be over too soon.
    raw_flood: usize,
    rounds: usize,
}

impl Scale {
    const FULL: Self = Self {
        trips: 500,
        flood: 100_000,
        raw_flood: 1_000_000,
        rounds: 3,
    };

    const SMALL: Self = Self {
        trips: 10,
        flood: 500,
        raw_flood: 500,
        rounds: 1,
    };
}

/// Gateways that have used no processor for so long have finished what they were sent.
const DONE: Duration = Duration::from_millis(100);

/// And such have indexed it, too, which begins after two seconds of quiet.
const REST: Duration = Duration::from_secs(3);

/// Messages on their way at most, in the flood that is held back.
const IN_FLIGHT: usize = 64;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(next) = value_of(&arguments, raw::ARGUMENT) {
        raw::serve(next.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    let is_full = arguments.iter().any(|argument| argument == "--bench");
    let mut scale = if is_full { Scale::FULL } else { Scale::SMALL };
    if let Some(rounds) = value_of(&arguments, "--rounds") {
        scale.rounds = rounds.parse().unwrap();
    }
    let measured = measure(&scale, is_full);
    report(&measured, is_full)
}

fn value_of<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let at = arguments.iter().position(|argument| argument == name)?;
    Some(&arguments[at + 1])
}

/// Lets both chains take turns.
fn measure(scale: &Scale, is_full: bool) -> Measured {
    let relays = Relays::start();
    let gateways = Gateways::start();
    let mut raw_chain = relays.chain();
    let mut chain = gateways.chain();
    // Whatever is slow only once, is so here.
    trips(&mut raw_chain, scale.trips / 10 + 1);
    trips(&mut chain, scale.trips / 10 + 1);
    gateways.wait_until(REST);
    let memory = gateways.memory();

    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..scale.rounds {
        let trip = trips(&mut raw_chain, scale.trips);
        let our_trip = trips(&mut chain, scale.trips);
        let free = flood(&mut raw_chain, &Flood::free(scale.raw_flood));
        let held = flood(&mut raw_chain, &Flood::held(scale.raw_flood / 4, IN_FLIGHT));
        raw.push(Figures::of(trip, &free, &held, None));

        let before = gateways.processor_time();
        let free = flood(&mut chain, &Flood::free(scale.flood));
        // What is confirmed late costs, too.
        gateways.wait_until(DONE);
        let used = gateways.processor_time() - before;
        let held = flood(&mut chain, &Flood::held(scale.flood / 2, IN_FLIGHT));
        ours.push(Figures::of(our_trip, &free, &held, Some(used)));
        // The texts of a flood are indexed after it, which must not slow the next round down.
        gateways.wait_until(if is_full { REST } else { DONE });
    }
    Measured { ours, raw, memory }
}
