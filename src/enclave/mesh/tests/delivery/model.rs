//! What must be true of the messages to one contact, by what is seen from outside.

mod event;
mod observe;

use std::collections::{BTreeMap, BTreeSet};

use super::*;

pub(super) use event::{Event, Features, Kind};

/// One open connection.
#[derive(Default)]
struct Wire {
    opened: Duration,
    heard: bool,
    receipts: bool,
    tags: bool,
    bytes: u64,
    acknowledged: u64,
    /// The messages that were written to it: key, and where the frame ended.
    said: Vec<(u64, u64)>,
    /// Until so much has arrived, the kernel is asked.
    watched: u64,
    is_half_closed: bool,
}

/// One message that waits.
struct Waiting {
    kind: Kind,
    bytes: usize,
}

pub(super) struct Model {
    bench: Bench,
    receipts: bool,
    wires: BTreeMap<ConnectionId, Wire>,
    dials: Vec<ConnectionId>,
    /// What waits, by key.
    waiting: BTreeMap<u64, Waiting>,
    /// The order of all that ever waited.
    order: Vec<u64>,
    last_key: u64,
    /// All that was ever written to a connection.
    sent: BTreeSet<u64>,
    /// The connection to which a message was written last.
    on: Option<ConnectionId>,
    /// Connections have come or gone since then.
    moved: bool,
    /// How often each was written to one that was mute, and how often that was told.
    blind: BTreeMap<u64, (u8, u8)>,
}

/// A signal.
fn passing() -> Tags {
    Tags::from([("typing".to_owned(), "active".to_owned())])
}

impl Model {
    pub(super) fn new(receipts: bool) -> Self {
        let mut bench = Bench::with_policy(receipts);
        bench.set_own_addresses(&[US]);
        bench.befriend(HIGHER);
        let mut model = Self {
            bench,
            receipts,
            wires: BTreeMap::new(),
            dials: Vec::new(),
            waiting: BTreeMap::new(),
            order: Vec::new(),
            last_key: 0,
            sent: BTreeSet::new(),
            on: None,
            moved: false,
            blind: BTreeMap::new(),
        };
        model.look(&[]);
        model
    }

    /// Keys of what waits, in order.
    fn in_order(&self) -> impl Iterator<Item = u64> {
        let order = self.order.iter().copied();
        order.filter(|key| self.waiting.contains_key(key))
    }

    fn is_only_tags(&self, key: u64) -> bool {
        let waiting = self.waiting.get(&key);
        waiting.is_some_and(|waiting| waiting.kind == Kind::OnlyTags)
    }

    fn wire(&mut self, which: usize) -> Option<(ConnectionId, &mut Wire)> {
        let wire = self.wires.iter_mut().nth(which);
        wire.map(|(&id, wire)| (id, wire))
    }

    /// Lets it happen, and looks at what comes of it.
    pub(super) fn take(&mut self, event: Event) {
        let mut confirmed = Vec::new();
        match event {
            Event::Send { kind, length } => self.send(kind, length),
            Event::Signal => self.bench.signal(&passing()),
            Event::Open { dialled } => self.open(dialled),
            Event::Hear { which, features } => {
                let confirms = self.receipts;
                let Some((id, wire)) = self.wire(which) else {
                    return;
                };
                wire.heard = true;
                wire.receipts |= features.receipts && confirms;
                wire.tags |= features.tags && wire.receipts;
                self.bench.frame(id, features.hello());
            }
            Event::Acknowledge { which, quarters } => {
                // The kernel is asked only where it is to be.
                let is_watched = |wire: &Wire| wire.acknowledged < wire.watched;
                let wire = self.wire(which);
                let Some((id, wire)) = wire.filter(|(_, wire)| is_watched(wire)) else {
                    return;
                };
                wire.acknowledged += (wire.bytes - wire.acknowledged) * quarters / 4;
                let bytes = wire.acknowledged;
                self.bench.acknowledged(id, bytes);
            }
            Event::Confirm {
                which,
                first,
                count,
            } => {
                let Some((id, wire)) = self.wire(which) else {
                    return;
                };
                wire.heard = true;
                let keys = first..first + count;
                let ids: Vec<String> = keys.clone().map(|key| format!("\"id-{key}\"")).collect();
                let ids = ids.join(",");
                self.bench.frame(id, &format!(r#"{{"received":[{ids}]}}"#));
                confirmed.extend(keys);
            }
            Event::End { which } => {
                let Some((id, _)) = self.wire(which) else {
                    return;
                };
                self.gone(id);
                self.bench.ended(id);
            }
            Event::Goodbye { which } => {
                let Some((id, wire)) = self.wire(which) else {
                    return;
                };
                wire.heard = true;
                self.bench.frame(id, r#"{"status":0}"#);
            }
            Event::Cancel { keys } => {
                for key in &keys {
                    self.waiting.remove(key);
                }
                self.bench.cancel(&keys);
            }
            Event::Pass { tenths } => self.pass(Duration::from_millis(100 * tenths)),
        }
        self.look(&confirmed);
        self.compare();
    }

    fn send(&mut self, kind: Kind, length: usize) {
        self.last_key += 1;
        let key = self.last_key;
        let text = match kind {
            Kind::OnlyTags => String::new(),
            _ => format!("{key} {}", "x".repeat(length)),
        };
        let tags = match kind {
            Kind::Words => Tags::new(),
            _ => Tags::from([("key".to_owned(), key.to_string())]),
        };
        let of_tags = tags.values().map(|value| "key".len() + value.len());
        let bytes = text.len() + of_tags.sum::<usize>();
        self.waiting.insert(key, Waiting { kind, bytes });
        self.order.push(key);
        self.bench.send_tags(key, &text, tags);
    }

    fn open(&mut self, dialled: bool) {
        let id = if !dialled {
            ConnectionId(self.bench.mesh.next_connection + 1)
        } else if let Some(id) = self.dials.pop() {
            id
        } else {
            return;
        };
        let opened = self.bench.time;
        let wire = Wire {
            opened,
            ..Wire::default()
        };
        self.wires.insert(id, wire);
        self.moved = true;
        if dialled {
            self.bench.dialled(id, true);
        } else {
            assert_eq!(self.bench.accept(HIGHER), id);
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.bench.time + time;
        while let Some(at) = self.bench.mesh.deadline().filter(|at| *at <= end) {
            self.bench.time = at;
            let now = self.bench.now();
            self.bench.mesh.tick(now, &mut self.bench.out);
            let next = self.bench.mesh.deadline();
            assert!(next.is_none_or(|next| next > at), "again and again");
            self.look(&[]);
        }
        self.bench.time = end;
    }

    fn gone(&mut self, id: ConnectionId) {
        self.wires.remove(&id);
        self.moved = true;
    }

    /// In the end all arrives, once the contact is there and speaks.
    pub(super) fn finish(mut self, tags: bool) {
        while !self.wires.is_empty() {
            self.take(Event::End { which: 0 });
        }
        self.take(Event::Open { dialled: false });
        let which = 0;
        let features = Features {
            receipts: true,
            tags,
        };
        self.take(Event::Hear { which, features });
        for _ in 0..self.waiting.len() {
            if self.receipts {
                let first = self.in_order().next().unwrap_or(0);
                let count = 1;
                self.take(Event::Confirm {
                    which,
                    first,
                    count,
                });
            } else {
                let quarters = 4;
                self.take(Event::Acknowledge { which, quarters });
            }
        }
        assert!(self.waiting.is_empty(), "stuck: {:?}", self.waiting.keys());
    }
}
