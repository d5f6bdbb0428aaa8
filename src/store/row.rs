//! What the store is told and asked, as plain data: it knows no other room's types.

use std::collections::BTreeMap;

use crate::clock::Timestamp;

pub use ask::{Answer, Ask, Conversation, Known, Missed, Reference, Search, Selection};

mod ask;

/// The client-only tags of a message, by their names without the `+`.
pub type Tags = BTreeMap<String, String>;

/// A contact: a row whose number stays whatever address and nick become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Its number, never used twice.
    pub id: u32,
    /// Its address, in canonical text.
    pub address: String,
    /// Its nick.
    pub nick: String,
    /// Whether it was in the address book when it was last written.
    pub in_book: bool,
    /// When it was last linked.
    pub last_linked: Option<Timestamp>,
    /// When it was last seen online.
    pub last_seen: Option<Timestamp>,
}

/// A message, either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its place among all messages: the order of everything.
    pub seq: u64,
    /// With whom.
    pub contact: u32,
    /// The person wrote it; otherwise the contact did.
    pub own: bool,
    /// It was written as a NOTICE. Only the person's own can be.
    pub notice: bool,
    /// Its `msgid`, unique within the conversation.
    pub id: String,
    /// The id that the contact gave it, by which a repeat is known. `None` for own ones,
    /// and for those of contacts that do not repeat what was confirmed.
    pub peer_id: Option<String>,
    /// When it was written, by its writer's clock.
    pub time: Timestamp,
    /// When it arrived here, or was written here.
    pub arrived: Timestamp,
    /// Its text, empty for one that is nothing but tags; `None` once that was deleted
    /// (`[store] history`), and then its tags are gone too.
    pub text: Option<String>,
    /// What it carries beside its text.
    pub tags: Tags,
    /// The name of the client that wrote it, for an own one.
    pub writer: Option<String>,
    /// It waits in the outbox: how often it was sent to a peer that had not said a word.
    /// `None` where it does not wait.
    pub waiting: Option<u8>,
}

/// How far a client has come, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The client's name.
    pub client: String,
    /// The last message that it has acknowledged.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
}

/// Up to where the person has read a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// With whom.
    pub contact: u32,
    /// The place of the last message that was read.
    pub seq: u64,
    /// As which time that is reported. It does not go back, whatever the messages' times do,
    /// unless it has been in the future.
    pub time: Timestamp,
}

/// A stranger that asks to be let in, without what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who, in canonical text.
    pub address: String,
    /// Its number, once the person is to be asked.
    pub number: Option<u32>,
    /// What it calls itself.
    pub alias: Option<String>,
    /// Its status, as on the wire.
    pub status: Option<u8>,
    /// Its status text.
    pub text: Option<String>,
    /// When it first connected.
    pub since: Timestamp,
    /// The person was shown it.
    pub shown: bool,
    /// The person was told that it said more.
    pub said_more: bool,
    /// What it made us hold so far, bytes.
    pub bytes: u64,
}

/// One message of a stranger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its text.
    pub text: String,
    /// When it was written.
    pub time: Timestamp,
    /// The id that the stranger gave it.
    pub id: Option<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// A contact is new, or another now.
    Contact(Contact),
    /// A contact, its messages and its outbox are gone.
    RemoveContact(u32),
    /// All messages with a contact are gone, but not those that wait in its outbox.
    Forget(u32),
    /// A message was said or heard. One whose `(contact, id)` is taken is not lost: where
    /// it is the same (`peer_id` and text), nothing happens, otherwise it is stored under
    /// an id that the store makes. One whose `seq` is taken goes behind all others.
    Message(Message),
    /// These have left the outbox: they have arrived.
    Delivered(Vec<u64>),
    /// These have left the outbox: the person does not want them sent. They are no part
    /// of the conversation any more.
    Cancelled(Vec<u64>),
    /// These were sent once more to a peer that had not said a word.
    Attempted(Vec<u64>),
    /// A client has come this far. Never moves back; the names used longest ago make room
    /// beyond a limit.
    Position(Position),
    /// The person has read a conversation up to there. Never moves back.
    Marker(Marker),
    /// A stranger's request is new, or another now. What it said stays.
    Request(Request),
    /// A stranger said this.
    Held {
        /// Whose request.
        address: String,
        /// What.
        held: Held,
    },
    /// A request is no more, nor what it said.
    RemoveRequest(String),
    /// An address is silenced until then.
    Silence(String, Timestamp),
    /// It no longer is.
    Unsilence(String),
    /// Something small is remembered under a name.
    Setting(&'static str, String),
    /// Texts that arrived before this are deleted, but for those that wait in the outbox
    /// and those that no client has acknowledged yet. Ids stay.
    Expire(Timestamp),
}

/// All that is needed at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// All contacts that ever were and were not removed.
    pub contacts: Vec<Contact>,
    /// What waits in the outbox, in order.
    pub outbox: Vec<Message>,
    /// How far each client has come.
    pub positions: Vec<Position>,
    /// Up to where the person has read each conversation.
    pub markers: Vec<Marker>,
    /// Who asks to be let in, with what they said.
    pub requests: Vec<(Request, Vec<Held>)>,
    /// Who is silenced until when.
    pub silenced: Vec<(String, Timestamp)>,
    /// What else is remembered.
    pub settings: BTreeMap<String, String>,
    /// The last message's place, or the furthest position, if that is further (messages
    /// are deleted); 0 where there is neither.
    pub last_seq: u64,
}
