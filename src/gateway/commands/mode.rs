//! MODE: asked by every client, decided by presence alone.

use crate::irc::ClientId;
use crate::irc::channel::is_channel;
use crate::irc::nick::same;
use crate::irc::numeric as n;
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::voice::SERVICE_NICK;
use super::{Outcome, required};

/// The user modes there are, for 004: only +i, which irssi sets on itself by habit.
pub(in super::super) const USER_MODES: &str = "i";

/// The channel's modes: no talk from outside, and the topic is fixed.
const CHANNEL_MODES: &str = "+nt";

pub(super) fn mode(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let target = required(request, 0)?;
    let modes = request.param(1).filter(|modes| !modes.is_empty());
    if is_channel(target) {
        return channel_mode(gateway, client, target, modes, request.params.len());
    }
    let own = gateway
        .sessions
        .get(&client)
        .and_then(|session| session.nick.clone());
    if own.is_some_and(|own| same(own.as_str(), target)) {
        return user_mode(gateway, client, modes);
    }
    let known = gateway.roster.by_nick(target).is_some() || same(target, SERVICE_NICK);
    Err(if known {
        CommandError::UsersDontMatch
    } else {
        CommandError::NoSuchNick(target.to_owned())
    })
}

fn channel_mode(
    gateway: &mut Gateway,
    client: ClientId,
    target: &str,
    modes: Option<&str>,
    params: usize,
) -> Outcome {
    if !gateway.is_roster_channel(target) {
        return Err(CommandError::NoSuchChannel(target.to_owned()));
    }
    let channel = gateway.settings.channel.clone();
    match modes.map(|modes| modes.trim_start_matches('+')) {
        None => gateway.numeric(client, n::RPL_CHANNELMODEIS, &[&channel, CHANNEL_MODES]),
        // Asking for the list of bans; there are none.
        Some("b") if params == 2 => {
            let end = "End of channel ban list";
            gateway.numeric(client, n::RPL_ENDOFBANLIST, &[&channel, end]);
        }
        Some(modes) => {
            let unknown = modes.chars().find(|mode| !"+-bovnt".contains(*mode));
            if let Some(mode) = unknown {
                return Err(CommandError::UnknownMode(mode.to_string()));
            }
            let reason = "The modes of the roster channel follow from presence";
            return Err(CommandError::ChannelIsOurs(channel, reason.to_owned()));
        }
    }
    Ok(())
}

fn user_mode(gateway: &mut Gateway, client: ClientId, modes: Option<&str>) -> Outcome {
    let Some(session) = gateway.sessions.get_mut(&client) else {
        return Ok(());
    };
    let Some(modes) = modes else {
        let set = if session.invisible { "+i" } else { "+" };
        gateway.numeric(client, n::RPL_UMODEIS, &[set]);
        return Ok(());
    };
    let before = session.invisible;
    let (mut adding, mut unknown) = (true, false);
    for mode in modes.chars() {
        match mode {
            '+' => adding = true,
            '-' => adding = false,
            'i' => session.invisible = adding,
            _ => unknown = true,
        }
    }
    if session.invisible != before {
        let change = if session.invisible { "+i" } else { "-i" };
        let nick = session.target().to_owned();
        gateway.own_says(client, "MODE", &[&nick, change]);
    }
    if unknown {
        Err(CommandError::UnknownUserMode)
    } else {
        Ok(())
    }
}
