//! MONITOR (IRCv3 `monitor`).

use crate::irc::ClientId;
use crate::irc::nick::{Nick, casefold, same};
use crate::irc::numeric::{self as n, Numeric};
use crate::irc::reply::{Reply, Source};
use crate::irc::request::Request;
use crate::irc::text::pack;

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::voice::SERVICE_NICK;
use super::Outcome;

/// Nicks one client may watch: more contacts than people have, and a bound.
pub(in super::super) const MONITOR_LIMIT: usize = 1_024;

/// The text of ERR_MONLISTFULL (734).
const FULL: &str = "Monitor list is full.";

pub(super) fn monitor(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let targets = request.param(1).filter(|targets| !targets.is_empty());
    match (request.param(0).unwrap_or_default(), targets) {
        ("+", Some(targets)) => add(gateway, client, targets),
        ("-", Some(targets)) => {
            if let Some(session) = gateway.sessions.get_mut(&client) {
                for target in targets.split(',') {
                    session.monitored.remove(&casefold(target));
                }
            }
        }
        ("C" | "c", _) => {
            if let Some(session) = gateway.sessions.get_mut(&client) {
                session.monitored.clear();
            }
        }
        ("L" | "l", _) => {
            let watched = watched(gateway, client);
            send_list(gateway, client, n::RPL_MONLIST, watched);
            gateway.numeric(client, n::RPL_ENDOFMONLIST, &["End of MONITOR list"]);
        }
        ("S" | "s", _) => {
            let watched = watched(gateway, client);
            send_state(gateway, client, watched);
        }
        _ => return Err(CommandError::NeedMoreParams(request.verb.to_string())),
    }
    Ok(())
}

fn watched(gateway: &Gateway, client: ClientId) -> Vec<String> {
    let session = gateway.sessions.get(&client);
    session
        .map(|session| session.monitored.values().cloned().collect())
        .unwrap_or_default()
}

fn add(gateway: &mut Gateway, client: ClientId, targets: &str) {
    let Some(session) = gateway.sessions.get_mut(&client) else {
        return;
    };
    let (mut added, mut refused) = (Vec::new(), Vec::new());
    for target in targets.split(',') {
        // A target is a valid nick (IRCv3 monitor), so no mask: nobody can come online as
        // anything else, and there is nothing to say of it.
        let Some(nick) = Nick::new(target) else {
            continue;
        };
        if session.monitored.contains_key(&nick.folded()) {
            continue;
        }
        if session.monitored.len() >= MONITOR_LIMIT {
            refused.push(target);
        } else {
            session.monitored.insert(nick.folded(), target.to_owned());
            added.push(target.to_owned());
        }
    }
    send_state(gateway, client, added);
    let limit = MONITOR_LIMIT.to_string();
    for names in packed(
        gateway,
        client,
        n::ERR_MONLISTFULL,
        &[&limit, FULL],
        refused,
    ) {
        let params = [limit.as_str(), &names, FULL];
        gateway.numeric(client, n::ERR_MONLISTFULL, &params);
    }
}

/// 730 for those that are online, 731 for the others.
fn send_state(gateway: &mut Gateway, client: ClientId, targets: Vec<String>) {
    let (mut online, mut offline) = (Vec::new(), Vec::new());
    for target in targets {
        match gateway.online_mask(client, &target) {
            Some(mask) => online.push(mask),
            None => offline.push(target),
        }
    }
    send_list(gateway, client, n::RPL_MONONLINE, online);
    send_list(gateway, client, n::RPL_MONOFFLINE, offline);
}

fn send_list(gateway: &mut Gateway, client: ClientId, numeric: Numeric, names: Vec<String>) {
    for line in packed(gateway, client, numeric, &[], names) {
        gateway.numeric(client, numeric, &[&line]);
    }
}

/// Names as the parameters of as few lines as they fit into, beside the other parameters of
/// that numeric.
fn packed<T: AsRef<str>>(
    gateway: &Gateway,
    client: ClientId,
    numeric: Numeric,
    others: &[&str],
    names: Vec<T>,
) -> Vec<String> {
    if names.is_empty() {
        return Vec::new();
    }
    let session = gateway.sessions.get(&client);
    let target = session.map_or("*", |session| session.target());
    let server = Source::Server(&gateway.settings.server_name);
    let around: Vec<&str> = [target].into_iter().chain(others.iter().copied()).collect();
    let room = Reply::room(&server, &numeric.to_string(), &around);
    pack(names, ",", room)
}

impl Gateway {
    /// The mask of whoever is online under this nick, as this client sees it.
    pub(in super::super) fn online_mask(&self, client: ClientId, nick: &str) -> Option<String> {
        if let Some(contact) = self.roster.by_nick(nick) {
            return contact.online().then(|| contact.mask());
        }
        if same(nick, SERVICE_NICK) {
            return Some(format!(
                "{SERVICE_NICK}!{SERVICE_NICK}@{}",
                self.settings.server_name
            ));
        }
        let session = self.sessions.get(&client)?;
        same(session.target(), nick)
            .then(|| format!("{}!{}@{}", session.target(), session.user(), session.host()))
    }
}
