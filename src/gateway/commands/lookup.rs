//! WHOIS, WHOWAS: what is known of one.

use std::cmp::Reverse;

use crate::irc::ClientId;
use crate::irc::nick::{casefold, same};
use crate::irc::numeric as n;
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::roster::{CONTACT_USER, Contact};
use super::super::time::date;
use super::super::voice::{SERVICE_NAME, SERVICE_NICK};
use super::{Outcome, required};

/// WHOIS, with one parameter or with a server in front (`WHOIS bob bob` is how clients ask
/// for the idle time).
pub(super) fn whois(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let first = request.param(0).filter(|first| !first.is_empty());
    let first = first.ok_or(CommandError::NoNicknameGiven)?;
    let nick = match request.param(1).filter(|second| !second.is_empty()) {
        None => first,
        Some(second) => {
            let known = gateway.is_server(first) || gateway.online_mask(client, first).is_some();
            if !known && !same(first, second) {
                return Err(CommandError::NoSuchServer(first.to_owned()));
            }
            second
        }
    };
    let outcome = whois_one(gateway, client, nick);
    if let Err(error) = outcome {
        gateway.refuse(client, &error);
    }
    gateway.numeric(client, n::RPL_ENDOFWHOIS, &[nick, "End of /WHOIS list"]);
    Ok(())
}

fn whois_one(gateway: &mut Gateway, client: ClientId, nick: &str) -> Outcome {
    if let Some(contact) = gateway.roster.by_nick(nick) {
        if !contact.online() {
            return Err(CommandError::NoSuchNick(nick.to_owned()));
        }
        let contact = contact.clone();
        whois_contact(gateway, client, &contact);
        return Ok(());
    }
    let server = gateway.settings.server_name.clone();
    if same(nick, SERVICE_NICK) {
        let user = [SERVICE_NICK, SERVICE_NICK, &server, "*", SERVICE_NAME];
        gateway.numeric(client, n::RPL_WHOISUSER, &user);
        whois_where(gateway, client, SERVICE_NICK, "@");
        gateway.numeric(
            client,
            n::RPL_WHOISBOT,
            &[SERVICE_NICK, "is the control contact"],
        );
        return Ok(());
    }
    let session = gateway.sessions.get(&client);
    let session = session.filter(|session| same(session.target(), nick));
    let Some(session) = session else {
        return Err(CommandError::NoSuchNick(nick.to_owned()));
    };
    let (nick, user) = (session.target().to_owned(), session.user().to_owned());
    let (host, realname) = (session.host(), session.realname.clone());
    let away = session.away.as_ref().map(|away| away.text.clone());
    let idle = gateway
        .now
        .monotonic
        .saturating_sub(session.last_spoke)
        .as_secs()
        .to_string();
    let since = session.connected.wall.seconds().to_string();
    let in_channel = session.in_channel;
    gateway.numeric(
        client,
        n::RPL_WHOISUSER,
        &[&nick, &user, host, "*", &realname],
    );
    if in_channel {
        whois_where(gateway, client, &nick, "");
    } else {
        whois_server(gateway, client, &nick);
    }
    if let Some(address) = gateway.own_host.clone() {
        let params = [nick.as_str(), &address, "is logged in as"];
        gateway.numeric(client, n::RPL_WHOISACCOUNT, &params);
    }
    if let Some(text) = away {
        gateway.numeric(client, n::RPL_AWAY, &[&nick, &text]);
    }
    let params = [nick.as_str(), &idle, &since, "seconds idle, signon time"];
    gateway.numeric(client, n::RPL_WHOISIDLE, &params);
    Ok(())
}

fn whois_contact(gateway: &mut Gateway, client: ClientId, contact: &Contact) {
    let (nick, host) = (contact.nick.as_str(), contact.host());
    let user = [nick, CONTACT_USER, &host, "*", &contact.name];
    gateway.numeric(client, n::RPL_WHOISUSER, &user);
    whois_where(
        gateway,
        client,
        nick,
        if contact.available() { "+" } else { "" },
    );
    gateway.numeric(
        client,
        n::RPL_WHOISACCOUNT,
        &[nick, &host, "is logged in as"],
    );
    if let Some(text) = contact.away_text() {
        gateway.numeric(client, n::RPL_AWAY, &[nick, &text]);
    }
    if let Some(text) = contact.status_text() {
        let line = format!("is available: {text}");
        gateway.numeric(client, n::RPL_WHOISSPECIAL, &[nick, &line]);
    }
}

/// 319 and 312: the channels and the server of someone who is in the roster channel.
fn whois_where(gateway: &mut Gateway, client: ClientId, nick: &str, prefix: &str) {
    if !gateway.settings.channel.is_empty() {
        let channels = format!("{prefix}{}", gateway.settings.channel);
        gateway.numeric(client, n::RPL_WHOISCHANNELS, &[nick, &channels]);
    }
    whois_server(gateway, client, nick);
}

fn whois_server(gateway: &mut Gateway, client: ClientId, nick: &str) {
    let server = gateway.settings.server_name.clone();
    gateway.numeric(client, n::RPL_WHOISSERVER, &[nick, &server, "Enclave"]);
}

/// WHOWAS: those who had a nick and are not online, newest first: a contact that is offline,
/// and contacts that are no longer in the address book. irssi asks this by itself after a
/// 401.
pub(super) fn whowas(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let nick = required(request, 0).map_err(|_| CommandError::NoNicknameGiven)?;
    // A count that is not positive, or none at all, asks for all (RFC 2812, 3.6.3).
    let count = request.param(1).and_then(|count| count.parse().ok());
    let count = count.filter(|count| *count > 0).unwrap_or(usize::MAX);
    let entries = gateway.who_was(nick);
    if entries.is_empty() {
        gateway.refuse(client, &CommandError::WasNoSuchNick(nick.to_owned()));
    }
    for contact in entries.iter().take(count) {
        whowas_contact(gateway, client, contact);
    }
    gateway.numeric(client, n::RPL_ENDOFWHOWAS, &[nick, "End of WHOWAS"]);
    Ok(())
}

fn whowas_contact(gateway: &mut Gateway, client: ClientId, contact: &Contact) {
    let (nick, host) = (contact.nick.as_str(), contact.host());
    let user = [nick, CONTACT_USER, &host, "*", &contact.name];
    gateway.numeric(client, n::RPL_WHOWASUSER, &user);
    let account = [nick, host.as_str(), "was logged in as"];
    gateway.numeric(client, n::RPL_WHOISACCOUNT, &account);
    let seen = gateway.last_seen(contact).map_or_else(
        || "has not been online yet".to_owned(),
        |seen| format!("last seen {}", date(seen)),
    );
    let server = gateway.settings.server_name.clone();
    gateway.numeric(client, n::RPL_WHOISSERVER, &[nick, &server, &seen]);
}

impl Gateway {
    /// The contacts that had this nick and are not online under it, the one seen last first.
    fn who_was(&self, nick: &str) -> Vec<Contact> {
        let folded = casefold(nick);
        let offline = self.roster.by_nick(nick).filter(|one| !one.online());
        let absent = self.absent.values();
        let mut entries: Vec<Contact> = absent
            .filter(|contact| contact.nick.folded() == folded)
            .chain(offline)
            .cloned()
            .collect();
        // Those who were never seen come last, and of them the newest first.
        entries.reverse();
        entries.sort_by_key(|contact| Reverse(self.last_seen(contact)));
        entries
    }
}
