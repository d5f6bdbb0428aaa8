//! What each change and each question costs the store with how many messages in it.

use std::time::Instant;

use enclave_irc::clock::Timestamp;
use enclave_irc::store::{
    Ask, Contact, Db, Held, Marker, Message, Position, Reference, Request, Search, Selection, Write,
};

use crate::messages::{CONTACTS, MISSED, fill, message, time};
use crate::report::{Report, heading, least, table};

/// How often each is measured.
const ROUNDS: usize = 7;

/// How much more the same may cost with the most messages than with the fewest.
const FLAT: f64 = 4.0;

/// What takes less than this is little either way, milliseconds.
const SHORT: f64 = 0.5;

type Step = Box<dyn Fn(&mut Db)>;

/// Measures, with each of these numbers of messages.
pub fn run(counts: &[u64], report: &mut Report) {
    for has_expired in [false, true] {
        heading(match has_expired {
            false => "The store, all texts there",
            true => "The store, all texts but the last deleted",
        });
        let columns: Vec<Vec<(String, f64)>> = counts
            .iter()
            .map(|&count| measure(count, has_expired))
            .collect();
        let rows: Vec<Vec<String>> = (0..columns[0].len())
            .map(|row| {
                let cells = columns.iter().map(|column| format!("{:.3}", column[row].1));
                [vec![columns[0][row].0.clone()], cells.collect()].concat()
            })
            .collect();
        println!("Milliseconds, the least of {ROUNDS}, without the disk.\n");
        let heads: Vec<String> = counts.iter().map(u64::to_string).collect();
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        table(&[&["what"], heads.as_slice()].concat(), &rows);
        let (Some(fewest), Some(most)) = (columns.first(), columns.last()) else {
            return;
        };
        for ((name, before), (_, after)) in fewest.iter().zip(most) {
            let ratio = after / before.max(SHORT);
            report.bar(&format!("{name}, the most to the fewest"), ratio, FLAT, "x");
        }
    }
}

fn measure(count: u64, has_expired: bool) -> Vec<(String, f64)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    fill(&path, count);
    let mut db = Db::open(&path).unwrap();
    let begun = Instant::now();
    db.apply(&Write::Expire(time(0))).unwrap();
    println!(
        "the first time that texts may expire, with {count}: {:?}",
        begun.elapsed()
    );
    if has_expired {
        db.begin().unwrap();
        for client in ["reader", "asker"] {
            db.apply(&Write::Position(Position {
                client: client.to_owned(),
                seq: count - MISSED,
                at: time(count),
            }))
            .unwrap();
        }
        let begun = Instant::now();
        db.apply(&Write::Expire(time(count - MISSED))).unwrap();
        println!("to delete the texts of {count}: {:?}", begun.elapsed());
        db.commit().unwrap();
        db.wipe().unwrap();
        let begun = Instant::now();
        while db.index(8 * 1024).unwrap() {}
        println!("to make the index anew: {:?}", begun.elapsed());
    }
    let mut all = Vec::new();
    for (name, step) in steps(count) {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            db.begin().unwrap();
            let begun = Instant::now();
            step(&mut db);
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            db.rollback().unwrap();
        }
        all.push((name.to_owned(), least(times)));
    }
    all
}

fn write(write: Write) -> Step {
    Box::new(move |db| db.apply(&write).unwrap())
}

fn ask(ask: Ask) -> Step {
    Box::new(move |db| drop(db.ask(&ask).unwrap()))
}

fn history(selection: Selection) -> Step {
    ask(Ask::History {
        contact: 3,
        selection,
        most: 50,
        bytes: 1 << 20,
        tag_only: false,
    })
}

fn search(text: &str, contact: Option<u32>) -> Step {
    ask(Ask::Search(Search {
        contact,
        own: None,
        after: None,
        before: None,
        text: text.to_owned(),
        most: 50,
        bytes: 1 << 20,
    }))
}

#[allow(clippy::too_many_lines)]
fn steps(count: u64) -> Vec<(&'static str, Step)> {
    let few = || Message {
        seq: count + 1,
        contact: 77,
        id: "new".to_owned(),
        waiting: Some(0),
        own: true,
        time: time(count),
        arrived: time(count),
        ..message(1)
    };
    let middle = count / 2 / CONTACTS * CONTACTS;
    let contact = Contact {
        id: 3,
        address: "127.0.9.3".to_owned(),
        nick: "p2".to_owned(),
        in_book: true,
        last_linked: None,
        last_seen: Some(time(count)),
    };
    let request = Request {
        address: "127.0.9.99".to_owned(),
        number: None,
        alias: None,
        status: None,
        text: None,
        since: time(count),
        shown: false,
        said_more: false,
        bytes: 0,
    };
    let held = Held {
        text: "let me in".to_owned(),
        time: time(count),
        id: None,
    };
    let with = move |after: fn(u64) -> Write| -> Step {
        let message = few();
        Box::new(move |db| {
            db.apply(&Write::Message(message.clone())).unwrap();
            db.apply(&after(message.seq)).unwrap();
        })
    };
    vec![
        ("contact", write(Write::Contact(contact))),
        ("message", write(Write::Message(few()))),
        (
            "message, delivered",
            with(|seq| Write::Delivered(vec![seq])),
        ),
        (
            "message, cancelled",
            with(|seq| Write::Cancelled(vec![seq])),
        ),
        (
            "message, attempted",
            with(|seq| Write::Attempted(vec![seq])),
        ),
        ("message, forgotten", with(|_| Write::Forget(77))),
        (
            "message, contact removed",
            with(|_| Write::RemoveContact(77)),
        ),
        (
            "position",
            write(Write::Position(Position {
                client: "asker".to_owned(),
                seq: count,
                at: time(count),
            })),
        ),
        (
            "marker",
            write(Write::Marker(Marker {
                contact: 3,
                seq: count,
                time: time(count),
            })),
        ),
        ("request", write(Write::Request(request))),
        (
            "held",
            write(Write::Held {
                address: "127.0.9.99".to_owned(),
                held,
            }),
        ),
        (
            "request removed",
            write(Write::RemoveRequest("127.0.9.99".to_owned())),
        ),
        (
            "silence",
            write(Write::Silence("127.0.9.99".to_owned(), time(count))),
        ),
        (
            "unsilence",
            write(Write::Unsilence("127.0.9.99".to_owned())),
        ),
        ("setting", write(Write::Setting("name", "value".to_owned()))),
        ("expire nothing", write(Write::Expire(time(0)))),
        (
            "expire what no client has",
            write(Write::Expire(Timestamp(i64::MAX - 1))),
        ),
        (
            "known",
            ask(Ask::Known {
                contact: 3,
                id: "no such".to_owned(),
                text: "hi".to_owned(),
            }),
        ),
        (
            "backlog of 50",
            ask(Ask::Backlog {
                after: count - MISSED,
                through: count,
                client: "x".to_owned(),
                each: 500,
                bytes: 1 << 20,
            }),
        ),
        (
            "backlog of all",
            ask(Ask::Backlog {
                after: 0,
                through: count,
                client: "x".to_owned(),
                each: 500,
                bytes: 1 << 20,
            }),
        ),
        (
            "missed, all",
            ask(Ask::Missed {
                after: 0,
                through: count,
                client: "x".to_owned(),
                tag_only: false,
            }),
        ),
        (
            "next of 50",
            ask(Ask::Next {
                after: count - MISSED,
                through: count,
                client: "x".to_owned(),
                most: 500,
                bytes: 1 << 20,
            }),
        ),
        (
            "next from the start",
            ask(Ask::Next {
                after: 0,
                through: count,
                client: "x".to_owned(),
                most: 500,
                bytes: 1 << 20,
            }),
        ),
        (
            "log",
            ask(Ask::Log {
                contact: None,
                most: 100,
                bytes: 1 << 20,
            }),
        ),
        (
            "log of one",
            ask(Ask::Log {
                contact: Some(3),
                most: 100,
                bytes: 1 << 20,
            }),
        ),
        ("latest", history(Selection::Latest(None))),
        (
            "latest since the middle",
            history(Selection::Latest(Some(Reference::Time(time(middle))))),
        ),
        (
            "before the middle",
            history(Selection::Before(Reference::Time(time(middle + 3)))),
        ),
        (
            "after the middle",
            history(Selection::After(Reference::Time(time(middle + 3)))),
        ),
        (
            "around the middle",
            history(Selection::Around(Reference::Time(time(middle + 3)))),
        ),
        (
            "between",
            history(Selection::Between(
                Reference::Time(time(3)),
                Reference::Time(time(middle)),
            )),
        ),
        (
            "targets",
            ask(Ask::Targets {
                between: (Timestamp(0), Timestamp(i64::MAX)),
                most: 100,
            }),
        ),
        (
            "place of a time",
            ask(Ask::Position {
                contact: 3,
                time: time(middle),
            }),
        ),
        ("search, a common word", search("about", None)),
        ("search, a rare word", search("marmalade", None)),
        ("search, a common word of one", search("about", Some(3))),
        ("search, a common word of nobody", search("about", Some(88))),
        ("search, no such word", search("nobodyhassaidthis", None)),
        (
            "search, common parts of no word",
            search("talkabouttomorrow", None),
        ),
        ("search, two letters", search("zq", None)),
        ("search, two letters of one", search("zq", Some(3))),
        (
            "is the index behind",
            Box::new(|db| _ = db.is_index_behind().unwrap()),
        ),
        ("load", Box::new(|db| drop(db.load().unwrap()))),
    ]
}
