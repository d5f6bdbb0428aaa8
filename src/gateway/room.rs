//! How fast a client is told what becomes of contacts: as fast as it reads.
//!
//! When the mesh comes back, thousands of contacts come at once, and a client may read slowly
//! or not at all. So while it has yet to take what it was sent, it is only remembered which
//! contacts are not any more as it knows them. When it has room again, it is told what became
//! of them in the end: one that came and went meanwhile was never there.

use std::collections::{BTreeMap, VecDeque};

use crate::enclave::news::Presence;
use crate::enclave::packet::Status;
use crate::irc::ClientId;

use super::Gateway;
use super::calm::Restless;
use super::effect::Effect;
use super::names::Names;
use super::roster::{Contact, ContactId};

/// What a client is sent before it has to have taken that, bytes: enough to keep a connection
/// busy, and little enough for what is behind it to come soon.
const AT_ONCE: usize = 64 * 1024;

/// Contacts that a client is told of when it has room: about as much in lines.
const CONTACTS_AT_ONCE: usize = 128;

/// What one client has yet to take, and to be told.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// What it was sent since it was last known to have taken all, bytes.
    sent: usize,
    /// It was sent so much that it is waited for.
    is_full: bool,
    /// Contacts that are not any more as it was last told, and how that was.
    pub(super) unseen: BTreeMap<ContactId, Presence>,
    /// The lists of names that it has asked for.
    pub names: VecDeque<Names>,
}

impl Room {
    /// Whether it is to be told something as soon as there is room.
    fn is_owed(&self, restless: &Restless) -> bool {
        !self.names.is_empty() || self.next_unseen(restless).is_some()
    }

    /// The next contact that it is to be told of; not one that has changed too often.
    fn next_unseen(&self, restless: &Restless) -> Option<ContactId> {
        let mut unseen = self.unseen.keys();
        unseen.find(|id| !restless.contains(**id)).copied()
    }

    /// The client sees in a list of names that a contact is there, but not that it is away.
    pub fn has_listed(&mut self, id: ContactId, contact: &Contact) {
        let Some(before) = self.unseen.get_mut(&id) else {
            return;
        };
        if *before == Presence::Offline {
            *before = Presence::Online {
                status: Status::Available,
                text: String::new(),
            };
        }
        if *before == contact.presence {
            self.unseen.remove(&id);
        }
    }
}

impl Gateway {
    /// Tells all clients that a contact's presence is not any more what it was `before`: those
    /// that have room now, the others later. Nobody is told of a contact that has changed too
    /// often, before it speaks or some time is over.
    pub(super) fn tell_presence(&mut self, id: ContactId, before: &Presence) {
        let at_once = self.is_told_at_once(id);
        for client in self.attached() {
            let Some(session) = self.sessions.get_mut(&client) else {
                continue;
            };
            let will_be_listed =
                (session.room.names.iter()).any(|names| names.is_first() && !names.has_listed(id));
            let is_watched = || {
                let contact = self.roster.get(id);
                contact.is_some_and(|one| session.monitored.contains_key(&one.nick.folded()))
            };
            if will_be_listed && !is_watched() {
                continue;
            }
            if !at_once || session.room.is_full || session.room.is_owed(&self.restless) {
                session
                    .room
                    .unseen
                    .entry(id)
                    .or_insert_with(|| before.clone());
            } else {
                self.show_presence(client, id, before);
            }
        }
    }

    /// Shows a client what has become of a contact, if it does not know: something else about
    /// that contact comes next.
    pub(super) fn show_unseen(&mut self, client: ClientId, id: ContactId) {
        let session = self.sessions.get_mut(&client);
        let unseen = session.and_then(|session| session.room.unseen.remove(&id));
        if let Some(before) = unseen {
            self.show_presence(client, id, &before);
        }
    }

    /// Shows it to all clients.
    pub(super) fn show_unseen_to_all(&mut self, id: ContactId) {
        for client in self.attached() {
            self.show_unseen(client, id);
        }
    }

    /// Shows a client what has become of everybody.
    pub(super) fn show_all_unseen(&mut self, client: ClientId) {
        let session = self.sessions.get_mut(&client);
        let unseen = session.map(|session| std::mem::take(&mut session.room.unseen));
        for (id, before) in unseen.unwrap_or_default() {
            self.show_presence(client, id, &before);
        }
    }

    /// A client has taken what it was sent.
    pub(super) fn client_drained(&mut self, client: ClientId) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        session.room.sent = 0;
        session.room.is_full = false;
        if let Some(names) = session.room.names.pop_front() {
            return self.continue_names(client, names);
        }
        for _ in 0..CONTACTS_AT_ONCE {
            let session = self.sessions.get(&client);
            let Some(id) = session.and_then(|one| one.room.next_unseen(&self.restless)) else {
                return;
            };
            self.show_unseen(client, id);
        }
    }

    /// At the end of each event: who has been sent so much that it is waited for.
    pub(super) fn look_for_room(&mut self) {
        for effect in &self.effects.0 {
            if let Effect::ToClient { client, lines } = effect
                && let Some(session) = self.sessions.get_mut(client)
            {
                session.room.sent += lines.len();
            }
        }
        for (client, session) in &mut self.sessions {
            let room = &mut session.room;
            if !room.is_full && (room.sent >= AT_ONCE || room.is_owed(&self.restless)) {
                room.is_full = true;
                self.effects
                    .push(Effect::TellWhenDrained { client: *client });
            }
        }
    }
}
