//! Nodes that others wrote: one that knows the specification and nothing else, and one that
//! never says a word.

use std::collections::HashMap;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use enclave_irc::enclave::ConnectionId;
use serde_json::{Value, json};

use crate::node::Kind;
use crate::record::number_of;
use crate::what::What;
use crate::wire::State;
use crate::world::World;

/// How often it dials whom it has no connection with.
const LOOKS_AROUND: Duration = Duration::from_secs(10);

/// What a scripted node knows.
#[derive(Default)]
pub struct Scripted {
    /// Its newest connection with each peer: wire and end.
    links: HashMap<usize, (usize, usize)>,
    dialling: HashMap<usize, usize>,
    /// A frame that is kept back by a fault, and where it came.
    pub kept: Option<(usize, BytesMut)>,
}

/// A packet with its length.
pub fn frame(packet: &Value) -> Bytes {
    let content = packet.to_string();
    let mut frame = BytesMut::new();
    frame.put_u32(content.len() as u32);
    frame.put_slice(content.as_bytes());
    frame.freeze()
}

impl World {
    /// It dials every contact that it has no connection with.
    pub fn script(&mut self, node: usize) {
        self.plan(LOOKS_AROUND, What::Script { node });
        if self.nodes[node].kind != Kind::Specification || self.quiet_since.is_some() {
            return;
        }
        for to in self.nodes[node].friends.clone() {
            let scripted = &self.nodes[node].scripted;
            let is_dialling = scripted
                .dialling
                .get(&to)
                .is_some_and(|wire| self.wires[*wire].ends[0].state == State::Waiting);
            if !scripted.links.contains_key(&to) && !is_dialling {
                let wire = self.dial(node, 0, ConnectionId(0), to);
                self.nodes[node].scripted.dialling.insert(to, wire);
            }
        }
    }

    pub fn script_connected(&mut self, wire: usize) {
        self.script_has(wire, 0);
    }

    pub fn script_accepts(&mut self, wire: usize) {
        self.script_has(wire, 1);
    }

    /// It has a new connection, and says hello, if that is what it does.
    fn script_has(&mut self, wire: usize, at: usize) {
        let (node, peer) = (
            self.wires[wire].ends[at].node,
            self.wires[wire].ends[1 - at].node,
        );
        self.wires[wire].ends[at].reading = Some(1 << 20);
        self.nodes[node].scripted.links.insert(peer, (wire, at));
        self.plan(Duration::ZERO, What::Read { wire, at });
        if self.nodes[node].kind == Kind::Specification {
            let packet = json!({"status": 1, "status-message": "", "timestamp": 1_700_000_000});
            self.write(wire, at, frame(&packet));
        }
    }

    pub fn script_hears(&mut self, wire: usize, at: usize, frame: &[u8]) {
        let end = &self.wires[wire].ends[at];
        let (node, from) = (end.node, self.wires[wire].ends[1 - at].node);
        let Ok(packet) = serde_json::from_slice::<Value>(frame) else {
            return self.violate(|| format!("n{node} hears what is no packet"));
        };
        if let Some(text) = packet["message"].as_str()
            && let Some(said) = number_of(text)
        {
            self.shown(node, said, from, text, None);
        }
        if packet["status"] == 0 {
            self.depart(wire, at);
            self.script_ended(wire);
        }
    }

    pub fn script_ended(&mut self, wire: usize) {
        for end in 0..2 {
            let node = self.wires[wire].ends[end].node;
            self.nodes[node]
                .scripted
                .links
                .retain(|_, (on, at)| *on != wire || *at != end);
        }
    }

    /// Its person writes, if there is a connection; otherwise it is lost at once, as the
    /// specification knows no better.
    pub fn script_writes(&mut self, node: usize, to: usize) {
        let Some(&(wire, at)) = self.nodes[node].scripted.links.get(&to) else {
            return;
        };
        let end = &self.wires[wire].ends[at];
        if !end.is_open() || end.has_ended || self.nodes[node].kind == Kind::Mute {
            return;
        }
        let said = self.new_message(node, to, None);
        self.places += 1;
        self.said[said].place = self.places;
        let packet = json!({"message": self.said[said].text, "timestamp": 1_700_000_000});
        self.write(wire, at, frame(&packet));
    }
}
