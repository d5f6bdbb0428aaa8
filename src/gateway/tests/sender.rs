//! One well-behaved sender against the gateway, with everything late, and everything done to it
//! that can be: what it says is shown once and in order, whatever happens.
//!
//! It keeps to `docs/protocol.md`, *Delivery*: what is unconfirmed goes again, in order, before
//! anything new, whenever it moves to another connection or comes back to an older one.

use std::collections::{BTreeMap, VecDeque};

use super::delivery::HELLO;
use super::*;

/// Made-up lives, and steps of each: two seconds. Faults that were put in were found within 140.
const LIVES: u64 = 200;
const STEPS: usize = 150;

/// Where John is, and where he may move to.
const PLACES: [&str; 2] = [JOHN, "fc00::2"];

struct Sender {
    world: World,
    alice: ClientId,
    random: fastrand::Rng,
    /// How many messages there are: each is its number.
    said: usize,
    unconfirmed: VecDeque<usize>,
    /// What is on its way to the gateway, by connection; those that are open.
    lines: BTreeMap<ConnectionId, VecDeque<String>>,
    /// Where it writes.
    writing: Option<ConnectionId>,
    place: usize,
    /// What the gateway has of it in the book: whether it is there, and is blocked.
    entry: (bool, bool),
    shown: Vec<String>,
    /// What has happened, for whoever has to find out what went wrong.
    log: Vec<u32>,
}

fn packet(number: usize) -> String {
    format!(r#"{{"message":"m{number}","id":"{number}"}}"#)
}

impl Sender {
    fn new(seed: u64) -> Self {
        let mut world = World::new();
        let alice = world.attached("alice", "");
        Self {
            world,
            alice,
            random: fastrand::Rng::with_seed(seed),
            said: 0,
            unconfirmed: VecDeque::new(),
            lines: BTreeMap::new(),
            writing: None,
            place: 0,
            entry: (true, false),
            shown: Vec::new(),
            log: Vec::new(),
        }
    }

    fn any_line(&mut self) -> Option<ConnectionId> {
        let all: Vec<_> = self.lines.keys().copied().collect();
        self.random.choice(all)
    }

    /// Says something new; where it is connected, at once.
    fn say(&mut self) {
        let number = self.said;
        self.said += 1;
        self.unconfirmed.push_back(number);
        if let Some(line) = self.writing.and_then(|on| self.lines.get_mut(&on)) {
            line.push_back(packet(number));
        }
    }

    /// Goes on writing here: with all that is unconfirmed.
    fn write_on(&mut self, connection: ConnectionId) {
        self.writing = Some(connection);
        let line = self.lines.get_mut(&connection).unwrap();
        line.extend(self.unconfirmed.iter().map(|number| packet(*number)));
    }

    fn connect(&mut self) {
        let connection = self.world.call(PLACES[self.place]);
        self.lines
            .insert(connection, VecDeque::from([HELLO.to_owned()]));
        self.write_on(connection);
    }

    /// Some of what is on its way arrives.
    fn arrive(&mut self, connection: ConnectionId, most: usize) {
        for _ in 0..most {
            let line = self.lines.get_mut(&connection);
            let Some(frame) = line.and_then(VecDeque::pop_front) else {
                return;
            };
            self.world.event(Event::Frame {
                connection,
                frame: frame.as_bytes().into(),
            });
        }
    }

    /// What was written to it arrives.
    fn hear(&mut self, connection: ConnectionId) {
        for packet in self.world.packets.remove(&connection).unwrap_or_default() {
            let received = packet["received"].as_array();
            for id in received.into_iter().flatten() {
                let number: usize = id.as_str().unwrap().parse().unwrap();
                self.unconfirmed.retain(|waiting| *waiting != number);
            }
        }
    }

    fn end(&mut self, connection: ConnectionId) {
        self.lines.remove(&connection);
        self.world.packets.remove(&connection);
        self.world.event(Event::LinkEnded { connection });
        if self.writing == Some(connection) {
            self.writing = None;
            // An older one that is still open, perhaps.
            if let Some(other) = self.any_line()
                && self.random.bool()
            {
                self.write_on(other);
            }
        }
    }

    /// The gateway has closed some.
    fn notice_ends(&mut self) {
        for connection in std::mem::take(&mut self.world.ended) {
            if self.lines.contains_key(&connection) {
                // Read to its end, or not.
                let most = self.random.usize(..4);
                self.arrive(connection, most);
                if self.random.bool() {
                    self.hear(connection);
                }
                self.end(connection);
            }
        }
    }

    fn answer(&mut self, most: usize) {
        for _ in 0..most.min(self.world.waiting_answers.len()) {
            let answer = self.world.waiting_answers.remove(0);
            self.world.event(answer);
        }
    }

    /// The address book as it is now.
    fn book(&self) -> Book {
        let (is_there, blocked) = self.entry;
        let john = Contact {
            blocked,
            ..contact("John Smith", PLACES[self.place])
        };
        Book {
            contacts: is_there.then_some(john).into_iter().collect(),
            ..Book::default()
        }
    }

    fn follow_book(&mut self) {
        let book = self.book();
        self.world.event(Event::BookRead(Ok(book)));
    }

    fn crash(&mut self) {
        let world = std::mem::replace(&mut self.world, World::new());
        self.world = world.crash(Settings::default(), self.book());
        self.alice = self.world.attached("alice", "");
        self.lines.clear();
        self.writing = None;
    }

    fn step(&mut self) {
        let what = self.random.u32(..100);
        self.log.push(what);
        match what {
            0..15 => self.say(),
            15..45 => {
                if let Some(line) = self.any_line() {
                    let most = self.random.usize(1..5);
                    self.arrive(line, most);
                }
            }
            45..60 => {
                let most = self.random.usize(1..4);
                self.answer(most);
            }
            60..68 => {
                if let Some(line) = self.any_line() {
                    self.hear(line);
                }
            }
            68..73 => self.connect(),
            // It was on another for a moment, which the gateway has never seen.
            73..78 => {
                if let Some(line) = self.any_line() {
                    self.write_on(line);
                }
            }
            78..81 => {
                if let Some(line) = self.any_line() {
                    self.end(line);
                }
            }
            81 => {
                if let Some(line) = self.writing.take() {
                    let goodbye = r#"{"status":0}"#.to_owned();
                    self.lines.get_mut(&line).unwrap().push_back(goodbye);
                }
            }
            82..85 => {
                let keeps_up = self.random.bool();
                match keeps_up {
                    true => self.world.disk_catches_up(),
                    false if self.world.slow_disk.is_none() => {
                        self.world.slow_disk = Some(self.world.writes);
                    }
                    false => {}
                }
            }
            85..88 => self.world.slow_answers = true,
            88..90 => {
                self.answer(usize::MAX);
                self.world.slow_answers = false;
            }
            90..93 => {
                self.entry.0 = !self.entry.0;
                self.follow_book();
            }
            93 => {
                self.entry.1 = !self.entry.1;
                self.follow_book();
            }
            // Of one that is not in the book, nobody could say that it is the same.
            94 if !self.entry.0 => {}
            94 => {
                self.place = 1 - self.place;
                for connection in self.lines.keys().copied().collect::<Vec<_>>() {
                    self.end(connection);
                }
                self.writing = None;
                self.follow_book();
            }
            95..97 => {
                // As after a flood and a pause.
                for talk in self.world.gateway.correspondences.values_mut() {
                    talk.inbox.recent.rest();
                }
            }
            97..99 => {
                let time = Duration::from_millis(self.random.u64(..15_000));
                self.world.pass(time);
            }
            _ => self.crash(),
        }
        self.look();
    }

    fn look(&mut self) {
        self.notice_ends();
        let heard = self.world.heard(self.alice);
        let said = heard.iter().filter(|line| line.starts_with(":John!"));
        let said = said.filter(|line| line.contains(" PRIVMSG "));
        self.shown
            .extend(said.map(|line| line.rsplit_once(" :").unwrap().1.to_owned()));
        let right = (0..self.shown.len()).map(|number| format!("m{number}"));
        assert!(self.shown.iter().cloned().eq(right), "{:?}", self.shown);
    }

    /// All is well again, for long enough.
    fn settle(&mut self) {
        self.entry = (true, false);
        self.follow_book();
        self.look();
        self.connect();
        let connection = self.writing.unwrap();
        self.look();
        for _ in 0..3 {
            self.arrive(connection, usize::MAX);
            self.answer(usize::MAX);
            self.world.slow_answers = false;
            self.world.disk_catches_up();
            self.hear(connection);
            self.look();
        }
        assert_eq!(self.shown.len(), self.said);
        assert!(self.unconfirmed.is_empty(), "{:?}", self.unconfirmed);
    }
}

#[test]
fn what_a_well_behaved_sender_says_is_shown_once_and_in_order() {
    for seed in 0..LIVES {
        let mut sender = Sender::new(seed);
        let life = std::panic::AssertUnwindSafe(|| {
            for _ in 0..STEPS {
                sender.step();
            }
            sender.settle();
        });
        if let Err(fault) = std::panic::catch_unwind(life) {
            eprintln!("the life of seed {seed}: {:?}", sender.log);
            std::panic::resume_unwind(fault);
        }
    }
}
