//! Commands that change the address book: add, remove, rename.

use crate::book::Change;
use crate::enclave::address::Address;
use crate::irc::lookalike::looks_like;
use crate::irc::nick::{Folded, Nick, derive};

use super::super::Gateway;
use super::super::roster::Contact;
use super::super::voice::SERVICE_NICK;
use super::{Answer, Asked};

pub(super) fn add(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let address = gateway.new_address(asked.word(0).unwrap_or_default())?;
    let name = asked.rest(1);
    let nick = gateway.free_nick(&name);
    gateway.add_contact(asked, address, name, nick)
}

pub(super) fn remove(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let contact = gateway.contact_named(asked.word(0).unwrap_or_default())?;
    let id = gateway.roster.id_by_address(contact.address);
    let waiting = id.map_or(0, |id| gateway.count_waiting(id));
    if waiting > 0 {
        return Err(format!(
            "Nothing was done: messages of yours wait for {0} ({waiting}). Take them back first: \
             cancel {0}",
            contact.nick
        ));
    }
    let done = format!(
        "{0} ({1}) is no longer in your address book. If they call, you will not hear of it \
         for a day. What you two said stays until: forget {0}",
        contact.nick, contact.name
    );
    gateway.change_book(
        asked,
        Change::Remove {
            address: contact.address,
        },
        done,
        Some(contact.address),
    );
    Ok(Vec::new())
}

pub(super) fn rename(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let contact = gateway.contact_named(asked.word(0).unwrap_or_default())?;
    let name = asked.rest(1);
    let own = contact.nick.folded();
    let nick = derive(&name, |nick| *nick != own && gateway.nick_is_taken(nick));
    let done = format!("{} is now called {nick} ({name}).", contact.nick);
    let change = Change::Rename {
        address: contact.address,
        name,
        nick: Some(nick),
    };
    gateway.change_book(asked, change, done, None);
    Ok(Vec::new())
}

impl Gateway {
    /// The contact of this nick or address, exactly.
    pub(super) fn contact_named(&self, named: &str) -> Result<Contact, String> {
        let by_address = || self.roster.by_address(named.parse::<Address>().ok()?);
        let contact = self.roster.by_nick(named).or_else(by_address);
        contact.cloned().ok_or_else(|| {
            let nicks: Vec<String> = self
                .roster
                .contacts()
                .map(|contact| contact.nick.to_string())
                .collect();
            let near = crate::nearest::nearest(named, nicks.iter().map(String::as_str));
            let near = near
                .map(|near| format!(" Did you mean {near}?"))
                .unwrap_or_default();
            let named = crate::irc::text::quote_for_display(named, 45);
            format!("Nothing was done: you have no contact \"{named}\".{near}")
        })
    }

    /// An address that may become a contact's.
    pub(super) fn new_address(&self, text: &str) -> Result<Address, String> {
        let address: Address = text
            .parse()
            .map_err(|error| format!("Nothing was done: {error}"))?;
        if let Some(contact) = self.roster.by_address(address) {
            let (nick, name) = (&contact.nick, &contact.name);
            return Err(format!(
                "Nothing was done: {address} is {nick} ({name}) already."
            ));
        }
        if self.own_addresses.contains(&address) {
            return Err(format!("Nothing was done: {address} is your own address."));
        }
        if !self
            .settings
            .networks
            .iter()
            .any(|network| network.contains(address))
        {
            return Err(format!(
                "Nothing was done: {address} is not in {}, so nobody could vouch for who is \
                 there. (Networks are set with [enclave] networks.)",
                self.networks_text()
            ));
        }
        Ok(address)
    }

    /// Whether no contact may have this nick: another has it, or it would pass for the
    /// gateway or for the person.
    pub(in super::super) fn nick_is_taken(&self, nick: &Folded) -> bool {
        self.roster.has_nick(nick)
            || looks_like(nick.as_str(), SERVICE_NICK)
            || looks_like(nick.as_str(), &self.settings.server_name)
            || self.own_nicks().any(|own| looks_like(nick.as_str(), own))
    }

    /// Whether a name that somebody gives itself is not good enough: it is taken, or a contact
    /// has one that reads the same.
    pub(super) fn could_be_taken_for_another(&self, nick: &Folded) -> bool {
        let mut contacts = self.roster.contacts();
        self.nick_is_taken(nick)
            || contacts.any(|contact| looks_like(nick.as_str(), contact.nick.as_str()))
    }

    fn own_nicks(&self) -> impl Iterator<Item = &str> {
        let attached = self
            .sessions
            .values()
            .filter_map(|session| session.nick.as_ref());
        attached
            .map(Nick::as_str)
            .chain((!self.remembered.nick.is_empty()).then_some(self.remembered.nick.as_str()))
    }

    pub(super) fn free_nick(&self, name: &str) -> Nick {
        derive(name, |nick| self.nick_is_taken(nick))
    }

    pub(super) fn add_contact(
        &mut self,
        asked: &Asked<'_>,
        address: Address,
        name: String,
        nick: Nick,
    ) -> Answer {
        let done = format!("{nick} ({name}) is now your contact. Write with: /msg {nick} hello");
        let change = Change::Add {
            address,
            name,
            nick: Some(nick),
        };
        self.change_book(asked, change, done, None);
        Ok(Vec::new())
    }
}
