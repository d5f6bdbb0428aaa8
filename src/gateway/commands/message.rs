//! PRIVMSG, NOTICE and TAGMSG.

use crate::irc::ClientId;
use crate::irc::channel::is_channel;
use crate::irc::nick::same;
use crate::irc::request::Request;
use crate::irc::text::{Spoken, strip_ctcp};
use crate::store::Tags;

use super::super::Gateway;
use super::super::conversation::{Words, addressed};
use super::super::error::CommandError;
use super::super::outbox::TypedTo;
use super::super::roster::ContactId;
use super::super::service::{self, Place};
use super::super::session::Session;
use super::super::speech::as_action;
use super::super::tags;
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
    targets_in(request.param(0).unwrap_or_default(), &request.verb)
}

/// The targets in a list.
pub(super) fn targets_in<'a>(given: &'a str, verb: &str) -> Result<Vec<&'a str>, CommandError> {
    let targets: Vec<&str> = given.split(',').filter(|one| !one.is_empty()).collect();
    match targets.len() {
        0 => Err(CommandError::NoRecipient(verb.to_owned())),
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
    let mut tags = gateway.tags_of(request);
    // Whoever has written writes no more.
    tags::take_passing(&mut tags);
    let words = Words {
        verb,
        text,
        tags: &tags,
    };
    for target in once_each(targets) {
        gateway.speak(client, target, words);
    }
    Ok(())
}

/// Named twice is meant once. There are [`TARGETS_LIMIT`] at most.
pub(super) fn once_each(targets: Vec<&str>) -> Vec<&str> {
    let mut once: Vec<&str> = Vec::with_capacity(targets.len());
    for target in targets {
        if !once.iter().any(|other| same(other, target)) {
            once.push(target);
        }
    }
    once
}

impl Gateway {
    /// The client-only tags of a request that go to contacts.
    pub(super) fn tags_of(&self, request: &Request<'_>) -> Tags {
        if self.settings.receipts {
            tags::of_request(request)
        } else {
            // The Enclave specification knows nothing of the kind.
            Tags::new()
        }
    }

    /// A client says something to one target; what is wrong is told.
    pub(super) fn speak(&mut self, client: ClientId, target: &str, words: Words<'_>) {
        if let Some(session) = self.sessions.get_mut(&client) {
            session.last_spoke = self.now.monotonic;
        }
        match send_to(self, client, target, words) {
            Ok(()) => {}
            Err(error) if words.verb != "NOTICE" => self.refuse(client, &error),
            Err(CommandError::CannotSend(_, reason)) => self.server_notice(client, &reason),
            Err(_) => {}
        }
    }
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
    if same(named, SERVICE_NICK) {
        return Ok(Target::Service);
    }
    if let Some(id) = gateway.roster.id_by_nick(named) {
        return Ok(Target::Contact(id));
    }
    let own = gateway.sessions.get(&client).map(Session::target);
    if own.is_some_and(|own| same(own, named)) {
        return Ok(Target::Oneself);
    }
    Err(CommandError::NoSuchNick(named.to_owned()))
}

fn send_to(gateway: &mut Gateway, client: ClientId, named: &str, words: Words<'_>) -> Outcome {
    let target = target(gateway, client, named)?;
    let (message, action) = match Spoken::parse(words.text) {
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
    let words = Words {
        text: &message,
        ..words
    };
    match target {
        Target::Channel => return to_channel(gateway, client, words, action),
        Target::Contact(id) => return gateway.message_out(client, id, words, TypedTo::Contact),
        Target::Oneself => gateway.message_to_self(client, words),
        Target::Service => {
            gateway.echo(client, SERVICE_NICK, words);
            // A NOTICE is never answered, so it cannot be a command.
            if words.verb == "PRIVMSG" {
                service::command(gateway, client, &message, Place::Conversation);
            }
        }
    }
    Ok(())
}

/// A line in the roster channel: for the contact it names, or for the control contact.
fn to_channel(gateway: &mut Gateway, client: ClientId, words: Words<'_>, action: bool) -> Outcome {
    let line = words.text;
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
        let words = Words {
            text: message,
            ..words
        };
        return gateway.message_out(client, id, words, typed_to);
    }
    gateway.echo(client, &channel, words);
    if words.verb == "PRIVMSG" && !action {
        service::command(gateway, client, line, Place::Channel);
    }
    Ok(())
}

/// TAGMSG (`message-tags`): a message that is nothing but tags. What passes, such as that
/// one is typing, is shown to a contact that is there; the rest is a message like any other.
pub(super) fn tagmsg(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let mut tags = gateway.tags_of(request);
    let passing = tags::take_passing(&mut tags);
    for named in once_each(targets(request)?) {
        let result = target(gateway, client, named).and_then(|target| {
            if let Some(passing) = &passing {
                pass(gateway, client, named, &target, passing);
            }
            if tags.is_empty() {
                return Ok(());
            }
            let words = Words {
                verb: "TAGMSG",
                text: "",
                tags: &tags,
            };
            match target {
                Target::Contact(id) => gateway.message_out(client, id, words, TypedTo::Contact),
                Target::Oneself => {
                    gateway.message_to_self(client, words);
                    Ok(())
                }
                // Nobody there looks at tags.
                Target::Channel | Target::Service => Ok(()),
            }
        });
        if let Err(error) = result {
            gateway.refuse(client, &error);
        }
    }
    Ok(())
}

/// Shows a contact something that passes, and the client what it showed.
fn pass(gateway: &mut Gateway, client: ClientId, named: &str, target: &Target, tags: &Tags) {
    let Target::Contact(id) = target else { return };
    let Some(address) = gateway.roster.get(*id).map(|contact| contact.address) else {
        return;
    };
    gateway.mesh(|mesh, now, out| mesh.signal(address, tags, now, out));
    let words = Words {
        verb: "TAGMSG",
        text: "",
        tags,
    };
    gateway.echo(client, named, words);
}
