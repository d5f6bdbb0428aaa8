//! AWAY, ISON, USERHOST.

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::nick::same;
use crate::irc::numeric as n;
use crate::irc::request::Request;
use crate::irc::text::pack;

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::voice::SERVICE_NICK;
use super::Outcome;

/// USERHOST answers for five nicks and no more (RFC 2812, 4.8).
const USERHOST_LIMIT: usize = 5;

/// Room for a list in one line beside the server's name, the numeric and a nick, bytes.
const LIST_ROOM: usize = 400;

/// AWAY. With `draft/pre-away` it may come before registration, and `AWAY *` means that the
/// client has connected by itself; without, `*` is a text like any other.
pub(super) fn away(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let Some(session) = gateway.sessions.get(&client) else {
        return Ok(());
    };
    let pre_away = session.has(Capability::PreAway);
    if !session.attached() && !pre_away {
        return Err(CommandError::NotRegistered);
    }
    match request.param(0).unwrap_or_default() {
        "*" if pre_away => gateway.set_unattended(client),
        text => gateway.set_away(client, text),
    }
    gateway.answer_away(client);
    Ok(())
}

impl Gateway {
    /// 306 or 305: what the client now is, in its own eyes.
    pub(in super::super) fn answer_away(&mut self, client: ClientId) {
        let away = self
            .sessions
            .get(&client)
            .is_some_and(|session| session.away.is_some());
        if away {
            let text = "You have been marked as being away";
            self.numeric(client, n::RPL_NOWAWAY, &[text]);
        } else {
            let text = "You are no longer marked as being away";
            self.numeric(client, n::RPL_UNAWAY, &[text]);
        }
    }
}

pub(super) fn ison(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let asked = request.params.iter().flat_map(|param| param.split(' '));
    let online: Vec<&str> = asked
        .filter(|nick| !nick.is_empty() && gateway.online_mask(client, nick).is_some())
        .collect();
    // One line at least: nobody is an answer too.
    for line in pack(online, " ", LIST_ROOM) {
        gateway.numeric(client, n::RPL_ISON, &[&line]);
    }
    Ok(())
}

pub(super) fn userhost(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let asked = request.params.iter().flat_map(|param| param.split(' '));
    let asked: Vec<&str> = asked
        .filter(|nick| !nick.is_empty())
        .take(USERHOST_LIMIT)
        .collect();
    let mut answers = Vec::new();
    for nick in asked {
        let Some(mask) = gateway.online_mask(client, nick) else {
            continue;
        };
        let Some((nick, userhost)) = mask.split_once('!') else {
            continue;
        };
        let away = match gateway.roster.by_nick(nick) {
            Some(contact) => contact.away_text().is_some(),
            None if same(nick, SERVICE_NICK) => false,
            None => gateway
                .sessions
                .get(&client)
                .is_some_and(|s| s.away.is_some()),
        };
        answers.push(format!("{nick}={}{userhost}", if away { '-' } else { '+' }));
    }
    gateway.numeric(client, n::RPL_USERHOST, &[&answers.join(" ")]);
    Ok(())
}
