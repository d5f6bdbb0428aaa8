//! What is asked of a server as such: PING, PONG, LUSERS, MOTD, VERSION, TIME, INFO, HELP,
//! ISUPPORT, ADMIN, STATS, LINKS, REHASH, OPER.

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::numeric as n;
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::attach::VERSION;
use super::super::effect::Effect;
use super::super::error::CommandError;
use super::super::session::Session;
use super::super::time::{date, spoken};
use super::{COMMANDS, Outcome, find};

pub(super) fn ping(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let token = request.param(0).filter(|token| !token.is_empty());
    let token = token.ok_or(CommandError::NoOrigin)?;
    let server = gateway.settings.server_name.clone();
    gateway.server_says(client, "PONG", &[&server, token]);
    Ok(())
}

/// PONG: that a line came at all has been noted. Some clients put the server first, so the
/// last parameter is what we sent.
pub(super) fn pong(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let token = request.param(1).or(request.param(0)).unwrap_or_default();
    gateway.has_answered(client, token);
    Ok(())
}

pub(super) fn lusers(gateway: &mut Gateway, client: ClientId, _: &Request<'_>) -> Outcome {
    gateway.send_lusers(client);
    Ok(())
}

/// Refuses a question that is meant for another server (402): there is no other.
fn for_us(gateway: &Gateway, request: &Request<'_>) -> Outcome {
    match request.param(0).filter(|server| !server.is_empty()) {
        Some(server) if !gateway.is_server(server) => {
            Err(CommandError::NoSuchServer(server.to_owned()))
        }
        _ => Ok(()),
    }
}

impl Gateway {
    /// Whether this names our server; masks and our nicks do too (RFC 2812, 3.4).
    pub(in super::super) fn is_server(&self, name: &str) -> bool {
        crate::irc::mask::matches(name, &self.settings.server_name)
            || self
                .sessions
                .values()
                .any(|session| session.target() == name)
    }
}

pub(super) fn motd(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    for_us(gateway, request)?;
    gateway.send_motd(client);
    Ok(())
}

pub(super) fn version(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    for_us(gateway, request)?;
    let server = gateway.settings.server_name.clone();
    let comments = "Enclave, from your IRC client";
    gateway.numeric(client, n::RPL_VERSION, &[VERSION, &server, comments]);
    gateway.send_isupport(client);
    Ok(())
}

pub(super) fn time(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    for_us(gateway, request)?;
    let server = gateway.settings.server_name.clone();
    let now = date(gateway.now.wall);
    gateway.numeric(client, n::RPL_TIME, &[&server, &now]);
    Ok(())
}

pub(super) fn info(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    for_us(gateway, request)?;
    let up = gateway
        .now
        .monotonic
        .saturating_sub(gateway.started.monotonic);
    for line in [
        format!("{VERSION}: a complete Enclave node that you use from your IRC client"),
        "Every nick is a contact of yours; no server stands between you and them".to_owned(),
        "Licence: MIT OR Apache-2.0".to_owned(),
        format!("Up for {}", spoken(up)),
    ] {
        gateway.numeric(client, n::RPL_INFO, &[&line]);
    }
    gateway.numeric(client, n::RPL_ENDOFINFO, &["End of /INFO list"]);
    Ok(())
}

/// HELP: from the table that dispatches, so it lists all there is.
pub(super) fn help(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let subject = request.param(0).filter(|subject| !subject.is_empty());
    let Some(subject) = subject else {
        gateway.numeric(
            client,
            n::RPL_HELPSTART,
            &["*", "The commands of this server"],
        );
        for command in COMMANDS {
            gateway.numeric(client, n::RPL_HELPTXT, &["*", command.usage]);
        }
        let more = "For contacts, strangers and your address: /msg enclave help";
        gateway.numeric(client, n::RPL_ENDOFHELP, &["*", more]);
        return Ok(());
    };
    let verb = subject.to_ascii_uppercase();
    let command = find(&verb).ok_or_else(|| CommandError::HelpNotFound(subject.to_owned()))?;
    gateway.numeric(client, n::RPL_HELPSTART, &[&verb, command.usage]);
    gateway.numeric(client, n::RPL_ENDOFHELP, &[&verb, "End of /HELP"]);
    Ok(())
}

/// ISUPPORT (IRCv3 `extended-isupport`): before registration only for those who know of it.
pub(super) fn isupport(gateway: &mut Gateway, client: ClientId, _: &Request<'_>) -> Outcome {
    let session = gateway.sessions.get(&client);
    let may = |session: &Session| session.attached() || session.has(Capability::ExtendedIsupport);
    if !session.is_some_and(may) {
        return Err(CommandError::NotRegistered);
    }
    gateway.send_isupport(client);
    Ok(())
}

/// ADMIN: the person themselves.
pub(super) fn admin(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    for_us(gateway, request)?;
    let server = gateway.settings.server_name.clone();
    gateway.numeric(client, n::RPL_ADMINME, &[&server, "Administrative info"]);
    let who = "You: this is your own gateway, on your own machine";
    gateway.numeric(client, n::RPL_ADMINLOC1, &[who]);
    let address = if gateway.own_addresses.is_empty() {
        gateway.no_address_text()
    } else {
        format!(
            "Your address, for your friends: {}",
            gateway.own_address_text()
        )
    };
    gateway.numeric(client, n::RPL_ADMINLOC2, &[&address]);
    let help = "What can be ordered: /msg enclave help";
    gateway.numeric(client, n::RPL_ADMINEMAIL, &[help]);
    Ok(())
}

/// STATS: for how long it runs; there is nothing else to count.
pub(super) fn stats(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let asked = request.param(0).filter(|asked| !asked.is_empty());
    let asked = asked.unwrap_or("*");
    if asked == "u" {
        let up = gateway
            .now
            .monotonic
            .saturating_sub(gateway.started.monotonic);
        let seconds = up.as_secs();
        let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
        let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
        let text = format!("Server Up {days} days {hours}:{minutes:02}:{seconds:02}");
        gateway.numeric(client, n::RPL_STATSUPTIME, &[&text]);
    }
    gateway.numeric(client, n::RPL_ENDOFSTATS, &[asked, "End of /STATS report"]);
    Ok(())
}

pub(super) fn links(gateway: &mut Gateway, client: ClientId, _: &Request<'_>) -> Outcome {
    let server = gateway.settings.server_name.clone();
    gateway.numeric(client, n::RPL_LINKS, &[&server, &server, "0 Enclave"]);
    gateway.numeric(client, n::RPL_ENDOFLINKS, &["*", "End of /LINKS list"]);
    Ok(())
}

pub(super) fn summon(_: &mut Gateway, _: ClientId, _: &Request<'_>) -> Outcome {
    Err(CommandError::SummonDisabled)
}

pub(super) fn users(_: &mut Gateway, _: ClientId, _: &Request<'_>) -> Outcome {
    Err(CommandError::UsersDisabled)
}

pub(super) fn rehash(gateway: &mut Gateway, client: ClientId, _: &Request<'_>) -> Outcome {
    let book = gateway.settings.book.clone();
    gateway.numeric(
        client,
        n::RPL_REHASHING,
        &[&book, "Reading it and the configuration again"],
    );
    gateway.effects.push(Effect::Reload);
    Ok(())
}

pub(super) fn oper(_: &mut Gateway, _: ClientId, _: &Request<'_>) -> Outcome {
    Err(CommandError::NoOperators)
}
