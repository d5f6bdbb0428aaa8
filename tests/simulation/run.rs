//! Running worlds: many seeds on all processors, and what is said of one that failed.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::what::Numbers;
use crate::world::{Violation, World};

/// In so many worlds some disk hangs for so long that somebody is told.
const ENOUGH_WORLDS: u64 = 100;

/// How large a world is.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    /// Two to eight nodes.
    Small,
    /// Two to so many nodes.
    UpTo(usize),
    /// A thousand nodes of twenty contacts each, where little breaks.
    Thousand,
}

/// One world.
pub struct Plan {
    pub seed: u64,
    pub size: Size,
    pub fault: Option<Fault>,
}

/// A number from the environment.
pub fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |text| text.parse().expect("a number"))
}

fn world(plan: &Plan) -> World {
    let trace = number("SIMULATION_TRACE", 0) as usize;
    let mut world = World::new(plan.seed, plan.fault, trace);
    let chance = &mut world.chance;
    let (nodes, contacts, whims, minutes) = match plan.size {
        Size::Small => (
            2 + chance.below(7),
            1 + chance.below(4),
            40 + chance.below(160),
            1 + chance.below(30),
        ),
        Size::UpTo(most) => {
            let nodes = 2 + chance.below(most.saturating_sub(1).max(1));
            let contacts = 1 + chance.below(8);
            (nodes, contacts, nodes * 40, 5 + chance.below(120))
        }
        Size::Thousand => (1000, 20, 20_000, 30),
    };
    let is_calm = chance.one_in(8);
    let only_ours = chance.one_in(3);
    if is_calm {
        world.habits.calm();
    }
    world.people(nodes, contacts, only_ours);
    let until = Duration::from_secs(60 * minutes as u64);
    world.habits.until = until;
    world.habits.pace(whims as u32);
    world.live(until);
    world
}

/// Runs one world; what is wrong with it, if anything.
pub fn survives(plan: &Plan) -> Result<Numbers, Violation> {
    let lived = catch_unwind(AssertUnwindSafe(|| world(plan)));
    match lived {
        Err(_) => Err("it panics".to_owned()),
        Ok(world) => match &world.violation {
            None => Ok(world.numbers),
            Some(violation) => {
                if plan.fault.is_none() {
                    let lines: Vec<String> = world.trace().cloned().collect();
                    println!("{}", lines.join("\n"));
                }
                Err(violation.clone())
            }
        },
    }
}

/// Runs a world for each seed, on all processors. Stops at the first that fails.
pub fn run_all(seeds: Range<u64>, size: Size) {
    let begun = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let failures = Mutex::new(Vec::new());
    let total = Mutex::new(Numbers::default());
    let most = number("SIMULATION_FAILURES", 1) as usize;
    let threads = thread::available_parallelism().map_or(1, |count| count.get());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || failures.lock().unwrap().len() >= most {
                        break;
                    }
                    match survives(&Plan {
                        seed,
                        size,
                        fault: None,
                    }) {
                        Ok(numbers) => total.lock().unwrap().add(&numbers),
                        Err(violation) => failures.lock().unwrap().push((seed, violation)),
                    }
                }
            });
        }
    });
    let (total, seconds) = (total.into_inner().unwrap(), begun.elapsed().as_secs_f64());
    println!(
        "{} worlds of size {size:?} in {seconds:.1} s: {total:?}",
        seeds.end - seeds.start
    );
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    for (seed, violation) in &failures {
        println!(
            "seed {seed}: {violation}\n  again: {}",
            command(*seed, size)
        );
    }
    assert!(failures.is_empty(), "{} worlds went wrong", failures.len());
    if seeds.end - seeds.start >= ENOUGH_WORLDS {
        assert!(total.stalls > 0, "no disk ever hung for long");
    }
}

fn command(seed: u64, size: Size) -> String {
    let (nodes, test) = match size {
        Size::Small => (String::new(), "small_worlds"),
        Size::UpTo(nodes) => (format!(" SIMULATION_NODES={nodes}"), "long --ignored"),
        Size::Thousand => (String::new(), "thousand --ignored"),
    };
    format!(
        "SIMULATION_FROM={seed} SIMULATION_SEEDS=1{nodes} SIMULATION_TRACE=200 cargo test \
         --test simulation -- {test} --nocapture"
    )
}
