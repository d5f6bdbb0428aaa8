//! Saying who one is: PASS, NICK, USER, SETNAME, QUIT.

use crate::config::Secret;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::lookalike::looks_like;
use crate::irc::nick::{NICK_LENGTH, Nick, casefold};
use crate::irc::request::Request;
use crate::irc::text::cut;

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::keys::{Key, Shown};
use super::super::voice::SERVICE_NICK;
use super::{Outcome, required};

/// The longest real name taken, bytes.
pub(in super::super) const REALNAME_LENGTH: usize = 150;

/// The longest user name shown in a mask, characters.
pub(in super::super) const USER_LENGTH: usize = 20;

/// The longest password taken, bytes: what SASL takes, about.
pub(in super::super) const PASSWORD_LENGTH: usize = 1_024;

/// The longest part of a user name by which a client is known again, bytes.
pub(in super::super) const NAME_LENGTH: usize = 64;

/// PASS: kept until all else of the registration is done, and looked at then, if the door
/// does not trust the client anyway.
pub(super) fn pass(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    match gateway.sessions.get_mut(&client) {
        Some(session) if session.attached() => Err(CommandError::AlreadyRegistered),
        Some(session) => {
            let password = request
                .param(0)
                .filter(|password| password.len() <= PASSWORD_LENGTH);
            session.pass = password.map(Secret::new);
            Ok(())
        }
        None => Ok(()),
    }
}

/// NICK: a client's nick is its own affair, so two clients may have the same one. But it is
/// never a contact's, and nobody passes for the control contact.
pub(super) fn nick(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let wanted = request.param(0).filter(|nick| !nick.is_empty());
    let wanted = wanted.ok_or(CommandError::NoNicknameGiven)?;
    let refused = |reason: &str| {
        Err(CommandError::ErroneousNickname(
            wanted.to_owned(),
            reason.to_owned(),
        ))
    };
    let Some(nick) = Nick::new(wanted) else {
        return refused(if wanted.len() > NICK_LENGTH {
            "Erroneous nickname: it is longer than NICKLEN in 005 allows"
        } else {
            "Erroneous nickname: letters, digits and -[]\\`_^{|} only, and no digit or - in front"
        });
    };
    if gateway.roster.has_nick(&casefold(wanted)) {
        return Err(CommandError::NicknameInUse(wanted.to_owned()));
    }
    if looks_like(wanted, SERVICE_NICK) || looks_like(wanted, &gateway.settings.server_name) {
        return refused("That nick is reserved for the gateway");
    }
    let Some(session) = gateway.sessions.get_mut(&client) else {
        return Ok(());
    };
    if session.nick.as_ref() == Some(&nick) {
        return Ok(());
    }
    if !session.attached() {
        session.nick = Some(nick);
        return complete(gateway, client);
    }
    gateway.change_nick(client, nick);
    gateway.nick_was_set(wanted);
    gateway.update_presence();
    Ok(())
}

/// USER: the user name and the real name, once.
pub(super) fn user(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let Some(session) = gateway.sessions.get_mut(&client) else {
        return Ok(());
    };
    // Before the parameters are looked at: whoever has registered need not be told how.
    if session.user.is_some() {
        return Err(CommandError::AlreadyRegistered);
    }
    let named = required(request, 0)?;
    let realname = request
        .param(3)
        .ok_or_else(|| CommandError::NeedMoreParams("USER".to_owned()))?;
    // Only what can stand in a mask.
    let plain = named
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c));
    let user: String = plain.take(USER_LENGTH).collect();
    session.name = cut(named, NAME_LENGTH).to_owned();
    session.user = Some(if user.is_empty() {
        "user".to_owned()
    } else {
        user
    });
    session.realname = cut(realname, REALNAME_LENGTH).to_owned();
    complete(gateway, client)
}

/// Attaches the client if it has said all there is to say, and may come in.
pub(super) fn complete(gateway: &mut Gateway, client: ClientId) -> Outcome {
    gateway.attach_if_ready(client);
    Ok(())
}

impl Gateway {
    /// See [`complete`].
    pub(in super::super) fn attach_if_ready(&mut self, client: ClientId) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        let ready = session.nick.is_some()
            && session.user.is_some()
            && !session.registration.negotiating
            && !session.attached();
        if !ready {
            return;
        }
        if Self::is_let_in(session) {
            session.pass = None;
            self.attach(client);
        } else if matches!(session.key, Key::Waiting(..) | Key::Asked) {
            // What it has shown is being looked at.
        } else if let Some(password) = session.pass.take()
            && !self.settings.password.is_empty()
        {
            self.show_password(client, password, Shown::Pass);
        } else {
            let why = "A password is needed to connect from there; set it as the server \
                       password in your client";
            self.turn_away(client, why);
        }
    }
}

/// SETNAME (IRCv3 `setname`): stays between the client and us.
pub(super) fn setname(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let realname = required(request, 0)?.to_owned();
    let Some(session) = gateway.sessions.get_mut(&client) else {
        return Ok(());
    };
    if realname.len() > REALNAME_LENGTH && session.has(Capability::Setname) {
        let text = "That real name is longer than NAMELEN in 005 allows";
        gateway.fail(client, "SETNAME", "INVALID_REALNAME", &[], text);
        return Ok(());
    }
    let realname = cut(&realname, REALNAME_LENGTH).to_owned();
    session.realname.clone_from(&realname);
    if session.has(Capability::Setname) {
        gateway.own_says(client, "SETNAME", &[&realname]);
    }
    Ok(())
}

/// QUIT: leaving IRC is being away, with the text as the reason.
pub(super) fn quit(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    gateway.client_quit(client, request.param(0).unwrap_or_default());
    Ok(())
}
