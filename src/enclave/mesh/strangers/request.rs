//! One request: a stranger, and what it has said so far.

use std::time::Duration;

use crate::clock::{Now, Timestamp};
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::link::{ALIAS_MAX, Connection, TEXT_MAX, kept};
use crate::enclave::news::{HeldWords, News, RequestState, StrangerNews};
use crate::enclave::packet::{Packet, Status};

/// What a stranger may make us hold, bytes: of its frames, or of what they are kept as, where
/// that is more. Then it is not read any more, so nothing is lost and nothing grows.
pub(super) const HELD_MAX: usize = 64 * 1024;

/// What a frame costs beside its content: even empty ones come to an end.
pub(super) const FRAME_OVERHEAD: usize = 4;

/// The person is asked about a stranger that says nothing after this.
const PROMPT_AFTER: Duration = Duration::from_secs(5);

/// A stranger that has not sent a packet by then is closed: it does not want to talk.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// What is kept of a packet's words, bytes.
fn kept_of(packet: &Packet) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    length(&packet.message) + length(&packet.id)
}

/// One who is not in the address book and wants to talk.
#[derive(Clone, Debug, Hash)]
pub struct Request {
    pub(super) state: RequestState,
    pub(super) held: Vec<HeldWords>,
    arrived: Duration,
    pub(super) connection: Option<Connection>,
    /// It has sent a packet, on whatever connection.
    spoken: bool,
    paused: bool,
    /// What it repeated on this connection, bytes of frames. It is not held, but whoever
    /// does so without end is read no more either.
    pub(super) repeated: usize,
    /// What was last told to be remembered of it over restarts, if it is.
    kept: Option<RequestState>,
}

impl Request {
    /// A stranger that has just connected.
    pub(super) fn new(address: Address, connection: Connection, now: Now) -> Self {
        Self {
            state: RequestState {
                address,
                number: None,
                alias: None,
                status: None,
                text: None,
                since: now.wall,
                shown: false,
                said_more: false,
                bytes: 0,
            },
            held: Vec::new(),
            arrived: now.monotonic,
            connection: Some(connection),
            spoken: false,
            paused: false,
            repeated: 0,
            kept: None,
        }
    }

    /// A request that was kept over a restart.
    pub(in crate::enclave::mesh) fn restored(
        state: RequestState,
        held: Vec<HeldWords>,
        now: Now,
    ) -> Self {
        Self {
            kept: Some(state.clone()),
            state,
            held,
            arrived: now.monotonic,
            connection: None,
            spoken: true,
            paused: false,
            repeated: 0,
        }
    }

    /// What is to be remembered of it over restarts, but for its words: where that is
    /// anything, and new.
    pub(super) fn keep(&mut self) -> Option<RequestState> {
        let is_new = self.outlives_connection() && self.kept.as_ref() != Some(&self.state);
        if is_new {
            self.kept = Some(self.state.clone());
        }
        self.kept.clone().filter(|_| is_new)
    }

    /// The news that it is to be remembered no more, if it was.
    pub(in crate::enclave::mesh) fn dropped(&self) -> Option<News> {
        let address = self.address();
        let dropped = News::Stranger(StrangerNews::Dropped { address });
        self.kept.is_some().then_some(dropped)
    }

    /// The person has seen the prompt. Whether that is new.
    pub(super) fn show(&mut self) -> bool {
        !std::mem::replace(&mut self.state.shown, true)
    }

    /// Whether the person was told that it said more.
    pub(super) fn said_more(&self) -> bool {
        self.state.said_more
    }

    /// The person is told now that it said more.
    pub(super) fn tell_more(&mut self) {
        self.state.said_more = true;
    }

    /// Who.
    pub fn address(&self) -> Address {
        self.state.address
    }

    /// Its number, which no other request ever has. `None` until the person is to be asked.
    pub fn number(&self) -> Option<u32> {
        self.state.number
    }

    /// What it called itself until the person was asked.
    pub fn alias(&self) -> Option<&str> {
        self.state.alias.as_deref()
    }

    /// Its first message.
    pub fn words(&self) -> Option<&str> {
        self.held.first().map(|words| &*words.text)
    }

    /// How many messages wait for it to be accepted.
    pub fn messages(&self) -> usize {
        self.held.len()
    }

    /// When it first connected.
    pub fn since(&self) -> Timestamp {
        self.state.since
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
        self.state.number = Some(number);
    }

    /// Whether it may make room for another: nothing it said would be lost.
    ///
    /// That the person has been shown its prompt does not count. Whoever fills all places
    /// twice would see by what stays open whether the person is there.
    pub(super) fn may_be_evicted(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether it stays without a connection.
    pub(super) fn outlives_connection(&self) -> bool {
        !self.held.is_empty() || (self.state.shown && self.spoken)
    }

    /// Whether it has said as much as it may, so that it is not to be read.
    pub(super) fn is_full(&self) -> bool {
        self.state.bytes >= HELD_MAX || self.repeated >= HELD_MAX
    }

    /// Whether it has just become full, and its connection has to be paused. True once
    /// for each connection.
    pub(super) fn take_full(&mut self) -> bool {
        self.is_full() && !std::mem::replace(&mut self.paused, true)
    }

    /// Another connection takes the place of the one there was, which comes back.
    pub(super) fn reconnect(&mut self, connection: Connection) -> Option<ConnectionId> {
        self.repeated = 0;
        self.paused = self.is_full();
        let before = self.connection.replace(connection);
        before.map(|connection| connection.id)
    }

    /// Takes a frame in, with the packet it held if it held one. The words that are held
    /// now and were not before come back.
    pub(super) fn hold(
        &mut self,
        packet: Option<&Packet>,
        length: usize,
        now: Now,
    ) -> Option<&HeldWords> {
        let repeated = packet.is_some_and(|packet| self.holds_already(packet));
        let bytes = if repeated {
            &mut self.repeated
        } else {
            &mut self.state.bytes
        };
        // A byte that is no text is kept as the three of U+FFFD.
        let length = length.max(packet.map_or(0, kept_of));
        *bytes = bytes.saturating_add(length + FRAME_OVERHEAD);
        let packet = packet?;
        self.spoken = true;
        let mut receipts = false;
        if let Some(connection) = &mut self.connection {
            connection.heard = true;
            if let Some(features) = &packet.features {
                connection.hear_features(features);
            }
            receipts = connection.receipts;
        }
        let state = &mut self.state;
        // What the person was told stays: it may become the stranger's name, and whoever is
        // shown as Bob must not be let in as somebody else.
        if let Some(alias) = packet.alias.as_deref().filter(|alias| !alias.is_empty())
            && state.number.is_none()
        {
            state.alias = Some(kept(alias, ALIAS_MAX));
        }
        state.status = packet.status.or(state.status);
        if let Some(text) = &packet.status_message {
            state.text = Some(kept(text, TEXT_MAX));
        }
        let text = packet.message.as_ref().filter(|_| !repeated)?;
        self.held.push(HeldWords {
            text: text.clone(),
            time: packet.timestamp.unwrap_or(now.wall),
            id: packet.id.clone().filter(|_| receipts),
        });
        self.held.last()
    }

    /// Whether it says again what is held: it repeats what nobody has confirmed.
    fn holds_already(&self, packet: &Packet) -> bool {
        let repeats = self.connection.as_ref().is_some_and(|one| one.receipts);
        let same = |words: &HeldWords| {
            words.id == packet.id && packet.message.as_deref() == Some(&*words.text)
        };
        repeats && packet.id.is_some() && self.held.iter().any(same)
    }

    /// When [`is_prompt_due`](Self::is_prompt_due) or [`is_too_silent`](Self::is_too_silent)
    /// becomes true.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let prompt = self.state.number.is_none().then(|| self.prompt_at());
        prompt.into_iter().chain(self.silent_until()).min()
    }

    /// Whether the person is to be asked now although nothing was said.
    pub(super) fn is_prompt_due(&self, now: Duration) -> bool {
        self.state.number.is_none() && self.prompt_at() <= now
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
            status: self
                .state
                .status
                .filter(|&status| status != Status::Offline),
            status_message: self.state.text,
            alias: self.state.alias,
            ..Packet::default()
        };
        let messages = self.held.into_iter().map(|words| Packet {
            message: Some(words.text),
            timestamp: Some(words.time),
            id: words.id,
            ..Packet::default()
        });
        let packets = std::iter::once(itself).chain(messages).collect();
        (self.connection, packets)
    }
}
