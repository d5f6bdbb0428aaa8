//! The contacts as IRC sees them: each a nick, with what is shown of its presence.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::ops::Bound;

use crate::clock::Timestamp;
use crate::enclave::address::Address;
use crate::enclave::news::Presence;
use crate::enclave::packet::Status;
use crate::irc::nick::{Folded, Nick, casefold};

use super::calm::Changes;

/// A contact, as the store numbers it; its nick and address may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ContactId(pub u32);

/// The user part of every contact's mask.
pub(super) const CONTACT_USER: &str = "enclave";

/// One contact.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub name: String,
    pub address: Address,
    pub nick: Nick,
    pub blocked: bool,
    /// As it was last told to the clients.
    pub presence: Presence,
    /// When its first packet on a link came last.
    pub last_linked: Option<Timestamp>,
    /// When it was last seen online.
    pub last_seen: Option<Timestamp>,
    /// What it left with.
    pub farewell: Option<String>,
    /// How often its presence has changed lately.
    pub changes: Changes,
}

impl Contact {
    pub fn new(entry: crate::book::Contact) -> Self {
        Self {
            name: entry.name,
            address: entry.address,
            nick: entry.nick,
            blocked: entry.blocked,
            presence: Presence::Offline,
            last_linked: None,
            last_seen: None,
            farewell: None,
            changes: Changes::default(),
        }
    }

    pub fn online(&self) -> bool {
        !matches!(self.presence, Presence::Offline)
    }

    /// Whether it is online and willing to chat, which is voice in the roster channel.
    pub fn available(&self) -> bool {
        is_available(&self.presence)
    }

    /// The text of its `301`; none while it is here or offline.
    pub fn away_text(&self) -> Option<String> {
        away_text(&self.presence)
    }

    /// What it says of itself while it is available.
    pub fn status_text(&self) -> Option<&str> {
        match &self.presence {
            Presence::Online {
                status: Status::Available,
                text,
            } if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// One word for its presence.
    pub fn presence_word(&self) -> &'static str {
        match &self.presence {
            _ if self.blocked => "blocked",
            Presence::Online {
                status: Status::Available,
                ..
            } => "online",
            Presence::Online {
                status: Status::Busy,
                ..
            } => "busy",
            Presence::Online { .. } => "away",
            Presence::Offline => "offline",
        }
    }

    /// The host part of its mask: the address, with a leading 0 where it begins with a
    /// colon, which would end the parameters of an IRC line.
    pub fn host(&self) -> String {
        host(self.address)
    }
}

/// Whether one of such a presence is online and willing to chat.
pub(super) fn is_available(presence: &Presence) -> bool {
    matches!(
        presence,
        Presence::Online {
            status: Status::Available,
            ..
        }
    )
}

/// The text of a `301`; none for one who is here or offline. A busy contact's begins with
/// "Busy", so that it is told apart in any client.
pub(super) fn away_text(presence: &Presence) -> Option<String> {
    let Presence::Online { status, text } = presence else {
        return None;
    };
    match (status, text.as_str()) {
        (Status::Away, "") => Some("Away".to_owned()),
        (Status::Away, text) => Some(text.to_owned()),
        (Status::Busy, "") => Some("Busy".to_owned()),
        (Status::Busy, text) => Some(format!("Busy: {text}")),
        (Status::Available | Status::Offline, _) => None,
    }
}

/// An address as IRC can carry it.
pub(super) fn host(address: Address) -> String {
    let mut host = String::with_capacity("fc9f:990d:2b0f:75ad:8783:5d59:7c84:520b".len());
    // Memory takes everything.
    let _ = write!(host, "{address}");
    if host.starts_with(':') {
        host.insert(0, '0');
    }
    host
}

/// All contacts, found by nick and by address.
#[derive(Debug, Default)]
pub(super) struct Roster {
    contacts: BTreeMap<ContactId, Contact>,
    by_nick: HashMap<Folded, ContactId>,
    by_address: HashMap<Address, ContactId>,
}

impl Roster {
    pub fn insert(&mut self, id: ContactId, contact: Contact) {
        self.index(id, &contact);
        self.contacts.insert(id, contact);
    }

    pub fn remove(&mut self, id: ContactId) -> Option<Contact> {
        let contact = self.contacts.remove(&id)?;
        self.forget_index(id, &contact);
        Some(contact)
    }

    /// Changes a contact's name, nick or address, and finds it under the new ones.
    pub fn update(&mut self, id: ContactId, change: impl FnOnce(&mut Contact)) {
        if let Some(mut contact) = self.remove(id) {
            change(&mut contact);
            self.index(id, &contact);
            self.contacts.insert(id, contact);
        }
    }

    /// A contact, to change what is not an index: presence and what belongs to it.
    pub fn get_mut(&mut self, id: ContactId) -> Option<&mut Contact> {
        self.contacts.get_mut(&id)
    }

    pub fn get(&self, id: ContactId) -> Option<&Contact> {
        self.contacts.get(&id)
    }

    pub fn id_by_nick(&self, nick: &str) -> Option<ContactId> {
        self.by_nick.get(&casefold(nick)).copied()
    }

    pub fn id_by_address(&self, address: Address) -> Option<ContactId> {
        self.by_address.get(&address).copied()
    }

    pub fn by_nick(&self, nick: &str) -> Option<&Contact> {
        self.get(self.id_by_nick(nick)?)
    }

    pub fn by_address(&self, address: Address) -> Option<&Contact> {
        self.get(self.id_by_address(address)?)
    }

    pub fn has_nick(&self, nick: &Folded) -> bool {
        self.by_nick.contains_key(nick)
    }

    pub fn iter(&self) -> impl Iterator<Item = (ContactId, &Contact)> {
        self.contacts.iter().map(|(id, contact)| (*id, contact))
    }

    /// Those behind this one, in order; all where it is none.
    pub fn after(&self, id: Option<ContactId>) -> impl Iterator<Item = (ContactId, &Contact)> {
        let after = id.map_or(Bound::Unbounded, Bound::Excluded);
        let contacts = self.contacts.range((after, Bound::Unbounded));
        contacts.map(|(id, contact)| (*id, contact))
    }

    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values()
    }

    /// Whether every contact is found by its nick and its address, and nobody else is.
    #[cfg(any(test, fuzzing))]
    pub fn is_indexed(&self) -> bool {
        let found = |id: ContactId, contact: &Contact| {
            self.by_nick.get(&contact.nick.folded()) == Some(&id)
                && self.by_address.get(&contact.address) == Some(&id)
        };
        let len = self.contacts.len();
        (self.by_nick.len(), self.by_address.len()) == (len, len)
            && self.iter().all(|(id, contact)| found(id, contact))
    }

    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty()
    }

    pub fn len(&self) -> usize {
        self.contacts.len()
    }

    fn index(&mut self, id: ContactId, contact: &Contact) {
        self.by_nick.insert(contact.nick.folded(), id);
        self.by_address.insert(contact.address, id);
    }

    /// Two contacts may trade nicks or addresses in one edit of the file, so an index entry
    /// that another has taken meanwhile is left alone.
    fn forget_index(&mut self, id: ContactId, contact: &Contact) {
        let nick = contact.nick.folded();
        if self.by_nick.get(&nick) == Some(&id) {
            self.by_nick.remove(&nick);
        }
        if self.by_address.get(&contact.address) == Some(&id) {
            self.by_address.remove(&contact.address);
        }
    }
}
