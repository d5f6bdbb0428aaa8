//! What each part of the program costs, against a stated limit.
//!
//! ```text
//! cargo bench --bench parts                      # the table; fails where a limit is exceeded
//! cargo bench --bench parts -- --instructions    # instructions of each operation
//! cargo test --bench parts                       # only that every part does what it should
//! ```
//!
//! Times differ from machine to machine and from minute to minute, so none of them is a
//! limit. Every part is measured beside a yardstick, in the same rounds: the parts that are
//! pure beside `serde_json`, which reads a packet and writes it again; those of the store
//! beside bare SQLite, which does the least that has to be done. What is limited is how many
//! times as long as its yardstick a part takes.
//!
//! | room | what it knows |
//! |---|---|
//! | [`measure`] | rounds, medians, limits, the table |
//! | [`count`] | instructions, by the kernel's counter or by callgrind |
//! | [`wire`] | parts that speak one protocol: packets, frames, lines |
//! | [`middle`], [`world`] | parts of the pure middle, and what is around it |
//! | [`disk`], [`bare`] | parts of the store, and SQLite without it |

// The lints against `unwrap` are for the program: here a panic is how a part says that it
// does not do what it should.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bare;
mod count;
mod disk;
mod measure;
mod middle;
mod wire;
mod world;

use std::process::ExitCode;

use measure::Contest;

/// All parts, each with its yardstick and its limit.
///
/// A limit is about half as much again as was measured when it was set: what is wanted is to
/// see that a part has become dearer than it was by design, not by the weather.
fn contests() -> Vec<Contest> {
    let mut all = wire::contests();
    all.extend(middle::contests());
    all.extend(disk::contests());
    all
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if let Some(part) = count::asked_for(&arguments) {
        count::run_once(contests(), part);
        return ExitCode::SUCCESS;
    }
    if has("--instructions") {
        return count::print(contests());
    }
    // Cargo says `--bench` where it measures, and nothing where it tests.
    if has("--bench") {
        return measure::print(contests());
    }
    for mut contest in contests() {
        contest.try_out();
    }
    println!("every part does what it should; to measure: cargo bench --bench parts");
    ExitCode::SUCCESS
}
