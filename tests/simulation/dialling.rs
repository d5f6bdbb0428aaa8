//! Dials: from one machine to another, and what either process hears of them.

use std::time::Duration;

use enclave_irc::enclave::ConnectionId;
use enclave_irc::enclave::address::Address;
use enclave_irc::enclave::mesh::DialFailure;
use enclave_irc::gateway::event::Event;

use crate::what::What;
use crate::wire::{State, Wire};
use crate::world::World;

/// How often a dial is repeated by the kernel.
const TRIES: u32 = 4;

impl World {
    /// Dials for a gateway or a scripted node. The connection is known by this number.
    pub fn dial(
        &mut self,
        node: usize,
        process: u64,
        connection: ConnectionId,
        to: usize,
    ) -> usize {
        let wire = self.wires.len();
        self.numbers.connections += 1;
        self.wires.push(Wire::new(node, process, connection, to));
        self.nodes[node].wires.push(wire);
        let after = self.chance.delay();
        self.plan(after, What::Call { wire, tries: 0 });
        wire
    }

    pub fn accepted(&mut self, wire: usize) {
        let (node, number) = (
            self.wires[wire].ends[1].node,
            self.wires[wire].ends[1].process,
        );
        if self.wires[wire].ends[1].state != State::Waiting {
            return;
        }
        self.wires[wire].ends[1].state = State::Open;
        if !self.nodes[node].kind.is_ours() {
            return self.script_accepts(wire);
        }
        let Some(process) = &mut self.nodes[node].process else {
            return;
        };
        if process.number != number {
            return;
        }
        let connection = process.gateway.next_connection();
        process.ends.insert(connection, (wire, 1));
        self.wires[wire].ends[1].connection = connection;
        let remote = self.nodes[self.wires[wire].ends[0].node].address;
        let local = self.nodes[node].address;
        self.event(
            node,
            Event::Accepted {
                connection,
                remote,
                local,
            },
        );
    }

    pub fn connected(&mut self, wire: usize, tries: u32) {
        let end = &self.wires[wire].ends[0];
        let (node, connection) = (end.node, end.connection);
        if end.state != State::Waiting {
            // Given up meanwhile.
            let after = self.chance.delay();
            self.plan(after, What::Reset { wire, to: 1 });
            return;
        }
        if !self.is_open(node, self.wires[wire].ends[1].node) {
            let why = DialFailure::TimedOut;
            let after = Duration::from_secs(1 << tries);
            return self.plan(
                after,
                match tries {
                    0..3 => What::Connected {
                        wire,
                        tries: tries + 1,
                    },
                    _ => What::Failed { wire, why },
                },
            );
        }
        self.wires[wire].ends[0].state = State::Open;
        if !self.nodes[node].kind.is_ours() {
            return self.script_connected(wire);
        }
        self.event(
            node,
            Event::Dialled {
                connection,
                outcome: Ok(()),
            },
        );
    }

    pub fn failed(&mut self, wire: usize, why: DialFailure) {
        let end = &mut self.wires[wire].ends[0];
        if end.state != State::Waiting {
            return;
        }
        end.state = State::Gone;
        let (node, connection) = (end.node, end.connection);
        if let Some(process) = &mut self.nodes[node].process {
            process.ends.remove(&connection);
        }
        if self.wires[wire].ends[1].state != State::Gone {
            self.keepalive_soon(wire, 1);
        }
        let outcome = Err(why);
        self.event(
            node,
            Event::Dialled {
                connection,
                outcome,
            },
        );
    }

    pub fn obey_dial(&mut self, node: usize, connection: ConnectionId, from: Address, to: Address) {
        let target = self.by_address.get(&to).copied();
        let (Some(target), true) = (target, self.nodes[node].has_address) else {
            let Some(process) = &self.nodes[node].process else {
                return;
            };
            let process = process.number;
            let outcome = Err(DialFailure::Local);
            let event = Event::Dialled {
                connection,
                outcome,
            };
            return self.plan(
                Duration::ZERO,
                What::Tell {
                    node,
                    process,
                    event,
                },
            );
        };
        if from != self.nodes[node].address {
            self.violate(|| format!("n{node} dials from {from}"));
        }
        let Some(number) = self.nodes[node]
            .process
            .as_ref()
            .map(|process| process.number)
        else {
            return;
        };
        let wire = self.dial(node, number, connection, target);
        if let Some(process) = &mut self.nodes[node].process {
            process.ends.insert(connection, (wire, 0));
        }
        self.note(|| format!("n{node} dials n{target}: wire {wire}"));
    }

    /// A dial reaches the machine that is called.
    pub fn call(&mut self, wire: usize, tries: u32) {
        let [dialler, acceptor] = &self.wires[wire].ends;
        if dialler.state != State::Waiting {
            return;
        }
        let (from, to) = (dialler.node, acceptor.node);
        if !self.is_open(from, to) {
            if tries < TRIES {
                let after = Duration::from_secs(1 << tries);
                self.plan(
                    after,
                    What::Call {
                        wire,
                        tries: tries + 1,
                    },
                );
            } else {
                let why = DialFailure::TimedOut;
                self.plan(Duration::ZERO, What::Failed { wire, why });
            }
            return;
        }
        let after = self.chance.delay();
        let listens = if self.nodes[to].kind.is_ours() {
            let address = self.nodes[to].address;
            let process = self.nodes[to].process.as_ref();
            process
                .filter(|process| process.listening.contains(&address))
                .map(|process| process.number)
        } else {
            Some(0)
        };
        match listens {
            None => self.plan(
                after,
                What::Failed {
                    wire,
                    why: DialFailure::Refused,
                },
            ),
            Some(process) => {
                let end = &mut self.wires[wire].ends[1];
                end.state = State::Waiting;
                end.process = process;
                self.nodes[to].wires.push(wire);
                let soon = self.chance.delay() / 4;
                self.plan(soon, What::Accepted { wire });
                self.plan(after, What::Connected { wire, tries: 0 });
            }
        }
    }
}
