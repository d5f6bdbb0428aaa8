//! What the gateway wants done: everything it does to the world goes out as one of these.

use crate::book::Change;
use crate::config::Secret;
use crate::enclave::order::Order;
use crate::irc::ClientId;
use crate::store::{Ask, Write};

use super::ChangeId;

/// One thing to do.
#[derive(Debug)]
pub enum Effect {
    /// Send whole lines to a client.
    ToClient {
        /// To whom.
        client: ClientId,
        /// One or more lines, each ended by CR LF.
        lines: Vec<u8>,
    },
    /// Report with [`ClientDrained`](super::event::Event::ClientDrained) when a client has
    /// taken nearly all that it was sent so far.
    TellWhenDrained {
        /// Who.
        client: ClientId,
    },
    /// Send what is queued for a client, then close its connection.
    CloseClient {
        /// Whose.
        client: ClientId,
    },
    /// Something to do to the mesh.
    Mesh(Order),
    /// Change the address book on disk; answered by
    /// [`BookChanged`](super::event::Event::BookChanged).
    ChangeBook {
        /// To tell the answers apart.
        id: ChangeId,
        /// What to change.
        change: Change,
    },
    /// Read configuration and address book anew, as at SIGHUP.
    Reload,
    /// Store this. The first is number 1, each later one has the next number; when all up
    /// to one are durable, [`Stored`](super::event::Event::Stored) says so.
    Store(Write),
    /// Find out whether a password has this hash, off the main task; answered by
    /// [`PasswordChecked`](super::event::Event::PasswordChecked).
    CheckPassword {
        /// Who has shown it.
        client: ClientId,
        /// What was shown.
        password: Secret,
        /// What it is compared with.
        hash: Secret,
    },
    /// Ask the store, which answers in its place among the writes, with
    /// [`Answered`](super::event::Event::Answered).
    Ask {
        /// To tell the answers apart.
        ticket: u64,
        /// What.
        ask: Ask,
    },
}

/// The effects of one event, in the order in which they must be carried out.
#[derive(Debug, Default)]
pub struct Effects(pub Vec<Effect>);

impl Effects {
    /// Adds an effect.
    pub fn push(&mut self, effect: Effect) {
        self.0.push(effect);
    }

    /// Lets `write` append lines for a client. Lines for one client that follow each
    /// other share one effect, and so one buffer and one write.
    pub fn to_client(&mut self, client: ClientId, write: impl FnOnce(&mut Vec<u8>)) {
        /// Room for one line with its tags, as most are.
        const ROOM: usize = 512;
        if let Some(Effect::ToClient {
            client: last,
            lines,
        }) = self.0.last_mut()
            && *last == client
        {
            return write(lines);
        }
        let mut lines = Vec::with_capacity(ROOM);
        write(&mut lines);
        if !lines.is_empty() {
            self.0.push(Effect::ToClient { client, lines });
        }
    }
}
