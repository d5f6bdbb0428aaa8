//! PRIVMSG and NOTICE.

use std::collections::HashSet;

use crate::irc::ClientId;
use crate::irc::channel::is_channel;
use crate::irc::nick::casefold;
use crate::irc::request::Request;
use crate::irc::text::{Spoken, strip_ctcp};

use super::super::Gateway;
use super::super::conversation::addressed;
use super::super::error::CommandError;
use super::super::outbox::TypedTo;
use super::super::roster::ContactId;
use super::super::service::{self, Place};
use super::super::session::Session;
use super::super::speech::as_action;
use super::super::voice::SERVICE_NICK;
use super::{Outcome, TARGETS_LIMIT};

pub(super) fn privmsg(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    send(gateway, client, request, "PRIVMSG")
}

/// NOTICE: carried like PRIVMSG, for Enclave has one kind of message. It is never answered
/// with an error (RFC 1459, section 4.4.2), so that no two programs answer each other for
/// ever; but what was meant for a contact and not sent is told in a NOTICE of ours.
pub(super) fn notice(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let _ = send(gateway, client, request, "NOTICE");
    Ok(())
}

/// The targets of a request: at least one, and none too many.
fn targets<'a>(request: &Request<'a>) -> Result<Vec<&'a str>, CommandError> {
    let given = request.param(0).unwrap_or_default();
    let targets: Vec<&str> = given.split(',').filter(|one| !one.is_empty()).collect();
    match targets.len() {
        0 => Err(CommandError::NoRecipient(request.verb.to_string())),
        1..=TARGETS_LIMIT => Ok(targets),
        _ => Err(CommandError::TooManyTargets(given.to_owned())),
    }
}

fn send(
    gateway: &mut Gateway,
    client: ClientId,
    request: &Request<'_>,
    verb: &'static str,
) -> Outcome {
    let targets = targets(request)?;
    let text = request.param(1).filter(|text| !text.is_empty());
    let text = text.ok_or(CommandError::NoTextToSend)?;
    if let Some(session) = gateway.sessions.get_mut(&client) {
        session.last_spoke = gateway.now.monotonic;
    }
    // Named twice is meant once.
    let mut seen = HashSet::new();
    for target in targets
        .into_iter()
        .filter(|target| seen.insert(casefold(target)))
    {
        match send_to(gateway, client, target, text, verb) {
            Ok(()) => {}
            Err(error) if verb == "PRIVMSG" => gateway.refuse(client, &error),
            Err(CommandError::CannotSend(_, reason)) => gateway.server_notice(client, &reason),
            Err(_) => {}
        }
    }
    Ok(())
}

/// Whom a target stands for.
enum Target {
    Channel,
    Service,
    Contact(ContactId),
    Oneself,
}

fn target(gateway: &Gateway, client: ClientId, named: &str) -> Result<Target, CommandError> {
    if gateway.is_roster_channel(named) {
        return Ok(Target::Channel);
    }
    if is_channel(named) {
        return Err(CommandError::NoSuchChannel(named.to_owned()));
    }
    if casefold(named) == casefold(SERVICE_NICK) {
        return Ok(Target::Service);
    }
    if let Some(id) = gateway.roster.id_by_nick(named) {
        return Ok(Target::Contact(id));
    }
    let own = gateway.sessions.get(&client).map(Session::target);
    if own.is_some_and(|own| casefold(own) == casefold(named)) {
        return Ok(Target::Oneself);
    }
    Err(CommandError::NoSuchNick(named.to_owned()))
}

fn send_to(
    gateway: &mut Gateway,
    client: ClientId,
    named: &str,
    text: &str,
    verb: &'static str,
) -> Outcome {
    let target = target(gateway, client, named)?;
    let (message, action) = match Spoken::parse(text) {
        Spoken::Plain(text) => (strip_ctcp(text), false),
        Spoken::Action(text) => (as_action(text).into(), true),
        Spoken::Ctcp(_) => {
            let text = format!(
                "CTCP is not carried over Enclave (only /me is); nothing was sent to {named}"
            );
            gateway.server_notice(client, &text);
            return Ok(());
        }
    };
    match target {
        Target::Channel => return to_channel(gateway, client, verb, &message, action),
        Target::Contact(id) => {
            return gateway.message_out(client, id, verb, &message, TypedTo::Contact);
        }
        Target::Oneself => gateway.message_to_self(verb, &message),
        Target::Service => {
            gateway.echo(client, verb, SERVICE_NICK, &message);
            // A NOTICE is never answered, so it cannot be a command.
            if verb == "PRIVMSG" {
                service::command(gateway, client, &message, Place::Conversation);
            }
        }
    }
    Ok(())
}

/// A line in the roster channel: for the contact it names, or for the control contact.
fn to_channel(
    gateway: &mut Gateway,
    client: ClientId,
    verb: &'static str,
    line: &str,
    action: bool,
) -> Outcome {
    let channel = gateway.settings.channel.clone();
    if !gateway
        .sessions
        .get(&client)
        .is_some_and(|session| session.in_channel)
    {
        let reason = "You are not in the channel; your line was not sent".to_owned();
        return Err(CommandError::CannotSend(channel, reason));
    }
    if let Some((nick, message)) = addressed(line)
        && let Some(id) = gateway.roster.id_by_nick(nick)
        && !message.is_empty()
        && !action
    {
        let typed_to = TypedTo::Channel(line.to_owned());
        return gateway.message_out(client, id, verb, message, typed_to);
    }
    gateway.echo(client, verb, &channel, line);
    if verb == "PRIVMSG" && !action {
        service::command(gateway, client, line, Place::Channel);
    }
    Ok(())
}

/// TAGMSG (`message-tags`): accepted and not carried, for no client-only tag is, as
/// CLIENTTAGDENY in 005 says.
pub(super) fn tagmsg(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    for named in targets(request)? {
        if let Err(error) = target(gateway, client, named) {
            gateway.refuse(client, &error);
        }
    }
    Ok(())
}
