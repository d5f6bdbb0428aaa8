//! A gateway with many contacts online, to whom nothing happens.

use std::thread::sleep;
use std::time::Duration;

use crate::process;
use crate::report::{Report, heading};
use crate::world::World;

/// Until links are stable, and texts indexed: then nothing is left to do.
const SETTLING: Duration = Duration::from_secs(35);

/// The least time between two looks around.
const LOOK: Duration = Duration::from_secs(5);

/// The most of a processor's time that passes for none, thousandths.
const NOTHING: f64 = 1.0;

/// Counts how often it wakes up.
pub fn run(contacts: usize, settling: bool, report: &mut Report) {
    heading("Nothing happens");
    let world = World::start(contacts);
    let (settling, watched) = if settling {
        (SETTLING, LOOK * 6)
    } else {
        (Duration::ZERO, Duration::from_millis(500))
    };
    // It is time itself that is measured here.
    sleep(settling);
    let (woken, cpu) = (
        process::switches(&world.gateway),
        process::spent(&world.gateway),
    );
    sleep(watched);
    let woken = process::switches(&world.gateway) - woken;
    let cpu = process::since(&world.gateway, &cpu);
    let share = cpu.as_secs_f64() / watched.as_secs_f64() * 1000.0;
    println!(
        "  {contacts} contacts online, {watched:?}: {woken} wake-ups, {cpu:?} of processor time"
    );
    // The interval may begin just before a look and end just after one.
    let most = watched.as_secs_f64() / LOOK.as_secs_f64() + 1.0;
    report.bar("wake-ups", woken as f64, most, "");
    report.bar("processor time", share, NOTHING, " ‰");
}
