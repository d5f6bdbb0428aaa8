//! The network: what carries bytes, what cuts it, and how kernels find out.

use std::time::Duration;

use crate::what::What;
use crate::wire::State;
use crate::world::World;

/// How long a kernel tries before it gives a connection up: within a minute.
const DEAD_AFTER: (u64, u64) = (20, 58);

fn pair(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

impl World {
    /// Whether bytes get from one machine to another.
    pub fn is_open(&self, one: usize, other: usize) -> bool {
        let reachable = |node: usize| self.nodes[node].is_reachable();
        reachable(one) && reachable(other) && !self.cuts.contains(&pair(one, other))
    }

    pub fn is_wire_open(&self, wire: usize) -> bool {
        let [one, other] = &self.wires[wire].ends;
        self.is_open(one.node, other.node)
    }

    fn openings(&self, wire: usize) -> u64 {
        let [one, other] = &self.wires[wire].ends;
        let between = pair(one.node, other.node);
        self.openings.get(&between).copied().unwrap_or(0)
    }

    /// Two nodes cannot reach each other for a while.
    pub fn cut(&mut self, one: usize, other: usize, lasts: Duration) {
        let between = pair(one, other);
        if self.cuts.insert(between) {
            self.note(|| format!("n{one} and n{other} are cut off for {lasts:?}"));
            self.give_up_later(|ends| pair(ends[0], ends[1]) == between, one);
            self.plan(lasts, What::Heal { between });
        }
    }

    pub fn heal(&mut self, between: (usize, usize)) {
        if self.cuts.remove(&between) {
            self.note(|| format!("n{} and n{} can reach each other", between.0, between.1));
            self.resume(|ends| pair(ends[0], ends[1]) == between, between.0);
        }
    }

    /// A machine can no longer be reached by anybody.
    pub fn shut(&mut self, node: usize) {
        self.give_up_later(|_| true, node);
    }

    /// It can be reached again.
    pub fn open_again(&mut self, node: usize) {
        self.resume(|_| true, node);
    }

    fn wires_of(&mut self, node: usize, which: impl Fn([usize; 2]) -> bool) -> Vec<usize> {
        let wires = &self.wires;
        self.nodes[node]
            .wires
            .retain(|wire| !wires[*wire].is_over());
        let mut found = self.nodes[node].wires.clone();
        found.retain(|&wire| which(wires[wire].ends.each_ref().map(|end| end.node)));
        found
    }

    /// Both kernels of each of these connections will find out, if nothing changes.
    fn give_up_later(&mut self, which: impl Fn([usize; 2]) -> bool, node: usize) {
        for wire in self.wires_of(node, which) {
            for at in 0..2 {
                self.keepalive_later(wire, at);
            }
        }
    }

    pub fn keepalive_later(&mut self, wire: usize, at: usize) {
        let since = self.openings(wire);
        let after = self.chance.seconds(DEAD_AFTER.0, DEAD_AFTER.1);
        self.plan(after, What::Keepalive { wire, at, since });
    }

    /// What was held goes on its way again.
    fn resume(&mut self, which: impl Fn([usize; 2]) -> bool, node: usize) {
        for wire in self.wires_of(node, which) {
            let [one, other] = self.wires[wire].ends.each_ref().map(|end| end.node);
            *self.openings.entry(pair(one, other)).or_default() += 1;
            for from in 0..2 {
                let mut arrives = self.now + self.chance.milliseconds(10, 5000);
                let mut arrivals = Vec::new();
                for segment in &mut self.wires[wire].ends[from].in_flight {
                    arrives += Duration::from_millis(1);
                    segment.arrives = arrives;
                    arrivals.push(arrives - self.now);
                }
                let end = &mut self.wires[wire].ends[from];
                end.last_arrival = end.last_arrival.max(arrives);
                for after in arrivals {
                    self.plan(after, What::Segment { wire, from });
                }
                self.say_what_arrived(wire, from);
                // Where one side has gone meanwhile, the other will be told.
                self.keepalive_later(wire, from);
            }
        }
    }

    /// A kernel finds out that the other side is gone, or was out of reach for too long.
    pub fn keepalive(&mut self, wire: usize, at: usize, since: u64) {
        let other = self.wires[wire].ends[1 - at].state == State::Gone;
        let cut = !self.is_wire_open(wire) && self.openings(wire) == since;
        if self.wires[wire].ends[at].state != State::Gone && (other || cut) {
            self.break_end(wire, at, "is found dead");
        }
    }

    /// Bytes are given to the kernel, which sends them in pieces of any length.
    pub fn send(&mut self, wire: usize, from: usize, bytes: bytes::Bytes) {
        let mut left = bytes;
        self.wires[wire].ends[from].written += left.len() as u64;
        while !left.is_empty() {
            let most = if self.chance.one_in(3) {
                1 + self.chance.below(left.len())
            } else {
                left.len()
            };
            let piece = left.split_to(most);
            self.send_segment(wire, from, piece, false);
        }
    }

    /// Says that no more comes.
    pub fn finish(&mut self, wire: usize, from: usize) {
        if !std::mem::replace(&mut self.wires[wire].ends[from].has_ended, true) {
            self.send_segment(wire, from, bytes::Bytes::new(), true);
        }
    }

    fn send_segment(&mut self, wire: usize, from: usize, bytes: bytes::Bytes, is_end: bool) {
        let delay = self.chance.delay();
        let end = &mut self.wires[wire].ends[from];
        let arrives = end.last_arrival.max(self.now + delay);
        end.last_arrival = arrives;
        end.in_flight.push_back(crate::wire::Segment {
            arrives,
            bytes,
            is_end,
        });
        self.queue.plan(arrives, What::Segment { wire, from });
    }

    /// What is first in line reaches the other kernel.
    pub fn segment(&mut self, wire: usize, from: usize) {
        let now = self.now;
        let first = self.wires[wire].ends[from].in_flight.front();
        if first.is_none_or(|segment| segment.arrives > now) || !self.is_wire_open(wire) {
            return;
        }
        let Some(segment) = self.wires[wire].ends[from].in_flight.pop_front() else {
            return;
        };
        let to = 1 - from;
        let end = &mut self.wires[wire].ends[to];
        if end.state == State::Gone {
            if !segment.is_end {
                let after = self.chance.delay();
                self.plan(after, What::Reset { wire, to: from });
            }
            return;
        }
        end.taken += segment.bytes.len() as u64;
        end.other_has_ended |= segment.is_end;
        let is_read = end.state != State::Lingering;
        if is_read {
            end.inbox.extend_from_slice(&segment.bytes);
        }
        self.mark_taken(wire, from, is_read);
        self.say_what_arrived(wire, to);
        let after = self.chance.delay() / 8;
        self.plan(after, What::Read { wire, at: to });
    }

    /// A kernel acknowledges all that has arrived at its end `at`.
    pub fn say_what_arrived(&mut self, wire: usize, at: usize) {
        let end = &self.wires[wire].ends[at];
        if end.state != State::Gone {
            let through = end.taken;
            let after = self.chance.delay();
            self.plan(
                after,
                What::Acknowledge {
                    wire,
                    to: 1 - at,
                    through,
                },
            );
        }
    }

    pub fn acknowledge(&mut self, wire: usize, to: usize, through: u64) {
        if !self.is_wire_open(wire) {
            return;
        }
        let end = &mut self.wires[wire].ends[to];
        end.acknowledged = end.acknowledged.max(through);
        if end.watched.is_some() {
            let after = self.chance.milliseconds(0, 200);
            self.plan(after, What::Report { wire, at: to });
        }
    }

    /// The other side says that there is no such connection.
    pub fn reset(&mut self, wire: usize, to: usize) {
        if self.is_wire_open(wire) && self.wires[wire].ends[to].state != State::Gone {
            self.break_end(wire, to, "is reset");
        }
    }

    /// One end is gone, with all that is on its way from it; the other learns of it in one
    /// way or another.
    pub fn vanish(&mut self, wire: usize, at: usize, says_so: bool) {
        self.drop_inbox(wire, at);
        let end = &mut self.wires[wire].ends[at];
        end.state = State::Gone;
        end.in_flight.clear();
        let to = 1 - at;
        if says_so {
            let after = self.chance.delay();
            self.plan(after, What::Reset { wire, to });
        }
        self.keepalive_later(wire, to);
    }

    /// One end is gone in good order: what is on its way arrives, and then its end.
    pub fn depart(&mut self, wire: usize, at: usize) {
        self.finish(wire, at);
        self.drop_inbox(wire, at);
        self.wires[wire].ends[at].state = State::Gone;
        self.keepalive_later(wire, 1 - at);
    }

    /// Somewhere on the way a connection is torn down: both ends are told.
    pub fn tear(&mut self, wire: usize) {
        self.note(|| format!("wire {wire} is torn"));
        for at in 0..2 {
            if self.wires[wire].ends[at].state != State::Gone {
                let after = self.chance.delay();
                self.plan(after, What::Reset { wire, to: at });
            }
        }
    }
}
