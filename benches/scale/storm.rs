//! All contacts change their presence at the same time, while people talk.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use crate::client::{Client, USUAL};
use crate::report::{Report, heading, table};
use crate::world::{PATIENCE, World, nick};

/// Time between two messages each way.
const PAUSE: Duration = Duration::from_millis(2);

/// The most time that a message takes, milliseconds.
const DELAY: f64 = 50.0;

/// What the reading client has seen.
#[derive(Default)]
struct Seen {
    messages: Mutex<Vec<(Instant, usize)>>,
    changes: AtomicUsize,
}

/// How long messages took, at the most: to the person, and to a contact.
struct Delays {
    inwards: Duration,
    outwards: Duration,
    changes: usize,
    took: Duration,
}

/// Lets the storms come.
pub fn run(contacts: usize, report: &mut Report) {
    heading("A presence storm");
    let mut world = World::start(contacts);
    let seen = Arc::new(Seen::default());
    watch(&world, Arc::clone(&seen));
    let mut rows = Vec::new();
    let mut worst = Duration::ZERO;
    for (what, packet) in [
        ("calm", None),
        (
            "all go away",
            Some(r#"{"status":2,"status-message":"lunch","timestamp":1700000000}"#),
        ),
        (
            "all are back",
            Some(r#"{"status":1,"status-message":"","timestamp":1700000000}"#),
        ),
        (
            "all are busy",
            Some(r#"{"status":3,"status-message":"work","timestamp":1700000000}"#),
        ),
    ] {
        let delays = talk(&mut world, &seen, packet);
        if packet.is_some() {
            worst = worst.max(delays.inwards).max(delays.outwards);
        }
        rows.push(vec![
            what.to_owned(),
            delays.changes.to_string(),
            format!("{:.0}", delays.took.as_secs_f64() * 1e3),
            format!("{:.1}", delays.inwards.as_secs_f64() * 1e3),
            format!("{:.1}", delays.outwards.as_secs_f64() * 1e3),
        ]);
    }
    let head = [
        "what",
        "changes seen",
        "within, ms",
        "slowest message to the person, ms",
        "to a contact, ms",
    ];
    table(&head, &rows);
    let worst = worst.as_secs_f64() * 1e3;
    report.bar("the slowest message in a storm", worst, DELAY, " ms");
}

/// A second client, which reads all that comes.
fn watch(world: &World, seen: Arc<Seen>) {
    let mut client = Client::attach(&world.gateway, "watcher", USUAL);
    thread::spawn(move || {
        while let Some(line) = client.last_line() {
            if line.contains(" PRIVMSG person :number ") {
                let number = line.rsplit(' ').next().unwrap().parse().unwrap();
                seen.messages.lock().unwrap().push((Instant::now(), number));
            } else if line.contains(" AWAY") {
                seen.changes.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
}

/// Talks until the storm is over, or for a while where there is none.
fn talk(world: &mut World, seen: &Seen, storm: Option<&str>) -> Delays {
    let contacts = world.peers.addresses.len();
    let expected = if storm.is_some() { contacts } else { 0 };
    let before = seen.changes.load(Ordering::Relaxed);
    seen.messages.lock().unwrap().clear();
    let mut writer = world.person.writer();
    let (mut said, mut written) = (Vec::new(), Vec::new());
    let start = Instant::now();
    if let Some(packet) = storm {
        world.peers.all_say(packet);
    }
    let changes = || seen.changes.load(Ordering::Relaxed) - before;
    let mut over_at = None;
    loop {
        let number = said.len();
        said.push(Instant::now());
        let to_person = format!(r#"{{"message":"number {number}","timestamp":1700000000}}"#);
        world.peers.say(0, to_person);
        written.push(Instant::now());
        write!(writer, "PRIVMSG {} :number {number}\r\n", nick(1)).unwrap();
        sleep(PAUSE);
        if over_at.is_none() && changes() >= expected {
            over_at = Some(Instant::now());
        }
        assert!(start.elapsed() < PATIENCE, "the storm does not end");
        if start.elapsed() > Duration::from_millis(300) && over_at.is_some() {
            break;
        }
    }
    let mut outwards = Duration::ZERO;
    for written in &written {
        let (at, _) = world.peers.message(PATIENCE).expect("a message");
        outwards = outwards.max(at.duration_since(*written));
    }
    crate::world::wait_until(|| seen.messages.lock().unwrap().len() >= said.len());
    let arrived = seen.messages.lock().unwrap();
    let delays = arrived
        .iter()
        .map(|&(at, number)| at.duration_since(said[number]));
    world.person.settle();
    Delays {
        inwards: delays.max().unwrap_or_default(),
        outwards,
        changes: changes(),
        took: over_at.unwrap_or(start).duration_since(start),
    }
}
