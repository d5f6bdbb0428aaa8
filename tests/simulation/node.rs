//! A machine on the mesh with a node on it: one of ours, or one that was written by others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use enclave_irc::book::{Book, Contact};
use enclave_irc::clock::{Now, Timestamp};
use enclave_irc::enclave::ConnectionId;
use enclave_irc::enclave::address::Address;
use enclave_irc::gateway::Gateway;
use enclave_irc::irc::nick::Nick;

use crate::disk::Disk;
use crate::scripted::Scripted;
use crate::what::What;
use crate::world::World;

/// When the simulation begins, on clocks that are right.
const START: i64 = 1_700_000_000_000;

/// What kind of program a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ours, with receipts.
    Ours,
    /// Ours, with `delivery = "plain"`.
    Plain,
    /// One that knows the specification and nothing else.
    Specification,
    /// One that accepts connections and never says a word.
    Mute,
}

impl Kind {
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::Plain)
    }
}

/// A gateway that runs.
pub struct Process {
    pub number: u64,
    pub gateway: Gateway,
    pub born: Duration,
    /// How long the machine has slept since.
    pub slept: Duration,
    pub listening: Vec<Address>,
    /// Wire and end of each connection.
    pub ends: HashMap<ConnectionId, (usize, usize)>,
    /// Client connections, by their number.
    pub clients: Vec<usize>,
    /// Writes handed to the store.
    pub stores: u64,
    /// When it is woken, as is planned.
    pub alarms: BTreeSet<Duration>,
    /// How often in a row a deadline was over and came again.
    pub stuck: u32,
    /// Messages that were read and are not durable.
    pub unsettled: BTreeSet<usize>,
    /// What clients have acknowledged, with the number of the write that says so.
    pub acknowledged: Vec<(u64, String, Vec<usize>)>,
}

/// A machine on the mesh.
pub struct Node {
    pub kind: Kind,
    pub address: Address,
    pub book: Book,
    /// Contacts that were in the book and belong there again in the end.
    pub friends: BTreeSet<usize>,
    pub disk: Disk,
    pub process: Option<Process>,
    /// Processes so far.
    pub processes: u64,
    pub is_asleep: bool,
    pub fell_asleep: Duration,
    pub is_powered: bool,
    pub has_address: bool,
    /// By how much the wall clock is wrong, milliseconds.
    pub skew: i64,
    /// When it was set last.
    pub clock_set: Option<Duration>,
    /// What would have happened while it slept.
    pub held: Vec<What>,
    /// Connections that are not over, perhaps among others that are.
    pub wires: Vec<usize>,
    /// For each name of a client, the messages that it has acknowledged for good.
    pub acknowledged: BTreeMap<String, BTreeSet<usize>>,
    /// What its person says in the end, if away.
    pub away: Option<String>,
    pub scripted: Scripted,
}

impl Node {
    pub fn new(kind: Kind, address: Address) -> Self {
        Self {
            kind,
            address,
            book: Book::default(),
            friends: BTreeSet::new(),
            disk: Disk::new(kind.is_ours()),
            process: None,
            processes: 0,
            is_asleep: false,
            fell_asleep: Duration::ZERO,
            is_powered: true,
            has_address: true,
            skew: 0,
            clock_set: None,
            held: Vec::new(),
            wires: Vec::new(),
            acknowledged: BTreeMap::new(),
            away: None,
            scripted: Scripted::default(),
        }
    }

    /// Whether the network reaches it.
    pub fn is_reachable(&self) -> bool {
        self.is_powered && !self.is_asleep && self.has_address
    }
}

/// The address of each node.
pub fn address(node: usize) -> Address {
    format!("fc00::{:x}", node + 1).parse().unwrap()
}

/// What a contact is called in everybody's address book.
pub fn nick(node: usize) -> String {
    format!("n{node}")
}

/// Which node has that nick.
pub fn by_nick(nick: &str) -> Option<usize> {
    nick.strip_prefix('n')?.parse().ok()
}

pub fn entry(node: usize) -> Contact {
    Contact {
        name: nick(node),
        address: address(node),
        nick: Nick::new(&nick(node)).unwrap(),
        blocked: false,
    }
}

impl World {
    pub fn add_node(&mut self, kind: Kind) {
        let address = address(self.nodes.len());
        self.by_address.insert(address, self.nodes.len());
        self.nodes.push(Node::new(kind, address));
    }

    /// `node` has `whom` in its address book.
    pub fn befriend(&mut self, node: usize, whom: usize) {
        self.nodes[node].book.contacts.push(entry(whom));
        self.nodes[node].friends.insert(whom);
    }

    /// What time it is for a node's process.
    pub fn clocks(&self, node: usize) -> Now {
        let node = &self.nodes[node];
        let milliseconds = i64::try_from(self.now.as_millis()).unwrap();
        let monotonic = (node.process.as_ref()).map_or(Duration::ZERO, |process| {
            self.now - process.born - process.slept
        });
        Now {
            monotonic,
            wall: Timestamp(START + milliseconds + node.skew),
        }
    }

    /// Whether two nodes both confirm what they have received.
    pub fn both_confirm(&self, one: usize, other: usize) -> bool {
        let confirms = |node: usize| self.nodes[node].kind == Kind::Ours;
        confirms(one) && confirms(other)
    }

    pub fn runs(&self, node: usize) -> bool {
        self.nodes[node].process.is_some()
    }

    /// Somebody sets the clock of a machine.
    pub fn set_clock(&mut self, node: usize, skew: i64) {
        if self.nodes[node].skew != skew {
            self.note(|| format!("the clock of n{node} is wrong by {skew} ms now"));
            self.nodes[node].skew = skew;
            self.nodes[node].clock_set = Some(self.now);
        }
    }

    /// The machine goes to sleep, and everything on it.
    pub fn sleep(&mut self, node: usize) {
        if self.nodes[node].is_asleep || !self.nodes[node].is_powered {
            return;
        }
        self.note(|| format!("n{node} falls asleep"));
        self.nodes[node].is_asleep = true;
        self.nodes[node].fell_asleep = self.now;
        self.shut(node);
        let after = if self.chance.one_in(4) {
            self.chance.seconds(300, 4 * 3600)
        } else {
            self.chance.seconds(1, 120)
        };
        self.plan(after, What::Wake { node });
    }

    pub fn wake(&mut self, node: usize) {
        if !self.nodes[node].is_asleep {
            return;
        }
        self.note(|| format!("n{node} wakes up"));
        let slept = self.now - self.nodes[node].fell_asleep;
        self.nodes[node].is_asleep = false;
        let held = std::mem::take(&mut self.nodes[node].held);
        for what in held {
            let after = self.chance.milliseconds(0, 50);
            match what {
                // The order among these is the order in which they were sent.
                What::Lines { .. } | What::Says { .. } | What::Vanishes { .. } => {
                    self.plan(Duration::from_millis(1), what);
                }
                What::Tell { .. } | What::Disk { .. } | What::Commit { .. } => {
                    self.plan(Duration::from_millis(1), what);
                }
                what => self.plan(after, what),
            }
        }
        if let Some(process) = &mut self.nodes[node].process {
            process.slept += slept;
            process.alarms.clear();
            let number = process.number;
            let event = enclave_irc::gateway::event::Event::Woke;
            let after = self.chance.milliseconds(1, 5000);
            self.plan(
                after,
                What::Tell {
                    node,
                    process: number,
                    event,
                },
            );
            self.set_alarm(node);
        }
        self.open_again(node);
    }

    /// The address of a machine goes, or comes back.
    pub fn lose_address(&mut self, node: usize) {
        if !self.nodes[node].has_address {
            return;
        }
        self.note(|| format!("n{node} loses its address"));
        self.nodes[node].has_address = false;
        self.shut(node);
        self.say_addresses(node);
        let after = self.chance.seconds(1, 300);
        self.plan(after, What::AddressBack { node });
    }

    pub fn address_back(&mut self, node: usize) {
        if self.nodes[node].has_address {
            return;
        }
        self.note(|| format!("n{node} has its address again"));
        self.nodes[node].has_address = true;
        self.open_again(node);
        self.say_addresses(node);
    }

    fn say_addresses(&mut self, node: usize) {
        let Some(process) = &self.nodes[node].process else {
            return;
        };
        let process = process.number;
        let event = self.own_addresses(node);
        let after = self.chance.milliseconds(1, 5000);
        self.plan(
            after,
            What::Tell {
                node,
                process,
                event,
            },
        );
    }
}
