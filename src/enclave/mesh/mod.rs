//! The whole mesh as one node sees it, as a pure state machine: the links with all
//! contacts, our own presence, whom to dial when, and strangers in quarantine.
//!
//! Every method is one input. It says what time it is, and what shall come of it is put
//! into an [`Outcome`]: orders for the sockets, news for the person's side. Nothing here
//! reads a clock, waits, or touches a socket, so a test can run any number of nodes
//! against each other through every order of events.
//!
//! | room | what is decided there |
//! |---|---|
//! | `incoming` | connections, packets and ends, as they come |
//! | `contacts` | who is a contact, who is silenced or blocked |
//! | `delivery` | messages to contacts until they have arrived, and receipts for theirs |
//! | `dialling` | whom to dial when |
//! | `own` | our addresses, our presence, being dark |
//! | `strangers` | those who are not in the address book |
//!
//! What belongs to one contact alone is in [`link`](super::link).

#[cfg(any(test, fuzzing))]
pub mod census;
mod contacts;
mod delivery;
mod dialling;
mod incoming;
mod own;
mod strangers;

#[cfg(test)]
mod explorer;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::ConnectionId;
use super::address::Address;
use super::link::{Dial, Link, LinkView};
use super::network::Network;
use super::order::{Order, Outcome};
use crate::clock::Now;

pub use contacts::SILENCE;
pub use dialling::DialFailure;
pub use own::OwnPresence;
pub use strangers::Request;

use dialling::Slots;
use incoming::Garbage;
use own::Own;
use strangers::Strangers;

/// What does not change while the program runs.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whom we believe and talk to: callers from elsewhere are turned away.
    pub networks: Vec<Network>,
    /// The largest frame taken from a contact, bytes.
    pub max_frame: usize,
    /// Whether we give messages ids and tags, confirm those of others, and say so; otherwise
    /// nothing goes out but what the Enclave specification names.
    pub receipts: bool,
}

/// Whose a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Whose {
    /// A contact's, open or being dialled.
    Contact(Address),
    /// That of a request, by the owner of its address.
    Stranger(Address),
}

/// What a moment was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Alarm {
    Link(Address),
    Strangers,
    Garbage,
    Change,
}

/// The state of all links. See the [module](self) for how it is used.
#[derive(Clone, Debug)]
pub struct Mesh {
    policy: Policy,
    rng: fastrand::Rng,
    own: Own,
    links: BTreeMap<Address, Link>,
    strangers: Strangers,
    /// Every connection that we have not given up, and every dial under way.
    connections: BTreeMap<ConnectionId, Whose>,
    next_connection: u64,
    slots: Slots,
    /// At most one for each link, so nothing has to be looked through.
    alarms: BTreeSet<(Duration, Alarm)>,
    /// The alarm that is set for strangers.
    strangers_alarm: Option<Duration>,
    garbage: Garbage,
    blocked: BTreeSet<Address>,
    /// Until when, by the owner of the address.
    silenced: BTreeMap<Address, Duration>,
}

impl Mesh {
    /// A node without addresses, contacts or a word to say, not dark. The same seed and
    /// the same inputs give the same outcome.
    pub fn new(policy: Policy, seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            own: Own::new(policy.receipts),
            links: BTreeMap::new(),
            strangers: Strangers::default(),
            connections: BTreeMap::new(),
            next_connection: 0,
            slots: Slots::default(),
            alarms: BTreeSet::new(),
            strangers_alarm: None,
            garbage: Garbage::default(),
            blocked: BTreeSet::new(),
            silenced: BTreeMap::new(),
            policy,
        }
    }

    /// An id for a connection that has just been accepted, to be reported with
    /// [`accepted`](Self::accepted). Dials take theirs from the same count.
    pub fn next_connection(&mut self) -> ConnectionId {
        self.next_connection += 1;
        ConnectionId(self.next_connection)
    }

    /// The moment, on the monotonic clock, at which [`tick`](Self::tick) has something to
    /// do; `None` while there is nothing to wait for. It may change with every input.
    pub fn deadline(&self) -> Option<Duration> {
        self.alarms.first().map(|&(at, _)| at)
    }

    /// Does all that is due.
    pub fn tick(&mut self, now: Now, out: &mut Outcome) {
        while let Some(&(at, alarm)) = self.alarms.first() {
            if at > now.monotonic {
                break;
            }
            self.alarms.pop_first();
            match alarm {
                Alarm::Link(peer) => {
                    if let Some(link) = self.links.get_mut(&peer) {
                        link.alarm = None;
                        link.settle(now.monotonic);
                    }
                    self.dial_if_due(peer, now, out);
                    self.settle(peer, now, out);
                }
                Alarm::Strangers => {
                    self.strangers_alarm = None;
                    for connection in self.strangers.tick(now.monotonic, out) {
                        self.close(connection, out);
                    }
                    self.schedule_strangers();
                }
                Alarm::Garbage => self.garbage_due(now, out),
                Alarm::Change => {
                    self.tell_change(now, out);
                    // What has happened meanwhile comes first.
                    if self.own.is_telling() {
                        break;
                    }
                }
            }
        }
    }

    /// A contact's link as it is now; `None` for one who is not a contact, or is blocked.
    pub fn link(&self, peer: Address) -> Option<LinkView> {
        self.links.get(&peer).map(Link::view)
    }

    /// The requests that the person has been asked about, in the order of their numbers.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.strangers.requests()
    }

    /// All contacts, in the order of their addresses.
    fn contacts(&self) -> impl Iterator<Item = Address> {
        self.links.keys().copied()
    }

    /// Has a connection closed in good order, and forgets it.
    fn close(&mut self, connection: ConnectionId, out: &mut Outcome) {
        self.connections.remove(&connection);
        out.order(Order::Close { connection });
    }

    /// Has a connection dropped, and forgets it.
    fn abort(&mut self, connection: ConnectionId, out: &mut Outcome) {
        self.connections.remove(&connection);
        out.order(Order::Abort { connection });
    }

    /// After anything that happened to a link: does what follows for its connections, and
    /// sets its alarm anew.
    fn settle(&mut self, peer: Address, now: Now, out: &mut Outcome) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        while let Some(connection) = link.connections.half_close(now.monotonic) {
            out.order(Order::HalfClose { connection });
        }
        while let Some(connection) = link.connections.expire(now.monotonic) {
            self.connections.remove(&connection);
            out.order(Order::Close { connection });
        }
        if let Some(winner) = link.connections.winner_mut()
            && winner.told != self.own.version
        {
            // It was a loser when our presence changed.
            winner.told = self.own.version;
            winner.write(self.own.handshake(now.wall), out);
        }
        link.flow(self.policy.receipts, now.monotonic, out);
        while let Some(connection) = link.parting.expire(now.monotonic) {
            self.connections.remove(&connection);
            out.order(Order::Close { connection });
        }
        let wait = if link.take_end() {
            let redial = link.end(now, &mut self.rng, out);
            let under_way = matches!(link.dial, Dial::Underway { .. });
            (redial.regardless || !under_way).then_some(redial.wait)
        } else {
            link.replace(now, &mut self.rng)
        };
        let Some(wait) = wait else {
            return set_link_alarm(&mut self.alarms, link);
        };
        self.cancel_dial(peer, out);
        self.fill_slots(now, out);
        self.dial_at(peer, now.monotonic + wait, false, now, out);
        self.reschedule(peer);
    }

    /// Brings the alarm of a link up to date.
    fn reschedule(&mut self, peer: Address) {
        if let Some(link) = self.links.get_mut(&peer) {
            set_link_alarm(&mut self.alarms, link);
        }
    }

    /// Brings the alarm for strangers up to date.
    fn schedule_strangers(&mut self) {
        let deadline = self.strangers.deadline();
        let before = std::mem::replace(&mut self.strangers_alarm, deadline);
        set_alarm(&mut self.alarms, Alarm::Strangers, before, deadline);
    }
}

fn set_link_alarm(alarms: &mut BTreeSet<(Duration, Alarm)>, link: &mut Link) {
    let deadline = link.deadline();
    if deadline != link.alarm {
        let before = std::mem::replace(&mut link.alarm, deadline);
        set_alarm(alarms, Alarm::Link(link.peer), before, deadline);
    }
}

fn set_alarm(
    alarms: &mut BTreeSet<(Duration, Alarm)>,
    alarm: Alarm,
    before: Option<Duration>,
    after: Option<Duration>,
) {
    if let Some(before) = before {
        alarms.remove(&(before, alarm));
    }
    if let Some(after) = after {
        alarms.insert((after, alarm));
    }
}
