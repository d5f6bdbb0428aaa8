//! MARKREAD (IRCv3 `read-marker`).

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::nick::same;
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::markers::{Readable, timestamp};
use super::super::voice::SERVICE_NICK;
use super::Outcome;

pub(super) fn markread(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let session = gateway.sessions.get(&client);
    if !session.is_some_and(|session| session.has(Capability::ReadMarker)) {
        return Err(CommandError::UnknownCommand(request.verb.to_string()));
    }
    let Some(target) = request.param(0).filter(|target| !target.is_empty()) else {
        gateway.fail(
            client,
            "MARKREAD",
            "NEED_MORE_PARAMS",
            &[],
            "Missing parameters",
        );
        return Ok(());
    };
    let Some(of) = readable(gateway, target) else {
        let text = "There is no such contact or channel";
        gateway.fail(client, "MARKREAD", "INVALID_PARAMS", &[target], text);
        return Ok(());
    };
    let Some(given) = request.param(1) else {
        gateway.tell_marker(client, of);
        return Ok(());
    };
    let Some(time) = timestamp(given) else {
        let text = "Invalid timestamp; it is written timestamp=YYYY-MM-DDThh:mm:ss.sssZ";
        gateway.fail(client, "MARKREAD", "INVALID_PARAMS", &[given], text);
        return Ok(());
    };
    if matches!(of, Readable::Contact(_)) && !gateway.may_ask(client) {
        let text = "Too many requests wait already";
        gateway.fail(client, "MARKREAD", "INTERNAL_ERROR", &[target], text);
        return Ok(());
    }
    gateway.mark_read(client, of, time);
    Ok(())
}

fn readable(gateway: &Gateway, target: &str) -> Option<Readable> {
    if gateway.is_roster_channel(target) {
        return Some(Readable::Channel);
    }
    if same(target, SERVICE_NICK) {
        return Some(Readable::Service);
    }
    let (id, _) = gateway.correspondent(target).ok()?;
    Some(Readable::Contact(id))
}
