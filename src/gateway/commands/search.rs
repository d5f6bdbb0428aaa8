//! SEARCH (`soju.im/search`).

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::nick::same;
use crate::irc::request::{Request, parse_tags};
use crate::store::{Ask, Search};

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::history::{HISTORY_BYTES, HISTORY_LIMIT, SearchAsked};
use super::super::ledger::Asked;
use super::super::session::Session;
use super::super::time::parse_server_time;
use super::Outcome;

/// Messages found where no limit is given.
const USUAL: u32 = 100;

/// What is wrong with a search: the attribute, or nothing where there is nothing to find.
enum Wrong {
    Invalid(String),
    /// It is about somebody who never said anything here.
    Nobody,
}

pub(super) fn search(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let session = gateway.sessions.get(&client);
    if !session.is_some_and(|session| session.has(Capability::Search)) {
        return Err(CommandError::UnknownCommand(request.verb.to_string()));
    }
    // Some clients do not put a colon before what may hold spaces.
    let attributes = request.params.join(" ");
    let search = match parse(gateway, client, &attributes) {
        Ok(search) => search,
        Err(Wrong::Nobody) => {
            let asked = super::super::conversation::Shown::Asked(&["soju.im/search"]);
            gateway.show(client, &[], asked);
            return Ok(());
        }
        Err(Wrong::Invalid(attribute)) => {
            // Whoever forgets the attributes has written a sentence.
            let context: Vec<&str> = attribute.split_whitespace().take(1).collect();
            gateway.fail(
                client,
                "SEARCH",
                "INVALID_PARAMS",
                &context,
                "Invalid parameters",
            );
            return Ok(());
        }
    };
    if !gateway.may_ask(client) {
        let text = "Too many requests wait already";
        gateway.fail(client, "SEARCH", "INTERNAL_ERROR", &[], text);
        return Ok(());
    }
    let asked = SearchAsked {
        client,
        later: gateway.later(),
        newest: search.after.is_none(),
    };
    gateway.ask(Asked::Search(asked), Ask::Search(search));
    Ok(())
}

fn parse(gateway: &Gateway, client: ClientId, attributes: &str) -> Result<Search, Wrong> {
    let mut search = Search {
        contact: None,
        own: None,
        after: None,
        before: None,
        text: String::new(),
        most: USUAL,
        bytes: HISTORY_BYTES,
    };
    for (key, value) in parse_tags(attributes) {
        let invalid = || Wrong::Invalid(key.to_owned());
        match key {
            "in" => narrow(&mut search, contact(gateway, &value)?)?,
            "from" => {
                let own = gateway.sessions.get(&client).map(Session::target);
                if own.is_some_and(|own| same(own, &value)) {
                    search.own = Some(true);
                } else {
                    narrow(&mut search, contact(gateway, &value)?)?;
                    search.own = Some(false);
                }
            }
            "after" => search.after = Some(parse_server_time(&value).ok_or_else(invalid)?),
            "before" => search.before = Some(parse_server_time(&value).ok_or_else(invalid)?),
            "text" => search.text = value.into_owned(),
            "limit" => {
                let limit: u32 = value.parse().map_err(|_| invalid())?;
                search.most = limit.min(HISTORY_LIMIT);
            }
            _ => return Err(invalid()),
        }
    }
    if search.most == 0 {
        return Err(Wrong::Nobody);
    }
    Ok(search)
}

/// Restricts a search to one contact; there is nothing that two have said together.
fn narrow(search: &mut Search, contact: u32) -> Result<(), Wrong> {
    if search.contact.is_some_and(|other| other != contact) {
        return Err(Wrong::Nobody);
    }
    search.contact = Some(contact);
    Ok(())
}

fn contact(gateway: &Gateway, nick: &str) -> Result<u32, Wrong> {
    let found = gateway.correspondent(nick);
    found.map(|(id, _)| id.0).map_err(|_| Wrong::Nobody)
}
