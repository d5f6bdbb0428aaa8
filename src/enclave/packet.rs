//! One packet: a JSON object with any number of attributes, all of them optional.

use crate::clock::Timestamp;

/// What a node says of its human (Enclave specification, `status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// 0: the node is shutting down; the connection is to be closed.
    Offline,
    /// 1: at the computer and willing to chat.
    Available,
    /// 2: not at the computer.
    Away,
    /// 3: does not wish to be disturbed.
    Busy,
}

/// The attributes of one packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// `status`.
    pub status: Option<Status>,
    /// `status-message`; an empty one clears the text.
    pub status_message: Option<String>,
    /// `alias`: what the sender calls itself (from the later edition of the protocol).
    pub alias: Option<String>,
    /// `message`: what a person said.
    pub message: Option<String>,
    /// `timestamp`: when the packet was made, by the sender's clock.
    pub timestamp: Option<Timestamp>,
}
