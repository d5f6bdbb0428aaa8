//! A made-up world around one gateway, and a judge of all that it does there.
//!
//! A [script](script) of bytes says what happens: which client or peer says what, what the
//! store and the clock do. Everything that the gateway says is looked at as it comes, and
//! after each step its [census](enclave_irc::gateway::census) is.

mod answers;
mod belief;
mod book;
mod client;
mod dialogue;
mod effects;
mod judge;
mod peer;
mod peers;
mod script;
mod store;
mod time;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use enclave_irc::book::{Book, Change};
use enclave_irc::clock::{Now, Timestamp};
use enclave_irc::enclave::ConnectionId;
use enclave_irc::enclave::address::Address;
use enclave_irc::gateway::effect::Effects;
use enclave_irc::gateway::event::Event;
use enclave_irc::gateway::settings::Settings;
use enclave_irc::gateway::{ChangeId, Gateway};
use enclave_irc::irc::ClientId;
use enclave_irc::irc::codec::Line;
use enclave_irc::irc::listener::{Origin, Place};
use enclave_irc::store::Loaded;

use client::{Cause, Client};
use peer::{Connection, Said};
use store::Store;

/// 2020-09-13T12:26:40Z.
const START: i64 = 1_600_000_000_000;

/// Our own address, between the contacts'.
const OWN: u8 = b'5';

/// A gateway and everything around it.
pub struct World {
    gateway: Gateway,
    seed: u64,
    settings: Settings,
    now: Now,
    clients: BTreeMap<ClientId, Client>,
    last_client: u64,
    /// Those that are open or being dialled.
    connections: BTreeMap<ConnectionId, Connection>,
    /// The latest that the gateway gave up.
    given_up: VecDeque<ConnectionId>,
    /// By the peer's address.
    said: BTreeMap<Address, Said>,
    book: Book,
    /// Those who are contacts now, and those who were before this step.
    friends: BTreeSet<Address>,
    changes: VecDeque<(ChangeId, Change)>,
    passwords: VecDeque<(ClientId, bool)>,
    store: Store,
    /// The store does nothing by itself.
    store_waits: bool,
    /// Clients answer no PING, and take nothing of what they are sent.
    clients_sleep: bool,
    /// Who is waited for, to take it.
    undrained: BTreeSet<ClientId>,
    /// What follows from what was carried out.
    aftermath: VecDeque<(Event, Cause)>,
    /// Why the event came that is being handled, and whose it is.
    cause: Cause,
    asker: Option<ClientId>,
}

impl World {
    /// A world in which nothing has happened yet.
    pub fn new(receipts: bool) -> Self {
        let settings = Settings {
            networks: ["fc00::/8", "200::/7"]
                .map(|one| one.parse().expect("a network"))
                .into(),
            receipts,
            ..Settings::default()
        };
        let now = Now {
            monotonic: Duration::ZERO,
            wall: Timestamp(START),
        };
        let book = book::first();
        let loaded = Loaded::default();
        let mut world = Self {
            gateway: Gateway::new(settings.clone(), book.clone(), loaded, now, 7),
            seed: 7,
            settings,
            now,
            clients: BTreeMap::new(),
            last_client: 0,
            connections: BTreeMap::new(),
            given_up: VecDeque::new(),
            said: BTreeMap::new(),
            friends: book.contacts.iter().map(|one| one.address).collect(),
            book,
            changes: VecDeque::new(),
            passwords: VecDeque::new(),
            store: Store::default(),
            store_waits: false,
            clients_sleep: false,
            undrained: BTreeSet::new(),
            aftermath: VecDeque::new(),
            cause: Cause::Unasked,
            asker: None,
        };
        world.start();
        world
    }

    /// Takes the first steps of a script that is known.
    pub fn begin(&mut self, script: &str) {
        for step in script.lines() {
            self.step(step.as_bytes());
        }
    }

    /// Runs a script, and makes an end.
    pub fn run(mut self, script: &[u8]) {
        for step in script.split(|byte| *byte == b'\n').take(script::STEPS) {
            self.step(step);
            self.judge();
        }
        self.come_to_rest();
        self.judge();
        self.judge_rest();
    }

    fn start(&mut self) {
        let mut effects = Effects::default();
        self.gateway.start(self.now, &mut effects);
        self.carry_out(effects);
        self.event(Event::OwnAddresses(vec![address(OWN)]), Cause::Unasked);
        self.settle();
    }

    /// The program ends without a word, and starts again with what is durable.
    fn crash(&mut self) {
        let loaded = self.store.crash();
        self.clients.clear();
        self.connections.clear();
        self.given_up.clear();
        self.changes.clear();
        self.passwords.clear();
        self.aftermath.clear();
        self.undrained.clear();
        self.store_waits = false;
        self.now.monotonic = Duration::ZERO;
        // Another, or messages would be called what others were.
        self.seed += 1;
        let (settings, book) = (self.settings.clone(), self.book.clone());
        self.gateway = Gateway::new(settings, book, loaded, self.now, self.seed);
        self.start();
    }

    /// Something happens. What follows from it at once is left to [`settle`](Self::settle).
    fn event(&mut self, event: Event, cause: Cause) {
        self.cause = cause;
        self.asker = match &event {
            Event::ClientLine { client, .. } | Event::ClientConnected { client, .. } => {
                Some(*client)
            }
            _ => None,
        };
        let mut effects = Effects::default();
        self.gateway.handle(event, self.now, &mut effects);
        self.carry_out(effects);
    }

    /// What follows from what has happened, and from that.
    fn settle(&mut self) {
        loop {
            while let Some((event, cause)) = self.aftermath.pop_front() {
                self.event(event, cause);
            }
            if !self.store_waits || self.store.queued() > script::BEHIND {
                self.store_works(usize::MAX);
                self.store_commits();
            }
            if !self.clients_sleep {
                self.clients_drain();
                self.clients_pong();
            }
            self.deliver_all();
            if self.aftermath.is_empty() {
                break;
            }
        }
    }

    fn store_works(&mut self, jobs: usize) {
        for _ in 0..jobs.min(self.store.queued()) {
            let answered = self.store.work();
            self.aftermath
                .extend(answered.map(|event| (event, Cause::Later)));
        }
    }

    fn store_commits(&mut self) {
        let stored = self.store.commit();
        self.aftermath
            .extend(stored.map(|event| (event, Cause::Later)));
    }

    fn clients_drain(&mut self) {
        for client in std::mem::take(&mut self.undrained) {
            let drained = Event::ClientDrained { client };
            self.aftermath.push_back((drained, Cause::Later));
        }
    }

    fn clients_pong(&mut self) {
        for (&client, one) in &mut self.clients {
            for token in std::mem::take(&mut one.pings) {
                if !one.closed {
                    let line = Line::Text(format!("PONG :{token}"));
                    self.aftermath
                        .push_back((Event::ClientLine { client, line }, Cause::Other));
                }
            }
        }
    }

    /// A client connects, and the door is sure of who it is, or not.
    fn connect(&mut self, trusted: bool) {
        self.last_client += 1;
        let client = ClientId(self.last_client);
        // Many come from one place.
        let host = (self.last_client % 4) as u8;
        let peer = SocketAddr::from(([127, 0, 0, host], 50_000));
        let local = SocketAddr::from(([127, 0, 0, 1], 6667));
        let origin = Origin {
            trusted,
            ..Origin::trusted(Place::Tcp { peer, local })
        };
        self.clients.insert(client, Client::default());
        self.event(Event::ClientConnected { client, origin }, Cause::Other);
    }

    /// A client says bytes; the lines that they make are heard.
    fn say(&mut self, client: ClientId, bytes: &[u8]) {
        let Some(one) = self.clients.get_mut(&client) else {
            return;
        };
        for line in one.say(bytes) {
            let Some(one) = self.clients.get_mut(&client) else {
                return;
            };
            // A line may still be on its way when it is closed.
            if !one.closed {
                one.ask(&line);
            }
            self.event(Event::ClientLine { client, line }, Cause::Other);
        }
    }

    /// A client's connection is over.
    fn vanish(&mut self, client: ClientId) {
        if self.clients.remove(&client).is_some() {
            let reason = "Connection reset by peer".to_owned();
            self.event(Event::ClientEnded { client, reason }, Cause::Unasked);
        }
    }
}

/// The address of a peer, by its sign in a script. `0` and `1` are contacts at first, `3`
/// and `4` have one owner, `5` are we, `6` is out of reach.
fn address(sign: u8) -> Address {
    let text = match sign {
        b'0' => "fc00::1".to_owned(),
        b'1' => "fc00::9".to_owned(),
        b'2' => "fc00::a".to_owned(),
        b'3' => "300:1:2:3::5".to_owned(),
        b'4' => "300:1:2:3::6".to_owned(),
        b'5' => "fc00::5".to_owned(),
        b'6' => "2001:db8::1".to_owned(),
        other => format!("fc00::1:{other:x}"),
    };
    text.parse().expect("an address")
}
