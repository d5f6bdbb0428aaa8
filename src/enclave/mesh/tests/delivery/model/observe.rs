//! What comes of it, and whether that may be.

use super::*;
use crate::enclave::packet::Packet;

impl Model {
    /// What the node says of itself is what was seen of it.
    pub(super) fn compare(&self) {
        let bench = &self.bench;
        let deadline = bench.mesh.deadline();
        assert!(deadline.is_none_or(|at| at > bench.time), "in the past");
        assert!(self.waiting.keys().copied().eq(bench.waiting()));
        let size = (self.waiting.len(), self.waiting.values().sum());
        assert_eq!(bench.mesh.waiting_size(address(HIGHER)), size);
        for (&id, wire) in &self.wires {
            assert_eq!(bench.bytes(id), wire.bytes);
        }
        let told = |(written, told): &(u8, u8)| written == told && *told <= 3;
        assert!(self.blind.values().all(told), "{:?}", self.blind);
    }

    /// Looks at all that came of an input that confirmed these.
    pub(super) fn look(&mut self, confirmed: &[u64]) {
        let out = std::mem::take(&mut self.bench.out);
        for news in out.news {
            match news {
                News::Delivered { keys, .. } => {
                    for key in keys {
                        assert!(self.may_leave(key, confirmed), "{key} has left");
                        assert!(self.waiting.remove(&key).is_some(), "{key} twice");
                    }
                }
                News::Attempted { keys, .. } => {
                    for key in keys {
                        self.blind.entry(key).or_default().1 += 1;
                    }
                }
                _ => {}
            }
        }
        for order in out.orders {
            match order {
                Order::Dial { connection, .. } => self.dials.push(connection),
                Order::Write { connection, frame } => self.written(connection, &frame),
                Order::Watch { connection } => {
                    let wire = self.wires.get_mut(&connection).unwrap();
                    wire.watched = wire.bytes;
                }
                Order::HalfClose { connection } => {
                    self.wires.get_mut(&connection).unwrap().is_half_closed = true;
                }
                Order::Close { connection } | Order::Abort { connection } => {
                    self.dials.retain(|dial| *dial != connection);
                    self.gone(connection);
                }
                _ => {}
            }
        }
    }

    /// Whether somebody whose word counts has said that it has arrived.
    fn may_leave(&self, key: u64, confirmed: &[u64]) -> bool {
        let arrived = |wire: &Wire| {
            let this = |&(said, end): &(u64, u64)| said == key && end <= wire.acknowledged;
            wire.heard && !wire.receipts && wire.said.iter().any(this)
        };
        let confirmed = confirmed.contains(&key) && self.sent.contains(&key);
        confirmed || self.wires.values().any(arrived)
    }

    fn written(&mut self, connection: ConnectionId, frame: &[u8]) {
        let packet = Packet::parse(&frame[4..]).unwrap();
        let wire = self.wires.get_mut(&connection).unwrap();
        assert!(!wire.is_half_closed);
        wire.bytes += frame.len() as u64;
        let Some(text) = packet.message else {
            return;
        };
        let key: u64 = text.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(packet.id, self.receipts.then(|| format!("id-{key}")));
        let mute = wire.opened + Duration::from_secs(2) <= self.bench.time;
        assert!(wire.heard || mute, "nobody listens yet");
        if !wire.heard {
            self.blind.entry(key).or_default().0 += 1;
        }
        let last = wire.said.last().map_or(0, |(key, _)| *key);
        wire.said.push((key, wire.bytes));
        let next = self.waiting.range(last + 1..).next();
        let goes_on = !self.moved && next.is_some_and(|(next, _)| *next == key);
        if !goes_on {
            // From the beginning, or where it left off on this one.
            let first = self.waiting.keys().next();
            let resumed = self.on == Some(connection) && next.is_some_and(|next| *next.0 == key);
            assert!(self.moved && (first == Some(&key) || resumed), "{key}");
            self.assert_old_is_done(connection);
        }
        self.sent.insert(key);
        self.on = Some(connection);
        self.moved = false;
    }

    /// Without receipts nothing overtakes what is on its way on another connection.
    fn assert_old_is_done(&self, new: ConnectionId) {
        let old = self.on.filter(|on| *on != new);
        if let Some(old) = old.and_then(|old| self.wires.get(&old))
            && !self.wires[&new].receipts
        {
            let mut said = old.said.iter();
            let done = |(key, end): &(u64, u64)| {
                !self.waiting.contains_key(key) || *end <= old.acknowledged
            };
            assert!(said.all(done), "overtaken");
        }
    }
}
