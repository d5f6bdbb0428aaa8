//! Two nodes and the network between them, which delivers each thing when it is told to.

use std::time::Duration;

use super::naive::{Habit, Naive};
use super::node::{Act, Node, Ours};
use super::steps::{Budget, Step};
use super::wire::{Item, State, Wire};
use crate::clock::{Now, Timestamp};
use crate::enclave::address::Address;
use crate::enclave::link::Outgoing;
use crate::enclave::mesh::{Mesh, OwnPresence, Policy};
use crate::enclave::packet::{Packet, Status, Tags};

#[derive(Clone, Debug, Hash)]
pub(super) struct World {
    pub(super) time: Duration,
    pub(super) nodes: [Node; 2],
    pub(super) up: [bool; 2],
    pub(super) wires: Vec<Wire>,
    pub(super) budget: Budget,
    said: usize,
    /// How often each node has lost its last connection by the other's doing.
    pub(super) real_ends: [usize; 2],
}

/// Node 0 has the lower address.
fn address(node: usize) -> Address {
    ["fc00::1", "fc00::2"][node].parse().unwrap()
}

fn ours() -> Node {
    let networks = vec!["fc00::/8".parse().unwrap()];
    let policy = Policy {
        networks,
        max_frame: 1 << 20,
        receipts: false,
    };
    Node::Ours(Box::new(Ours::new(Mesh::new(policy, 1))))
}

impl World {
    /// Two of ours, or one of ours as node `us` and a naive one; none is up yet.
    pub(super) fn new(naive: Option<(usize, Habit)>, budget: Budget) -> Self {
        let mut nodes = [ours(), ours()];
        if let Some((us, habit)) = naive {
            nodes[1 - us] = Node::Naive(Naive::new(habit));
        }
        Self {
            time: Duration::from_secs(1),
            nodes,
            up: [false; 2],
            wires: Vec::new(),
            budget,
            said: 0,
            real_ends: [0; 2],
        }
    }

    fn now(&self) -> Now {
        Now {
            monotonic: self.time,
            wall: Timestamp(1_700_000_000_000 + self.time.as_millis() as i64),
        }
    }

    /// When a node has something to do by itself.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let deadline = |node: usize| match &self.nodes[node] {
            Node::Ours(ours) => ours.mesh.deadline(),
            Node::Naive(naive) => (self.up[node] && !naive.dialling && naive.open.is_empty())
                .then(|| self.time + Duration::from_secs(5)),
        };
        (0..2).filter_map(deadline).min()
    }

    pub(super) fn take(&mut self, step: Step) {
        let now = self.now();
        match step {
            Step::Start(node) => {
                self.up[node] = true;
                let acts = match &mut self.nodes[node] {
                    Node::Naive(naive) => naive.dial(),
                    Node::Ours(ours) => ours.input(None, |mesh, out| {
                        mesh.set_own_addresses(vec![address(node)], now, out);
                        mesh.befriend(address(1 - node), None, now, out);
                    }),
                };
                self.carry_out(node, acts);
            }
            Step::Open { wire, at } => {
                self.wires[wire].ends[at].state = State::Open;
                let dialled = self.wires[wire].dialler == at;
                let (us, peer) = (address(at), address(1 - at));
                let acts = self.nodes[at].opened(wire, dialled, us, peer, now);
                self.carry_out(at, acts);
            }
            Step::Refuse(wire) => {
                let dialler = self.wires[wire].dialler;
                for end in &mut self.wires[wire].ends {
                    end.state = State::Gone;
                }
                let acts = self.nodes[dialler].refused(wire, now);
                self.carry_out(dialler, acts);
            }
            Step::Deliver { wire, to } => {
                let item = self.wires[wire].ends[to].inbox.pop_front().unwrap();
                self.real_ends[to] += usize::from(self.is_real_end(wire, to, &item));
                let length = match &item {
                    Item::Frame(frame) => frame.len(),
                    Item::Fin => 0,
                };
                let acts = match item {
                    Item::Frame(frame) => self.nodes[to].frame(wire, &frame, now),
                    Item::Fin => {
                        // The driver sends what is queued, and closes.
                        self.wires[wire].finish(to);
                        self.wires[wire].vanish(to);
                        self.nodes[to].ended(wire, now)
                    }
                };
                self.carry_out(to, acts);
                if length > 0 {
                    self.acknowledge(wire, 1 - to, length);
                }
            }
            Step::Say(node) => {
                self.budget.says[node] -= 1;
                self.say(node);
            }
            Step::Change(node) => {
                self.budget.changes[node] -= 1;
                let Node::Ours(ours) = &mut self.nodes[node] else {
                    return;
                };
                let presence = OwnPresence {
                    status: Status::Busy,
                    text: format!("{}", self.budget.changes[node]),
                    alias: String::new(),
                };
                let acts = ours.input(None, |mesh, out| mesh.set_presence(presence, now, out));
                self.carry_out(node, acts);
            }
            Step::Wake(node) => {
                self.budget.wakes[node] -= 1;
                let Node::Ours(ours) = &mut self.nodes[node] else {
                    return;
                };
                let acts = ours.input(None, |mesh, out| mesh.woke(now, out));
                self.carry_out(node, acts);
            }
            Step::Break(wire) => {
                self.budget.breaks -= 1;
                self.wires[wire].lossy = true;
                self.wires[wire].broken = true;
                for end in &mut self.wires[wire].ends {
                    end.inbox.clear();
                }
                self.wires[wire].finish(0);
                self.wires[wire].finish(1);
            }
            Step::Wait => {
                self.budget.waits = self.budget.waits.saturating_sub(1);
                self.pass_time();
            }
        }
    }

    /// Time passes until a node has something to do, and it does it.
    pub(super) fn pass_time(&mut self) {
        self.time = self.time.max(self.deadline().unwrap());
        let now = self.now();
        for node in 0..2 {
            let acts = match &mut self.nodes[node] {
                Node::Naive(naive) if self.up[node] => naive.dial(),
                Node::Naive(_) => Vec::new(),
                Node::Ours(ours) => ours.input(None, |mesh, out| mesh.tick(now, out)),
            };
            self.carry_out(node, acts);
        }
    }

    /// Whether this ends, by the other's doing alone, the only connection that is open at
    /// this node.
    fn is_real_end(&self, wire: usize, at: usize, item: &Item) -> bool {
        let ended = match item {
            Item::Fin => !self.wires[wire].ends[at].fin_sent,
            Item::Frame(frame) => {
                Packet::parse(&frame[4..]).unwrap().status == Some(Status::Offline)
            }
        };
        let open = self
            .wires
            .iter()
            .filter(|wire| wire.ends[at].state == State::Open);
        ended && open.count() == 1
    }

    fn say(&mut self, node: usize) {
        let now = self.now();
        self.said += 1;
        let text = self.said.to_string();
        let acts = match &mut self.nodes[node] {
            Node::Naive(naive) => {
                let packet = Packet {
                    message: Some(text),
                    ..Packet::default()
                };
                vec![Act::Write(naive.writes_to().unwrap(), packet.to_frame())]
            }
            Node::Ours(ours) => {
                ours.said.push(text.clone());
                let message = Outgoing {
                    key: self.said as u64,
                    id: format!("id-{text}"),
                    text,
                    tags: Tags::new(),
                    timestamp: now.wall,
                    attempts: 0,
                };
                ours.input(None, |mesh, out| {
                    mesh.send(address(1 - node), message, now, out);
                })
            }
        };
        self.carry_out(node, acts);
    }

    /// The kernel of a node of ours has seen a frame arrive at the other end.
    fn acknowledge(&mut self, wire: usize, from: usize, length: usize) {
        let now = self.now();
        let end = &mut self.wires[wire].ends[from];
        end.arrived += length;
        let (bytes, dead) = (end.arrived as u64, end.state != State::Open);
        let Node::Ours(ours) = &mut self.nodes[from] else {
            return;
        };
        if !dead && ours.watched.contains(&wire) {
            let id = ours.id(wire);
            let acts = ours.input(None, |mesh, out| mesh.acknowledged(id, bytes, now, out));
            self.carry_out(from, acts);
        }
    }

    fn carry_out(&mut self, node: usize, acts: Vec<Act>) {
        for act in acts {
            if let Act::Write(wire, _)
            | Act::HalfClose(wire)
            | Act::Close(wire)
            | Act::Abort(wire) = act
            {
                let end = &self.wires[wire].ends[node];
                let dialling = matches!(act, Act::Abort(_)) && end.state == State::Waiting;
                assert!(end.state == State::Open || dialling, "dead: {act:?}");
            }
            match act {
                Act::Dial(id) => {
                    if let (Some(id), Node::Ours(ours)) = (id, &mut self.nodes[node]) {
                        ours.wires.insert(id, self.wires.len());
                    }
                    self.wires.push(Wire::new(node));
                }
                Act::Write(wire, frame) => {
                    let broken = self.wires[wire].broken;
                    let end = &mut self.wires[wire].ends[node];
                    assert!(broken || !end.fin_sent, "written after FIN");
                    end.said.extend(Packet::parse(&frame[4..]).unwrap().message);
                    self.wires[wire].put(1 - node, Item::Frame(frame));
                }
                Act::HalfClose(wire) => self.wires[wire].finish(node),
                Act::Close(wire) | Act::Abort(wire) => {
                    self.wires[wire].finish(node);
                    self.wires[wire].vanish(node);
                }
            }
        }
    }

    /// What `from` said on a wire.
    pub(super) fn said_on(&self, wire: usize, from: usize) -> &[String] {
        &self.wires[wire].ends[from].said
    }
}
