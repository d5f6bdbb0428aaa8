//! All contacts change their presence at the same time, while people talk.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use crate::client::{Client, USUAL};
use crate::report::{Report, heading, table};
use crate::world::{PATIENCE, World, nick};

/// How often all change.
const ROUNDS: usize = 3;

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
    let mut slowest = Vec::new();
    let calm = talk(&mut world, &seen, None);
    rows.push(calm.row("calm"));
    for _ in 0..ROUNDS {
        for (what, status, text) in [
            ("all go away", 2, "lunch"),
            ("all are back", 1, ""),
            ("all are busy", 3, "work"),
        ] {
            let packet = format!(
                r#"{{"status":{status},"status-message":"{text}","timestamp":1700000000}}"#
            );
            let delays = talk(&mut world, &seen, Some(&packet));
            slowest.push(delays.worst());
            rows.push(delays.row(what));
        }
    }
    let head = [
        "what",
        "changes seen",
        "within, ms",
        "slowest message to the person, ms",
        "to a contact, ms",
    ];
    table(&head, &rows);
    // Of many, for the peers and their judge want this machine's processors, too.
    slowest.sort();
    let middle = slowest[slowest.len() / 2].as_secs_f64() * 1e3;
    report.bar("the slowest message of a storm", middle, DELAY, " ms");
}

impl Delays {
    fn worst(&self) -> Duration {
        self.inwards.max(self.outwards)
    }

    fn row(&self, what: &str) -> Vec<String> {
        let milliseconds = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        vec![
            what.to_owned(),
            self.changes.to_string(),
            milliseconds(self.took),
            milliseconds(self.inwards),
            milliseconds(self.outwards),
        ]
    }
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
