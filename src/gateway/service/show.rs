//! Commands that only show something: whoami, contacts, requests, info, clients, version.

use crate::clock::Timestamp;
use crate::enclave::link::ConnectionView;
use crate::irc::mask;
use crate::irc::text::quote_for_display;

use super::super::Gateway;
use super::super::attach::VERSION;
use super::super::roster::Contact;
use super::super::strangers::quoted;
use super::super::time::spoken;
use super::{Answer, Asked};

/// Contacts that are listed, those that are online first. More than anybody reads, and each may
/// have a long name and text: all of it waits for a client that reads slowly.
const LISTED: usize = 1_000;

pub(super) fn whoami(gateway: &mut Gateway, _: &Asked<'_>) -> Answer {
    let address = if gateway.own_addresses.is_empty() {
        gateway.no_address_text()
    } else {
        format!(
            "Your address, for your friends: {}",
            gateway.own_address_text()
        )
    };
    let since = spoken(gateway.now.wall.since(gateway.presence_since()));
    let alias = match gateway.own_alias() {
        "" => "and do not know your name".to_owned(),
        alias => format!("and know you as {alias}"),
    };
    Ok(vec![
        address,
        format!(
            "Your contacts see you as {} since {since}, {alias}.",
            gateway.seen_as()
        ),
    ])
}

pub(super) fn contacts(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let pattern = asked.word(0).unwrap_or("*");
    let matching = |contact: &&Contact| {
        [
            contact.nick.as_str(),
            &contact.name,
            contact.presence_word(),
        ]
        .into_iter()
        .any(|field| mask::matches(pattern, field))
    };
    let mut found: Vec<&Contact> = gateway.roster.contacts().filter(matching).collect();
    if found.is_empty() {
        return Ok(vec![if gateway.roster.is_empty() {
            "Your address book is empty. To add a friend: add ADDRESS NAME".to_owned()
        } else {
            "No contact matches.".to_owned()
        }]);
    }
    found.sort_by_key(|contact| (!contact.online(), contact.nick.folded()));
    let more = found.len().saturating_sub(LISTED);
    found.truncate(LISTED);
    let width = found
        .iter()
        .map(|contact| contact.nick.as_str().len())
        .max()
        .unwrap_or(0);
    let lines = found
        .iter()
        .map(|contact| gateway.contact_line(contact, width));
    let rest =
        (more > 0).then(|| format!("… and {more} more; to see some of them: contacts PATTERN"));
    Ok(lines.chain(rest).collect())
}

pub(super) fn requests(gateway: &mut Gateway, _: &Asked<'_>) -> Answer {
    let waiting: Vec<_> = gateway
        .mesh
        .requests()
        .map(|request| (request.number(), request.address()))
        .collect();
    if waiting.is_empty() {
        return Ok(vec!["No stranger is waiting.".to_owned()]);
    }
    let mut lines = Vec::new();
    for (number, address) in waiting {
        gateway.prompts.forget(address);
        gateway.mesh(|mesh, _, out| mesh.shown(address, out));
        let number = number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        lines.push(format!("{number}: {}", gateway.describe_request(address)));
    }
    lines.push("To let one in: accept N NAME · or: reject N, reject all, block N".to_owned());
    Ok(lines)
}

pub(super) fn info(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let contact = gateway.contact_named(asked.word(0).unwrap_or_default())?;
    let now = gateway.now;
    let mut lines = vec![
        gateway.contact_line(&contact, 0),
        format!("Address: {}", contact.address),
    ];
    if contact.blocked {
        lines.push(format!(
            "You have blocked them. To undo it: unblock {}",
            contact.nick
        ));
        return Ok(lines);
    }
    if let Some(link) = gateway.mesh.link(contact.address) {
        if !link.alias.is_empty() {
            let alias = quoted(&link.alias, 60, 200);
            lines.push(format!("Calls itself: {alias}"));
        }
        if let Some(connection) = &link.connection {
            let who = if connection.dialled_by_us {
                "dialled by you"
            } else {
                "dialled by them"
            };
            let since = spoken(now.monotonic.saturating_sub(connection.since));
            lines.push(format!("Link: {who}, for {since}"));
            lines.push(what_it_can_do(connection).to_owned());
        } else if let Some(next) = link.next_try {
            let wait = spoken(next.saturating_sub(now.monotonic));
            lines.push(format!(
                "Link: none; {} tries since the last, the next in {wait}",
                link.failures
            ));
        } else {
            lines.push("Link: none; dialling, or waiting for the mesh".to_owned());
        }
    }
    let id = gateway.roster.id_by_address(contact.address);
    let waiting = id.map_or(0, |id| gateway.count_waiting(id));
    if waiting > 0 {
        lines.push(format!(
            "Messages of yours waiting for them: {waiting} (outbox {})",
            contact.nick
        ));
    }
    Ok(lines)
}

/// How we learn that a message has arrived.
fn what_it_can_do(connection: &ConnectionView) -> &'static str {
    match (connection.heard, connection.receipts) {
        (false, _) => "They have not said a word yet; they may not know you",
        (true, true) => "Their program confirms what it has stored",
        (true, false) => "Their program confirms nothing; what their machine has taken counts",
    }
}

pub(super) fn clients(gateway: &mut Gateway, _: &Asked<'_>) -> Answer {
    let now = gateway.now.wall;
    let line = |session: &super::super::session::Session| {
        let away = if session.away.is_some() { ", away" } else { "" };
        let since = spoken(now.since(session.connected.wall));
        format!(
            "{} from {}, for {since}{away}",
            session.target(),
            session.origin
        )
    };
    Ok(gateway
        .sessions
        .values()
        .filter(|session| session.attached())
        .map(line)
        .collect())
}

pub(super) fn version(_: &mut Gateway, _: &Asked<'_>) -> Answer {
    Ok(vec![VERSION.to_owned()])
}

impl Gateway {
    /// `JohnSmith  away     John Smith · back at two`, or when it was last seen.
    fn contact_line(&self, contact: &Contact, width: usize) -> String {
        let mut line = format!(
            "{:width$}  {:7}  {}",
            contact.nick.as_str(),
            contact.presence_word(),
            contact.name
        );
        let text = contact
            .away_text()
            .filter(|text| text != "Away" && text != "Busy");
        if let Some(text) = text.as_deref().or(contact.status_text()) {
            line.push_str(" · ");
            line.push_str(&quote_for_display(text, 60));
        } else if !contact.online() {
            line.push_str(&match self.last_seen(contact) {
                Some(seen) => format!(" · last seen {} ago", spoken(self.now.wall.since(seen))),
                None => " · never seen yet".to_owned(),
            });
        }
        line
    }

    /// When a contact was last seen online, as far as is known.
    pub(in super::super) fn last_seen(&self, contact: &Contact) -> Option<Timestamp> {
        contact.last_seen.max(contact.last_linked)
    }
}
