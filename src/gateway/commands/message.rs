//! PRIVMSG and NOTICE.

use std::collections::HashSet;

use crate::irc::ClientId;
use crate::irc::channel::is_channel;
use crate::irc::nick::casefold;
use crate::irc::request::Request;
use crate::irc::text::Spoken;

use super::super::Gateway;
use super::super::attach::SERVICE_NICK;
use super::super::conversation::{TypedTo, addressed};
use super::super::error::CommandError;
use super::super::roster::Contact;
use super::super::service::{self, Place};
use super::{Outcome, TARGETS_LIMIT};

pub(super) fn privmsg(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    send(gateway, client, request, false)
}

/// NOTICE: carried like PRIVMSG, for Enclave has one kind of message. Errors are answered
/// too: what was not sent must not be lost in silence, and they come from the server, so no
/// two programs can be made to answer each other for ever.
pub(super) fn notice(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    send(gateway, client, request, true)
}

fn send(gateway: &mut Gateway, client: ClientId, request: &Request<'_>, notice: bool) -> Outcome {
    let targets = request.param(0).filter(|targets| !targets.is_empty());
    let targets = targets.ok_or_else(|| CommandError::NoRecipient(request.verb.to_string()))?;
    let text = request.param(1).filter(|text| !text.is_empty());
    let text = text.ok_or(CommandError::NoTextToSend)?;
    let targets: Vec<&str> = targets
        .split(',')
        .filter(|target| !target.is_empty())
        .collect();
    if targets.len() > TARGETS_LIMIT {
        return Err(CommandError::TooManyTargets(targets.join(",")));
    }
    if let Some(session) = gateway.sessions.get_mut(&client) {
        session.last_spoke = gateway.now.monotonic;
    }
    // Named twice is meant once.
    let mut seen = HashSet::new();
    for target in targets
        .into_iter()
        .filter(|target| seen.insert(casefold(target)))
    {
        if let Err(error) = send_to(gateway, client, target, text, notice) {
            gateway.refuse(client, &error);
        }
    }
    Ok(())
}

fn send_to(
    gateway: &mut Gateway,
    client: ClientId,
    target: &str,
    text: &str,
    notice: bool,
) -> Outcome {
    let verb = if notice { "NOTICE" } else { "PRIVMSG" };
    if gateway.is_roster_channel(target) {
        return to_channel(gateway, client, verb, text);
    }
    if is_channel(target) {
        return Err(CommandError::NoSuchChannel(target.to_owned()));
    }
    if casefold(target) == casefold(SERVICE_NICK) {
        gateway.echo(client, verb, SERVICE_NICK, text);
        // A NOTICE is never answered, so it cannot be a command.
        if !notice {
            service::command(gateway, client, text, Place::Conversation);
        }
        return Ok(());
    }
    if let Some(id) = gateway.roster.id_by_nick(target) {
        return match Spoken::parse(text) {
            Spoken::Plain(text) => gateway.message_out(client, id, text, TypedTo::Contact),
            Spoken::Action(text) => {
                gateway.message_out(client, id, &Contact::action(text), TypedTo::Contact)
            }
            Spoken::Ctcp(_) => {
                gateway.server_notice(client, &ctcp_text(target));
                Ok(())
            }
        };
    }
    let own = gateway
        .sessions
        .get(&client)
        .and_then(|session| session.nick.clone());
    if own.is_some_and(|own| own.folded() == casefold(target)) {
        gateway.message_to_self(verb, text);
        return Ok(());
    }
    Err(CommandError::NoSuchNick(target.to_owned()))
}

/// A line in the roster channel: for the contact it names, or for the control contact.
fn to_channel(gateway: &mut Gateway, client: ClientId, verb: &'static str, text: &str) -> Outcome {
    let channel = gateway.settings.channel.clone();
    if !gateway
        .sessions
        .get(&client)
        .is_some_and(|session| session.in_channel)
    {
        let reason = "You are not in the channel; your line was not sent".to_owned();
        return Err(CommandError::CannotSend(channel, reason));
    }
    let (plain, action) = match Spoken::parse(text) {
        Spoken::Plain(text) => (text, false),
        Spoken::Action(text) => (text, true),
        Spoken::Ctcp(_) => {
            gateway.server_notice(client, &ctcp_text(&channel));
            return Ok(());
        }
    };
    if let Some((nick, message)) = addressed(plain)
        && let Some(id) = gateway.roster.id_by_nick(nick)
        && !message.is_empty()
        && !action
    {
        let typed_to = TypedTo::Channel {
            channel: &channel,
            line: text,
        };
        return gateway.message_out(client, id, message, typed_to);
    }
    gateway.echo(client, verb, &channel, text);
    if verb == "PRIVMSG" && !action {
        service::command(gateway, client, plain, Place::Channel);
    }
    Ok(())
}

fn ctcp_text(target: &str) -> String {
    format!("CTCP is not carried over Enclave (only /me is); nothing was sent to {target}")
}
