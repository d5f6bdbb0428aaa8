//! What the store is told and asked, as plain data: it knows no other room's types.

use std::collections::BTreeMap;

use crate::clock::Timestamp;

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
    /// As which time that is reported. It never goes back, whatever the messages' times do.
    pub time: Timestamp,
}

/// A message that a client names, in one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// By its `msgid`.
    Id(String),
    /// By its `time`. Where no message of the conversation has exactly that, it is the place
    /// in the order of arrival that this time has.
    Time(Timestamp),
}

/// Which messages of one conversation are wanted; those that are named are not among them,
/// but for `Around`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The newest, and none up to this one.
    Latest(Option<Reference>),
    /// The newest before it.
    Before(Reference),
    /// The oldest after it.
    After(Reference),
    /// About half of them before it, and it among them.
    Around(Reference),
    /// Those between the two, as many as there is room for, beginning at the first named.
    Between(Reference, Reference),
}

/// What is searched for: messages with a text that fulfil all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// With whom; anybody where `None`.
    pub contact: Option<u32>,
    /// Written by the person (`true`) or by the contact; by either where `None`.
    pub own: Option<bool>,
    /// Arrived at this time or later; then the oldest of them are wanted, otherwise the
    /// newest.
    pub after: Option<Timestamp>,
    /// Arrived at this time or earlier.
    pub before: Option<Timestamp>,
    /// What its text contains: every word of this, in any case and any place. Empty: anything.
    pub text: String,
    /// How many at most.
    pub most: u32,
    /// Bytes of text at most.
    pub bytes: usize,
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

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Has this contact said this, under this id, before?
    Known {
        /// Who.
        contact: u32,
        /// The id that it gave.
        id: String,
        /// What.
        text: String,
    },
    /// What a client has missed, conversation by conversation, the one that goes back
    /// furthest first: of each the newest messages after `after` up to `through`, in order.
    Backlog {
        /// The last message that it has acknowledged.
        after: u64,
        /// The newest message to play.
        through: u64,
        /// The client's name; what was written by it is left out.
        client: String,
        /// Messages of each conversation at most.
        each: u32,
        /// Bytes of text in all at most; at least one message of each conversation comes
        /// all the same.
        bytes: usize,
    },
    /// All messages after `after` up to `through`, oldest first, as many as fit: at least
    /// one, if there is any. What was written by `client` is left out.
    Next {
        /// See above.
        after: u64,
        /// See above.
        through: u64,
        /// See above.
        client: String,
        /// Messages at most.
        most: u32,
        /// Bytes of text at most.
        bytes: usize,
    },
    /// The newest messages, with one contact or with all, in order. The newest of all comes
    /// however long it is.
    Log {
        /// With whom; all where `None`.
        contact: Option<u32>,
        /// How many at most.
        most: u32,
        /// Bytes of text at most.
        bytes: usize,
    },
    /// Messages of one conversation that have a text.
    History {
        /// With whom.
        contact: u32,
        /// Which.
        selection: Selection,
        /// How many at most.
        most: u32,
        /// Bytes of text at most; one message comes all the same.
        bytes: usize,
        /// Those that are nothing but tags, too.
        tag_only: bool,
    },
    /// The conversations whose newest message arrived between these two times, neither of
    /// them included: as many as there is room for, beginning at the first time, whichever
    /// of them is earlier.
    Targets {
        /// See above.
        between: (Timestamp, Timestamp),
        /// How many at most.
        most: u32,
    },
    /// What was said somewhere.
    Search(Search),
    /// Which message of a conversation, whether it still has a text or not, a time stands
    /// for: the newest with exactly that `time`, else the last that had arrived by then.
    Position {
        /// With whom.
        contact: u32,
        /// When.
        time: Timestamp,
    },
    /// Where a client has missed something: as [`Ask::Backlog`], without the messages.
    Missed {
        /// The last message that it has acknowledged.
        after: u64,
        /// The newest that counts.
        through: u64,
        /// The client's name; what was written by it is left out.
        client: String,
    },
}

/// What a contact has said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// The id is new in the conversation.
    New,
    /// It has said exactly that, under that id.
    Repeat,
    /// The id is taken in the conversation, by something else.
    Taken,
}

/// One conversation's share of a backlog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// With whom.
    pub contact: u32,
    /// Messages that were left out, older than the ones here.
    pub more: u64,
    /// In order. All have a text.
    pub messages: Vec<Message>,
}

/// What a client has missed of one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// With whom.
    pub contact: u32,
    /// The place of the oldest message that it has missed.
    pub first: u64,
    /// And of the newest.
    pub last: u64,
}

/// The answer to an [`Ask`], of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To [`Ask::Known`].
    Known(Known),
    /// To [`Ask::Backlog`].
    Backlog(Vec<Conversation>),
    /// To [`Ask::Next`]: the messages that have a text, and up to where they reach:
    /// `through`, or the last of them where not all fit.
    Next {
        /// In order.
        messages: Vec<Message>,
        /// See above.
        through: u64,
    },
    /// To [`Ask::Log`]: those that have a text, oldest first.
    Log(Vec<Message>),
    /// To [`Ask::History`]: oldest first; `None` where a message that is named by its id is
    /// not known.
    History(Option<Vec<Message>>),
    /// To [`Ask::Targets`]: with whom, and when the newest message arrived; oldest first.
    Targets(Vec<(u32, Timestamp)>),
    /// To [`Ask::Search`]: oldest first.
    Search(Vec<Message>),
    /// To [`Ask::Position`]: its place, and its `time`.
    Position(Option<(u64, Timestamp)>),
    /// To [`Ask::Missed`]: the one that goes back furthest first.
    Missed(Vec<Missed>),
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
