//! What comes of it, and whether that may be.

use super::*;
use crate::enclave::packet::Packet;

impl Wire {
    /// Whether what is nothing but tags is of no use there.
    fn is_tagless(&self) -> bool {
        self.heard && !self.tags
    }
}

impl Model {
    /// What the node says of itself is what was seen of it.
    pub(super) fn compare(&self) {
        let bench = &self.bench;
        let deadline = bench.mesh.deadline();
        assert!(deadline.is_none_or(|at| at > bench.time), "in the past");
        assert!(self.in_order().eq(bench.waiting()), "another order");
        let bytes = self.waiting.values().map(|waiting| waiting.bytes);
        let size = (self.waiting.len(), bytes.sum());
        assert_eq!(bench.mesh.waiting_size(address(HIGHER)), size);
        for (&id, wire) in &self.wires {
            assert_eq!(bench.bytes(id), wire.bytes);
        }
        let winner = bench.mesh.links[&address(HIGHER)].connections.winner();
        if winner.is_some_and(|winner| self.wires[&winner.id].is_tagless()) {
            let mut waiting = self.waiting.values();
            assert!(waiting.all(|one| one.kind != Kind::OnlyTags), "for good");
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
        let given_up = self.is_only_tags(key) && self.wires.values().any(Wire::is_tagless);
        confirmed || given_up || self.wires.values().any(arrived)
    }

    fn written(&mut self, connection: ConnectionId, frame: &[u8]) {
        let packet = Packet::parse(&frame[4..]).unwrap();
        let wire = self.wires.get_mut(&connection).unwrap();
        assert!(!wire.is_half_closed);
        wire.bytes += frame.len() as u64;
        if packet.tags == Some(passing()) {
            assert_eq!((packet.id, packet.message), (None, None));
            assert!(wire.heard && wire.tags, "it knows nothing of that");
            let said: BTreeSet<u64> = wire.said.iter().map(|(key, _)| *key).collect();
            assert!(self.waiting.keys().all(|key| said.contains(key)), "early");
            return;
        }
        let of_tags = packet.tags.map(|tags| tags["key"].clone());
        let words = packet.message.as_deref();
        let of_words = words.map(|text| text.split(' ').next().unwrap().to_owned());
        let Some(key) = of_words.as_ref().or(of_tags.as_ref()) else {
            return;
        };
        let key: u64 = key.parse().unwrap();
        assert_eq!(packet.id, self.receipts.then(|| format!("id-{key}")));
        let kind = self.waiting[&key].kind;
        assert_eq!(of_words.is_some(), kind != Kind::OnlyTags);
        assert_eq!(of_tags.is_some(), kind != Kind::Words && wire.tags);
        let mute = wire.opened + Duration::from_secs(2) <= self.bench.time;
        assert!(wire.heard || mute, "nobody listens yet");
        if !wire.heard {
            self.blind.entry(key).or_default().0 += 1;
        }
        let last = wire.said.last().map(|(key, _)| *key);
        wire.said.push((key, wire.bytes));
        if !wire.heard {
            self.pass_over_tags(key);
        }
        let mut order = self.order.iter().copied();
        if let Some(last) = last {
            order.find(|key| *key == last);
        }
        let next = order.find(|key| self.waiting.contains_key(key));
        let goes_on = !self.moved && next == Some(key);
        if !goes_on {
            // From the beginning, or where it left off on this one.
            let resumed = self.on == Some(connection) && next == Some(key);
            let first = self.in_order().next();
            assert!(self.moved && (first == Some(key) || resumed), "{key}");
            self.assert_old_is_done(connection);
        }
        self.sent.insert(key);
        self.on = Some(connection);
        self.moved = false;
    }

    /// A message has gone to one who is mute: it has its place before the tags that were in
    /// front of it and did not go.
    fn pass_over_tags(&mut self, key: u64) {
        let place = |order: &[u64]| order.iter().position(|one| *one == key).unwrap();
        let mut to = place(&self.order);
        for before in (0..to).rev() {
            let passed = self.order[before];
            if self.is_only_tags(passed) {
                to = before;
            } else if self.waiting.contains_key(&passed) {
                break;
            }
        }
        let from = place(&self.order);
        self.order[to..=from].rotate_right(1);
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
