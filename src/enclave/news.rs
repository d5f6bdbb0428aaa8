//! What the person's side is told of the mesh. All texts in it are a peer's own words:
//! cleaned of nothing, and never to be logged.

use super::address::Address;
use super::packet::Status;
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
        /// What; perhaps of several lines.
        text: String,
        /// When it says it wrote it, by its own clock. Where it says nothing of that and
        /// the message had to wait with a request, the moment when it arrived.
        timestamp: Option<Timestamp>,
    },
    /// The first packet of a contact has arrived on a new link: both ways work, and it has
    /// taken us in. To be remembered over restarts, with the time, for
    /// [`Mesh::befriend`](super::mesh::Mesh::befriend).
    Linked {
        /// Who.
        peer: Address,
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

/// News about a request: one who is not in the address book and wants to talk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrangerNews {
    /// A request to put before the person now; once for each request.
    Request {
        /// Its number, which names it as long as the program runs.
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
    /// A request the person was asked about is no more: the stranger left without having
    /// said anything, or had to make room.
    Gone {
        /// The request.
        number: u32,
        /// Who.
        address: Address,
    },
}
