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
    let measured = measure(&scale);
    report(&measured, is_full)
}

fn value_of<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let at = arguments.iter().position(|argument| argument == name)?;
    Some(&arguments[at + 1])
}

/// Lets both chains take turns.
fn measure(scale: &Scale) -> Measured {
    let relays = Relays::start();
    let gateways = Gateways::start();
    let mut raw_chain = relays.chain();
    let mut chain = gateways.chain();
    // Whatever is slow only once, is so here.
    trips(&mut raw_chain, scale.trips / 10 + 1);
    trips(&mut chain, scale.trips / 10 + 1);
    let memory = gateways.memory_at_rest();

    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..scale.rounds {
        let trip = trips(&mut raw_chain, scale.trips);
        let free = flood(&mut raw_chain, &Flood::free(scale.raw_flood));
        let held = flood(&mut raw_chain, &Flood::held(scale.raw_flood / 4, IN_FLIGHT));
        raw.push(Figures::of(trip, &free, &held, None));

        let trip = trips(&mut chain, scale.trips);
        let before = gateways.processor_time();
        let free = flood(&mut chain, &Flood::free(scale.flood));
        // What is confirmed late costs, too.
        gateways.wait_until_idle();
        let used = gateways.processor_time() - before;
        let held = flood(&mut chain, &Flood::held(scale.flood / 2, IN_FLIGHT));
        gateways.wait_until_idle();
        ours.push(Figures::of(trip, &free, &held, Some(used)));
    }
    Measured { ours, raw, memory }
}
