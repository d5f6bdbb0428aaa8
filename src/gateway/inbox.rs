//! What a contact says: each message is shown once, whatever its node repeats, and
//! confirmed once it is durable.
//!
//! A node that knows receipts sends again what we have not confirmed, before anything new.
//! So on a fresh connection every message may be a repeat, and the store is asked; once one
//! has proved to be new, all that follow on that connection are, and nothing has to wait. But a
//! contact may move to another connection, and come back when that ends: then it repeats what
//! was not confirmed on the first one, too, where it has perhaps come already. Where we have
//! not seen the other one, what it repeats is known by its [recent](super::recent) ids.

use std::collections::VecDeque;

use crate::clock::Timestamp;
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::irc::text;
use crate::store::{Answer, Ask, Known, Message, Tags, Write};

use super::Gateway;
use super::ledger::{Asked, Receipt};
use super::recent::Recent;
use super::roster::ContactId;
use super::tags;
use super::time::sane;

/// Room for so many messages is kept when none waits for the store any more.
const KEPT: usize = 16;

/// The longest id of another node that becomes a `msgid`, characters.
const MSGID_LENGTH: usize = 64;

/// A message that a contact sent.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    /// Where it came from, and where it is confirmed, even if the contact moves meanwhile.
    pub peer: Address,
    pub connection: Option<ConnectionId>,
    /// It may have come on that connection before.
    pub again: bool,
    /// It waited with a request, and may have come on an earlier connection than that.
    pub held: bool,
    /// The id that the contact gave it, if it confirms and repeats.
    pub id: Option<String>,
    pub text: String,
    pub tags: Tags,
    pub time: Timestamp,
}

/// A message that waits for the store to say whether it is new, or behind one that does.
#[derive(Debug)]
pub(super) struct Pending {
    arrival: Arrival,
    /// The question; none where it needs no answer.
    ticket: Option<u64>,
    answer: Option<Known>,
}

/// What has to be known of a contact's messages to show each of them once.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// The connection on which a message has proved to be new.
    proven: Option<ConnectionId>,
    pub(super) pending: VecDeque<Pending>,
    /// What was accepted while something was pending: the store may have been asked about
    /// the same message before it was told.
    pub(super) accepted_meanwhile: Vec<(String, String)>,
    pub(super) recent: Recent,
}

impl Inbox {
    /// Whether this cannot be a repeat.
    fn is_new(&self, arrival: &Arrival) -> bool {
        match &arrival.id {
            None => true,
            Some(id) => {
                arrival.connection.is_some()
                    && !arrival.again
                    && arrival.connection == self.proven
                    && !self.recent.contains(id)
            }
        }
    }

    /// Notes that a message was accepted.
    fn note(&mut self, id: &str, text: &str) {
        if !self.pending.is_empty() {
            let accepted = (id.to_owned(), text.to_owned());
            self.accepted_meanwhile.push(accepted);
        }
    }

    /// The next message whose turn has come, with what is known of it.
    fn next(&mut self) -> Option<(Arrival, Known)> {
        let first = self.pending.front()?;
        if first.ticket.is_some() && first.answer.is_none() {
            return None;
        }
        let first = self.pending.pop_front()?;
        let mut known = first.answer.unwrap_or(Known::New);
        let meanwhile = self.accepted_meanwhile.iter();
        for (_, text) in meanwhile.filter(|(id, _)| Some(id) == first.arrival.id.as_ref()) {
            known = match known {
                Known::New | Known::Taken if *text == first.arrival.text => Known::Repeat,
                Known::New => Known::Taken,
                other => other,
            };
        }
        if self.pending.is_empty() {
            // With the room that a flood has taken: there is one of these for each contact.
            self.accepted_meanwhile = Vec::new();
            if self.pending.capacity() > KEPT {
                self.pending = VecDeque::new();
            }
        }
        Some((first.arrival, known))
    }
}

/// Whether another node's id can be ours too.
fn can_be_msgid(id: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
    (1..=MSGID_LENGTH).contains(&id.len()) && id.bytes().all(plain)
}

impl Gateway {
    /// A contact said something.
    pub(super) fn message_in(
        &mut self,
        peer: Address,
        connection: Option<ConnectionId>,
        id: Option<String>,
        said: &str,
        tags: Tags,
        sent: Option<Timestamp>,
    ) {
        let Some(contact) = self.roster.id_by_address(peer) else {
            return;
        };
        let arrival = Arrival {
            peer,
            connection,
            again: connection.is_some_and(|on| self.mesh.may_come_again(peer, on)),
            held: self.letting_in,
            id,
            text: text::strip_ctcp(said).into_owned(),
            tags: tags::lasting_of_contact(tags),
            time: sane(sent, self.now.wall),
        };
        let inbox = &self.correspondence(contact).inbox;
        if inbox.is_new(&arrival) && inbox.pending.is_empty() {
            self.take_in(contact, arrival, Known::New);
            return;
        }
        let ticket = match &arrival.id {
            Some(id) => {
                let ask = Ask::Known {
                    contact: contact.0,
                    id: id.clone(),
                    text: arrival.text.clone(),
                };
                Some(self.ask(Asked::Known(contact), ask))
            }
            None => None,
        };
        self.correspondence(contact)
            .inbox
            .pending
            .push_back(Pending {
                arrival,
                ticket,
                answer: None,
            });
    }

    /// The store knows whether a message is a repeat.
    pub(super) fn known(
        &mut self,
        contact: ContactId,
        ticket: u64,
        answer: Result<Answer, String>,
    ) {
        let known = match answer {
            Ok(Answer::Known(known)) => known,
            // Shown twice at the worst, which is better than not at all.
            _ => Known::New,
        };
        // Whoever was forgotten meanwhile has no conversation any more.
        if self.contact(contact).is_none() {
            return;
        }
        let inbox = &mut self.correspondence(contact).inbox;
        let mut pending = inbox.pending.iter_mut();
        if let Some(asked) = pending.find(|pending| pending.ticket == Some(ticket)) {
            asked.answer = Some(known);
        }
        while let Some((arrival, known)) = self.correspondence(contact).inbox.next() {
            self.take_in(contact, arrival, known);
        }
    }

    /// A contact is about to leave its address, or the address book. What is looked up is dropped,
    /// all of it: it was not confirmed, so it comes again, in order, if the contact does. What is
    /// not repeated counts as having come before.
    pub(super) fn drop_pending(&mut self, id: ContactId) {
        let Some(talk) = self.correspondences.get_mut(&id) else {
            return;
        };
        talk.inbox.accepted_meanwhile = Vec::new();
        for Pending { arrival, .. } in std::mem::take(&mut talk.inbox.pending) {
            if arrival.id.is_none() {
                self.take_in(id, arrival, Known::New);
            }
        }
    }

    /// A message's turn has come.
    fn take_in(&mut self, id: ContactId, arrival: Arrival, known: Known) {
        if self.roster.get(id).is_none() {
            return;
        }
        let now = self.now.monotonic;
        let inbox = &mut self.correspondence(id).inbox;
        if let Some(given) = &arrival.id {
            if known != Known::Repeat {
                if !arrival.held {
                    inbox.proven = arrival.connection;
                }
                inbox.note(given, &arrival.text);
            }
            // A repeat, too: it may not have heard yet that it is confirmed, and say it again.
            inbox.recent.add(given, &arrival.text, now);
            let until = inbox.recent.until();
            self.look_at_flood(until);
        }
        if known != Known::Repeat {
            let msgid = arrival.id.as_deref().filter(|id| can_be_msgid(id));
            let msgid = match msgid.filter(|_| known == Known::New) {
                Some(msgid) => msgid.to_owned(),
                None => self.next_message_id(),
            };
            let time = self.correspondence(id).times.unique(arrival.time);
            let message = Message {
                seq: self.ledger.next_seq(),
                contact: id.0,
                own: false,
                notice: false,
                id: msgid,
                peer_id: arrival.id.clone(),
                time,
                arrived: self.day(),
                text: Some(arrival.text),
                tags: arrival.tags,
                writer: None,
                waiting: None,
            };
            self.show_live(&message);
            self.store(Write::Message(message));
        }
        if let Some(id) = arrival.id {
            self.confirm_when_durable(Receipt {
                peer: arrival.peer,
                connection: arrival.connection,
                id,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_that_a_flood_has_taken_is_given_back() {
        let mut inbox = Inbox::default();
        for number in 0..1_000 {
            inbox.pending.push_back(Pending {
                arrival: Arrival {
                    peer: "fc00::1".parse().unwrap(),
                    connection: None,
                    again: false,
                    held: false,
                    id: Some(number.to_string()),
                    text: "hi".to_owned(),
                    tags: Tags::new(),
                    time: Timestamp(0),
                },
                ticket: None,
                answer: None,
            });
        }
        while let Some((arrival, known)) = inbox.next() {
            assert_eq!(known, Known::New);
            inbox.note(&arrival.id.unwrap(), &arrival.text);
        }
        assert!(inbox.pending.capacity() <= KEPT);
        assert_eq!(inbox.accepted_meanwhile.capacity(), 0);
    }

    #[test]
    fn only_plain_ids_become_msgids() {
        for good in ["a", "01890a5d-ac96-774b-bcce-b302099a8057", "A._-9"] {
            assert!(can_be_msgid(good), "{good}");
        }
        let long = "x".repeat(65);
        for bad in ["", "a b", "a;b", "ü", "a\n", long.as_str()] {
            assert!(!can_be_msgid(bad), "{bad}");
        }
    }
}
