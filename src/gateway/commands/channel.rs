//! The roster channel: JOIN, PART, NAMES, TOPIC, LIST, and what contacts alone decide.

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::mask;
use crate::irc::nick::same;
use crate::irc::numeric as n;
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::markers::Readable;
use super::{Outcome, required};

/// What the roster channel is about.
const TOPIC: &str = "Your Enclave contacts that are online. Commands: help";

impl Gateway {
    /// Whether this is the name of the roster channel.
    pub(in super::super) fn is_roster_channel(&self, name: &str) -> bool {
        !self.settings.channel.is_empty() && same(name, &self.settings.channel)
    }

    /// Puts a client into the roster channel, if there is one and it is not there yet.
    pub(in super::super) fn join_channel(&mut self, client: ClientId) {
        if self.settings.channel.is_empty() {
            return;
        }
        // What it had yet to be told it sees in the list that comes now.
        self.show_all_unseen(client);
        let channel = self.settings.channel.clone();
        let account = self.own_host.clone().unwrap_or_else(|| "*".to_owned());
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        if std::mem::replace(&mut session.in_channel, true) {
            return;
        }
        let realname = session.realname.clone();
        let extended = [channel.as_str(), &account, &realname];
        let params = if session.has(Capability::ExtendedJoin) {
            &extended[..]
        } else {
            &extended[..1]
        };
        self.own_says(client, "JOIN", params);
        self.numeric(client, n::RPL_TOPIC, &[&channel, TOPIC]);
        let session = self.sessions.get(&client);
        if session.is_some_and(|session| session.has(Capability::ReadMarker)) {
            self.tell_marker(client, Readable::Channel);
        }
        let session = self.sessions.get(&client);
        let is_unwanted = session.is_some_and(|session| {
            session.has(Capability::NoImplicitNames)
                || session.has(Capability::DraftNoImplicitNames)
        });
        if !is_unwanted {
            self.send_names(client, true);
        }
    }
}

/// The channels that JOIN and PART name first: at least one.
fn channels<'a>(request: &Request<'a>) -> Result<Vec<&'a str>, CommandError> {
    let named = required(request, 0)?.split(',');
    let named: Vec<&str> = named.filter(|name| !name.is_empty()).collect();
    if named.is_empty() {
        return Err(CommandError::NeedMoreParams(request.verb.to_string()));
    }
    Ok(named)
}

pub(super) fn join(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let channels = channels(request)?;
    if channels == ["0"] {
        let channel = gateway.settings.channel.clone();
        // RFC 2812, 3.2.1: leave all channels one is in, be it none.
        let _ = leave(gateway, client, &channel, "");
        return Ok(());
    }
    for channel in channels {
        if gateway.is_roster_channel(channel) {
            gateway.join_channel(client);
        } else {
            gateway.refuse(client, &CommandError::NoSuchChannel(channel.to_owned()));
        }
    }
    Ok(())
}

pub(super) fn part(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let channels = channels(request)?;
    let reason = request.param(1).unwrap_or_default();
    for channel in channels {
        if let Err(error) = leave(gateway, client, channel, reason) {
            gateway.refuse(client, &error);
        }
    }
    Ok(())
}

fn leave(gateway: &mut Gateway, client: ClientId, channel: &str, reason: &str) -> Outcome {
    if !gateway.is_roster_channel(channel) {
        return Err(CommandError::NoSuchChannel(channel.to_owned()));
    }
    let name = gateway.settings.channel.clone();
    let Some(session) = gateway.sessions.get_mut(&client) else {
        return Ok(());
    };
    if !std::mem::replace(&mut session.in_channel, false) {
        return Err(CommandError::NotOnChannel(name));
    }
    let params = [name.as_str(), reason];
    let params = if reason.is_empty() {
        &params[..1]
    } else {
        &params[..]
    };
    gateway.own_says(client, "PART", params);
    Ok(())
}

pub(super) fn names(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let asked = request.param(0).filter(|asked| !asked.is_empty());
    let mut is_listed = false;
    for channel in asked.unwrap_or("*").split(',') {
        let ours = gateway.is_roster_channel(channel);
        if ours || (channel == "*" && !gateway.settings.channel.is_empty()) {
            // Named twice is meant once; a line has room for hundreds of names.
            if !std::mem::replace(&mut is_listed, true) {
                gateway.send_names(client, false);
            }
        } else {
            // Whether or not it exists, that is the whole answer (RFC 2812, 3.2.5).
            gateway.numeric(client, n::RPL_ENDOFNAMES, &[channel, "End of /NAMES list"]);
        }
    }
    Ok(())
}

pub(super) fn topic(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let asked = required(request, 0)?;
    if !gateway.is_roster_channel(asked) {
        return Err(CommandError::NoSuchChannel(asked.to_owned()));
    }
    let channel = gateway.settings.channel.clone();
    if request.param(1).is_some() {
        let reason = "The topic of the roster channel is fixed".to_owned();
        return Err(CommandError::ChannelIsOurs(channel, reason));
    }
    gateway.numeric(client, n::RPL_TOPIC, &[&channel, TOPIC]);
    Ok(())
}

/// LIST, with the names or masks of channels, or all of them. Conditions (ELIST) are none
/// that we have said we know, so they are passed over.
pub(super) fn list(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    gateway.numeric(client, n::RPL_LISTSTART, &["Channel", "Users  Name"]);
    let asked = request.param(0).unwrap_or_default().split(',');
    let mut names = asked
        .filter(|name| name.starts_with(['&', '#', '*', '?']))
        .peekable();
    let channel = &gateway.settings.channel;
    let is_wanted = names.peek().is_none() || names.any(|mask| mask::matches(mask, channel));
    if is_wanted && !channel.is_empty() {
        let channel = gateway.settings.channel.clone();
        let online = gateway
            .roster
            .contacts()
            .filter(|contact| contact.online())
            .count();
        // The control contact and the one who asks are there as well.
        gateway.numeric(
            client,
            n::RPL_LIST,
            &[&channel, &(online + 2).to_string(), TOPIC],
        );
    }
    gateway.numeric(client, n::RPL_LISTEND, &["End of /LIST"]);
    Ok(())
}

/// INVITE and KICK: who is in the channel follows from who is online, and nothing else.
pub(super) fn refuse_change(gateway: &mut Gateway, _: ClientId, request: &Request<'_>) -> Outcome {
    // KICK names the channel first, INVITE last.
    let channel = required(request, usize::from(request.verb == "INVITE"))?;
    if !gateway.is_roster_channel(channel) {
        return Err(CommandError::NoSuchChannel(channel.to_owned()));
    }
    let reason = "Contacts are in the channel while they are online; to remove one: /msg \
                  enclave remove NICK";
    Err(CommandError::ChannelIsOurs(
        channel.to_owned(),
        reason.to_owned(),
    ))
}
