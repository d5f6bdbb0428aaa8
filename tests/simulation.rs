//! Whole worlds of nodes, their people, and the network between them, simulated from one
//! seed each: the gateway is pure, so hours pass in milliseconds, and a world that went
//! wrong goes wrong again.
//!
//! | room | what it knows |
//! |---|---|
//! | `queue`, `chance` | what happens when; the only source of chance |
//! | `world`, `what` | all that there is, and time; what can happen |
//! | `wire`, `network`, `dialling` | connections as bytes; what cuts, breaks and resets them |
//! | `node`, `process`, `disk` | a machine; our program on it; its store |
//! | `links`, `reading` | what a process does with its sockets, and hears of them |
//! | `scripted` | nodes that others wrote |
//! | `client`, `hearing` | IRC clients, and what none may ever see |
//! | `people`, `whim` | who knows whom and writes what; what breaks |
//! | `record`, `settle` | what must hold at every step, and in the end |
//! | `fault` | what is broken on purpose, to see that the checks see it |
//! | `run` | many worlds, and what is said of one that went wrong |
//!
//! A failing world prints the command that runs it again; `SIMULATION_TRACE=200` shows the
//! last 200 things that happened in it. The long runs:
//!
//! ```text
//! SIMULATION_SEEDS=10000 SIMULATION_NODES=50 SIMULATION_FROM=1 \
//!     cargo test --release --test simulation -- long --ignored --nocapture
//! cargo test --release --test simulation -- thousand --ignored --nocapture
//! ```

// Here a panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "simulation/chance.rs"]
mod chance;
#[path = "simulation/client.rs"]
mod client;
#[path = "simulation/dialling.rs"]
mod dialling;
#[path = "simulation/disk.rs"]
mod disk;
#[path = "simulation/fault.rs"]
mod fault;
#[path = "simulation/hearing.rs"]
mod hearing;
#[path = "simulation/links.rs"]
mod links;
#[path = "simulation/network.rs"]
mod network;
#[path = "simulation/node.rs"]
mod node;
#[path = "simulation/people.rs"]
mod people;
#[path = "simulation/process.rs"]
mod process;
#[path = "simulation/queue.rs"]
mod queue;
#[path = "simulation/reading.rs"]
mod reading;
#[path = "simulation/record.rs"]
mod record;
#[path = "simulation/run.rs"]
mod run;
#[path = "simulation/scripted.rs"]
mod scripted;
#[path = "simulation/settle.rs"]
mod settle;
#[path = "simulation/what.rs"]
mod what;
#[path = "simulation/whim.rs"]
mod whim;
#[path = "simulation/wire.rs"]
mod wire;
#[path = "simulation/world.rs"]
mod world;

use fault::Fault;
use run::{Plan, Size, number, run_all, survives};

/// Worlds that every test run lives through.
const SMALL_WORLDS: u64 = 200;

/// A fault must show in one of so many worlds.
const WORLDS_FOR_A_FAULT: u64 = 60;

#[test]
fn small_worlds_lose_nothing_repeat_nothing_and_keep_order() {
    let from = number("SIMULATION_FROM", 1);
    let seeds = number("SIMULATION_SEEDS", SMALL_WORLDS);
    run_all(from..from + seeds, Size::Small);
}

#[test]
#[ignore = "runs for as long as it is told to"]
fn long() {
    let from = number("SIMULATION_FROM", 1);
    let seeds = number("SIMULATION_SEEDS", 100);
    let nodes = number("SIMULATION_NODES", 12) as usize;
    run_all(from..from + seeds, Size::UpTo(nodes));
}

#[test]
#[ignore = "takes minutes"]
fn a_thousand_nodes_of_twenty_contacts() {
    let from = number("SIMULATION_FROM", 1);
    run_all(from..from + 1, Size::Thousand);
}

#[test]
fn every_fault_is_found() {
    let missed: Vec<Fault> = (Fault::ALL.iter().copied())
        .filter(|fault| {
            let mut seeds = 1..=WORLDS_FOR_A_FAULT;
            let found = seeds.find_map(|seed| {
                let plan = Plan {
                    seed,
                    size: Size::Small,
                    fault: Some(*fault),
                };
                Some((seed, survives(&plan).err()?))
            });
            match &found {
                Some((seed, violation)) => println!("{fault:?}: seed {seed}: {violation}"),
                None => println!("{fault:?}: not found"),
            }
            found.is_none()
        })
        .collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
}
