//! Each change and each question of the store.

use enclave_irc::clock::Timestamp;
use enclave_irc::store::{
    Ask, Contact, Db, Held, Marker, Message, Position, Reference, Request, Search, Selection, Write,
};

use crate::messages::{CONTACTS, MISSED, message, time};

/// Does one of them.
pub type Step = Box<dyn Fn(&mut Db)>;

/// Those that take the longer the more there is to be looked at; the searches up to a bound.
pub const LINEAR: [&str; 6] = [
    "expire all",
    "backlog of all",
    "missed, all",
    "search, a common word of nobody",
    "search, two letters",
    "search, two letters of one",
];

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

/// All that the program does with its store.
#[allow(clippy::too_many_lines)]
pub fn steps(count: u64) -> Vec<(&'static str, Step)> {
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
        ("expire all", write(Write::Expire(Timestamp(i64::MAX - 1)))),
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
                after: count.saturating_sub(MISSED),
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
                after: count.saturating_sub(MISSED),
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
