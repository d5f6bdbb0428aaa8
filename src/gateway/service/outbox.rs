//! Commands about what waits to be sent: outbox, cancel.

use std::collections::HashSet;

use crate::enclave::link::{Outgoing, Standing};
use crate::irc::text::quote_for_display;
use crate::store::Write;

use super::super::Gateway;
use super::super::roster::{Contact, ContactId};
use super::super::tags;
use super::super::time::spoken;
use super::late::may_wait;
use super::{Answer, Asked};

/// Messages of one contact that are listed; more would fill screens.
const LISTED: usize = 20;

/// Columns of a message in the list.
const COLUMNS: usize = 50;

/// Lines after which no more contacts are listed: thousands may have messages waiting, and all
/// of it waits for a client that reads slowly.
const LINES: usize = 1_000;

/// One message that waits.
struct Waiting<'a> {
    message: &'a Outgoing,
    standing: Standing,
}

pub(super) fn outbox(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let whose: Vec<ContactId> = match asked.word(0) {
        Some(named) => vec![gateway.correspondent(named)?.0],
        None => {
            let absent = gateway.absent.keys().copied();
            let mut all: Vec<_> = gateway
                .roster
                .iter()
                .map(|(id, _)| id)
                .chain(absent)
                .collect();
            all.retain(|id| gateway.count_waiting(*id) > 0);
            all
        }
    };
    let mut lines = Vec::new();
    let (mut contacts, mut messages) = (0_usize, 0_usize);
    for id in whose {
        if lines.len() >= LINES {
            contacts += 1;
            messages += gateway.count_waiting(id);
            continue;
        }
        let waiting = gateway.list_waiting(id);
        let Some(contact) = gateway.contact(id).filter(|_| !waiting.is_empty()) else {
            continue;
        };
        lines.push(format!(
            "{} for {}{}:",
            counted(waiting.len()),
            contact.nick,
            gateway.why_waiting(id, contact, &waiting)
        ));
        let more = waiting.len().saturating_sub(LISTED);
        for (number, one) in waiting.iter().take(LISTED).enumerate() {
            let line = gateway.waiting_line(one);
            lines.push(format!("  {}. {line}", number + 1));
        }
        if more > 0 {
            lines.push(format!("  … and {more} more"));
        }
    }
    if contacts > 0 {
        let more = if contacts == 1 { "contact" } else { "contacts" };
        lines.push(format!(
            "… and {} for {contacts} more {more}; to see one's: outbox NICK",
            counted(messages)
        ));
    }
    if lines.is_empty() {
        return Ok(vec!["Nothing waits to be sent.".to_owned()]);
    }
    lines.push("To take one back: cancel NICK N · or all: cancel NICK".to_owned());
    Ok(lines)
}

/// `cancel NICK [N]`. What is taken back does not go out from now on, whatever the disk does; it
/// is answered when no restart can bring it back.
pub(super) fn cancel(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let (id, nick) = gateway.correspondent(asked.word(0).unwrap_or_default())?;
    let mut waiting = gateway.list_waiting(id);
    if let Some(number) = asked.word(1) {
        let index = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let chosen = index.filter(|index| *index < waiting.len()).ok_or_else(|| {
            let number = quote_for_display(number, 20);
            format!("Nothing was done: no message \"{number}\" waits for {nick}. They are listed by: outbox {nick}")
        })?;
        waiting = vec![waiting.swap_remove(chosen)];
    }
    if waiting.is_empty() {
        return Err(format!("Nothing was done: nothing waits for {nick}."));
    }
    let sent = waiting
        .iter()
        .filter(|one| one.standing != Standing::Unsent)
        .count();
    let keys: Vec<u64> = waiting.iter().map(|one| one.message.key).collect();
    let why_unstorable = gateway.why_unstorable();
    if why_unstorable.is_none() {
        may_wait(gateway, asked)?;
    }
    gateway.take_back(id, &keys);
    let mut text = format!("{} for {nick} taken back.", counted(keys.len()));
    if sent > 0 {
        text.push_str(&format!(
            " {sent} of them had been sent before, so may have arrived."
        ));
    }
    if let Some(why) = why_unstorable {
        text.push_str(&format!(
            " That is not stored, for {why}: they may be there again after the next start."
        ));
        return Ok(vec![text]);
    }
    let not_yet = format!("That messages for {nick} are taken back is not stored yet");
    gateway.answer_when_durable(asked, text, not_yet);
    Ok(Vec::new())
}

fn counted(count: usize) -> String {
    let messages = if count == 1 { "message" } else { "messages" };
    format!("{count} {messages}")
}

impl Gateway {
    /// The contact of this nick or address, exactly, whether or not it is in the address
    /// book; and its nick.
    pub(in super::super) fn correspondent(
        &self,
        named: &str,
    ) -> Result<(ContactId, String), String> {
        let present = self.contact_named(named);
        if let Ok(contact) = &present
            && let Some(id) = self.roster.id_by_address(contact.address)
        {
            return Ok((id, contact.nick.to_string()));
        }
        let folded = crate::irc::nick::casefold(named);
        let address = named.parse().ok();
        let mut absent = self.absent.iter().rev();
        let found = absent.find(|(_, contact)| {
            contact.nick.folded() == folded || Some(contact.address) == address
        });
        match found {
            Some((id, contact)) => Ok((*id, contact.nick.to_string())),
            None => Err(present.err().unwrap_or_default()),
        }
    }

    /// What waits for a contact, in order.
    fn list_waiting(&self, id: ContactId) -> Vec<Waiting<'_>> {
        let listed = |(message, standing)| Waiting { message, standing };
        let parked = self.correspondences.get(&id).map(|one| &one.parked);
        let parked = parked.into_iter().flatten();
        let address = self.roster.get(id).map(|contact| contact.address);
        let in_mesh = address.into_iter().flat_map(|peer| self.mesh.waiting(peer));
        let parked = parked.map(|message| (message, Standing::Unsent));
        parked.chain(in_mesh).map(listed).collect()
    }

    /// One of them, as it is listed.
    fn waiting_line(&self, waiting: &Waiting<'_>) -> String {
        let message = waiting.message;
        let age = spoken(self.now.wall.since(message.timestamp));
        let text = match message.text.as_str() {
            "" => tags::in_words(&message.tags),
            text => text.to_owned(),
        };
        let text = quote_for_display(&text, COLUMNS);
        let sent = match waiting.standing {
            Standing::Unsent => "",
            Standing::Sent | Standing::Unheard => ", sent, not yet confirmed",
        };
        format!("{text} ({age} ago{sent})")
    }

    /// Why messages wait, where there is something to say.
    fn why_waiting(&self, id: ContactId, contact: &Contact, waiting: &[Waiting<'_>]) -> String {
        if self.roster.get(id).is_none() {
            return ", who is not in your address book any more".to_owned();
        }
        if contact.blocked {
            return ", whom you have blocked".to_owned();
        }
        if waiting.iter().any(|one| one.standing == Standing::Unheard) {
            return " (sent three times without a word from them; they go out again when there \
                    is one)"
                .to_owned();
        }
        String::new()
    }

    /// Takes messages out of the outbox.
    fn take_back(&mut self, id: ContactId, keys: &[u64]) {
        if let Some(address) = self.roster.get(id).map(|contact| contact.address) {
            self.mesh(|mesh, now, out| mesh.cancel(address, keys, now, out));
        }
        let taken: HashSet<u64> = keys.iter().copied().collect();
        let parked = &mut self.correspondence(id).parked;
        parked.retain(|message| !taken.contains(&message.key));
        self.store(Write::Cancelled(keys.to_vec()));
    }
}
