mod trouble;

use super::*;

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::clock::Timestamp;
use crate::store::row::{Known, Message, Search, Tags};

/// Longer than anything takes, and than what is not to happen would.
const LONG: Duration = Duration::from_secs(20);

/// A text that makes the file grow.
fn long_text(number: u64) -> String {
    format!("{number} {}", "x".repeat(20_000))
}

fn message(seq: u64, text: &str) -> Write {
    Write::Message(Message {
        seq,
        contact: 1,
        own: false,
        notice: false,
        id: format!("id-{seq}"),
        peer_id: Some(format!("id-{seq}")),
        time: Timestamp(0),
        arrived: Timestamp(0),
        text: Some(text.to_owned()),
        tags: Tags::new(),
        writer: None,
        waiting: None,
    })
}

fn is_known(seq: u64, text: &str) -> Ask {
    Ask::Known {
        contact: 1,
        id: format!("id-{seq}"),
        text: text.to_owned(),
    }
}

fn search(text: &str) -> Search {
    Search {
        contact: None,
        own: None,
        after: None,
        before: None,
        text: text.to_owned(),
        most: 100,
        bytes: usize::MAX,
    }
}

fn answered(ticket: u64, known: Known) -> Report {
    Report::Answered {
        ticket,
        answer: Ok(Answer::Known(known)),
    }
}

fn start(db: Db) -> (Store, Receiver<Report>) {
    let (sender, reports) = mpsc::channel();
    let report = move |report| drop(sender.send(report));
    (Store::start(db, report).unwrap(), reports)
}

fn reported(reports: &Receiver<Report>) -> Report {
    reports.recv_timeout(LONG).unwrap()
}

/// Waits until all is stored up to there; returns what else was reported.
fn until_stored(reports: &Receiver<Report>, number: u64) -> Vec<Report> {
    let mut others = Vec::new();
    loop {
        match reported(reports) {
            Report::Stored { through } if through == number => return others,
            Report::Stored { through } => assert!(through < number),
            other => others.push(other),
        }
    }
}

fn texts(path: &Path) -> Vec<String> {
    let ask = Ask::Log {
        contact: None,
        most: u32::MAX,
        bytes: usize::MAX,
    };
    match Db::open(path).unwrap().ask(&ask).unwrap() {
        Answer::Log(messages) => messages
            .into_iter()
            .filter_map(|message| message.text)
            .collect(),
        other => panic!("{other:?}"),
    }
}

impl Store {
    fn sql(&self, sql: &'static str) {
        self.send(Job::Do(Box::new(|db| {
            db.connection().execute_batch(sql).unwrap();
        })));
    }

    fn is_index_behind(&self) -> bool {
        let (tell, told) = mpsc::channel();
        self.send(Job::Do(Box::new(move |db| {
            tell.send(db.is_index_behind().unwrap()).unwrap();
        })));
        told.recv_timeout(LONG).unwrap()
    }

    /// As if the disk was full from now on, or no longer.
    fn fill_disk(&self, is_full: bool) {
        // A bound below what there is means what there is.
        self.sql(if is_full {
            "PRAGMA max_page_count = 1"
        } else {
            "PRAGMA max_page_count = 1000000"
        });
    }
}

#[test]
fn writes_are_stored_and_asks_answered_in_their_place() {
    let (store, reports) = start(Db::in_memory().unwrap());
    store.ask(7, is_known(1, "hi"));
    store.write(message(1, "hi"));
    store.ask(8, is_known(1, "hi"));
    store.write(message(2, "ho"));
    store.ask(9, is_known(2, "hi"));
    let mut others = until_stored(&reports, 2);
    // The last question may be a batch of its own.
    while others.len() < 3 {
        others.push(reported(&reports));
    }
    let in_order = [
        answered(7, Known::New),
        answered(8, Known::Repeat),
        answered(9, Known::Taken),
    ];
    assert_eq!(others, in_order);
    assert_eq!((store.queued(), store.queued_bytes()), (0, 0));
    assert!(store.close());
    assert!(reports.recv().is_err(), "nothing more is said");
}

#[test]
fn searches_give_way_to_changes_and_have_their_turn() {
    let (store, reports) = start(Db::in_memory().unwrap());
    let (open, gate) = mpsc::channel::<()>();
    store.send(Job::Do(Box::new(move |_| gate.recv().unwrap())));
    // More than a batch has.
    let messages = 3_000;
    for ticket in 0..3 {
        store.ask(ticket, Ask::Search(search("hi")));
    }
    for seq in 1..=messages {
        store.write(message(seq, "hi"));
    }
    open.send(()).unwrap();
    let first = reported(&reports);
    assert!(matches!(first, Report::Stored { .. }), "{first:?}");
    let answers = until_stored(&reports, messages);
    let tickets = |reports: &[Report]| -> Vec<u64> {
        let tickets = reports.iter().map(|report| match report {
            Report::Answered { ticket, answer } => {
                assert!(matches!(answer, Ok(Answer::Search(found)) if found.len() == 100));
                *ticket
            }
            other => panic!("{other:?}"),
        });
        tickets.collect()
    };
    assert_eq!(tickets(&answers), [0, 1], "one between two batches");
    assert_eq!(tickets(&[reported(&reports)]), [2]);
    assert_eq!(store.queued(), 0);
}

#[test]
fn changes_that_come_one_by_one_in_a_lively_talk_share_a_commit() {
    let (store, reports) = start(Db::in_memory().unwrap());
    let begun = Instant::now();
    let mut batches: u32 = 0;
    for seq in 1..=60 {
        store.write(message(seq, "hi"));
        std::thread::sleep(Duration::from_micros(200));
    }
    loop {
        batches += 1;
        if reported(&reports) == (Report::Stored { through: 60 }) {
            break;
        }
    }
    let pauses = begun.elapsed().as_millis() / 5;
    assert!(
        u128::from(batches) <= pauses + 2,
        "{batches} in {pauses} pauses"
    );
}

#[test]
fn reading_alone_is_no_transaction() {
    let (store, reports) = start(Db::in_memory().unwrap());
    store.ask(1, is_known(1, "hi"));
    assert_eq!(reported(&reports), answered(1, Known::New));
    assert!(store.close());
    assert!(reports.recv().is_err());
}

#[test]
fn all_that_is_queued_is_finished_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (store, reports) = start(Db::open(&path).unwrap());
    for seq in 1..=1000 {
        store.write(message(seq, &seq.to_string()));
    }
    drop(store);
    assert_eq!(until_stored(&reports, 1000), []);
    assert_eq!(
        texts(&path),
        (1..=1000).map(|seq| seq.to_string()).collect::<Vec<_>>()
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no log is left"
    );
}

#[test]
fn texts_are_indexed_when_there_is_nothing_else_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (store, reports) = start(Db::open(&path).unwrap());
    for seq in 1..=200 {
        store.write(message(
            seq,
            &format!("{} number {seq}", "long ".repeat(50)),
        ));
    }
    until_stored(&reports, 200);
    let deadline = Instant::now() + LONG;
    while store.is_index_behind() {
        assert!(Instant::now() < deadline, "nothing was indexed");
        // Being asked is something to do, too.
        std::thread::sleep(Duration::from_millis(100));
    }
    store.ask(1, Ask::Search(search("UMBER 17")));
    match reported(&reports) {
        Report::Answered {
            answer: Ok(Answer::Search(found)),
            ..
        } => assert_eq!(found.len(), 12, "17, 117, and those from 170"),
        other => panic!("{other:?}"),
    }
}
