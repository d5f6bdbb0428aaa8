//! Peers of another make, each with its own idea of what to do with two connections.

use bytes::Bytes;

use super::node::Act;
use crate::enclave::packet::{Packet, Status};

/// What a naive peer does that ours do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Habit {
    /// Keeps the newest connection and closes the older.
    KeepsNewest,
    /// The same, with a status 0 on the one it closes: good manners, badly applied.
    KeepsNewestWithGoodbye,
    /// Keeps the first and closes the newer.
    KeepsFirst,
    /// Keeps them all, and writes to the first.
    KeepsAll,
    /// Keeps them all, and never sends a handshake.
    NoHandshake,
    /// Writes only to connections that it dialled.
    AnswersWhereItDialled,
    /// Sends its handshake and closes.
    HandshakeThenFin,
}

/// A naive peer.
#[derive(Clone, Debug, Hash)]
pub(super) struct Naive {
    pub(super) habit: Habit,
    /// Open connections, by wire, in the order of opening; whether it dialled.
    pub(super) open: Vec<(usize, bool)>,
    pub(super) dialling: bool,
    /// What was said to it: wire and text.
    pub(super) received: Vec<(usize, String)>,
}

impl Naive {
    pub(super) fn new(habit: Habit) -> Self {
        Self {
            habit,
            open: Vec::new(),
            dialling: false,
            received: Vec::new(),
        }
    }

    /// Dials, if it has no connection.
    pub(super) fn dial(&mut self) -> Vec<Act> {
        if self.dialling || !self.open.is_empty() {
            return Vec::new();
        }
        self.dialling = true;
        vec![Act::Dial(None)]
    }

    pub(super) fn opened(&mut self, wire: usize, dialled: bool) -> Vec<Act> {
        self.dialling &= !dialled;
        let mut acts = Vec::new();
        let older: Vec<usize> = self.open.iter().map(|&(wire, _)| wire).collect();
        if self.habit == Habit::KeepsFirst && !older.is_empty() {
            return vec![Act::Close(wire)];
        }
        self.open.push((wire, dialled));
        let mute = self.habit == Habit::NoHandshake
            || (self.habit == Habit::AnswersWhereItDialled && !dialled);
        if !mute {
            acts.push(Act::Write(wire, status(Status::Available)));
        }
        match self.habit {
            Habit::KeepsNewest => acts.extend(older.iter().map(|&old| Act::Close(old))),
            Habit::KeepsNewestWithGoodbye => acts.extend(older.iter().flat_map(|&old| {
                let goodbye = Act::Write(old, status(Status::Offline));
                [goodbye, Act::Close(old)]
            })),
            Habit::HandshakeThenFin => acts.push(Act::Close(wire)),
            _ => return acts,
        }
        let closed = |wire: usize| acts.iter().any(|act| *act == Act::Close(wire));
        self.open.retain(|&(wire, _)| !closed(wire));
        acts
    }

    pub(super) fn frame(&mut self, wire: usize, frame: &[u8]) {
        if let Some(text) = Packet::parse(frame).unwrap().message {
            self.received.push((wire, text));
        }
    }

    /// The other side has closed, so it closes too.
    pub(super) fn ended(&mut self, wire: usize) {
        self.open.retain(|&(open, _)| open != wire);
    }

    /// The connection it writes to.
    pub(super) fn writes_to(&self) -> Option<usize> {
        let mut open = self.open.iter();
        match self.habit {
            Habit::AnswersWhereItDialled => open.find(|(_, dialled)| *dialled),
            Habit::KeepsNewest | Habit::KeepsNewestWithGoodbye => open.next_back(),
            _ => open.next(),
        }
        .map(|&(wire, _)| wire)
    }
}

fn status(status: Status) -> Bytes {
    let packet = Packet {
        status: Some(status),
        ..Packet::default()
    };
    packet.to_frame()
}
