//! CAP (IRCv3 capability negotiation).

use crate::irc::ClientId;
use crate::irc::capability::{Capabilities, listing};
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::error::CommandError;
use super::{Outcome, registration};

/// The version from which on a client understands values and continued lists.
const VERSION_302: u32 = 302;

pub(super) fn cap(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
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
                session
                    .capabilities
                    .insert(crate::irc::capability::Capability::CapNotify);
            }
            // Each request is answered in the version that it speaks itself.
            let values = version.is_some_and(|version| version >= VERSION_302);
            send(
                gateway,
                client,
                "LS",
                Capabilities::all().tokens(values).collect(),
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
            match session.capabilities.request(&list, session.version_302) {
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
