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
        let ledger = world.ledger.borrow();
        let row = Row {
            at: began.elapsed(),
            resident: figures::status(&world.gateway, "VmRSS"),
            cpu: figures::cpu(&world.gateway),
            store: figures::store(&world.gateway.setup.store()),
            messages: ledger.sent + ledger.heard,
            done: done.borrow().clone(),
            quiet: quiet.clone(),
        };
        drop(ledger);
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
        if began.elapsed() >= plan.whole {
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
        let latest = faults.len().saturating_sub(6);
        println!("{} faults: {:?}", faults.len(), &faults[latest..]);
    }
}

fn run(plan: &Plan) {
    let number = |name| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect(name))
    };
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
            memory: 16 * 1024,
        },
        is_long: false,
    });
}

#[test]
#[ignore = "takes a minute, and at its full size (see the head of this file) half an hour"]
fn long_the_same_for_longer() {
    let minutes = std::env::var("SOAK_MINUTES").map_or(1, |text| text.parse().expect("minutes"));
    run(&Plan {
        contacts: 48,
        cycle: Duration::from_secs(if minutes > 1 { 40 } else { 10 }),
        whole: Duration::from_secs(60 * minutes),
        limits: Limits {
            warm_up: if minutes > 1 { 6 } else { 1 },
            memory: if minutes > 1 { 512 } else { 16 * 1024 },
        },
        is_long: minutes > 1,
    });
}
