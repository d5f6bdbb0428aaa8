//! The translator, and the pure middle of the program: it says what a thing said in
//! Enclave means on IRC, and the other way round.
//!
//! [`Gateway::handle`] takes one [`Event`] and the time, changes the state, and leaves
//! [`Effects`] to be carried out. It does no I/O, reads no clock, waits for nothing: so
//! the whole program can be run in a test, with a made-up clock and network.
//!
//! | room | what it knows |
//! |---|---|
//! | [`event`], [`effect`], `dispatch` | what comes in, what goes out; who takes what |
//! | `deadlines` | what is done when its time has come |
//! | `keys` | who has to show one, and what becomes of those that do not |
//! | `session`, `clients` | one attached client; how clients come, are heard, and go |
//! | `attach` | what a client is greeted with |
//! | `roster`, `reconcile` | contacts and their nicks; following the address book |
//! | `own` | our own presence, computed from what the clients say |
//! | `own_addresses` | where we are on the mesh, and what to say while we are not there |
//! | `contacts` | a contact's presence, told on IRC |
//! | `room`, `calm`, `names` | telling it as fast as a client reads, and not too often; who is in the roster channel |
//! | `outbox`, `inbox`, `recent`, `correspondence` | messages to contacts and from them, once each |
//! | `allowance` | how much may wait to be sent |
//! | `ledger`, `keep`, `calendar` | what is stored, and what waits until it is; how old it is |
//! | `stall` | a store that says nothing |
//! | `absent` | contacts that the store knows and the address book does not |
//! | `conversation`, `playback`, `positions` | messages as clients see them; what they have missed |
//! | `history`, `markers` | what clients ask of the past; up to where the person has read |
//! | `speech`, `message_id` | a message as lines, with its tags |
//! | `multiline`, `tags` | a message of several lines on its way in; client-only tags |
//! | `response`, `batch` | which answer belongs to which request; names for batches |
//! | `strangers` | who asks to be let in |
//! | `commands` | what each IRC command means here |
//! | `service`, `voice` | the control contact: what it does, how it speaks |
//!
//! Rule of thumb: `irc/` knows how it is said, `gateway/` what it means here.

mod absent;
mod allowance;
mod attach;
mod batch;
mod calendar;
mod calm;
#[cfg(any(test, fuzzing))]
pub mod census;
mod clients;
mod commands;
mod contacts;
mod conversation;
mod correspondence;
mod deadlines;
mod dispatch;
pub mod effect;
mod error;
pub mod event;
mod history;
mod inbox;
mod keep;
mod keys;
mod ledger;
mod markers;
mod message_id;
mod multiline;
mod names;
mod outbox;
mod own;
mod own_addresses;
mod pace;
mod playback;
mod positions;
mod recent;
mod reconcile;
pub mod remembered;
mod response;
mod room;
mod roster;
mod service;
mod session;
pub mod settings;
mod speech;
mod stall;
mod strangers;
mod tags;
mod tell;
mod time;
mod voice;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use crate::book::Book;
use crate::clock::Now;
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::mesh::{Mesh, Policy};
use crate::enclave::order::Outcome;
use crate::irc::ClientId;
use crate::irc::listener::Quarter;
use crate::store::Loaded;

use absent::Absent;
use allowance::Allowance;
use batch::Batches;
use calendar::Calendar;
use calm::Restless;
use correspondence::Correspondence;
use effect::{Effect, Effects};
use event::Event;
use keys::WrongTries;
use ledger::Ledger;
use markers::Markers;
use message_id::MessageIds;
use own::Person;
use pace::Pace;
use positions::Positions;
use remembered::Remembered;
use response::Responses;
use roster::{ContactId, Roster};
use service::PendingChange;
use session::Session;
use settings::Settings;
use strangers::Prompts;

/// A longer list of what came of an input is not kept for the next: thousands of contacts may
/// come at once, and then none for days.
const KEPT_OUTCOME: usize = 64;

/// One change of the address book that was asked for, until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeId(pub u64);

/// The whole state of the program.
pub struct Gateway {
    settings: Settings,
    mesh: Mesh,
    roster: Roster,
    restless: Restless,
    /// In the order in which they connected: [`ClientId`]s only grow.
    sessions: BTreeMap<ClientId, Session>,
    person: Person,
    /// Contacts the store knows that are not in the address book.
    absent: Absent,
    /// Those of them that were in it when the program ended; empty once it was read.
    missing: BTreeSet<ContactId>,
    next_contact: u32,
    /// Those of which it has yet to be stored when they were linked and seen last, and when
    /// that is done.
    unwritten: BTreeSet<ContactId>,
    write_unwritten_at: Option<Duration>,
    correspondences: BTreeMap<ContactId, Correspondence>,
    ledger: Ledger,
    allowance: Allowance,
    pace: Pace,
    positions: Positions,
    markers: Markers,
    wrong_tries: WrongTries,
    is_looking_at_password: bool,
    /// Where the last one came from.
    looked_at_last: Option<Quarter>,
    calendar: Calendar,
    /// When texts that are old enough are deleted next, on the monotonic clock.
    next_expiry: Option<Duration>,
    /// When room that a flood has needed is given back next, on the monotonic clock.
    next_rest: Option<Duration>,
    prompts: Prompts,
    /// A contact is being taken in, so what is heard of it waited with its request.
    letting_in: bool,
    /// Addresses in the book that have no name and are shut out.
    blocked_strangers: BTreeSet<Address>,
    pending_changes: HashMap<ChangeId, PendingChange>,
    next_change: u64,
    own_addresses: Vec<Address>,
    /// The first of them, as a mask or a numeric has it.
    own_host: Option<String>,
    remembered: Remembered,
    /// Notices that nobody was there to read, told at the next attach.
    unread_notices: Vec<String>,
    /// Contacts that are online.
    online: usize,
    /// The most clients attached, and nicks online with them, at one time.
    most_users: (usize, usize),
    message_ids: MessageIds,
    batches: Batches,
    responses: Responses,
    started: Now,
    /// The time of the event being handled.
    now: Now,
    /// What the event being handled has led to so far.
    effects: Effects,
    /// Empty between two inputs of the mesh; kept for its memory.
    outcome: Outcome,
}

impl Gateway {
    /// A gateway that has heard of nothing yet. `seed` is for jitter and names of messages.
    /// `loaded` is what the store holds.
    pub fn new(settings: Settings, book: Book, loaded: Loaded, now: Now, seed: u64) -> Self {
        let policy = Policy {
            networks: settings.networks.clone(),
            max_frame: settings.max_frame,
            receipts: settings.receipts,
        };
        let remembered = Remembered::loaded(&loaded);
        let markers = Markers::loaded(&loaded);
        let mut gateway = Self {
            blocked_strangers: BTreeSet::new(),
            letting_in: false,
            mesh: Mesh::new(policy, seed),
            roster: Roster::default(),
            restless: Restless::default(),
            sessions: BTreeMap::new(),
            person: Person::new(now.wall),
            absent: Absent::new(),
            missing: BTreeSet::new(),
            next_contact: 1,
            unwritten: BTreeSet::new(),
            write_unwritten_at: None,
            correspondences: BTreeMap::new(),
            ledger: Ledger::after(loaded.last_seq),
            allowance: Allowance::default(),
            pace: Pace::default(),
            positions: Positions::loaded(loaded.positions),
            markers,
            wrong_tries: WrongTries::default(),
            is_looking_at_password: false,
            looked_at_last: None,
            calendar: Calendar::new(remembered.calendar, settings.history, now),
            next_expiry: None,
            next_rest: None,
            prompts: Prompts::default(),
            pending_changes: HashMap::new(),
            next_change: 0,
            own_addresses: Vec::new(),
            own_host: None,
            remembered,
            unread_notices: Vec::new(),
            online: 0,
            most_users: (0, 0),
            // A stream of its own, so that what is said does not change when is dialled.
            message_ids: MessageIds::new(!seed),
            batches: Batches::default(),
            responses: Responses::default(),
            started: now,
            now,
            effects: Effects::default(),
            outcome: Outcome::default(),
            settings,
        };
        // Before anything else: a node that is dark while nobody is attached must not
        // dial even once, and one that is up must know what to say in its handshakes.
        gateway.update_presence();
        gateway.take_up_contacts(loaded.contacts, loaded.outbox);
        gateway.take_up_strangers(loaded.requests, loaded.silenced);
        gateway.follow_book(book);
        gateway.expire();
        gateway
    }

    /// Gives what the address book and the settings lead to, once the doors are open.
    pub fn start(&mut self, now: Now, effects: &mut Effects) {
        self.now = now;
        self.watch_store();
        effects.0.append(&mut self.effects.0);
    }

    /// Handles one event. What it leads to is added to `effects`.
    pub fn handle(&mut self, event: Event, now: Now, effects: &mut Effects) {
        self.now = now;
        self.dispatch(event);
        self.look_for_room();
        self.refuse_asked();
        self.watch_store();
        effects.0.append(&mut self.effects.0);
    }

    /// The id for a connection that was just accepted.
    pub fn next_connection(&mut self) -> ConnectionId {
        self.mesh.next_connection()
    }

    /// How many contacts are in the address book.
    pub fn contacts(&self) -> usize {
        self.roster.len()
    }

    /// How many of them are online.
    pub fn online_contacts(&self) -> usize {
        self.online
    }

    /// Lets the mesh do something, then passes its orders on and tells its news.
    fn mesh<T>(&mut self, act: impl FnOnce(&mut Mesh, Now, &mut Outcome) -> T) -> T {
        let mut outcome = std::mem::take(&mut self.outcome);
        let result = act(&mut self.mesh, self.now, &mut outcome);
        for order in outcome.orders.drain(..) {
            self.effects.push(Effect::Mesh(order));
        }
        for news in outcome.news.drain(..) {
            self.tell_news(news);
        }
        if outcome.orders.capacity().max(outcome.news.capacity()) <= KEPT_OUTCOME {
            self.outcome = outcome;
        }
        result
    }

    fn shut_down(&mut self) {
        self.say_what_is_unstored();
        self.write_unwritten();
        // Clients first: nobody needs to see all contacts leave before the end.
        for client in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.close(client, "The gateway is shutting down");
        }
        self.sessions.clear();
        self.mesh(|mesh, now, out| mesh.shutdown(now, out));
    }
}
