//! Contacts as the store keeps them, in the address book or not: one that was taken out of
//! it keeps its history and what waits for it, until it is back or forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::book;
use crate::enclave::address::Address;
use crate::enclave::link::Outgoing;
use crate::enclave::news::Presence;
use crate::irc::nick::Nick;
use crate::store::{self, Write};

use super::Gateway;
use super::calm::Changes;
use super::roster::{Contact, ContactId, Roster};

/// How long it may take until it is stored that a contact was linked or seen. Long enough for
/// many of them to be stored together, and little to lose in a crash.
const UNWRITTEN: Duration = Duration::from_secs(1);

/// Contacts of which that is stored at once: a commit's worth, which holds up a message that
/// comes just then by a millisecond or two.
const WRITTEN_AT_ONCE: usize = 256;

/// The time from those to the next.
const WRITING_PAUSE: Duration = Duration::from_millis(100);

/// Those who are not in the address book now.
pub(super) type Absent = BTreeMap<ContactId, Contact>;

/// A contact by its number, in the address book or not.
pub(super) fn find<'a>(
    roster: &'a Roster,
    absent: &'a Absent,
    id: ContactId,
) -> Option<&'a Contact> {
    roster.get(id).or_else(|| absent.get(&id))
}

impl Gateway {
    /// Takes up what the store holds, before the address book is followed: nobody is in it
    /// yet.
    pub(super) fn take_up_contacts(
        &mut self,
        contacts: Vec<store::Contact>,
        outbox: Vec<store::Message>,
    ) {
        for row in contacts {
            let id = ContactId(row.id);
            self.next_contact = self.next_contact.max(row.id + 1);
            // Both are as we wrote them; a row that is not would be of no use.
            let (Ok(address), Some(nick)) = (row.address.parse(), Nick::new(&row.nick)) else {
                tracing::warn!(contact = row.id, "a contact in the store cannot be read");
                continue;
            };
            if row.in_book {
                self.missing.insert(id);
            }
            let contact = Contact {
                name: row.nick,
                address,
                nick,
                blocked: false,
                presence: Presence::Offline,
                last_linked: row.last_linked,
                last_seen: row.last_seen,
                farewell: None,
                changes: Changes::default(),
            };
            self.absent.insert(id, contact);
        }
        for message in outbox {
            let Some(text) = message.text else { continue };
            let talk = self.correspondence(ContactId(message.contact));
            // The person knows that it waits, so wants to hear when it has arrived.
            talk.arrived_late = Some(0);
            talk.parked.push(Outgoing {
                key: message.seq,
                id: message.id,
                text,
                tags: message.tags,
                timestamp: message.time,
                attempts: message.waiting.unwrap_or(0),
            });
        }
    }

    /// Which of these entries, that are new in the address book, are contacts we have known
    /// before: by the address; or, if it was in the book when the program ended, by the
    /// nick, and then it has moved meanwhile. In the order of the entries.
    pub(super) fn recognise(&self, entries: &[book::Contact]) -> Vec<Option<ContactId>> {
        let mut free: BTreeSet<ContactId> = self.absent.keys().copied().collect();
        let mut found = vec![None; entries.len()];
        let by_nick: BTreeMap<_, _> = (self.missing.iter())
            .filter_map(|id| Some((self.absent.get(id)?.nick.folded(), *id)))
            .collect();
        let by_address: BTreeMap<_, _> = (self.absent.iter())
            .map(|(id, contact)| (contact.address, *id))
            .collect();
        for (entry, found) in entries.iter().zip(&mut found) {
            *found = by_nick.get(&entry.nick.folded()).copied();
            *found = found.filter(|id| free.remove(id));
        }
        for (entry, found) in entries.iter().zip(&mut found) {
            if found.is_none() {
                *found = by_address.get(&entry.address).copied();
                *found = found.filter(|id| free.remove(id));
            }
        }
        found
    }

    /// A contact is in the address book now that was not: as one known before, or a new one.
    pub(super) fn arrive(&mut self, id: Option<ContactId>, entry: book::Contact) {
        let mut contact = Contact::new(entry);
        let known = id.and_then(|id| Some((id, self.absent.remove(&id)?)));
        let id = match &known {
            Some((id, before)) => {
                contact.last_linked = before.last_linked;
                contact.last_seen = before.last_seen;
                *id
            }
            None => {
                self.next_contact += 1;
                ContactId(self.next_contact - 1)
            }
        };
        let was_in_book = self.missing.remove(&id);
        let is_same = known.is_some_and(|(_, before)| {
            was_in_book && before.address == contact.address && before.nick == contact.nick
        });
        self.roster.insert(id, contact);
        if !is_same {
            self.write_contact(id);
        }
    }

    /// A contact is no longer in the address book.
    pub(super) fn depart(&mut self, id: ContactId) {
        self.show_unseen_to_all(id);
        self.restless.0.remove(&id);
        if let Some(contact) = self.roster.remove(id) {
            self.absent.insert(id, contact);
            self.write_contact(id);
        }
    }

    /// The address book has been followed: whoever was in it when the program ended and has
    /// not come back was taken out meanwhile.
    pub(super) fn note_missing(&mut self) {
        for id in std::mem::take(&mut self.missing) {
            self.write_contact(id);
        }
    }

    /// A contact by its number, in the address book or not.
    pub(super) fn contact(&self, id: ContactId) -> Option<&Contact> {
        find(&self.roster, &self.absent, id)
    }

    /// There is a link with a contact.
    pub(super) fn contact_linked(&mut self, peer: Address) {
        if let Some(id) = self.roster.id_by_address(peer)
            && let Some(contact) = self.roster.get_mut(id)
        {
            contact.last_linked = Some(self.now.wall);
            self.write_contact_later(id);
        }
    }

    /// Has it stored when a contact was linked and seen last, in a while: it is of use at the
    /// next start only, and when the mesh comes back it changes for everybody at once.
    pub(super) fn write_contact_later(&mut self, id: ContactId) {
        self.unwritten.insert(id);
        let at = self.now.monotonic + UNWRITTEN;
        self.write_unwritten_at.get_or_insert(at);
    }

    /// Has some of these stored, if their time has come, and the rest a little later.
    pub(super) fn unwritten_due(&mut self) {
        if self
            .write_unwritten_at
            .is_none_or(|at| at > self.now.monotonic)
        {
            return;
        }
        for _ in 0..WRITTEN_AT_ONCE {
            let Some(id) = self.unwritten.pop_first() else {
                break;
            };
            self.write_contact(id);
        }
        let rest = !self.unwritten.is_empty();
        self.write_unwritten_at = rest.then(|| self.now.monotonic + WRITING_PAUSE);
    }

    /// Has all of them stored.
    pub(super) fn write_unwritten(&mut self) {
        for id in std::mem::take(&mut self.unwritten) {
            self.write_contact(id);
        }
        self.write_unwritten_at = None;
    }

    /// Has a contact stored as it is now.
    pub(super) fn write_contact(&mut self, id: ContactId) {
        let Some(contact) = self.contact(id) else {
            return;
        };
        let row = store::Contact {
            id: id.0,
            address: contact.address.to_string(),
            nick: contact.nick.to_string(),
            in_book: self.roster.get(id).is_some(),
            last_linked: contact.last_linked,
            last_seen: contact.last_seen,
        };
        self.store(Write::Contact(row));
    }
}
