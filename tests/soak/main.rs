//! Life goes on and on: clients come and go, flood, vanish and misbehave, contacts are cut off,
//! dial twice and talk nonsense, strangers knock, the files change. Now and then all of it
//! stops, and then memory, descriptors and tasks are what they were the last time; and
//! everything that was said has come, once.
//!
//! ```text
//! SOAK_MINUTES=30 cargo test --release --test soak -- --ignored --nocapture
//! ```
//!
//! `SOAK_SEED` repeats the choices of a run, as far as the moments at which things happen do.

// The lints against `unwrap` are for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(all(target_os = "linux", feature = "tls", feature = "websocket"))]

#[path = "../support/mod.rs"]
mod support;

mod calm;
mod client;
mod figures;
mod judge;
mod keeper;
mod ledger;
mod life;
mod link;
mod node;
mod stranger;
mod wire;
mod world;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use figures::{HEAD, Row};
use judge::{Limits, growth, judge};
use life::Done;
use world::World;

/// What memory may grow by from the first half of a long run to the last, KiB. The heap of the C
/// library has grown by half as much in one step, of which next to nothing was in use; sixteen
/// bytes for each message would be twice as much in half an hour.
const GROWTH: usize = 6 * 1024;

/// The same of a run that is over before anything is as large as it becomes, KiB.
const FEW: usize = 16 * 1024;

/// A run.
struct Plan {
    contacts: usize,
    /// Life between two quiet points.
    cycle: Duration,
    /// All of it.
    whole: Duration,
    limits: Limits,
    /// Long enough to wait for threads that end because they have nothing to do.
    is_long: bool,
}

async fn soak(plan: &Plan) -> Vec<String> {
    let world = World::start(plan.contacts).await;
    let done = RefCell::new(Done::default());
    let (began, mut points) = (Instant::now(), Vec::new());
    println!("{HEAD}");
    // Once with nothing before it, to see what is there.
    calm::come_to_rest(&world).await;
    let mut before = None;
    loop {
        let quiet = calm::figures(&world, before.as_ref(), plan.is_long).await;
        let messages = {
            let ledger = world.ledger.borrow();
            ledger.sent + ledger.heard
        };
        let row = Row {
            at: began.elapsed(),
            resident: figures::status(&world.gateway, "VmRSS"),
            cpu: figures::cpu(&world.gateway),
            store: figures::store(&world.gateway.setup.store()),
            messages,
            done: done.borrow().clone(),
            quiet: quiet.clone(),
        };
        println!("{row}");
        if before
            .as_ref()
            .is_some_and(|before| before.descriptors != quiet.descriptors)
        {
            println!("descriptors: {:#?}", figures::descriptors(&world.gateway));
        }
        tell_faults(&world.ledger.borrow().faults);
        before.get_or_insert_with(|| quiet.clone());
        points.push(quiet);
        let enough = points.len() > plan.limits.warm_up + 1;
        if enough && began.elapsed() >= plan.whole {
            break;
        }
        life::live(&world, plan.cycle, &done).await;
        calm::come_to_rest(&world).await;
    }
    let mut faults = judge(&points, plan.limits);
    let counted = &points[plan.limits.warm_up.min(points.len())..];
    println!("memory has grown by {} KiB", growth(counted));
    faults.append(&mut world.ledger.borrow_mut().faults);
    let output = world.gateway.output();
    if output.contains("panicked") {
        faults.push(output);
    }
    world.keeper.leave();
    let setup = tokio::task::spawn_blocking(|| world.gateway.stop()).await;
    drop(setup);
    faults
}

/// The latest of what was wrong so far.
fn tell_faults(faults: &[String]) {
    if !faults.is_empty() {
        let latest = faults.len().saturating_sub(12);
        println!("{} faults: {:?}", faults.len(), &faults[latest..]);
    }
}

/// A number in the environment.
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect(name))
}

fn run(plan: &Plan) {
    let seed = number("SOAK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("SOAK_SEED={seed}");
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let faults = LocalSet::new().block_on(&runtime, soak(plan));
    let shown = &faults[..faults.len().min(50)];
    assert!(faults.is_empty(), "{} faults: {shown:#?}", faults.len());
}

#[test]
fn nothing_grows_and_nothing_is_lost_in_a_mixed_life() {
    run(&Plan {
        contacts: 12,
        cycle: Duration::from_secs(2),
        whole: Duration::from_secs(9),
        limits: Limits {
            warm_up: 1,
            memory: FEW,
        },
        is_long: false,
    });
}

#[test]
#[ignore = "takes a minute, and at its full size (see the head of this file) half an hour"]
fn long_the_same_for_longer() {
    let minutes: Option<u64> = number("SOAK_MINUTES");
    let (cycle, whole, warm_up, memory) = match minutes {
        Some(minutes) => (40, 60 * minutes, 6, GROWTH),
        // By itself, it is only to show that it works.
        None => (10, 40, 1, FEW),
    };
    run(&Plan {
        contacts: 48,
        cycle: Duration::from_secs(cycle),
        whole: Duration::from_secs(whole),
        limits: Limits { warm_up, memory },
        is_long: minutes.is_some(),
    });
}
