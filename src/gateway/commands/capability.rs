//! CAP (IRCv3 capability negotiation).

use crate::irc::ClientId;
use crate::irc::capability::{Capabilities, Capability, listing};
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::error::CommandError;
use super::{Outcome, registration};

/// The version from which on a client understands values and continued lists.
const VERSION_302: u32 = 302;

pub(super) fn cap(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let offered = gateway.offered();
    let Some(session) = gateway.sessions.get_mut(&client) else {
        return Ok(());
    };
    let before = !session.attached();
    let subcommand = request.param(0).unwrap_or_default().to_ascii_uppercase();
    match subcommand.as_str() {
        "LS" => {
            session.registration.negotiating |= before;
            let version = request
                .param(1)
                .and_then(|version| version.parse::<u32>().ok());
            if version.is_some_and(|version| version >= VERSION_302) {
                session.version_302 = true;
                // Who speaks 302 is told of changes without asking for it.
                session.capabilities.insert(Capability::CapNotify);
            }
            // Each request is answered in the version that it speaks itself.
            let values = version.is_some_and(|version| version >= VERSION_302);
            send(
                gateway,
                client,
                "LS",
                offered.tokens(values).collect(),
                values,
            );
        }
        "LIST" => {
            let (had, continued) = (session.capabilities, session.version_302);
            send(
                gateway,
                client,
                "LIST",
                had.tokens(false).collect(),
                continued,
            );
        }
        "REQ" => {
            session.registration.negotiating |= before;
            // The list is one parameter; some clients forget its colon.
            let list = request.params.get(1..).unwrap_or_default().join(" ");
            match session
                .capabilities
                .request(&list, offered, session.version_302)
            {
                Ok(capabilities) => {
                    // Only now: the acknowledgement itself still follows the old ones.
                    send(gateway, client, "ACK", vec![list.into()], false);
                    if let Some(session) = gateway.sessions.get_mut(&client) {
                        session.capabilities = capabilities;
                    }
                }
                Err(_) => send(gateway, client, "NAK", vec![list.into()], false),
            }
        }
        "END" => {
            session.registration.negotiating = false;
            return registration::complete(gateway, client);
        }
        _ => {
            let given = request
                .param(0)
                .filter(|given| !given.is_empty())
                .unwrap_or("*");
            return Err(CommandError::InvalidCapability(given.to_owned()));
        }
    }
    Ok(())
}

fn send(
    gateway: &mut Gateway,
    client: ClientId,
    subcommand: &'static str,
    tokens: Vec<std::borrow::Cow<'_, str>>,
    continued: bool,
) {
    let Some(session) = gateway.sessions.get(&client) else {
        return;
    };
    let target = session.target().to_owned();
    let lines = listing(
        &gateway.settings.server_name,
        &target,
        subcommand,
        tokens,
        continued,
    );
    for line in lines {
        gateway.reply(client, line);
    }
}

impl Gateway {
    /// The capabilities that can be had: where there is no key, there is nothing to show.
    fn offered(&self) -> Capabilities {
        let mut offered = Capabilities::all();
        if !self.has_keys() {
            offered.remove(Capability::Sasl);
        }
        offered
    }

    /// CAP NEW or DEL for `sasl`, where that can be had now and could not before, or the
    /// other way round.
    pub(in super::super) fn tell_if_keys_changed(&mut self, had_keys: bool) {
        let has_keys = self.has_keys();
        if has_keys == had_keys {
            return;
        }
        let subcommand = if has_keys { "NEW" } else { "DEL" };
        for client in self.sessions.keys().copied().collect::<Vec<_>>() {
            let Some(session) = self.sessions.get_mut(&client) else {
                continue;
            };
            if !has_keys {
                session.capabilities.remove(Capability::Sasl);
            }
            if session.has(Capability::CapNotify) {
                let values = has_keys && session.version_302;
                let sasl = Capabilities::from_iter([Capability::Sasl]);
                send(
                    self,
                    client,
                    subcommand,
                    sasl.tokens(values).collect(),
                    false,
                );
            }
        }
    }
}
