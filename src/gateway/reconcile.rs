//! Following the address book: what stands in the file is who the contacts are, whoever
//! wrote it there – the person, this program or its command line.

use std::collections::BTreeSet;

use crate::book::{self, Book, Change};
use crate::enclave::address::Address;
use crate::enclave::news::Presence;
use crate::irc::capability::Capability;
use crate::irc::nick::Nick;
use crate::irc::numeric as n;
use crate::store::Write;

use super::contacts::{hears_of, watches_from_outside};
use super::effect::Effect;
use super::roster::{Contact, ContactId};
use super::time::server_time;
use super::{ChangeId, Gateway};

impl Gateway {
    /// The address book was read anew because somebody asked for it.
    pub(super) fn book_read(&mut self, book: Result<Book, String>) {
        match book {
            Ok(book) => self.follow_book(book),
            Err(why) => self.notice_everyone(&format!("The address book is unchanged: {why}")),
        }
    }

    /// A change of the address book is done, or refused.
    pub(super) fn book_changed(&mut self, change: ChangeId, outcome: Result<Book, String>) {
        let pending = self.pending_changes.remove(&change);
        let result = outcome.map(|book| self.follow_book(book));
        match (pending, result) {
            (Some(pending), result) => self.change_done(pending, result),
            // Nobody asked: the nicks could not be written down. It works without.
            (None, Err(why)) => {
                tracing::warn!("{why}");
                self.notice_everyone(&format!(
                    "The nicks of new contacts could not be written down: {why}"
                ));
            }
            (None, Ok(())) => {}
        }
    }

    /// Makes the roster and the mesh what the book says.
    ///
    /// The same nick with a new address is the same contact, moved; the same address with a
    /// new nick is the same contact, renamed.
    pub(super) fn follow_book(&mut self, book: Book) {
        self.make_way(&book.contacts);
        let (matched, fresh) = self.match_entries(book.contacts);
        let kept: BTreeSet<ContactId> = matched.iter().map(|(id, _)| *id).collect();
        let all: Vec<ContactId> = self.roster.iter().map(|(id, _)| id).collect();
        for id in all.into_iter().filter(|id| !kept.contains(id)) {
            self.contact_removed(id);
        }
        // All old addresses are let go before any new one is taken up: contacts may have
        // traded theirs.
        for (id, entry) in &matched {
            if self
                .roster
                .get(*id)
                .is_some_and(|contact| contact.address != entry.address)
            {
                self.unfriend(*id);
            }
        }
        let fresh_blocks = self.follow_blocked(book.blocked_strangers);
        let mut befriended = Vec::new();
        for (id, entry) in matched {
            befriended.extend(self.follow_entry(id, entry));
        }
        let known = self.recognise(&fresh);
        for (entry, known) in fresh.into_iter().zip(known) {
            befriended.push((entry.address, entry.blocked));
            self.arrive(known, entry);
        }
        self.note_missing();
        for (address, blocked) in befriended {
            self.befriend(address, blocked);
        }
        for address in fresh_blocks {
            self.befriend(address, true);
        }
        self.warn_of_own_address();
        if book.derived {
            // So that a nick stays the same even if another contact of that name comes.
            let id = self.next_change();
            self.effects.push(Effect::ChangeBook {
                id,
                change: Change::WriteNicks,
            });
        }
    }

    /// Which entries are contacts we know, and which are new.
    fn match_entries(
        &self,
        entries: Vec<book::Contact>,
    ) -> (Vec<(ContactId, book::Contact)>, Vec<book::Contact>) {
        // Nicks first, all of them: an address that moved to another nick belongs there.
        let by_nick = |entry: &book::Contact| self.roster.id_by_nick(entry.nick.as_str());
        let taken: BTreeSet<ContactId> = entries.iter().filter_map(by_nick).collect();
        let by_address = |entry: &book::Contact| {
            self.roster
                .id_by_address(entry.address)
                .filter(|id| !taken.contains(id))
        };
        let (mut matched, mut fresh) = (Vec::new(), Vec::new());
        for entry in entries {
            match by_nick(&entry).or_else(|| by_address(&entry)) {
                Some(id) => matched.push((id, entry)),
                None => fresh.push(entry),
            }
        }
        (matched, fresh)
    }

    /// Makes a contact what its entry says. Returns the address to befriend (or block), if
    /// that is another now.
    fn follow_entry(&mut self, id: ContactId, entry: book::Contact) -> Option<(Address, bool)> {
        self.show_unseen_to_all(id);
        let old = self.roster.get(id)?.clone();
        if old.nick != entry.nick {
            self.tell_new_nick(id, entry.nick.clone());
        }
        let (address, blocked) = (entry.address, entry.blocked);
        let nick = entry.nick.to_string();
        let renamed = old.name != entry.name;
        self.roster.update(id, |contact| {
            contact.name = entry.name;
            contact.nick = entry.nick;
            contact.address = entry.address;
            contact.blocked = entry.blocked;
        });
        if old.nick.as_str() != nick || old.address != address {
            self.write_contact(id);
        }
        if renamed {
            self.tell_new_name(id);
        }
        if old.address != address {
            return Some((address, blocked));
        }
        match (old.blocked, blocked) {
            (true, false) => {
                self.mesh.unblock(address);
                Some((address, blocked))
            }
            (false, true) => {
                self.park(id);
                self.mesh(|mesh, now, out| mesh.block(address, now, out));
                self.went_offline(id);
                // The person has done it, and waits to see it, however often it has changed.
                self.show_unseen_to_all(id);
                None
            }
            _ => None,
        }
    }

    /// Tells the mesh of an address that is a contact's now, or that is shut out.
    fn befriend(&mut self, address: Address, blocked: bool) {
        let contact = self.roster.by_address(address);
        let last_linked = contact.and_then(|contact| contact.last_linked);
        if self.mesh.is_silenced(address, self.now) {
            self.store(Write::Unsilence(address.owner().to_string()));
        }
        self.letting_in = true;
        self.mesh(|mesh, now, out| {
            if blocked {
                mesh.block(address, now, out);
            } else {
                mesh.befriend(address, last_linked, now, out);
            }
        });
        self.letting_in = false;
        self.prompts.forget(address);
        self.unpark(address);
    }

    fn unfriend(&mut self, id: ContactId) {
        let Some(contact) = self.roster.get(id) else {
            return;
        };
        let (address, blocked) = (contact.address, contact.blocked);
        self.drop_pending(id);
        self.park(id);
        self.mesh(|mesh, now, out| {
            if blocked {
                mesh.unblock(address);
            } else {
                mesh.unfriend(address, now, out);
            }
        });
        self.went_offline(id);
    }

    /// Shows a contact as offline whose link was taken away, where the mesh did not say so.
    fn went_offline(&mut self, id: ContactId) {
        if let Some(contact) = self.roster.get(id).filter(|contact| contact.online()) {
            self.contact_presence(contact.address, Presence::Offline, None);
        }
    }

    fn contact_removed(&mut self, id: ContactId) {
        self.unfriend(id);
        self.depart(id);
    }

    /// Blocked strangers are in the book by address alone. Those that are no longer there
    /// are unblocked here, before any of them can become a contact, which the mesh would
    /// refuse; those to be blocked now are returned.
    fn follow_blocked(&mut self, blocked: Vec<Address>) -> Vec<Address> {
        let blocked: BTreeSet<Address> = blocked.into_iter().collect();
        let old = std::mem::replace(&mut self.blocked_strangers, blocked);
        for address in old.difference(&self.blocked_strangers) {
            self.mesh.unblock(*address);
        }
        let fresh = self.blocked_strangers.difference(&old);
        fresh.copied().collect()
    }

    /// A contact has another nick now; the roster does not know yet.
    fn tell_new_nick(&mut self, id: ContactId, nick: Nick) {
        let Some(contact) = self.roster.get(id).filter(|contact| contact.online()) else {
            return;
        };
        let time = server_time(self.now.wall);
        let change = contact.says("NICK", &[nick.as_str()], &time);
        let old = contact.nick.clone();
        let renamed = Contact {
            nick,
            ..contact.clone()
        };
        self.broadcast(&change, |session| session.in_channel);
        let (before, now) = (old.folded(), renamed.nick.folded());
        if before == now {
            return;
        }
        self.tell_monitors(old.as_str(), n::RPL_MONOFFLINE, old.as_str());
        self.tell_monitors(renamed.nick.as_str(), n::RPL_MONONLINE, &renamed.mask());
        // Under this nick it comes online, so to those who watch it it does so away.
        if let Some(text) = renamed.away_text() {
            let away = renamed.says("AWAY", &[&text], &time);
            self.broadcast(&away, |s| {
                watches_from_outside(s, &now) && s.has(Capability::AwayNotify)
            });
        }
    }

    fn tell_new_name(&mut self, id: ContactId) {
        let Some(contact) = self.roster.get(id) else {
            return;
        };
        if contact.online() {
            let change = contact.says("SETNAME", &[&contact.name], &server_time(self.now.wall));
            let nick = contact.nick.folded();
            self.broadcast(&change, |s| {
                hears_of(s, &nick) && s.has(Capability::Setname)
            });
        }
    }
}
