//! What the person's side is told of the mesh. All texts in it are a peer's own words:
//! cleaned of nothing, and never to be logged.

use super::ConnectionId;
use super::address::Address;
use super::packet::{Status, Tags};
use crate::clock::Timestamp;

/// One piece of news. What changes nothing is no news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A contact came, went, or says something else of itself.
    Presence {
        /// Who.
        peer: Address,
        /// What holds now.
        presence: Presence,
        /// The text that came with a goodbye (status 0). Only ever with
        /// [`Presence::Offline`], and never empty.
        farewell: Option<String>,
    },
    /// What a contact calls itself.
    Alias {
        /// Who.
        peer: Address,
        /// Its name for itself; at most a few hundred bytes, never empty.
        alias: String,
    },
    /// A contact said something.
    Message {
        /// Who.
        peer: Address,
        /// On which connection, to be named in
        /// [`Mesh::confirm`](super::mesh::Mesh::confirm); `None` where it had waited with a
        /// request whose connection is gone.
        connection: Option<ConnectionId>,
        /// The id that it gave the message, if it expects us to confirm it and repeats what
        /// is not.
        id: Option<String>,
        /// What; perhaps of several lines. Empty where it is nothing but tags.
        text: String,
        /// What it carries beside its text.
        tags: Tags,
        /// When it says it wrote it, by its own clock. Where it says nothing of that and
        /// the message had to wait with a request, the moment when it arrived.
        timestamp: Option<Timestamp>,
    },
    /// A contact shows something that passes, such as that it is typing: tags that are no
    /// message.
    Signal {
        /// Who.
        peer: Address,
        /// What.
        tags: Tags,
    },
    /// The first packet of a contact has arrived on a new link: both ways work, and it has
    /// taken us in. To be remembered over restarts, with the time, for
    /// [`Mesh::befriend`](super::mesh::Mesh::befriend).
    Linked {
        /// Who.
        peer: Address,
    },
    /// Messages that waited for a contact have arrived: it has confirmed them, or, where it
    /// does not do that, its kernel has. They wait no more.
    Delivered {
        /// Who.
        peer: Address,
        /// The [`key`](super::link::Outgoing::key)s.
        keys: Vec<u64>,
    },
    /// These were sent to one who has not said a word; to be remembered over restarts.
    Attempted {
        /// Who.
        peer: Address,
        /// The [`key`](super::link::Outgoing::key)s.
        keys: Vec<u64>,
    },
    /// Something about one who is not in the address book.
    Stranger(StrangerNews),
    /// Frames came that held no packet, and were dropped. At most once a minute.
    Garbage {
        /// Who sent the latest of them.
        peer: Address,
        /// How many since the last such news, from anyone.
        count: u64,
    },
}

/// What a contact says of its human, as far as we can know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Presence {
    /// No link, or none on which the contact has said anything.
    #[default]
    Offline,
    /// There.
    Online {
        /// Never [`Status::Offline`].
        status: Status,
        /// The status text, empty where there is none.
        text: String,
    },
}

/// What a stranger said, while it waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeldWords {
    /// What.
    pub text: String,
    /// When it says it wrote it, or else when it arrived.
    pub time: Timestamp,
    /// The id that it gave it, if it said that it repeats what is not confirmed.
    pub id: Option<String>,
}

/// What is known of a request, but for its words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestState {
    /// Who.
    pub address: Address,
    /// Its number, once the person is to be asked.
    pub number: Option<u32>,
    /// What it called itself until the person was asked.
    pub alias: Option<String>,
    /// The latest, for the moment it is accepted.
    pub status: Option<Status>,
    /// Its status text.
    pub text: Option<String>,
    /// When it first connected.
    pub since: Timestamp,
    /// The person has been shown its prompt.
    pub shown: bool,
    /// The person was told that it said more.
    pub said_more: bool,
    /// What it made us hold, bytes of frames.
    pub bytes: usize,
}

/// News about a request: one who is not in the address book and wants to talk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrangerNews {
    /// A request to put before the person now; once for each request.
    Request {
        /// Its number, which names it for good.
        number: u32,
        /// Who.
        address: Address,
        /// What it calls itself.
        alias: Option<String>,
        /// Its first message, if it has sent one.
        words: Option<String>,
    },
    /// A first message since the person was asked; once for each request.
    SaidMore {
        /// The request.
        number: u32,
        /// Who.
        address: Address,
        /// The message.
        words: String,
    },
    /// A request that outlives its connection is new, or another now: to be remembered over
    /// restarts, for [`Mesh::restore_request`](super::mesh::Mesh::restore_request). The
    /// words it holds come one by one, with [`Held`](Self::Held).
    Kept(Box<RequestState>),
    /// A request that is kept holds one message more.
    Held {
        /// Whose request.
        address: Address,
        /// The message.
        words: HeldWords,
    },
    /// A request that was kept is no more, whatever became of it.
    Dropped {
        /// Whose.
        address: Address,
    },
    /// A stranger was turned away because as many wait as may, and all of them have said
    /// something. Once, until the person makes a place.
    NoPlace {
        /// Who.
        address: Address,
    },
    /// A request the person was asked about is no more: the stranger left without having
    /// said anything, had to make room, or was shut out with whoever owns its address.
    Gone {
        /// The request.
        number: u32,
        /// Who.
        address: Address,
    },
}
