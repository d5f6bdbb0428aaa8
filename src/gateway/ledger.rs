//! What the gateway has told and asked the store, and what waits for it: nothing is called
//! accepted, and nothing is confirmed to a contact, before it is durable.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::irc::ClientId;
use crate::store::{Answer, Ask, Message, Write};

use super::Gateway;
use super::effect::Effect;
use super::history::{HistoryAsked, SearchAsked};
use super::outbox::Accepted;
use super::response::Later;
use super::roster::ContactId;
use super::service::{DoneAnswer, LogAsked};
use super::stall::{Stall, trouble_text};

/// What waits until it is durable.
#[derive(Debug)]
pub(super) enum Waiting {
    /// A message of the person's: then it is accepted.
    Accepted(Box<Accepted>),
    /// A message of a contact's: then it is confirmed.
    Receipt(Receipt),
    /// A message of a contact's that a client is shown behind one of the person's own.
    Show(ClientId, Box<Message>),
    /// A command of the person's: then it is answered.
    Done(Box<DoneAnswer>),
}

/// A confirmation that is owed to a contact.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    pub peer: Address,
    /// The connection on which the message came.
    pub connection: Option<ConnectionId>,
    /// The id that the contact gave it.
    pub id: String,
}

/// Who waits for an answer of the store.
#[derive(Debug)]
pub(super) enum Asked {
    /// A contact's message, which may be a repeat.
    Known(ContactId),
    /// A client that has missed something, up to this message.
    CatchUp(ClientId, u64),
    /// A person who wants to read what was said.
    Log(LogAsked),
    /// A client that asks for history,
    History(Box<HistoryAsked>),
    /// for the conversations there are,
    Targets(ClientId, Later),
    /// or searches.
    Search(SearchAsked),
    /// A client whose person has read so far.
    Position(ClientId, ContactId, Later),
    /// A client that will fetch itself what it has missed, and whether that includes what is
    /// nothing but tags.
    Missed(ClientId, bool),
}

impl Asked {
    /// Whether somebody asked for it who is better told that it cannot be had now than left
    /// to wait. What is asked on nobody's behalf waits, and what a client has missed.
    fn can_be_refused(&self) -> bool {
        match self {
            Self::Known(_) | Self::CatchUp(..) | Self::Missed(..) => false,
            Self::Log(_)
            | Self::History(_)
            | Self::Targets(..)
            | Self::Search(_)
            | Self::Position(..) => true,
        }
    }
}

/// The books that are kept of the store.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// How many writes there were.
    pub(super) writes: u64,
    /// How many of them are durable.
    pub(super) durable: u64,
    /// By the number of the write that it waits for; only grows.
    pub(super) waiting: VecDeque<(u64, Waiting)>,
    /// Who wrote what is not accepted yet, in order.
    pub(super) writers: VecDeque<ClientId>,
    /// How many messages of contacts each client has yet to be shown when they are durable.
    pub(super) held_back: BTreeMap<ClientId, usize>,
    /// The last message's place among all messages.
    pub last_seq: u64,
    tickets: u64,
    pub(super) asked: HashMap<u64, Asked>,
    /// Contacts that were forgotten, with the last question before that; until all have an
    /// answer.
    pub(super) forgotten: BTreeMap<ContactId, u64>,
    /// Tickets of questions that the store is not asked, because it says nothing.
    pub(super) refused: Vec<u64>,
    /// Bytes of text in what the person wrote that is not accepted yet.
    pub(super) unaccepted_bytes: usize,
    /// Why nothing can be stored now.
    pub trouble: Option<String>,
    pub stall: Stall,
}

impl Ledger {
    /// Books that begin behind what was stored before.
    pub fn after(last_seq: u64) -> Self {
        Self {
            last_seq,
            ..Self::default()
        }
    }

    /// Whether a client has yet to see something that was said before now: something that
    /// another client wrote, or, if it wants an echo, that it wrote itself; or what a contact
    /// said that has to wait for such a thing.
    pub fn awaits_earlier(&self, client: ClientId, wants_echo: bool) -> bool {
        let mut writers = self.writers.iter();
        let behind_own = writers.any(|writer| *writer != client || wants_echo);
        let can_be_stored = self.trouble.is_none() && !self.stall.is_stuck();
        self.held_back.contains_key(&client) || (can_be_stored && behind_own)
    }

    /// One message less is held back from a client.
    pub(super) fn let_go(&mut self, client: ClientId) {
        if let Some(count) = self.held_back.get_mut(&client) {
            *count -= 1;
            if *count == 0 {
                self.held_back.remove(&client);
            }
        }
    }

    /// A contact is forgotten: what was asked before may still be answered with what it said.
    pub fn forget(&mut self, contact: ContactId) {
        if !self.asked.is_empty() {
            self.forgotten.insert(contact, self.tickets);
        }
    }

    /// Whether a contact was forgotten after this was asked.
    pub fn was_forgotten_since(&self, contact: ContactId, ticket: u64) -> bool {
        let forgotten = self.forgotten.get(&contact);
        forgotten.is_some_and(|last| ticket <= *last)
    }

    /// The next message's place among all messages.
    pub fn next_seq(&mut self) -> u64 {
        self.last_seq += 1;
        self.last_seq
    }
}

impl Gateway {
    /// Has something stored.
    pub(super) fn store(&mut self, write: Write) {
        self.ledger.writes += 1;
        self.effects.push(Effect::Store(write));
    }

    /// Asks the store something on somebody's behalf. The ticket comes back.
    pub(super) fn ask(&mut self, asked: Asked, ask: Ask) -> u64 {
        self.ledger.tickets += 1;
        let ticket = self.ledger.tickets;
        if self.ledger.stall.is_stuck() && asked.can_be_refused() {
            self.ledger.refused.push(ticket);
        } else {
            self.effects.push(Effect::Ask { ticket, ask });
        }
        self.ledger.asked.insert(ticket, asked);
        ticket
    }

    /// Once all that was written so far is durable, this message is accepted.
    pub(super) fn accept_when_durable(&mut self, accepted: Accepted) {
        self.ledger.writers.push_back(accepted.client);
        self.ledger.unaccepted_bytes += accepted.own.text.len();
        let waiting = Waiting::Accepted(Box::new(accepted));
        self.ledger.waiting.push_back((self.ledger.writes, waiting));
    }

    /// Once all that the person wrote so far is accepted, a client is shown this.
    pub(super) fn show_when_durable(&mut self, client: ClientId, message: Message) {
        *self.ledger.held_back.entry(client).or_default() += 1;
        let waiting = Waiting::Show(client, Box::new(message));
        self.ledger.waiting.push_back((self.ledger.writes, waiting));
    }

    /// Once all that was written so far is durable, this is confirmed.
    pub(super) fn confirm_when_durable(&mut self, receipt: Receipt) {
        if self.ledger.durable == self.ledger.writes {
            self.confirm(vec![receipt]);
        } else {
            let waiting = Waiting::Receipt(receipt);
            self.ledger.waiting.push_back((self.ledger.writes, waiting));
        }
    }

    /// All writes up to this one are durable.
    pub(super) fn stored(&mut self, through: u64) {
        self.ledger.durable = through;
        let mut receipts = Vec::new();
        while let Some((number, _)) = self.ledger.waiting.front()
            && *number <= through
            && let Some((_, waiting)) = self.ledger.waiting.pop_front()
        {
            match waiting {
                Waiting::Accepted(accepted) => {
                    self.ledger.writers.pop_front();
                    self.ledger.unaccepted_bytes -= accepted.own.text.len();
                    self.accepted(*accepted);
                }
                Waiting::Show(client, message) => {
                    self.ledger.let_go(client);
                    self.show_in_turn(client, &message);
                }
                Waiting::Receipt(receipt) => receipts.push(receipt),
                Waiting::Done(answer) => self.is_done(*answer),
            }
        }
        self.confirm(receipts);
    }

    /// Confirms messages to their writers, those of one in one packet.
    fn confirm(&mut self, receipts: Vec<Receipt>) {
        let mut by_connection: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for receipt in receipts {
            let from = (receipt.peer, receipt.connection);
            by_connection.entry(from).or_default().push(receipt.id);
        }
        for ((peer, connection), ids) in by_connection {
            self.mesh(|mesh, now, out| mesh.confirm(peer, connection, &ids, now, out));
        }
    }

    /// The store has answered.
    pub(super) fn answered(&mut self, ticket: u64, answer: Result<Answer, String>) {
        let Some(asked) = self.ledger.asked.remove(&ticket) else {
            return;
        };
        match asked {
            Asked::Known(contact) => self.known(contact, ticket, answer),
            Asked::CatchUp(client, through) => self.catch_up(client, through, answer),
            Asked::Log(log) => self.show_log(log, answer),
            Asked::History(asked) => self.give_history(*asked, answer),
            Asked::Targets(client, later) => self.give_targets(client, later, answer),
            Asked::Search(asked) => self.give_found(asked, answer),
            Asked::Position(client, contact, later) => {
                self.mark_position(client, contact, ticket, later, answer);
            }
            Asked::Missed(client, tag_only) => self.has_missed(client, tag_only, ticket, answer),
        }
        if self.ledger.asked.is_empty() {
            self.ledger.forgotten.clear();
        }
    }

    /// The store cannot write any more, or can again. The person is told either way.
    pub(super) fn store_trouble(&mut self, trouble: Option<String>) {
        self.store_has_complained();
        if trouble.is_some() {
            self.show_what_is_held_back();
        }
        let text = match &trouble {
            Some(why) => trouble_text(why),
            None => "Storing works again; you can write as usual.".to_owned(),
        };
        self.ledger.trouble = trouble;
        self.notice_everyone(&text);
        self.say_what_is_not_done();
    }
}
