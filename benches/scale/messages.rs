//! What costs how much with how many messages stored.

use std::path::Path;
use std::time::{Duration, Instant};

use enclave_irc::clock::Timestamp;
use enclave_irc::store::{Contact, Db, Message, Position, Tags, Write};

use crate::client::Client;
use crate::process;
use crate::report::{Report, heading, least, table};
use crate::support::{Daemon, Network, Setup};

/// How often what varies is measured.
const ROUNDS: usize = 7;

/// Contacts with whom these were exchanged, in turn.
pub const CONTACTS: u64 = 10;

/// Messages that a client which attaches has missed.
pub const MISSED: u64 = 50;

/// Messages in a transaction while the store is filled.
const AT_ONCE: u64 = 10_000;

/// Bytes of text that are indexed in one go while the store is filled.
const INDEXED: usize = 4 * 1024 * 1024;

/// When the first was written; then one came each minute.
const BEGINNING: i64 = 1_600_000_000_000;

/// What a client asks for that fetches and searches.
const CAPABILITIES: &str = "batch draft/chathistory message-tags server-time soju.im/search";

/// How much more the same may cost with ten times as many.
const LINEAR: f64 = 10.0;

/// How much more what does not depend on their number may cost with the most of them.
const FLAT: f64 = 2.0;

/// What takes less than this may be said to take this, milliseconds: it is little either way,
/// and a clock tick may be half of it.
const SHORT: f64 = 0.5;

/// What a start and some questions cost.
struct Costs {
    start: f64,
    attach: f64,
    page: f64,
    old_page: f64,
    rare: f64,
    common: f64,
}

impl Costs {
    fn all(&self) -> [(&'static str, f64, bool); 6] {
        [
            ("start", self.start, true),
            ("attach", self.attach, true),
            ("newest page", self.page, true),
            ("page in the middle", self.old_page, true),
            ("rare word", self.rare, false),
            ("common word", self.common, false),
        ]
    }
}

/// Measures, with each of these numbers of messages.
pub fn run(counts: &[u64], report: &mut Report) {
    heading("Messages stored");
    let costs: Vec<Costs> = counts.iter().map(|&count| measure(count)).collect();
    let rows: Vec<Vec<String>> = counts
        .iter()
        .zip(&costs)
        .map(|(count, costs)| {
            let cells = costs.all().map(|(_, cost, _)| format!("{cost:.2}"));
            [vec![count.to_string()], cells.to_vec()].concat()
        })
        .collect();
    println!("Milliseconds; the start by the clock, all else of processor time.\n");
    let names = costs[0].all().map(|(name, ..)| name);
    table(&[&["messages"], names.as_slice()].concat(), &rows);
    let (Some(fewest), Some(most)) = (costs.first(), costs.last()) else {
        return;
    };
    for ((name, before, is_flat), (_, after, _)) in fewest.all().into_iter().zip(most.all()) {
        if is_flat {
            let ratio = after / before.max(SHORT);
            report.bar(&format!("{name}, the most to the fewest"), ratio, FLAT, "x");
        }
    }
    for pair in costs.windows(2) {
        for ((name, before, _), (_, after, _)) in pair[0].all().into_iter().zip(pair[1].all()) {
            if after > before.max(SHORT) * LINEAR {
                let ratio = after / before.max(SHORT);
                report.bar(&format!("{name}, ten times as many"), ratio, LINEAR, "x");
            }
        }
    }
}

fn measure(count: u64) -> Costs {
    let mut setup = Setup::on(&Network::new()).set("log", "level = \"warn\"");
    for index in 0..CONTACTS {
        setup = setup.book(&format!(
            "[[contact]]\nname = \"p{index}\"\naddress = \"127.0.9.{}\"\nnick = \"p{index}\"\n",
            index + 1
        ));
    }
    fill(&setup.store(), count);
    let mut starts = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let gateway = Daemon::start(setup);
        starts.push(milliseconds(start.elapsed()));
        setup = gateway.stop();
    }
    let gateway = Daemon::start(setup);
    let attach = costs(&gateway, || {
        // It acknowledges nothing, so it is played the same again.
        drop(Client::attach(
            &gateway,
            "reader",
            "server-time message-tags batch",
        ));
    });
    let mut client = Client::attach(&gateway, "asker", CAPABILITIES);
    let mut ask = |question: &str| {
        costs(&gateway, || {
            client.send(question);
            client.until(|line| line.contains("BATCH +") || line.contains(" FAIL "));
            client.until(|line| line.contains("BATCH -"));
        })
    };
    let middle = time(count / 2 / CONTACTS * CONTACTS);
    let middle = jiff::Timestamp::from_millisecond(middle.0).unwrap();
    Costs {
        start: least(starts),
        attach,
        page: ask("CHATHISTORY LATEST p3 * 50"),
        old_page: ask(&format!("CHATHISTORY BEFORE p3 timestamp={middle:.3} 50")),
        rare: ask("SEARCH text=marmalade"),
        common: ask("SEARCH text=about;limit=50"),
    }
}

/// The processor time that this costs, milliseconds.
fn costs(gateway: &Daemon, mut act: impl FnMut()) -> f64 {
    let each = (0..ROUNDS).map(|_| {
        let before = process::spent(gateway);
        act();
        milliseconds(process::since(gateway, &before))
    });
    least(each.collect())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

pub fn time(number: u64) -> Timestamp {
    Timestamp(BEGINNING + i64::try_from(number).unwrap() * 60_000)
}

/// Makes a store with so many messages, indexed. One of a thousand has the rare word.
pub fn fill(path: &Path, count: u64) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut db = Db::open(path).unwrap();
    db.begin().unwrap();
    for index in 0..CONTACTS {
        let contact = Contact {
            id: u32::try_from(index + 1).unwrap(),
            address: format!("127.0.9.{}", index + 1),
            nick: format!("p{index}"),
            in_book: true,
            last_linked: None,
            last_seen: None,
        };
        db.apply(&Write::Contact(contact)).unwrap();
    }
    for client in ["reader", "asker"] {
        let position = Position {
            client: client.to_owned(),
            seq: count.saturating_sub(MISSED),
            at: time(count),
        };
        db.apply(&Write::Position(position)).unwrap();
    }
    db.commit().unwrap();
    for start in (0..count).step_by(usize::try_from(AT_ONCE).unwrap()) {
        db.begin().unwrap();
        for number in start..count.min(start + AT_ONCE) {
            db.apply(&Write::Message(message(number))).unwrap();
        }
        db.commit().unwrap();
    }
    while db.index(INDEXED).unwrap() {}
    db.close().unwrap();
}

pub fn message(number: u64) -> Message {
    let mut text = format!("message {number}: shall we talk about it tomorrow, or the day after?");
    if number % 1000 == 500 {
        text.push_str(" there is marmalade");
    }
    Message {
        seq: number + 1,
        contact: u32::try_from(number % CONTACTS + 1).unwrap(),
        own: number.is_multiple_of(2),
        notice: false,
        id: format!("{:08x}-0000-7000-8000-000000000000", number),
        peer_id: None,
        time: time(number),
        arrived: time(number),
        text: Some(text),
        tags: Tags::new(),
        writer: None,
        waiting: None,
    }
}
