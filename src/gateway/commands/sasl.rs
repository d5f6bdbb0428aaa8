//! AUTHENTICATE (IRCv3 `sasl-3.1`).

use crate::config::Secret;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::numeric as n;
use crate::irc::request::Request;
use crate::irc::sasl::{MECHANISMS, Mechanism, Piece, Response, plain_password};

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::keys::{Key, Shown};
use super::{Outcome, required};

pub(super) fn authenticate(
    gateway: &mut Gateway,
    client: ClientId,
    request: &Request<'_>,
) -> Outcome {
    let Some(session) = gateway.sessions.get_mut(&client) else {
        return Ok(());
    };
    if !session.has(Capability::Sasl) {
        return Err(CommandError::UnknownCommand(request.verb.to_string()));
    }
    let given = required(request, 0)?;
    if matches!(session.key, Key::Right) || session.attached() {
        let text = "You have already authenticated";
        gateway.numeric(client, n::ERR_SASLALREADY, &[text]);
        return Ok(());
    }
    if matches!(session.key, Key::Waiting(..) | Key::Asked) {
        // One answer is on its way; whoever does not wait for it is told no.
        fail(gateway, client);
        return Ok(());
    }
    if given == "*" {
        session.sasl = None;
        gateway.numeric(client, n::ERR_SASLABORTED, &["SASL authentication aborted"]);
        return Ok(());
    }
    match session.sasl.take() {
        None => begin(gateway, client, given),
        Some((mechanism, response)) => go_on(gateway, client, mechanism, response, given),
    }
    Ok(())
}

fn begin(gateway: &mut Gateway, client: ClientId, name: &str) {
    let Some(mechanism) = Mechanism::named(name) else {
        let text = "are available SASL mechanisms";
        gateway.numeric(client, n::RPL_SASLMECHS, &[MECHANISMS, text]);
        return fail(gateway, client);
    };
    if let Some(session) = gateway.sessions.get_mut(&client) {
        session.sasl = Some((mechanism, Response::default()));
        gateway.authenticate_says(client, "+");
    }
}

fn go_on(
    gateway: &mut Gateway,
    client: ClientId,
    mechanism: Mechanism,
    mut response: Response,
    piece: &str,
) {
    let whole = match response.add(piece) {
        Piece::More => {
            if let Some(session) = gateway.sessions.get_mut(&client) {
                session.sasl = Some((mechanism, response));
            }
            return;
        }
        Piece::TooLong => {
            gateway.numeric(client, n::ERR_SASLTOOLONG, &["SASL message too long"]);
            return fail(gateway, client);
        }
        Piece::Garbled => return fail(gateway, client),
        Piece::Whole(whole) => whole,
    };
    match mechanism {
        Mechanism::Plain if !gateway.settings.password.is_empty() => match plain_password(&whole) {
            Some(password) => {
                let later = gateway.later();
                if let Some(session) = gateway.sessions.get_mut(&client) {
                    session.sasl_answer = later;
                }
                gateway.show_password(client, Secret::new(password), Shown::Sasl);
            }
            None => fail(gateway, client),
        },
        Mechanism::Plain => fail(gateway, client),
        Mechanism::External => {
            let session = gateway.sessions.get_mut(&client);
            let fingerprint = session.and_then(|session| session.origin.fingerprint);
            let fingerprints = &gateway.settings.fingerprints;
            let is_known = fingerprint.is_some_and(|one| fingerprints.contains(&one));
            if let Some(session) = gateway.sessions.get_mut(&client)
                && is_known
            {
                session.key = Key::Right;
            }
            gateway.sasl_done(client, is_known);
        }
    }
}

fn fail(gateway: &mut Gateway, client: ClientId) {
    let text = "SASL authentication failed";
    gateway.numeric(client, n::ERR_SASLFAIL, &[text]);
}

impl Gateway {
    /// AUTHENTICATE has no source: clients look for the bare word.
    fn authenticate_says(&mut self, client: ClientId, what: &str) {
        use crate::irc::reply::{Reply, Source};
        self.reply(
            client,
            Reply::from(Source::Unnamed, "AUTHENTICATE", &[what]),
        );
    }

    /// It is known whether what a client has shown is right.
    pub(in super::super) fn sasl_done(&mut self, client: ClientId, is_right: bool) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        let later = std::mem::take(&mut session.sasl_answer);
        self.resume(later, |gateway| {
            if !is_right {
                return fail(gateway, client);
            }
            let Some(session) = gateway.sessions.get(&client) else {
                return;
            };
            let mask = format!("{}!{}@{}", session.target(), session.user(), session.host());
            let account = gateway.own_host.clone();
            let account = account.unwrap_or_else(|| gateway.settings.server_name.clone());
            let text = format!("You are now logged in as {account}");
            gateway.numeric(client, n::RPL_LOGGEDIN, &[&mask, &account, &text]);
            let text = "SASL authentication successful";
            gateway.numeric(client, n::RPL_SASLSUCCESS, &[text]);
        });
        // It may have said CAP END without waiting.
        self.attach_if_ready(client);
    }
}
