//! One request: a stranger, and what it has said so far.

use std::time::Duration;

use crate::clock::{Now, Timestamp};
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::link::{ALIAS_MAX, Connection, TEXT_MAX, kept};
use crate::enclave::packet::{Packet, Status};

/// What a stranger may make us hold, bytes of frames. Then it is not read any more, so
/// nothing is lost and nothing grows.
const HELD_MAX: usize = 64 * 1024;

/// What a frame costs beside its content: even empty ones come to an end.
const FRAME_OVERHEAD: usize = 4;

/// The person is asked about a stranger that says nothing after this.
const PROMPT_AFTER: Duration = Duration::from_secs(5);

/// A stranger that has not sent a packet by then is closed: it does not want to talk.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// One who is not in the address book and wants to talk.
#[derive(Clone, Debug, Hash)]
pub struct Request {
    address: Address,
    number: Option<u32>,
    alias: Option<String>,
    /// The latest, for the moment it is accepted.
    status: Option<Status>,
    text: Option<String>,
    held: Vec<(String, Timestamp)>,
    bytes: usize,
    since: Timestamp,
    arrived: Duration,
    pub(super) connection: Option<Connection>,
    /// It has sent a packet, on whatever connection.
    spoken: bool,
    paused: bool,
    pub(super) shown: bool,
    pub(super) said_more: bool,
}

impl Request {
    /// A stranger that has just connected.
    pub(super) fn new(address: Address, connection: Connection, now: Now) -> Self {
        Self {
            address,
            number: None,
            alias: None,
            status: None,
            text: None,
            held: Vec::new(),
            bytes: 0,
            since: now.wall,
            arrived: now.monotonic,
            connection: Some(connection),
            spoken: false,
            paused: false,
            shown: false,
            said_more: false,
        }
    }

    /// Who.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Its number, which no other request has as long as the program runs. `None` until
    /// the person is to be asked.
    pub fn number(&self) -> Option<u32> {
        self.number
    }

    /// What it calls itself.
    pub fn alias(&self) -> Option<&str> {
        self.alias.as_deref()
    }

    /// Its first message.
    pub fn words(&self) -> Option<&str> {
        self.held.first().map(|(text, _)| &**text)
    }

    /// How many messages wait for it to be accepted.
    pub fn messages(&self) -> usize {
        self.held.len()
    }

    /// When it first connected.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// Whether it is connected now.
    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    pub(in crate::enclave::mesh) fn connection_id(&self) -> Option<ConnectionId> {
        self.connection.as_ref().map(|connection| connection.id)
    }

    /// When it first connected, on the monotonic clock.
    pub(super) fn arrived(&self) -> Duration {
        self.arrived
    }

    pub(super) fn prompt(&mut self, number: u32) {
        self.number = Some(number);
    }

    /// Whether it may make room for another: the person does not know of it, and nothing
    /// it said would be lost.
    pub(super) fn may_be_evicted(&self) -> bool {
        self.held.is_empty() && !self.shown
    }

    /// Whether it stays without a connection.
    pub(super) fn outlives_connection(&self) -> bool {
        !self.held.is_empty() || (self.shown && self.spoken)
    }

    /// Whether it holds as much as it may, so that it is not to be read.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= HELD_MAX
    }

    /// Whether it has just become full, and its connection has to be paused. True once
    /// for each connection.
    pub(super) fn take_full(&mut self) -> bool {
        self.is_full() && !std::mem::replace(&mut self.paused, true)
    }

    /// Another connection takes the place of the one there was, which comes back.
    pub(super) fn reconnect(&mut self, connection: Connection) -> Option<ConnectionId> {
        self.paused = self.is_full();
        let before = self.connection.replace(connection);
        before.map(|connection| connection.id)
    }

    /// Takes a frame in, with the packet it held if it held one.
    pub(super) fn hold(&mut self, packet: Option<&Packet>, length: usize, now: Now) {
        self.bytes = self.bytes.saturating_add(length + FRAME_OVERHEAD);
        let Some(packet) = packet else {
            return;
        };
        self.spoken = true;
        if let Some(connection) = &mut self.connection {
            connection.heard = true;
        }
        if let Some(alias) = packet.alias.as_deref().filter(|alias| !alias.is_empty()) {
            self.alias = Some(kept(alias, ALIAS_MAX));
        }
        self.status = packet.status.or(self.status);
        if let Some(text) = &packet.status_message {
            self.text = Some(kept(text, TEXT_MAX));
        }
        if let Some(text) = &packet.message {
            let timestamp = packet.timestamp.unwrap_or(now.wall);
            self.held.push((text.clone(), timestamp));
        }
    }

    /// When [`is_prompt_due`](Self::is_prompt_due) or [`is_too_silent`](Self::is_too_silent)
    /// becomes true.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let prompt = self.number.is_none().then(|| self.prompt_at());
        prompt.into_iter().chain(self.silent_until()).min()
    }

    /// Whether the person is to be asked now although nothing was said.
    pub(super) fn is_prompt_due(&self, now: Duration) -> bool {
        self.number.is_none() && self.prompt_at() <= now
    }

    /// Whether it has been connected for long without sending a packet.
    pub(super) fn is_too_silent(&self, now: Duration) -> bool {
        self.silent_until().is_some_and(|until| until <= now)
    }

    fn prompt_at(&self) -> Duration {
        self.arrived + PROMPT_AFTER
    }

    fn silent_until(&self) -> Option<Duration> {
        let connection = self.connection.as_ref().filter(|_| !self.spoken)?;
        Some(connection.opened + SILENT_MAX)
    }

    /// It is accepted: its connection, and what it said, as packets: first what it said
    /// of itself, then message by message.
    pub(in crate::enclave::mesh) fn into_parts(self) -> (Option<Connection>, Vec<Packet>) {
        let itself = Packet {
            status: self.status.filter(|&status| status != Status::Offline),
            status_message: self.text,
            alias: self.alias,
            ..Packet::default()
        };
        let messages = self.held.into_iter().map(|(text, timestamp)| Packet {
            message: Some(text),
            timestamp: Some(timestamp),
            ..Packet::default()
        });
        let packets = std::iter::once(itself).chain(messages).collect();
        (self.connection, packets)
    }
}
