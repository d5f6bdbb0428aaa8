//! What a process reads from its connections, and how it learns of their ends.

use std::time::Duration;

use bytes::Buf;
use enclave_irc::enclave::mesh::DialFailure;
use enclave_irc::gateway::event::Event;

use crate::what::What;
use crate::wire::State;
use crate::world::World;

impl World {
    /// A process reads one frame, or the end.
    pub fn read(&mut self, wire: usize, at: usize) {
        let end = &mut self.wires[wire].ends[at];
        if end.state == State::Lingering {
            if end.other_has_ended || end.lingers_until <= self.now {
                end.state = State::Gone;
                self.keepalive_soon(wire, 1 - at);
            }
            return;
        }
        let (node, number, connection) = (end.node, end.process, end.connection);
        let alive = !self.nodes[node].kind.is_ours()
            || self.nodes[node]
                .process
                .as_ref()
                .is_some_and(|process| process.number == number);
        let Some(limit) = end.reading.filter(|_| end.is_open() && alive) else {
            return;
        };
        let Some(header) = end.inbox.first_chunk::<4>() else {
            return self.read_end(wire, at);
        };
        let length = u32::from_be_bytes(*header) as usize;
        if length > limit {
            return self.violate(|| format!("n{node} is sent a frame of {length} bytes"));
        }
        if end.inbox.len() < 4 + length {
            return self.read_end(wire, at);
        }
        end.inbox.advance(4);
        let frame = end.inbox.split_to(length);
        end.read += 4 + length as u64;
        end.heard = true;
        self.note(|| {
            let text = String::from_utf8_lossy(&frame);
            format!("n{node} reads from wire {wire}: {text}")
        });
        self.plan(Duration::ZERO, What::Read { wire, at });
        self.mark_read(wire, at);
        if self.nodes[node].kind.is_ours() {
            for frame in self.tamper_with_frame(wire, at, frame) {
                if self.wires[wire].ends[at].is_open() {
                    self.event(node, Event::Frame { connection, frame });
                }
            }
        } else {
            self.script_hears(wire, at, &frame);
        }
    }

    pub fn keepalive_soon(&mut self, wire: usize, at: usize) {
        let after = self.chance.seconds(1, 50);
        self.plan(
            after,
            What::Keepalive {
                wire,
                at,
                since: u64::MAX,
            },
        );
    }

    /// All is read; perhaps that was all.
    fn read_end(&mut self, wire: usize, at: usize) {
        if self.wires[wire].ends[at].other_has_ended {
            self.last_report(wire, at);
            self.depart(wire, at);
            self.tell_end(wire, at, "is closed");
        }
    }

    /// An end breaks; its process is told.
    pub fn break_end(&mut self, wire: usize, at: usize, how: &str) {
        let was_open = self.wires[wire].ends[at].is_open();
        let was_waiting = self.wires[wire].ends[at].state == State::Waiting;
        if was_open {
            self.last_report(wire, at);
        }
        self.vanish(wire, at, false);
        if was_open {
            self.tell_end(wire, at, how);
        } else if was_waiting && at == 0 {
            self.wires[wire].ends[0].state = State::Waiting;
            self.failed(wire, DialFailure::TimedOut);
        }
    }

    fn tell_end(&mut self, wire: usize, at: usize, how: &str) {
        let end = &self.wires[wire].ends[at];
        let (node, number, connection) = (end.node, end.process, end.connection);
        self.note(|| format!("wire {wire} {how} at n{node}"));
        if !self.nodes[node].kind.is_ours() {
            return self.script_ended(wire);
        }
        if self.nodes[node]
            .process
            .as_ref()
            .is_some_and(|process| process.number == number)
        {
            self.forget(node, connection);
            self.event(node, Event::LinkEnded { connection });
        }
    }

    /// A process looks at what its kernel has had acknowledged.
    pub fn report(&mut self, wire: usize, at: usize) {
        let end = &self.wires[wire].ends[at];
        if end.is_open() && end.watched.is_some() {
            self.last_report(wire, at);
        }
    }

    pub fn last_report(&mut self, wire: usize, at: usize) {
        let end = &mut self.wires[wire].ends[at];
        let Some(watched) = end.watched else { return };
        let (node, number, connection) = (end.node, end.process, end.connection);
        let claimed = self
            .fault
            .map_or(end.acknowledged, |fault| fault.claim(end));
        if end.acknowledged >= watched {
            end.watched = None;
        }
        if claimed <= end.reported {
            return;
        }
        end.reported = claimed;
        if self.nodes[node]
            .process
            .as_ref()
            .is_none_or(|process| process.number != number)
        {
            return;
        }
        self.mark_reported(wire, at);
        self.note(|| format!("n{node} hears that {claimed} bytes on wire {wire} have arrived"));
        self.event(
            node,
            Event::Acknowledged {
                connection,
                bytes: claimed,
            },
        );
    }
}
