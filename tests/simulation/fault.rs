//! Faults that are made on purpose, around the gateway, to see that the checks see them.

use bytes::{Bytes, BytesMut};
use enclave_irc::store::{Answer, Ask, Known, Loaded, Write};
use serde_json::Value;

use crate::chance::Chance;
use crate::record::number_of;
use crate::wire::End;
use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `received` never arrives.
    DropReceived,
    /// Writes are reported as durable long before they are.
    ReportEarly,
    /// Of two messages that arrive together the second is read first.
    ReorderMessages,
    /// A process that starts does not know what waits.
    ForgetOutbox,
    /// The store has never seen any message before.
    EverythingIsNew,
    /// A frame comes twice.
    FrameTwice,
    /// A line is shown twice.
    LineTwice,
    /// A line is not shown.
    SwallowLine,
    /// A change of status is not heard.
    SwallowStatus,
    /// More is reported as acknowledged than was.
    ClaimTooMuch,
    /// A process that starts has forgotten what its clients have seen.
    ForgetPositions,
    /// A message is reported as durable and was never written.
    LoseWrite,
    /// A message arrives under another id.
    ChangeId,
    /// A frame with a message does not arrive.
    LoseFrame,
    /// A message loses its id on the way.
    DropId,
    /// A program that writes an attribute of its own.
    UnknownAttribute,
    /// The store forgets that a message has arrived.
    ForgetDelivered,
}

impl Fault {
    pub const ALL: [Self; 17] = [
        Self::DropReceived,
        Self::ReportEarly,
        Self::ReorderMessages,
        Self::ForgetOutbox,
        Self::EverythingIsNew,
        Self::FrameTwice,
        Self::LineTwice,
        Self::SwallowLine,
        Self::SwallowStatus,
        Self::ClaimTooMuch,
        Self::ForgetPositions,
        Self::LoseWrite,
        Self::ChangeId,
        Self::LoseFrame,
        Self::DropId,
        Self::UnknownAttribute,
        Self::ForgetDelivered,
    ];

    pub fn reports_early(self) -> bool {
        self == Self::ReportEarly
    }

    /// What a process is told of acknowledged bytes.
    pub fn claim(self, end: &End) -> u64 {
        if self == Self::ClaimTooMuch {
            end.written
        } else {
            end.acknowledged
        }
    }

    /// Whether a write is lost.
    pub fn loses(self, write: &Write, chance: &mut Chance) -> bool {
        match (self, write) {
            (Self::LoseWrite, Write::Message(_)) => chance.one_in(4),
            (Self::ForgetDelivered, Write::Delivered(_)) => true,
            _ => false,
        }
    }
}

/// Whether a line brings a message.
fn has_message(line: &str) -> bool {
    line.contains(" PRIVMSG ") && number_of(line).is_some()
}

impl World {
    /// What a process reads in place of a frame.
    pub fn tamper_with_frame(&mut self, wire: usize, at: usize, frame: BytesMut) -> Vec<BytesMut> {
        let Some(fault) = self.fault else {
            return vec![frame];
        };
        let Ok(Value::Object(mut packet)) = serde_json::from_slice(&frame) else {
            return vec![frame];
        };
        let has_message = packet.contains_key("message");
        match fault {
            Fault::DropReceived => drop(packet.remove("received")),
            Fault::ChangeId if packet.contains_key("id") && self.chance.one_in(4) => {
                let id = format!("other-{}", self.chance.below(1_000_000_000));
                packet.insert("id".to_owned(), id.into());
            }
            Fault::DropId => drop(packet.remove("id")),
            Fault::SwallowStatus
                if packet.contains_key("status")
                    && self.wires[wire].ends[at].read > frame.len() as u64 + 4 =>
            {
                return Vec::new();
            }
            Fault::LoseFrame if has_message && self.chance.one_in(4) => return Vec::new(),
            Fault::FrameTwice if has_message => return vec![frame.clone(), frame],
            Fault::ReorderMessages if has_message => {
                let kept = self.nodes[self.wires[wire].ends[at].node]
                    .scripted
                    .kept
                    .take();
                match kept {
                    Some((on, kept)) if on == wire => return vec![frame, kept],
                    Some((on, other)) => {
                        let keeper = &mut self.nodes[self.wires[wire].ends[at].node].scripted;
                        keeper.kept = Some((on, other));
                        return vec![frame];
                    }
                    None => {
                        let keeper = &mut self.nodes[self.wires[wire].ends[at].node].scripted;
                        keeper.kept = Some((wire, frame));
                        return Vec::new();
                    }
                }
            }
            _ => return vec![frame],
        }
        let text = Value::Object(packet).to_string();
        vec![BytesMut::from(text.as_bytes())]
    }

    /// What is written in place of a frame.
    pub fn tamper_with_written(&mut self, frame: Bytes) -> Bytes {
        if self.fault != Some(Fault::UnknownAttribute) {
            return frame;
        }
        let Ok(Value::Object(mut packet)) = serde_json::from_slice(&frame[4..]) else {
            return frame;
        };
        packet.insert("colour".to_owned(), "red".into());
        crate::scripted::frame(&Value::Object(packet))
    }

    /// What a process starts with.
    pub fn tamper_with_start(&mut self, loaded: &mut Loaded) {
        match self.fault {
            Some(Fault::ForgetOutbox) => loaded.outbox.clear(),
            Some(Fault::ForgetPositions) => loaded.positions.clear(),
            _ => {}
        }
    }

    /// What the store answers.
    pub fn tamper_with_answer(
        &mut self,
        ask: &Ask,
        answer: Result<Answer, String>,
    ) -> Result<Answer, String> {
        match (self.fault, ask) {
            (Some(Fault::EverythingIsNew), Ask::Known { .. }) => Ok(Answer::Known(Known::New)),
            _ => answer,
        }
    }

    /// What a client is shown in place of a line.
    pub fn tamper_with_line<'a>(&mut self, line: &'a str) -> Vec<&'a str> {
        match self.fault {
            Some(Fault::LineTwice) if has_message(line) && self.chance.one_in(10) => {
                vec![line, line]
            }
            Some(Fault::SwallowLine) if has_message(line) && self.chance.one_in(10) => Vec::new(),
            _ => vec![line],
        }
    }
}
