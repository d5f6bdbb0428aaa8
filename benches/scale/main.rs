//! How much everything costs as it grows: contacts that are online, and messages that are
//! stored; and whether it stays below what is promised.
//!
//! ```text
//! cargo bench --bench scale              # everything, some minutes
//! cargo bench --bench scale -- contacts  # one part: contacts, storm, slow, idle, messages, store
//! cargo bench --bench scale -- storm 500 # with so many
//! cargo test --bench scale               # a few contacts, in seconds; nothing is demanded
//! ```
//!
//! The real gateway runs on loopback addresses, with scripted peers in this process. What it
//! uses is read from `/proc`, so that neither the peers nor anything else on the machine
//! counts. Ends with an error where a bar was missed.

// The lints against `unwrap` are for the program: here a panic is how a run fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod client;
mod contacts;
mod idle;
mod messages;
mod peers;
mod process;
mod report;
mod slow;
mod steps;
mod store;
mod storm;
mod world;

use std::process::ExitCode;

use report::Report;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let is_bench = arguments.iter().any(|argument| argument == "--bench");
    let named = arguments.iter().filter(|one| !one.starts_with("--"));
    // A number instead of the usual ones: `-- contacts 3000`.
    let (numbers, wanted): (Vec<&String>, Vec<&String>) =
        named.partition(|one| one.parse::<u64>().is_ok());
    let numbers: Vec<u64> = numbers.iter().filter_map(|one| one.parse().ok()).collect();
    let part = |name: &str| wanted.is_empty() || wanted.iter().any(|one| *one == name);
    enclave_irc::daemon::descriptors::raise();
    let mut report = Report::new(is_bench);
    let numbers = |usual: &[u64]| match (numbers.is_empty(), is_bench) {
        (false, _) => numbers.clone(),
        (true, true) => usual.to_vec(),
        (true, false) => vec![20],
    };
    let most = |usual: u64| usize::try_from(numbers(&[usual])[0]).unwrap();
    if part("contacts") {
        contacts::run(&numbers(&[10, 100, 1_000, 10_000]), &mut report);
    }
    if part("storm") {
        storm::run(most(10_000), &mut report);
    }
    if part("slow") {
        slow::run(most(10_000), &mut report);
    }
    if part("idle") {
        idle::run(most(1_000), is_bench, &mut report);
    }
    if part("messages") {
        let counts = numbers(&[1_000, 10_000, 100_000, 1_000_000]);
        messages::run(&counts, &mut report);
    }
    if part("store") {
        let counts = numbers(&[10_000, 100_000, 1_000_000]);
        store::run(&counts, &mut report);
    }
    match report.missed() {
        0 => ExitCode::SUCCESS,
        missed => {
            println!("\n{missed} missed");
            ExitCode::FAILURE
        }
    }
}
