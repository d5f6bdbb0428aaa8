//! What costs how much with how many contacts online.

use std::time::Duration;

use crate::process;
use crate::report::{Report, heading, least, table};
use crate::world::World;

/// How often what varies is measured.
const ROUNDS: usize = 9;

/// Blocks of messages, in turn with the gateway of ten contacts.
const BLOCKS: usize = 101;

/// The most time until all are linked, seconds.
const LINKED: f64 = 5.0;
/// The most processor time for telling all that the person is away, milliseconds.
const PRESENCE: f64 = 100.0;
/// What a message may cost, compared with one where there are ten contacts.
const MESSAGE: f64 = 1.1;
/// The most memory for a contact that is online, KiB.
const MEMORY: f64 = 6.0;

/// Measures, with each of these numbers of contacts.
pub fn run(counts: &[u64], report: &mut Report) {
    heading("Contacts, all online");
    // Everything is compared with a gateway of ten contacts that runs at the same time, for
    // the machine may be quicker now than it was before.
    let mut small = World::start(10);
    let empty = process::memory(&small.gateway);
    let mut rows = Vec::new();
    let mut last = None;
    for &count in counts {
        let mut world = World::start(usize::try_from(count).unwrap());
        let linked = world.linked_after.as_secs_f64();
        // What was needed for the start only is given back, and the store is at rest.
        let attach = least((0..ROUNDS).map(|n| milliseconds(world.attach(n))).collect());
        let memory = process::memory(&world.gateway);
        let each = memory.saturating_sub(empty) as f64 / (count.max(11) - 10) as f64;
        let presence = (0..ROUNDS).map(|round| {
            let text = if round % 2 == 0 { "lunch" } else { "" };
            milliseconds(world.presence(text))
        });
        let presence = least(presence.collect());
        let pairs = (0..BLOCKS).map(|_| {
            let there = small.messages().as_secs_f64();
            (world.messages().as_secs_f64(), there)
        });
        let pairs: Vec<(f64, f64)> = pairs.collect();
        let message = least(pairs.iter().map(|pair| pair.0 * 1e6).collect());
        let ratio = message / least(pairs.iter().map(|pair| pair.1 * 1e6).collect());
        let each_text = if count > 10 {
            format!("{each:.1}")
        } else {
            String::new()
        };
        rows.push(vec![
            count.to_string(),
            format!("{linked:.2}"),
            format!("{attach:.2}"),
            format!("{presence:.2}"),
            format!("{message:.0}"),
            format!("{ratio:.2}"),
            format!("{:.1}", memory as f64 / 1024.0),
            each_text,
        ]);
        last = Some((linked, presence, ratio, each));
    }
    let head = [
        "contacts",
        "all linked, s",
        "attach, ms",
        "/away, ms",
        "message, µs",
        "× ten",
        "memory, MiB",
        "KiB each",
    ];
    table(&head, &rows);
    if let Some((linked, presence, ratio, each)) = last {
        report.bar("all linked after the start", linked, LINKED, " s");
        report.bar("processor time of /away", presence, PRESENCE, " ms");
        report.bar("a message, compared with ten contacts", ratio, MESSAGE, "x");
        report.bar("memory for each contact", each, MEMORY, " KiB");
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
