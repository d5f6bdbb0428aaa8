//! Parts of the store, in memory: what it adds to SQLite, and not what the disk does.

use enclave_irc::clock::Timestamp;
use enclave_irc::store::{Answer, Ask, Db, Known, Message, Search, Selection, Tags, Write};

use crate::bare::Bare;
use crate::measure::{Contest, OPERATIONS, Part};
use crate::wire::{TEXT, each};

/// Messages that are there already where something is looked for.
const STORED: u64 = 2_000;

/// One message of so many holds [`WORD`].
const RARE: u64 = 200;

/// What is searched for.
const WORD: &str = "lighthouse";

/// Messages in a page of history, as clients ask for it.
const PAGE: u32 = 50;

pub fn contests() -> Vec<Contest> {
    vec![
        Contest::new(
            "store: a message",
            4.5,
            Batches::new(false, with_store()),
            Batches::new(false, without()),
        ),
        Contest::new(
            "store: a message, and that it has arrived",
            3.9,
            Batches::new(true, with_store()),
            Batches::new(true, without()),
        ),
        Contest::new("store: is it a repeat?", 4.1, repeat(), bare_repeat()),
        Contest::new("store: a page of history", 2.2, page(), bare_page()),
        Contest::new("store: a search", 0.25, search(), bare_search()),
    ]
}

/// Takes a batch of messages, which is committed, and tells how many it has; and, if so
/// wanted, that they have arrived.
type Takes = Box<dyn FnMut(Vec<Message>, bool) -> usize>;

/// Messages come in batches, as they do while the disk is busy with the batch before.
struct Batches {
    and_delivered: bool,
    takes: Takes,
    seq: u64,
    messages: Vec<Message>,
}

impl Batches {
    fn new(and_delivered: bool, takes: Takes) -> Self {
        Self {
            and_delivered,
            takes,
            seq: 0,
            messages: Vec::new(),
        }
    }
}

impl Part for Batches {
    fn prepare(&mut self) {
        let next = self.seq + 1..=self.seq + OPERATIONS as u64;
        self.seq = *next.end();
        self.messages = next.map(message).collect();
    }

    fn run(&mut self) -> usize {
        (self.takes)(std::mem::take(&mut self.messages), self.and_delivered)
    }
}

fn with_store() -> Takes {
    let mut db = Db::in_memory().unwrap();
    Box::new(move |messages, and_delivered| {
        let places: Vec<u64> = messages.iter().map(|message| message.seq).collect();
        let inserts = messages.into_iter().map(Write::Message);
        let delivered = places.iter().map(|seq| Write::Delivered(vec![*seq]));
        let delivered = delivered.filter(|_| and_delivered);
        db.begin().unwrap();
        for write in inserts.chain(delivered) {
            db.apply(&write).unwrap();
        }
        db.commit().unwrap();
        places.len()
    })
}

fn without() -> Takes {
    let bare = Bare::new();
    Box::new(move |messages, and_delivered| bare.write(&messages, and_delivered))
}

fn repeat() -> impl Part {
    let db = filled();
    let ask = Ask::Known {
        contact: 1,
        id: id(STORED / 2),
        text: text(STORED / 2),
    };
    move || each(|| matches!(db.ask(&ask), Ok(Answer::Known(Known::Repeat))))
}

fn bare_repeat() -> impl Part {
    let bare = bare_filled();
    let id = uuid::Uuid::try_parse(&id(STORED / 2)).unwrap();
    move || each(|| bare.has(id.as_bytes()))
}

fn page() -> impl Part {
    let db = filled();
    let ask = Ask::History {
        contact: 1,
        selection: Selection::Latest(None),
        most: PAGE,
        bytes: 1 << 20,
        tag_only: false,
    };
    move || {
        each(|| match db.ask(&ask) {
            Ok(Answer::History(Some(messages))) => messages.len() == PAGE as usize,
            _ => false,
        })
    }
}

fn bare_page() -> impl Part {
    let bare = bare_filled();
    move || each(|| bare.newest(PAGE) == PAGE as usize)
}

fn search() -> impl Part {
    let db = filled();
    while db.index(1 << 20).unwrap() {}
    let ask = Ask::Search(Search {
        contact: None,
        own: None,
        after: None,
        before: None,
        text: WORD.to_owned(),
        most: PAGE,
        bytes: 1 << 20,
    });
    move || {
        each(|| match db.ask(&ask) {
            Ok(Answer::Search(messages)) => messages.len() as u64 == STORED / RARE,
            _ => false,
        })
    }
}

fn bare_search() -> impl Part {
    let bare = bare_filled();
    move || each(|| bare.holding(WORD) as u64 == STORED / RARE)
}

fn filled() -> Db {
    let mut db = Db::in_memory().unwrap();
    db.begin().unwrap();
    for seq in 1..=STORED {
        db.apply(&Write::Message(message(seq))).unwrap();
    }
    db.commit().unwrap();
    db
}

fn bare_filled() -> Bare {
    let bare = Bare::new();
    bare.write(&(1..=STORED).map(message).collect::<Vec<_>>(), false);
    bare
}

/// Every other message is the person's own, and waits; the contact gave the others an id.
fn message(seq: u64) -> Message {
    let own = seq % 2 == 1;
    Message {
        seq,
        contact: 1,
        own,
        notice: false,
        id: id(seq),
        peer_id: (!own).then(|| id(seq)),
        time: Timestamp(1_600_000_000_000 + seq as i64),
        arrived: Timestamp(1_600_000_000_000 + seq as i64),
        text: Some(text(seq)),
        tags: Tags::new(),
        writer: own.then(|| "alice".to_owned()),
        waiting: own.then_some(0),
    }
}

fn id(seq: u64) -> String {
    format!("01890a5d-ac96-774b-bcce-{seq:012x}")
}

fn text(seq: u64) -> String {
    if seq.is_multiple_of(RARE) {
        format!("{TEXT} From the {WORD} it is an hour. {seq}")
    } else {
        format!("{TEXT} {seq}")
    }
}
