//! What can happen to the gateway: everything it learns comes in as one of these.

use bytes::BytesMut;

use crate::book::Book;
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::mesh::DialFailure;
use crate::irc::ClientId;
use crate::irc::codec::Line;
use crate::irc::listener::Origin;
use crate::store::Answer;

use super::settings::Settings;

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// An IRC client came through a door that let it in.
    ClientConnected {
        /// The new connection.
        client: ClientId,
        /// Where it comes from.
        origin: Origin,
    },
    /// A client said something.
    ClientLine {
        /// Who.
        client: ClientId,
        /// What.
        line: Line,
    },
    /// A client's connection is over.
    ClientEnded {
        /// Whose.
        client: ClientId,
        /// Why, in a person's words: "Connection closed", "Connection reset by peer".
        reason: String,
    },
    /// A client has taken nearly all that it was sent. Comes once for each
    /// [`TellWhenDrained`](super::effect::Effect::TellWhenDrained).
    ClientDrained {
        /// Who.
        client: ClientId,
    },
    /// A peer connected to us. The id comes from [`Gateway::next_connection`].
    ///
    /// [`Gateway::next_connection`]: super::Gateway::next_connection
    Accepted {
        /// The new connection, not read from until an order says so.
        connection: ConnectionId,
        /// Whose address it comes from.
        remote: Address,
        /// Which of our addresses it came to.
        local: Address,
    },
    /// A dial that was ordered has ended, well or badly.
    Dialled {
        /// The connection named in the order.
        connection: ConnectionId,
        /// Whether it now exists.
        outcome: Result<(), DialFailure>,
    },
    /// A whole frame arrived on a connection.
    Frame {
        /// Which.
        connection: ConnectionId,
        /// The content, without its length.
        frame: BytesMut,
    },
    /// The peer's kernel has acknowledged more of what was written on a connection. Comes
    /// once more just before the connection's end, where that had changed.
    Acknowledged {
        /// Which.
        connection: ConnectionId,
        /// Bytes since the connection's beginning.
        bytes: u64,
    },
    /// A peer's connection is over, from whichever side.
    LinkEnded {
        /// Which.
        connection: ConnectionId,
    },
    /// All [`Store`](super::effect::Effect::Store)s up to this number are durable.
    Stored {
        /// Counted from 1.
        through: u64,
    },
    /// The answer to an [`Ask`](super::effect::Effect::Ask).
    Answered {
        /// To which.
        ticket: u64,
        /// What the store says, or why it cannot say anything.
        answer: Result<Answer, String>,
    },
    /// A password has been looked at.
    PasswordChecked {
        /// Whose.
        client: ClientId,
        /// Whether it is the one.
        is_right: bool,
    },
    /// The store cannot write, and why, in words for the person; it goes on trying. Or
    /// (`None`) it can again.
    StoreTrouble(Option<String>),
    /// The addresses of this machine that lie in our networks, whenever they change and
    /// once at the start.
    OwnAddresses(Vec<Address>),
    /// The machine has slept and is awake again.
    Woke,
    /// The address book was read anew: at SIGHUP, or because `rehash` asked.
    BookRead(Result<Book, String>),
    /// The outcome of a [`ChangeBook`](super::effect::Effect::ChangeBook).
    BookChanged {
        /// Which.
        change: super::ChangeId,
        /// The book as it is now, or why it could not be changed.
        outcome: Result<Book, String>,
    },
    /// The configuration was read anew; these settings hold from now on.
    Settings(Settings),
    /// Something that concerns the person, from outside the gateway: a bad file at
    /// SIGHUP, a key that needs a restart. One line each.
    Notice(String),
    /// The time named by [`Gateway::deadline`](super::Gateway::deadline) has come.
    Deadline,
    /// Say goodbye to everybody; the program ends.
    Shutdown,
}
