//! Which answer belongs to which request (IRCv3 `labeled-response`).
//!
//! While a request with a label is handled, what answers it is collected instead of sent:
//! only at the end is it known whether that is nothing, one line, or many. What the client
//! would have been told anyway (a contact comes, somebody says something) is no answer, and
//! goes out as always. An answer that has to wait, for the disk say, is taken
//! [`later`](Gateway::later) and given when it is [resumed](Gateway::resume).

use std::collections::BTreeMap;

use crate::irc::ClientId;
use crate::irc::capability::{Capabilities, Capability};
use crate::irc::reply::{Reply, Source};
use crate::irc::request::Request;

use super::Gateway;
use super::effect::Effects;

/// The longest label, bytes (`labeled-response`, "Tag value").
const LABEL_LENGTH: usize = 64;

/// The tag that names a batch.
const BATCH: &str = "batch";

/// An answer that is owed.
#[derive(Debug)]
pub(super) struct Response {
    client: ClientId,
    label: String,
    /// What has been said since it was written last.
    lines: Vec<Reply>,
    /// Parts that come later.
    owed: usize,
    /// The batch it goes out in, once it is known to be of several parts.
    batch: Option<String>,
}

/// A part of an answer that comes later; nothing where the request had no label.
#[derive(Debug, Default)]
#[must_use = "a request whose answer is taken later and never resumed is never answered"]
pub(super) struct Later(Option<u64>);

/// The answers that are owed.
#[derive(Debug, Default)]
pub(super) struct Responses {
    pub(super) owed: BTreeMap<u64, Response>,
    /// The one that is being given.
    current: Option<u64>,
    /// How many there were.
    count: u64,
}

impl Responses {
    /// Where an answer for this client is collected, if it is collected at all.
    fn collected_for(&mut self, client: ClientId) -> Option<&mut Vec<Reply>> {
        let response = self.owed.get_mut(&self.current?)?;
        (response.client == client).then_some(&mut response.lines)
    }

    /// A client is gone: nothing is owed to it any more.
    pub fn forget(&mut self, client: ClientId) {
        self.owed.retain(|_, response| response.client != client);
    }
}

/// Takes lines for one client.
pub(super) struct Lines<'a> {
    effects: &'a mut Effects,
    /// Where they may be collected, if they are an answer.
    responses: Option<&'a mut Responses>,
    client: ClientId,
    capabilities: Capabilities,
}

impl<'a> Lines<'a> {
    /// Lines that answer nothing.
    pub fn telling(effects: &'a mut Effects, client: ClientId, capabilities: Capabilities) -> Self {
        Self {
            effects,
            responses: None,
            client,
            capabilities,
        }
    }

    /// Lines that answer what the client has asked for.
    pub fn answering(
        effects: &'a mut Effects,
        responses: &'a mut Responses,
        client: ClientId,
        capabilities: Capabilities,
    ) -> Self {
        Self {
            responses: Some(responses),
            ..Self::telling(effects, client, capabilities)
        }
    }

    /// Adds a line.
    pub fn push(&mut self, reply: Reply) {
        let responses = self.responses.as_mut();
        match responses.and_then(|responses| responses.collected_for(self.client)) {
            Some(lines) => lines.push(reply),
            None => self
                .effects
                .to_client(self.client, |out| reply.write(self.capabilities, out)),
        }
    }
}

/// Whether these lines are one batch, from its first line to its last.
fn is_one_batch(lines: &[Reply]) -> bool {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return false;
    };
    let opened = first
        .params_of("BATCH")
        .and_then(|params| params.strip_prefix('+'));
    let closed = last
        .params_of("BATCH")
        .and_then(|params| params.strip_prefix('-'));
    let opened = opened.and_then(|params| params.split(' ').next());
    opened.is_some() && opened == closed
}

impl Gateway {
    /// A request is being handled; if it has a label, what answers it is collected.
    pub(super) fn begin_response(&mut self, client: ClientId, request: &Request<'_>) {
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let label = request.tag("label").filter(|label| {
            !label.is_empty()
                && label.len() <= LABEL_LENGTH
                && session.has(Capability::LabeledResponse)
                && session.has(Capability::Batch)
        });
        if let Some(label) = label {
            let responses = &mut self.responses;
            responses.count += 1;
            let response = Response {
                client,
                label: label.to_owned(),
                lines: Vec::new(),
                owed: 0,
                batch: None,
            };
            responses.owed.insert(responses.count, response);
            responses.current = Some(responses.count);
        }
    }

    /// What has been collected is sent, as far as that can be.
    pub(super) fn end_response(&mut self) {
        let Some(number) = self.responses.current.take() else {
            return;
        };
        let Some(mut response) = self.responses.owed.remove(&number) else {
            return;
        };
        let Some(session) = self.sessions.get(&response.client) else {
            return;
        };
        let server = Source::Server(&self.settings.server_name);
        let mut lines = std::mem::take(&mut response.lines);
        let is_last = response.owed == 0;
        let is_first = response.batch.is_none();
        if !is_last && is_first && lines.is_empty() && response.owed == 1 {
            self.responses.owed.insert(number, response);
            return;
        }
        if is_first && is_last && (lines.len() <= 1 || is_one_batch(&lines)) {
            if lines.is_empty() {
                lines.push(Reply::from(server, "ACK", &[]));
            }
            let first = lines.remove(0).tag("label", Some(&response.label));
            lines.insert(0, first);
        } else {
            let name = response.batch.get_or_insert_with(|| self.batches.next());
            for line in &mut lines {
                // What is in a batch already is in this one through that.
                if !line.has_tag(BATCH) {
                    *line = line.clone().tag(BATCH, Some(name));
                }
            }
            if is_first {
                let open = [&format!("+{name}"), "labeled-response"];
                let open = Reply::from(server, "BATCH", &open);
                lines.insert(0, open.tag("label", Some(&response.label)));
            }
            if is_last {
                lines.push(Reply::from(server, "BATCH", &[&format!("-{name}")]));
            }
        }
        let capabilities = session.capabilities;
        self.effects.to_client(response.client, |out| {
            for line in &lines {
                line.write(capabilities, out);
            }
        });
        if !is_last {
            self.responses.owed.insert(number, response);
        }
    }

    /// Part of the answer to the request being handled comes later.
    pub(super) fn later(&mut self) -> Later {
        let current = self.responses.current;
        let response = current.and_then(|current| self.responses.owed.get_mut(&current));
        match response {
            Some(response) => {
                response.owed += 1;
                Later(current)
            }
            None => Later(None),
        }
    }

    /// Gives the part of an answer that had to wait.
    pub(super) fn resume(&mut self, later: Later, give: impl FnOnce(&mut Self)) {
        let interrupted = std::mem::replace(&mut self.responses.current, later.0);
        let response = later
            .0
            .and_then(|number| self.responses.owed.get_mut(&number));
        if let Some(response) = response {
            response.owed -= 1;
        }
        give(self);
        self.end_response();
        self.responses.current = interrupted;
    }
}
