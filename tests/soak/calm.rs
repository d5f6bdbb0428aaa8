//! A quiet point: everything is brought back to where it was, and then the figures are read.

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use crate::figures;
use crate::judge::Quiet;
use crate::link::End;
use crate::node::{Mood, Node};
use crate::world::{Files, UNJUDGED, World};

/// How long it may take until all is quiet. The longest is what the gateway leaves alone for
/// half a minute, a connection that was one too many.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often it is looked at what nothing tells of.
const LOOK: Duration = Duration::from_millis(100);

/// A contact that is not as it should be after this time hangs up and is dialled anew.
const IMPATIENCE: Duration = Duration::from_secs(3);

/// The runtime keeps a thread that has nothing to do for ten seconds.
const THREADS: Duration = Duration::from_secs(15);

/// Ends what is left of the disturbances, and waits until nothing is under way.
pub async fn come_to_rest(world: &World) {
    let keeper = &world.keeper;
    // The keeper has typed for others.
    keeper.settle().await;
    world.reload(&Files::usual()).await;
    dismiss_strangers(world).await;
    for node in &world.nodes {
        node.set_mood(Mood::Friendly);
        node.set_paused(false);
        node.end(End::Close);
    }
    let deadline = Instant::now() + PATIENCE;
    let mut impatient = Instant::now() + IMPATIENCE;
    while !all_are_there(world) || keeper.online().await < world.nodes.len() {
        assert!(Instant::now() < deadline, "{}", what_is_missing(world));
        if Instant::now() > impatient {
            impatient = Instant::now() + IMPATIENCE;
            for node in world.nodes.iter().filter(|node| !node.is_linked()) {
                node.end(End::Close);
            }
        }
        keeper.send("PRIVMSG enclave :reconnect");
        // Until something has happened, or nothing has.
        let _ = timeout(LOOK, world.changed.notified()).await;
    }
    for index in 0..UNJUDGED {
        keeper.send(&format!("PRIVMSG enclave :cancel p{index}"));
    }
    keeper
        .ask_until("outbox", |text| text.contains("Nothing waits to be sent."))
        .await;
    let soon = Instant::now() + IMPATIENCE;
    let is_whole = || world.ledger.borrow().under_way() == 0 && all_is_shown(world);
    while !is_whole() && Instant::now() < soon {
        let _ = timeout(LOOK, world.changed.notified()).await;
    }
    // Behind all that is to be indexed.
    keeper
        .ask("search nobodyhassaidthis", |text| {
            text.contains("Nothing was found")
        })
        .await;
    let said = judged(world).map(|node| (node.index, node.written().0));
    world.ledger.borrow_mut().settle(said);
    keeper.forget();
}

async fn dismiss_strangers(world: &World) {
    let keeper = &world.keeper;
    for guest in world.guests.take() {
        keeper.send(&format!("PRIVMSG enclave :cancel {guest}"));
        keeper.send(&format!("PRIVMSG enclave :forget {guest}"));
    }
    let is_last = |text: &str| text.contains("No stranger") || text.starts_with("To let one in");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let requests = keeper.ask("requests", is_last).await;
        if requests.iter().any(|text| text.contains("No stranger")) {
            return;
        }
        assert!(Instant::now() < deadline, "{requests:?}");
        let numbers = requests.iter().filter_map(|text| text.split_once(':'));
        for number in numbers.filter_map(|(number, _)| number.parse::<u32>().ok()) {
            keeper.send(&format!("PRIVMSG enclave :reject {number}"));
        }
        // One that has not been asked about yet has no number; it has gone.
        sleep(LOOK).await;
    }
}

fn all_are_there(world: &World) -> bool {
    let mut nodes = world.nodes.iter();
    nodes.all(|node| node.is_linked() && node.written().1 == 0)
}

/// Whether the person was shown all that is confirmed.
fn all_is_shown(world: &World) -> bool {
    judged(world).all(|node| world.ledger.borrow().shown_of(node.index) >= node.written().0)
}

/// The contacts whose messages are counted.
fn judged(world: &World) -> impl Iterator<Item = &Node> {
    world.nodes.iter().map(|node| &**node).skip(UNJUDGED)
}

fn what_is_missing(world: &World) -> String {
    let missing = world.nodes.iter().filter_map(|node| {
        let shown = world.ledger.borrow().shown_of(node.index);
        let (written, waiting) = node.written();
        let is_there = node.is_linked() && waiting == 0;
        let text = format!(
            "{}: {} links, {written} written, {waiting} unconfirmed, {shown} shown",
            node.index,
            node.links()
        );
        (!is_there).then_some(text)
    });
    let missing: Vec<_> = missing.collect();
    format!("not all contacts came to rest: {}", missing.join("; "))
}

/// The figures, once they are as they were at an earlier quiet point, or are clearly not going
/// to be. Without an earlier one, once they stay.
pub async fn figures(world: &World, before: Option<&Quiet>, is_long: bool) -> Quiet {
    let deadline = Instant::now() + PATIENCE;
    let (mut last, mut same) = (read(world).await, 0);
    loop {
        let is_as_before = before.is_some_and(|before| {
            (before.descriptors, before.tasks) == (last.descriptors, last.tasks)
        });
        // A good second.
        if is_as_before || (before.is_none() && same > 10) || Instant::now() > deadline {
            break;
        }
        sleep(LOOK).await;
        let now = read(world).await;
        let is_same = (now.descriptors, now.tasks) == (last.descriptors, last.tasks);
        same = if is_same { same + 1 } else { 0 };
        last = now;
    }
    if !is_long {
        last.threads = 0;
        return last;
    }
    let deadline = Instant::now() + THREADS;
    // Two, and the one that has just read the files.
    while figures::status(&world.gateway, "Threads") > 2 && Instant::now() < deadline {
        sleep(LOOK).await;
    }
    Quiet {
        memory: figures::status(&world.gateway, "RssAnon"),
        threads: figures::status(&world.gateway, "Threads"),
        ..last
    }
}

/// Tasks are told at a reload only.
async fn read(world: &World) -> Quiet {
    world.reload(&Files::usual()).await;
    let gateway = &world.gateway;
    Quiet {
        descriptors: figures::descriptors(gateway).len(),
        tasks: figures::tasks(gateway).expect("it counts its tasks"),
        threads: figures::status(gateway, "Threads"),
        memory: figures::status(gateway, "RssAnon"),
    }
}
