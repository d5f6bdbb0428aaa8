//! A node of the explored world: one of ours, driven as the real driver drives it, or a
//! naive one.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use bytes::Bytes;

use super::naive::Naive;
use crate::clock::Now;
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::mesh::Mesh;
use crate::enclave::news::{News, Presence};
use crate::enclave::order::{Order, Outcome};

/// What a node does to the network. Connections are named by their wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Dial(Option<ConnectionId>),
    Write(usize, Bytes),
    HalfClose(usize),
    Close(usize),
    Abort(usize),
}

/// A node of ours.
#[derive(Clone, Debug)]
pub(super) struct Ours {
    pub(super) mesh: Mesh,
    pub(super) wires: BTreeMap<ConnectionId, usize>,
    /// What it was told of its contact.
    pub(super) presence: Presence,
    /// How often the contact went offline.
    pub(super) absences: usize,
    pub(super) received: Vec<(usize, String)>,
    /// All that its person said, and how much of it is known to have arrived.
    pub(super) said: Vec<String>,
    pub(super) delivered: usize,
    /// Wires on which it wants to know what has arrived.
    pub(super) watched: BTreeSet<usize>,
}

impl Hash for Ours {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mesh = &self.mesh;
        (&mesh.own, &mesh.links, &mesh.connections, &mesh.slots).hash(state);
        (&mesh.alarms, mesh.rng.get_seed(), &self.wires).hash(state);
        (&self.presence, self.absences, &self.received).hash(state);
        (&self.said, self.delivered, &self.watched).hash(state);
    }
}

impl Ours {
    pub(super) fn new(mesh: Mesh) -> Self {
        Self {
            mesh,
            wires: BTreeMap::new(),
            presence: Presence::Offline,
            absences: 0,
            received: Vec::new(),
            said: Vec::new(),
            delivered: 0,
            watched: BTreeSet::new(),
        }
    }

    /// One input, and what comes of it; `wire` is the one it came on.
    pub(super) fn input(
        &mut self,
        wire: Option<usize>,
        input: impl FnOnce(&mut Mesh, &mut Outcome),
    ) -> Vec<Act> {
        let mut out = Outcome::default();
        input(&mut self.mesh, &mut out);
        for news in out.news {
            match news {
                News::Presence { presence, .. } => {
                    assert_ne!(presence, self.presence, "no news");
                    self.absences += usize::from(presence == Presence::Offline);
                    self.presence = presence;
                }
                News::Message { text, .. } => self.received.push((wire.unwrap(), text)),
                News::Delivered { keys, .. } => {
                    for key in keys {
                        assert_eq!(self.said[self.delivered], key.to_string(), "out of turn");
                        self.delivered += 1;
                    }
                }
                News::Linked { .. } | News::Attempted { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        out.orders
            .into_iter()
            .filter_map(|order| self.act(order))
            .collect()
    }

    fn act(&mut self, order: Order) -> Option<Act> {
        Some(match order {
            Order::Dial { connection, .. } => Act::Dial(Some(connection)),
            Order::Write { connection, frame } => Act::Write(self.wires[&connection], frame),
            Order::HalfClose { connection } => Act::HalfClose(self.wires[&connection]),
            Order::Close { connection } => Act::Close(self.wires[&connection]),
            Order::Abort { connection } => Act::Abort(self.wires[&connection]),
            Order::Watch { connection } => {
                self.watched.insert(self.wires[&connection]);
                return None;
            }
            Order::Listen { .. } | Order::Read { .. } => return None,
            Order::Pause { .. } => panic!("a contact is never paused"),
        })
    }

    pub(super) fn id(&self, wire: usize) -> ConnectionId {
        let found = self.wires.iter().find(|(_, known)| **known == wire);
        *found.unwrap().0
    }

    /// The connection it writes to.
    pub(super) fn writes_to(&self) -> Option<usize> {
        let link = self.mesh.links.values().next()?;
        Some(self.wires[&link.connections.winner()?.id])
    }
}

/// A node.
#[derive(Clone, Debug, Hash)]
pub(super) enum Node {
    Ours(Box<Ours>),
    Naive(Naive),
}

impl Node {
    pub(super) fn opened(
        &mut self,
        wire: usize,
        dialled: bool,
        us: Address,
        peer: Address,
        now: Now,
    ) -> Vec<Act> {
        match self {
            Self::Naive(naive) => naive.opened(wire, dialled),
            Self::Ours(ours) if dialled => {
                let id = ours.id(wire);
                ours.input(None, |mesh, out| mesh.dialled(id, Ok(()), now, out))
            }
            Self::Ours(ours) => {
                let id = ours.mesh.next_connection();
                ours.wires.insert(id, wire);
                ours.input(None, |mesh, out| mesh.accepted(id, peer, us, now, out))
            }
        }
    }

    pub(super) fn refused(&mut self, wire: usize, now: Now) -> Vec<Act> {
        match self {
            Self::Naive(naive) => {
                naive.dialling = false;
                Vec::new()
            }
            Self::Ours(ours) => {
                let id = ours.id(wire);
                let refused = Err(crate::enclave::mesh::DialFailure::Refused);
                ours.input(None, |mesh, out| mesh.dialled(id, refused, now, out))
            }
        }
    }

    pub(super) fn frame(&mut self, wire: usize, frame: &[u8], now: Now) -> Vec<Act> {
        let content = &frame[4..];
        match self {
            Self::Naive(naive) => {
                naive.frame(wire, content);
                Vec::new()
            }
            Self::Ours(ours) => {
                let id = ours.id(wire);
                ours.input(Some(wire), |mesh, out| mesh.frame(id, content, now, out))
            }
        }
    }

    pub(super) fn ended(&mut self, wire: usize, now: Now) -> Vec<Act> {
        match self {
            Self::Naive(naive) => {
                naive.ended(wire);
                Vec::new()
            }
            Self::Ours(ours) => {
                let id = ours.id(wire);
                ours.input(None, |mesh, out| mesh.ended(id, now, out))
            }
        }
    }

    pub(super) fn writes_to(&self) -> Option<usize> {
        match self {
            Self::Naive(naive) => naive.writes_to(),
            Self::Ours(ours) => ours.writes_to(),
        }
    }

    pub(super) fn received(&self) -> &[(usize, String)] {
        match self {
            Self::Naive(naive) => &naive.received,
            Self::Ours(ours) => &ours.received,
        }
    }

    pub(super) fn ours(&self) -> Option<&Ours> {
        match self {
            Self::Naive(_) => None,
            Self::Ours(ours) => Some(ours),
        }
    }
}
