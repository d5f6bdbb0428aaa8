//! CHATHISTORY (IRCv3 `chathistory`).

use crate::clock::Timestamp;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::nick::same;
use crate::irc::request::Request;
use crate::store::{Ask, Reference, Selection};

use super::super::Gateway;
use super::super::error::CommandError;
use super::super::history::{HISTORY_BYTES, HISTORY_LIMIT, HistoryAsked, REQUESTS, wants_newest};
use super::super::ledger::Asked;
use super::super::time::parse_server_time;
use super::super::voice::SERVICE_NICK;
use super::Outcome;

/// What is wrong with a request: the code, more of what was given, and the words for it.
type Wrong<'a> = (&'static str, Vec<&'a str>, &'static str);

/// What a client asks for.
enum Wanted<'a> {
    History(&'a str, Selection, u32),
    Targets((Timestamp, Timestamp), u32),
}

pub(super) fn chathistory(
    gateway: &mut Gateway,
    client: ClientId,
    request: &Request<'_>,
) -> Outcome {
    let session = gateway.sessions.get(&client);
    if !session.is_some_and(|session| session.has(Capability::Chathistory)) {
        return Err(CommandError::UnknownCommand(request.verb.to_string()));
    }
    let given = request.param(0).unwrap_or("*");
    let done = wanted(&request.params).and_then(|wanted| ask(gateway, client, given, wanted));
    if let Err((code, more, text)) = done {
        let context = [&[given], more.as_slice()].concat();
        gateway.fail(client, "CHATHISTORY", code, &context, text);
    }
    Ok(())
}

fn invalid<'a>(more: Vec<&'a str>, text: &'static str) -> Wrong<'a> {
    ("INVALID_PARAMS", more, text)
}

fn wanted<'a>(params: &[&'a str]) -> Result<Wanted<'a>, Wrong<'a>> {
    let subcommand = params.first().unwrap_or(&"").to_ascii_uppercase();
    let count = match subcommand.as_str() {
        "LATEST" | "BEFORE" | "AFTER" | "AROUND" | "TARGETS" => 4,
        "BETWEEN" => 5,
        _ => return Err(invalid(vec![], "Unknown subcommand")),
    };
    if params.len() < count {
        return Err(invalid(vec![], "Insufficient parameters"));
    }
    if params.len() > count {
        return Err(invalid(vec![], "Too many parameters"));
    }
    let limit = limit(params[count - 1])?;
    let target = params[1];
    let named = |index: usize| reference(target, params[index]);
    if subcommand == "TARGETS" {
        let times = (time(params[1])?, time(params[2])?);
        return Ok(Wanted::Targets(times, limit));
    }
    let selection = match subcommand.as_str() {
        "LATEST" if params[2] == "*" => Selection::Latest(None),
        "LATEST" => Selection::Latest(Some(named(2)?)),
        "BEFORE" => Selection::Before(named(2)?),
        "AFTER" => Selection::After(named(2)?),
        "AROUND" => Selection::Around(named(2)?),
        _ => Selection::Between(named(2)?, named(3)?),
    };
    Ok(Wanted::History(target, selection, limit))
}

/// How many messages; none named with 0, so that is as many as may be.
fn limit(given: &str) -> Result<u32, Wrong<'_>> {
    match given.parse::<u64>() {
        Ok(0) => Ok(HISTORY_LIMIT),
        Ok(number) => Ok(u32::try_from(number).unwrap_or(u32::MAX).min(HISTORY_LIMIT)),
        Err(_) => Err(invalid(vec![given], "Invalid limit")),
    }
}

fn time(given: &str) -> Result<Timestamp, Wrong<'_>> {
    let time = given.strip_prefix("timestamp=").and_then(parse_server_time);
    time.ok_or_else(|| invalid(vec![given], "Invalid timestamp"))
}

fn reference<'a>(target: &'a str, given: &'a str) -> Result<Reference, Wrong<'a>> {
    match given.split_once('=') {
        Some(("msgid", id)) if !id.is_empty() => Ok(Reference::Id(id.to_owned())),
        Some(("timestamp", _)) => time(given).map(Reference::Time),
        Some(("msgid", _)) | None => Err(invalid(vec![given], "Invalid message reference")),
        Some(_) => Err((
            "INVALID_MSGREFTYPE",
            vec![target, given],
            "Messages are named by msgid or timestamp",
        )),
    }
}

fn ask<'a>(
    gateway: &mut Gateway,
    client: ClientId,
    given: &str,
    wanted: Wanted<'a>,
) -> Result<(), Wrong<'a>> {
    let (target, selection, most) = match wanted {
        Wanted::History(target, selection, most) => (target, selection, most),
        Wanted::Targets(between, most) => {
            may_ask(gateway, client, vec![])?;
            let later = gateway.later();
            gateway.ask(
                Asked::Targets(client, later),
                Ask::Targets { between, most },
            );
            return Ok(());
        }
    };
    if let Some(name) = without_history(gateway, client, target) {
        gateway.give_no_history(client, &name);
        return Ok(());
    }
    let Ok((id, nick)) = gateway.correspondent(target) else {
        let text = "Messages could not be retrieved: there is no such contact";
        return Err(("INVALID_TARGET", vec![target], text));
    };
    may_ask(gateway, client, vec![target])?;
    let asked = HistoryAsked {
        client,
        later: gateway.later(),
        subcommand: given.to_owned(),
        target: target.to_owned(),
        nick,
        newest: wants_newest(&selection),
    };
    let session = gateway.sessions.get(&client);
    let ask = Ask::History {
        contact: id.0,
        selection,
        most,
        bytes: HISTORY_BYTES,
        tag_only: session.is_some_and(|session| session.has(Capability::EventPlayback)),
    };
    gateway.ask(Asked::History(Box::new(asked)), ask);
    Ok(())
}

fn may_ask<'a>(
    gateway: &mut Gateway,
    client: ClientId,
    context: Vec<&'a str>,
) -> Result<(), Wrong<'a>> {
    const _: () = assert!(REQUESTS == 16);
    if gateway.may_ask(client) {
        return Ok(());
    }
    let text = "16 requests wait already; ask for more when they are answered";
    Err(("MESSAGE_ERROR", context, text))
}

/// The name of what can be spoken to and is not kept: the roster channel, the control
/// contact, oneself.
fn without_history(gateway: &Gateway, client: ClientId, target: &str) -> Option<String> {
    if gateway.is_roster_channel(target) {
        return Some(gateway.settings.channel.clone());
    }
    if same(target, SERVICE_NICK) {
        return Some(SERVICE_NICK.to_owned());
    }
    let own = gateway.sessions.get(&client)?.target();
    same(own, target).then(|| own.to_owned())
}
