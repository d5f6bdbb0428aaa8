//! BATCH from a client (IRCv3 `client-batch`), which holds a message of several lines
//! (`draft/multiline`).

use std::time::Duration;

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::conversation::Words;
use super::super::error::CommandError;
use super::super::multiline::{BatchLine, OpenBatch, Wrong};
use super::super::tags;
use super::message::{once_each, targets_in};
use super::{Outcome, required};

/// The one type of batch that a client may send.
const MULTILINE: &str = "draft/multiline";

/// The longest name a client may give a batch, bytes. It is repeated on every line.
const REFERENCE_LENGTH: usize = 64;

pub(super) fn batch(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let session = gateway.sessions.get(&client);
    if !session.is_some_and(|session| session.has(Capability::Multiline)) {
        return Err(CommandError::UnknownCommand(request.verb.to_string()));
    }
    let name = required(request, 0)?;
    match (name.strip_prefix('+'), name.strip_prefix('-')) {
        (Some(reference), _) => open(gateway, client, reference, request),
        (_, Some(reference)) => close(gateway, client, reference),
        _ => {
            let text = "A batch begins with + and its name, and ends with - and its name";
            gateway.fail(client, "BATCH", "INVALID_REFTAG", &[name], text);
        }
    }
    Ok(())
}

fn open(gateway: &mut Gateway, client: ClientId, reference: &str, request: &Request<'_>) {
    // Whatever is wrong with this one: there is one place.
    if let Some(unfinished) = take(gateway, client).filter(OpenBatch::is_open) {
        let text = "Another batch was begun before this one had ended; nothing of it was sent";
        gateway.batch_failed(client, unfinished, &Wrong::invalid(text));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !(1..=REFERENCE_LENGTH).contains(&reference.len()) || !reference.bytes().all(allowed) {
        let text = "The name of a batch is made of letters, digits and hyphens";
        gateway.fail(client, "BATCH", "INVALID_REFTAG", &[reference], text);
        return ignore(gateway, client, reference);
    }
    let kind = request.param(1).unwrap_or_default();
    if kind != MULTILINE {
        let text = "Batches of this type are not taken";
        gateway.fail(client, "BATCH", "UNKNOWN_TYPE", &[reference, kind], text);
        return ignore(gateway, client, reference);
    }
    let target = request.param(2).unwrap_or_default();
    if target.is_empty() || request.tag("batch").is_some() {
        let text = "A multiline batch has a target, and is not part of another batch";
        gateway.fail(client, "BATCH", "MULTILINE_INVALID", &[], text);
        return ignore(gateway, client, reference);
    }
    let mut tags = gateway.tags_of(request);
    tags::take_passing(&mut tags);
    let (later, now) = (gateway.later(), gateway.now.monotonic);
    let batch = OpenBatch::new(reference, target, tags, later, now);
    put(gateway, client, batch);
}

fn close(gateway: &mut Gateway, client: ClientId, reference: &str) {
    let batch = take(gateway, client);
    let Some(mut batch) = batch else {
        let text = "There is no such batch";
        return gateway.fail(client, "BATCH", "MULTILINE_INVALID", &[], text);
    };
    if batch.reference != reference {
        put(gateway, client, batch);
        let text = "There is no such batch";
        return gateway.fail(client, "BATCH", "MULTILINE_INVALID", &[], text);
    }
    if !batch.is_open() {
        return;
    }
    let later = std::mem::take(&mut batch.later);
    let target = batch.target.clone();
    gateway.resume(later, |gateway| match batch.close() {
        Ok((verb, text, tags)) => {
            let words = Words {
                verb,
                text: &text,
                tags: &tags,
            };
            match targets_in(&target, verb) {
                Ok(targets) => {
                    for target in once_each(targets) {
                        gateway.speak(client, target, words);
                    }
                }
                Err(error) => gateway.refuse(client, &error),
            }
        }
        Err(wrong) => gateway.fail_batch(client, &wrong),
    });
}

fn take(gateway: &mut Gateway, client: ClientId) -> Option<OpenBatch> {
    gateway
        .sessions
        .get_mut(&client)?
        .batch
        .take()
        .map(|batch| *batch)
}

fn put(gateway: &mut Gateway, client: ClientId, batch: OpenBatch) {
    if let Some(session) = gateway.sessions.get_mut(&client) {
        session.batch = Some(Box::new(batch));
    }
}

fn ignore(gateway: &mut Gateway, client: ClientId, reference: &str) {
    let ignored = OpenBatch::ignored(reference, gateway.now.monotonic);
    put(gateway, client, ignored);
}

impl Gateway {
    /// Whether a request is a line of a batch; it is dealt with then.
    pub(super) fn takes_batch_line(&mut self, client: ClientId, request: &Request<'_>) -> bool {
        let Some(reference) = request.tag("batch").filter(|_| request.verb != "BATCH") else {
            return false;
        };
        let Some(session) = self.sessions.get_mut(&client) else {
            return false;
        };
        let is_message = matches!(&*request.verb, "PRIVMSG" | "NOTICE" | "TAGMSG");
        let is_open = (session.batch.as_ref()).is_some_and(|open| open.reference == reference);
        if !session.has(Capability::Multiline) || !(is_open || is_message) {
            return false;
        }
        // One of a batch that is not open belongs to one that was given up.
        if let Some(batch) = session
            .batch
            .as_mut()
            .filter(|open| open.reference == reference)
        {
            batch.add(BatchLine {
                verb: &request.verb,
                target: request.param(0).unwrap_or_default(),
                text: request.param(1).unwrap_or_default(),
                continues: request.tag("draft/multiline-concat").is_some(),
            });
        }
        true
    }

    /// When the next batch has taken too long, on the monotonic clock.
    pub(in super::super) fn batch_deadline(&self) -> Option<Duration> {
        let batches = self
            .sessions
            .values()
            .filter_map(|session| session.batch.as_ref());
        let open = batches.filter(|batch| batch.is_open());
        open.map(|batch| batch.until).min()
    }

    /// Gives up the batches that have taken too long.
    pub(in super::super) fn give_up_batches(&mut self) {
        let now = self.now.monotonic;
        let due = self.sessions.iter().filter(|(_, session)| {
            let batch = session.batch.as_ref();
            batch.is_some_and(|batch| batch.is_open() && batch.until <= now)
        });
        for client in due.map(|(client, _)| *client).collect::<Vec<_>>() {
            if let Some(batch) = take(self, client) {
                let reference = batch.reference.clone();
                let wrong = Wrong {
                    code: "TIMEOUT",
                    context: vec![reference.clone()],
                    text: "The batch was not closed in time; nothing of it was sent",
                };
                self.batch_failed(client, batch, &wrong);
                ignore(self, client, &reference);
            }
        }
    }

    fn batch_failed(&mut self, client: ClientId, batch: OpenBatch, wrong: &Wrong) {
        self.resume(batch.later, |gateway| gateway.fail_batch(client, wrong));
    }

    fn fail_batch(&mut self, client: ClientId, wrong: &Wrong) {
        let context: Vec<&str> = wrong.context.iter().map(String::as_str).collect();
        self.fail(client, "BATCH", wrong.code, &context, wrong.text);
    }
}
