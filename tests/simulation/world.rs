//! The made-up world: nodes, the network between them, their people, and time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use enclave_irc::enclave::address::Address;
use enclave_irc::gateway::event::Event;

use crate::chance::Chance;
use crate::client::Client;
use crate::fault::Fault;
use crate::node::Node;
use crate::queue::Queue;
use crate::record::Said;
use crate::what::{Numbers, What};
use crate::whim::Habits;
use crate::wire::Wire;

/// Why a world is not as it should be.
pub type Violation = String;

pub struct World {
    pub now: Duration,
    pub chance: Chance,
    pub queue: Queue<What>,
    pub nodes: Vec<Node>,
    pub by_address: BTreeMap<Address, usize>,
    pub wires: Vec<Wire>,
    pub clients: Vec<Client>,
    pub said: Vec<Said>,
    /// Pairs that cannot reach each other, the lower number first.
    pub cuts: BTreeSet<(usize, usize)>,
    /// How often something that was shut between two nodes has opened.
    pub openings: BTreeMap<(usize, usize), u64>,
    pub habits: Habits,
    pub fault: Option<Fault>,
    pub violation: Option<Violation>,
    pub numbers: Numbers,
    /// Counts what persons have said, in the order in which their gateways heard it.
    pub places: u64,
    pub is_settled: bool,
    /// When nothing was disturbed any more and everything had its time.
    pub quiet_since: Option<Duration>,
    trace: VecDeque<String>,
    trace_length: usize,
}

impl World {
    /// A world without nodes. `trace_length` events are remembered in words.
    pub fn new(seed: u64, fault: Option<Fault>, trace_length: usize) -> Self {
        let mut chance = Chance::new(seed);
        Self {
            now: Duration::ZERO,
            habits: Habits::new(&mut chance),
            chance,
            queue: Queue::default(),
            nodes: Vec::new(),
            by_address: BTreeMap::new(),
            wires: Vec::new(),
            clients: Vec::new(),
            said: Vec::new(),
            cuts: BTreeSet::new(),
            openings: BTreeMap::new(),
            fault,
            violation: None,
            numbers: Numbers::default(),
            places: 0,
            is_settled: false,
            quiet_since: None,
            trace: VecDeque::new(),
            trace_length,
        }
    }

    pub fn plan(&mut self, after: Duration, what: What) {
        self.queue.plan(self.now + after, what);
    }

    /// Lets time pass. Ends early when something is wrong.
    pub fn run(&mut self, end: Duration) {
        while self.violation.is_none()
            && let Some((at, what)) = self.queue.next(end)
        {
            self.now = self.now.max(at);
            self.numbers.events += 1;
            self.happen(what);
        }
        self.now = end;
    }

    fn happen(&mut self, what: What) {
        if let Some(node) = self.sleeper(&what) {
            return self.nodes[node].held.push(what);
        }
        match what {
            What::Call { wire, tries } => self.call(wire, tries),
            What::Accepted { wire } => self.accepted(wire),
            What::Connected { wire, tries } => self.connected(wire, tries),
            What::Failed { wire, why } => self.failed(wire, why),
            What::Segment { wire, from } => self.segment(wire, from),
            What::Acknowledge { wire, to, through } => self.acknowledge(wire, to, through),
            What::Reset { wire, to } => self.reset(wire, to),
            What::Keepalive { wire, at, since } => self.keepalive(wire, at, since),
            What::Read { wire, at } => self.read(wire, at),
            What::Report { wire, at } => self.report(wire, at),
            What::Tell {
                node,
                process,
                event,
            } => self.tell_process(node, process, event),
            What::Alarm { node, process } => self.alarm(node, process),
            What::Disk { node, process } => self.disk(node, process),
            What::Commit { node, process } => self.commit(node, process),
            What::Book {
                node,
                process,
                id,
                change,
            } => self.book(node, process, id, &change),
            // What was read before a change never arrives after it.
            What::Reload { node, process } => {
                let event = Event::BookRead(Ok(self.nodes[node].book.clone()));
                self.tell_process(node, process, event);
            }
            What::Lines { client, lines } => self.lines(client, &lines),
            What::Says { client, line } => self.says(client, line),
            What::Vanishes { client } => self.vanishes(client),
            What::Admit { node, whom } => self.admit(node, whom),
            What::Script { node } => self.script(node),
            What::Whim => self.whim(),
            What::Boot { node } => self.boot(node),
            What::Wake { node } => self.wake(node),
            What::Heal { between } => self.heal(between),
            What::AddressBack { node } => self.address_back(node),
            What::DiskWell { node } => self.disk_well(node),
            What::Settle { step } => self.settle(step),
        }
    }

    /// The node that sleeps, if that is why a thing cannot happen now. What goes on in the
    /// network is not meant: that is held where it is.
    fn sleeper(&self, what: &What) -> Option<usize> {
        let node = match *what {
            What::Accepted { wire } => self.wires[wire].ends[1].node,
            What::Connected { wire, .. } | What::Failed { wire, .. } => {
                self.wires[wire].ends[0].node
            }
            What::Keepalive { wire, at, .. }
            | What::Read { wire, at }
            | What::Report { wire, at } => self.wires[wire].ends[at].node,
            What::Tell { node, .. }
            | What::Alarm { node, .. }
            | What::Disk { node, .. }
            | What::Commit { node, .. }
            | What::Book { node, .. }
            | What::Reload { node, .. }
            | What::Boot { node }
            | What::Admit { node, .. } => node,
            What::Lines { client, .. } | What::Says { client, .. } | What::Vanishes { client } => {
                self.clients[client].node
            }
            _ => return None,
        };
        self.nodes[node].is_asleep.then_some(node)
    }

    /// Something must not be. The first such thing counts; what follows may follow from it.
    pub fn violate(&mut self, what: impl FnOnce() -> String) {
        if self.violation.is_none() {
            let what = what();
            self.note(|| format!("VIOLATION: {what}"));
            self.violation = Some(what);
        }
    }

    /// Remembers what happened in words, if somebody wants to know.
    pub fn note(&mut self, what: impl FnOnce() -> String) {
        if self.trace_length > 0 {
            if self.trace.len() == self.trace_length {
                self.trace.pop_front();
            }
            let seconds = self.now.as_secs_f64();
            self.trace.push_back(format!("{seconds:12.6}  {}", what()));
        }
    }

    pub fn trace(&self) -> impl Iterator<Item = &String> {
        self.trace.iter()
    }
}
