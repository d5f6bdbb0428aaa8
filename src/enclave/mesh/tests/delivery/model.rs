//! What must be true of the messages to one contact, by what is seen from outside.

mod observe;

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// One thing that happens. Connections are named by their place among those that are open.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Send {
        length: usize,
    },
    Open {
        dialled: bool,
    },
    Hear {
        which: usize,
        receipts: bool,
    },
    Acknowledge {
        which: usize,
        quarters: u64,
    },
    Confirm {
        which: usize,
        first: u64,
        count: u64,
    },
    End {
        which: usize,
    },
    Goodbye {
        which: usize,
    },
    Cancel {
        keys: Vec<u64>,
    },
    Pass {
        tenths: u64,
    },
}

/// One open connection.
#[derive(Default)]
struct Wire {
    opened: Duration,
    heard: bool,
    receipts: bool,
    bytes: u64,
    acknowledged: u64,
    /// The messages that were written to it: key, and where the frame ended.
    said: Vec<(u64, u64)>,
    /// Until so much has arrived, the kernel is asked.
    watched: u64,
    is_half_closed: bool,
}

pub(super) struct Model {
    bench: Bench,
    receipts: bool,
    wires: BTreeMap<ConnectionId, Wire>,
    dials: Vec<ConnectionId>,
    /// How long the texts are that wait, by key, which is their order.
    waiting: BTreeMap<u64, usize>,
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
            last_key: 0,
            sent: BTreeSet::new(),
            on: None,
            moved: false,
            blind: BTreeMap::new(),
        };
        model.look(&[]);
        model
    }

    fn wire(&mut self, which: usize) -> Option<(ConnectionId, &mut Wire)> {
        let wire = self.wires.iter_mut().nth(which);
        wire.map(|(&id, wire)| (id, wire))
    }

    /// Lets it happen, and looks at what comes of it.
    pub(super) fn take(&mut self, event: Event) {
        let mut confirmed = Vec::new();
        match event {
            Event::Send { length } => {
                self.last_key += 1;
                let text = format!("{} {}", self.last_key, "x".repeat(length));
                self.waiting.insert(self.last_key, text.len());
                self.bench.send(HIGHER, self.last_key, &text);
            }
            Event::Open { dialled } => self.open(dialled),
            Event::Hear { which, receipts } => {
                let confirms = self.receipts;
                let Some((id, wire)) = self.wire(which) else {
                    return;
                };
                wire.heard = true;
                wire.receipts |= receipts && confirms;
                self.bench.frame(id, if receipts { HELLO } else { "{}" });
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
    pub(super) fn finish(mut self) {
        while !self.wires.is_empty() {
            self.take(Event::End { which: 0 });
        }
        self.take(Event::Open { dialled: false });
        let (which, receipts) = (0, true);
        self.take(Event::Hear { which, receipts });
        for _ in 0..self.waiting.len() {
            if self.receipts {
                let first = *self.waiting.keys().next().unwrap_or(&0);
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
