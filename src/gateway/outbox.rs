//! What the person writes to a contact: accepted once it is stored, sent at once or when
//! the contact is back, and kept until it has arrived.

use crate::clock::Timestamp;
use crate::enclave::address::Address;
use crate::enclave::link::Outgoing;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::numeric as n;
use crate::store::{Message, Write};

use super::Gateway;
use super::allowance;
use super::conversation::{Own, Sight, Words};
use super::error::CommandError;
use super::response::Later;
use super::roster::ContactId;
use super::settings::History;
use super::stall::{UNSTORED, UNSTORED_BYTES};

/// Where the person typed a message.
#[derive(Clone, Debug)]
pub(super) enum TypedTo {
    /// Into the conversation with the contact.
    Contact,
    /// Into the roster channel, as this line.
    Channel(String),
}

/// A message of the person's, from when it is written until it is accepted.
#[derive(Debug)]
pub(super) struct Accepted {
    pub contact: ContactId,
    pub own: Own,
    /// Who wrote it.
    pub client: ClientId,
    pub typed_to: TypedTo,
    /// The answer that its writer is owed.
    pub later: Later,
}

impl Gateway {
    /// The person wrote to a contact, with PRIVMSG or NOTICE.
    pub(super) fn message_out(
        &mut self,
        client: ClientId,
        id: ContactId,
        words: Words<'_>,
        typed_to: TypedTo,
    ) -> Result<(), CommandError> {
        let Some(contact) = self.roster.get(id) else {
            return Ok(());
        };
        let address = contact.address;
        let nick = contact.nick.as_str().to_owned();
        let bytes = allowance::bytes(words.text, words.tags);
        if let Some(reason) = self.why_refused(id, bytes) {
            return Err(CommandError::CannotSend(nick, reason));
        }
        let (now, arrived) = (self.now.wall, self.day());
        let own = Own {
            seq: self.ledger.next_seq(),
            id: self.next_message_id(),
            verb: words.verb,
            text: words.text.to_owned(),
            tags: words.tags.clone(),
            time: self.correspondence(id).times.unique(now),
        };
        let writer = self.sessions.get(&client).map(|one| one.name.clone());
        self.store(Write::Message(Message {
            seq: own.seq,
            contact: id.0,
            own: true,
            notice: words.verb == "NOTICE",
            id: own.id.clone(),
            peer_id: None,
            time: own.time,
            arrived,
            text: Some(own.text.clone()),
            tags: own.tags.clone(),
            writer,
            waiting: Some(0),
        }));
        let outgoing = Outgoing {
            key: own.seq,
            id: own.id.clone(),
            text: own.text.clone(),
            tags: own.tags.clone(),
            timestamp: own.time,
            attempts: 0,
        };
        self.allowance.take(bytes);
        let later = self.later();
        self.accept_when_durable(Accepted {
            contact: id,
            own,
            client,
            typed_to,
            later,
        });
        self.mesh(|mesh, now, out| {
            mesh.send(address, outgoing, now, out);
            mesh.dial_now(address, now, out);
        });
        self.keep_pace(client, id);
        Ok(())
    }

    /// Why a message to a contact is not taken.
    fn why_refused(&mut self, id: ContactId, bytes: usize) -> Option<String> {
        let contact = self.roster.get(id)?;
        let nick = &contact.nick;
        if contact.blocked {
            return Some(format!(
                "You have blocked {nick}: /msg enclave unblock {nick}"
            ));
        }
        if let Some(why) = &self.ledger.trouble {
            return Some(format!("Your message was not taken: {why}"));
        }
        let unstored = self.ledger.writers.len();
        let is_too_much =
            unstored >= UNSTORED || self.ledger.unaccepted_bytes + bytes > UNSTORED_BYTES;
        if is_too_much && let Some(why) = self.why_unreadable() {
            return Some(format!(
                "Your message was not taken: {why}, and {unstored} messages wait for it already"
            ));
        }
        self.why_too_much(id, bytes)
    }

    /// A message of the person's is durable: it is shown to their clients, and its writer
    /// learns if it has to wait.
    pub(super) fn accepted(&mut self, mut accepted: Accepted) {
        let later = std::mem::take(&mut accepted.later);
        self.resume(later, |gateway| gateway.show_accepted(accepted));
    }

    fn show_accepted(&mut self, accepted: Accepted) {
        let Accepted {
            contact: id,
            own,
            client,
            typed_to,
            ..
        } = accepted;
        // It may have been taken out of the address book meanwhile; what was written to it is
        // kept all the same.
        let Some(contact) = self.contact(id) else {
            return;
        };
        let nick = contact.nick.as_str().to_owned();
        let (online, away) = (contact.online(), contact.away_text());
        let channel = self.settings.channel.clone();
        let writer = self.sessions.get(&client).map(|one| one.name.clone());
        self.show_own(&own, |reader, session| match &typed_to {
            _ if reader != client => {
                // One that is behind is played it, but not what its own name has written.
                let is_namesake = Some(&session.name) == writer.as_ref();
                let wanted = session.progress.is_live(own.seq) || is_namesake;
                wanted.then_some(Sight {
                    target: &nick,
                    text: &own.text,
                    answers: false,
                })
            }
            _ if !session.has(Capability::EchoMessage) => None,
            TypedTo::Contact => Some(Sight {
                target: &nick,
                text: &own.text,
                answers: true,
            }),
            TypedTo::Channel(line) => Some(Sight {
                target: &channel,
                text: line,
                answers: true,
            }),
        });
        for reader in self.attached() {
            self.has_shown(reader, own.seq);
        }
        // 301 answers PRIVMSG; to NOTICE there is no answer (RFC 2812, 3.3.2).
        let answers = own.verb == "PRIVMSG";
        if let Some(text) = away.filter(|_| answers) {
            self.numeric(client, n::RPL_AWAY, &[&nick, &text]);
        }
        if !online {
            self.say_that_it_waits(client, id, answers);
        }
    }

    /// Once for each absence of a contact.
    fn say_that_it_waits(&mut self, client: ClientId, id: ContactId, answers: bool) {
        let Some(contact) = self.roster.get(id) else {
            return;
        };
        let (address, nick) = (contact.address, contact.nick.to_string());
        let waits = self.mesh.waiting_size(address).0 > 0;
        let correspondence = self.correspondence(id);
        if correspondence.absence_told || !waits {
            return;
        }
        correspondence.absence_told = true;
        correspondence.arrived_late = Some(0);
        let (why, back) = if self.is_dark() {
            ("You are offline yourself".to_owned(), "you are")
        } else if self.own_addresses.is_empty() {
            ("The mesh is not there".to_owned(), "it is")
        } else {
            (format!("{nick} is offline"), "they are")
        };
        if answers {
            let text = format!("{why}; what you write is kept");
            self.numeric(client, n::RPL_AWAY, &[&nick, &text]);
        }
        let text = format!(
            "[{why}: what you write waits here and goes out when {back} back. To see it: /msg \
             enclave outbox {nick}]"
        );
        self.notice_in_conversation(client, id, &text);
    }

    /// Messages have arrived at a contact.
    pub(super) fn delivered(&mut self, peer: Address, keys: Vec<u64>) {
        let count = keys.len();
        self.store(Write::Delivered(keys));
        self.expire_at_once();
        let Some(id) = self.roster.id_by_address(peer) else {
            return;
        };
        self.has_kept_pace(id);
        let still_waiting = self.mesh.waiting_size(peer).0 > 0;
        let Some(late) = &mut self.correspondence(id).arrived_late else {
            return;
        };
        *late += count;
        let late = *late;
        if still_waiting {
            return;
        }
        self.correspondence(id).arrived_late = None;
        let nick = self.roster.get(id).map(|contact| contact.nick.to_string());
        let nick = nick.unwrap_or_default();
        let messages = if late == 1 { "message" } else { "messages" };
        let attached = self.attached();
        if attached.is_empty() {
            self.notice_everyone(&format!(
                "{late} {messages} that waited for {nick} have arrived."
            ));
        }
        for client in attached {
            let text = format!("[{late} {messages} that waited for {nick} have arrived.]");
            self.notice_in_conversation(client, id, &text);
        }
    }

    /// Where texts are not kept, they go as soon as they have arrived.
    pub(super) fn expire_at_once(&mut self) {
        if self.settings.history == History::None {
            self.store(Write::Expire(Timestamp(i64::MAX)));
        }
    }

    /// What waits for a contact is taken from the mesh, before the mesh forgets it.
    pub(super) fn park(&mut self, id: ContactId) {
        if let Some(contact) = self.roster.get(id) {
            let waiting = self.mesh.take_waiting(contact.address);
            self.correspondence(id).parked.extend(waiting);
            self.forget_pace(id);
        }
    }

    /// What was parked waits for the contact again.
    pub(super) fn unpark(&mut self, address: Address) {
        let Some(id) = self.roster.id_by_address(address) else {
            return;
        };
        if self.roster.get(id).is_some_and(|contact| contact.blocked) {
            return;
        }
        for outgoing in std::mem::take(&mut self.correspondence(id).parked) {
            self.mesh(|mesh, now, out| mesh.send(address, outgoing, now, out));
        }
    }

    /// How many messages wait for a contact, and where it is absent, are kept for it.
    pub(super) fn count_waiting(&self, id: ContactId) -> usize {
        let parked = self
            .correspondences
            .get(&id)
            .map_or(0, |one| one.parked.len());
        let contact = self.roster.get(id);
        let waiting = contact.map_or(0, |one| self.mesh.waiting_size(one.address).0);
        parked + waiting
    }
}
