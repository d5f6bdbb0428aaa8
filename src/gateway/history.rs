//! History that a client asks for (IRCv3 `chathistory`, `soju.im/search`), and what that
//! means for what counts as seen.
//!
//! A client with `draft/chathistory` is not played what it has missed. Until it has fetched
//! that, nothing newer counts as seen by it: otherwise text might be deleted that nobody has
//! read (`[store] history`).

use std::collections::BTreeMap;

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::reply::{Reply, Source};
use crate::store::{Answer, Ask, Message, Missed, Selection};

use super::Gateway;
use super::ledger::Asked;
use super::playback::fitting;
use super::positions::Progress;
use super::response::Later;
use super::roster::ContactId;
use super::time::server_time;

/// Messages one request may ask for (CHATHISTORY in 005).
pub(super) const HISTORY_LIMIT: u32 = 1_000;

/// Bytes of text in one answer.
pub(super) const HISTORY_BYTES: usize = 1024 * 1024;

/// Requests of one client that may wait for the store. A client asks for the next page when
/// it has the last.
pub(super) const REQUESTS: usize = 16;

/// A request for history that waits for the store.
#[derive(Debug)]
pub(super) struct HistoryAsked {
    pub client: ClientId,
    pub later: Later,
    /// What it asked for, for an error: the subcommand and the target, as it wrote them.
    pub subcommand: String,
    pub target: String,
    /// Whose history, by its nick.
    pub nick: String,
    /// Where more is found than can be sent at once, the newest of it is what was wanted.
    pub newest: bool,
}

/// A request to search that waits for the store.
#[derive(Debug)]
pub(super) struct SearchAsked {
    pub client: ClientId,
    pub later: Later,
    /// As in [`HistoryAsked`].
    pub newest: bool,
}

/// Pages that are remembered of one conversation, while something of it is still to be
/// fetched: as many as hold a year of talk. What is in more of them counts when it is
/// fetched again.
pub(super) const PAGES: usize = 1_024;

/// What a client has yet to fetch of one conversation.
#[derive(Clone, Debug)]
pub(super) struct Unfetched {
    missed: Missed,
    /// Whether what is nothing but tags is counted there.
    tag_only: bool,
    /// The first and the last message of each page that it was sent. Nothing is left out
    /// within a page; between two there may be more.
    pub(super) pages: Vec<(u64, u64)>,
}

impl Unfetched {
    fn new(missed: Missed, tag_only: bool) -> Self {
        Self {
            missed,
            tag_only,
            pages: Vec::new(),
        }
    }

    /// A client of this name was sent a page.
    fn take(&mut self, messages: &[Message], name: &str) {
        let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
            return;
        };
        let (mut from, mut to) = (first.seq, last.seq);
        let touches = |page: &(u64, u64)| page.0 <= last.seq && first.seq <= page.1;
        let pages = std::mem::take(&mut self.pages).into_iter();
        let (touched, mut apart): (Vec<(u64, u64)>, Vec<_>) = pages.partition(touches);
        if apart.len() == PAGES {
            self.pages = apart;
            return;
        }
        let missed = self.missed.first..=self.missed.last;
        let new = messages.iter().filter(|message| {
            let is_missed = missed.contains(&message.seq)
                && message.writer.as_deref() != Some(name)
                && (self.tag_only || message.text.as_ref().is_some_and(|text| !text.is_empty()));
            let mut known = touched.iter();
            is_missed && !known.any(|page| (page.0..=page.1).contains(&message.seq))
        });
        self.missed.count = self.missed.count.saturating_sub(new.count() as u64);
        for page in touched {
            (from, to) = (from.min(page.0), to.max(page.1));
        }
        apart.push((from, to));
        self.pages = apart;
    }
}

/// By contact.
pub(super) type AllUnfetched = BTreeMap<u32, Unfetched>;

impl Gateway {
    /// Counts a request of a client's that is about to wait for the store; false where it
    /// has too many already.
    pub(super) fn may_ask(&mut self, client: ClientId) -> bool {
        let Some(session) = self.sessions.get_mut(&client) else {
            return false;
        };
        let may = session.requests < REQUESTS;
        session.requests += usize::from(may);
        may
    }

    /// A request of a client's waits no more.
    pub(super) fn has_asked(&mut self, client: ClientId) {
        if let Some(session) = self.sessions.get_mut(&client) {
            session.requests -= 1;
        }
    }

    /// A client is attached that asks for history itself. What it has missed is looked up,
    /// to know when it has fetched it.
    pub(super) fn begin_fetching(&mut self, client: ClientId, after: u64, through: u64) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        session.progress = Progress {
            played: through,
            shown: through,
            has_gap: after < through,
            ..Progress::default()
        };
        if after < through {
            let tag_only = session.has(Capability::EventPlayback);
            let ask = Ask::Missed {
                after,
                through,
                client: session.name.clone(),
                tag_only,
            };
            self.ask(Asked::Missed(client, tag_only), ask);
        }
    }

    /// Where a client has something to fetch is known.
    pub(super) fn has_missed(
        &mut self,
        client: ClientId,
        tag_only: bool,
        ticket: u64,
        answer: Result<Answer, String>,
    ) {
        // Where it cannot be read, nothing counts as seen until it connects again.
        let (Ok(Answer::Missed(missed)), Some(session)) = (answer, self.sessions.get_mut(&client))
        else {
            return;
        };
        session.unfetched = missed
            .into_iter()
            .filter(|missed| {
                let contact = ContactId(missed.contact);
                !self.ledger.was_forgotten_since(contact, ticket)
            })
            .map(|missed| (missed.contact, Unfetched::new(missed, tag_only)))
            .collect();
        session.progress.has_gap = !session.unfetched.is_empty();
        self.ask_whether_seen(client);
    }

    /// What was said with a contact is deleted: nobody can fetch it any more, and nothing that
    /// came later must wait for that to count as seen.
    pub(super) fn forget_unfetched(&mut self, id: ContactId) {
        let mut level = Vec::new();
        for (client, session) in &mut self.sessions {
            if session.unfetched.remove(&id.0).is_some() && session.unfetched.is_empty() {
                session.progress.has_gap = false;
                level.push(*client);
            }
        }
        for client in level {
            self.ask_whether_seen(client);
        }
    }

    /// A client was sent history.
    fn has_fetched(&mut self, client: ClientId, messages: &[Message]) {
        let (Some(first), Some(session)) = (messages.first(), self.sessions.get_mut(&client))
        else {
            return;
        };
        let Some(unfetched) = session.unfetched.get_mut(&first.contact) else {
            return;
        };
        unfetched.take(messages, &session.name);
        if unfetched.missed.count == 0 {
            session.unfetched.remove(&first.contact);
            session.progress.has_gap = !session.unfetched.is_empty();
            self.ask_whether_seen(client);
        }
    }

    /// The store has found what a client asked for.
    pub(super) fn give_history(&mut self, mut asked: HistoryAsked, answer: Result<Answer, String>) {
        let client = asked.client;
        self.has_asked(client);
        let later = std::mem::take(&mut asked.later);
        self.resume(later, |gateway| match answer {
            Ok(Answer::History(Some(messages))) => {
                let messages = fitting(&messages, asked.newest);
                let kind = ["chathistory", asked.nick.as_str()];
                gateway.show(client, messages, super::conversation::Shown::Asked(&kind));
                gateway.has_fetched(client, messages);
            }
            Ok(_) => gateway.history_error(&asked, "There is no message with that msgid"),
            Err(why) => gateway.history_error(&asked, &format!("It cannot be read: {why}")),
        });
    }

    fn history_error(&mut self, asked: &HistoryAsked, text: &str) {
        let context = [asked.subcommand.as_str(), asked.target.as_str()];
        self.fail(asked.client, "CHATHISTORY", "MESSAGE_ERROR", &context, text);
    }

    /// The store knows with whom something was said when.
    pub(super) fn give_targets(
        &mut self,
        client: ClientId,
        later: Later,
        answer: Result<Answer, String>,
    ) {
        self.has_asked(client);
        self.resume(later, |gateway| match answer {
            Ok(Answer::Targets(targets)) => {
                let targets = targets.into_iter().filter_map(|(contact, time)| {
                    let nick = gateway.contact(ContactId(contact))?.nick.to_string();
                    Some((nick, server_time(time)))
                });
                let targets: Vec<_> = targets.collect();
                gateway.list_targets(client, &targets);
            }
            Ok(_) => {}
            Err(why) => {
                let text = format!("It cannot be read: {why}");
                gateway.fail(client, "CHATHISTORY", "MESSAGE_ERROR", &["TARGETS"], &text);
            }
        });
    }

    fn list_targets(&mut self, client: ClientId, targets: &[(String, String)]) {
        let batch = self.batches.next();
        let in_batch = self
            .sessions
            .get(&client)
            .is_some_and(|session| session.has(Capability::Batch));
        let server = self.settings.server_name.clone();
        let server = Source::Server(&server);
        let Some(mut lines) = self.answer_to(client) else {
            return;
        };
        if in_batch {
            let open = [&format!("+{batch}"), "draft/chathistory-targets"];
            lines.push(Reply::from(server, "BATCH", &open));
        }
        for (nick, time) in targets {
            let line = Reply::from(server, "CHATHISTORY", &["TARGETS", nick, time]);
            lines.push(if in_batch {
                line.tag("batch", Some(&batch))
            } else {
                line
            });
        }
        if in_batch {
            lines.push(Reply::from(server, "BATCH", &[&format!("-{batch}")]));
        }
    }

    /// The store has found what a client searched for.
    pub(super) fn give_found(&mut self, asked: SearchAsked, answer: Result<Answer, String>) {
        let client = asked.client;
        self.has_asked(client);
        self.resume(asked.later, |gateway| match answer {
            Ok(Answer::Search(messages)) => {
                let messages = fitting(&messages, asked.newest);
                let kind = ["soju.im/search"];
                gateway.show(client, messages, super::conversation::Shown::Asked(&kind));
            }
            Ok(_) => {}
            Err(why) => {
                let text = format!("The search could not be run: {why}");
                gateway.fail(client, "SEARCH", "INTERNAL_ERROR", &[], &text);
            }
        });
    }

    /// Nothing, as an answer to a request for history.
    pub(super) fn give_no_history(&mut self, client: ClientId, name: &str) {
        let shown = super::conversation::Shown::Asked(&["chathistory", name]);
        self.show(client, &[], shown);
    }
}

/// Whether of these messages the newest are wanted, where not all can be had.
pub(super) fn wants_newest(selection: &Selection) -> bool {
    matches!(
        selection,
        Selection::Latest(_) | Selection::Before(_) | Selection::Around(_)
    )
}

#[cfg(test)]
mod tests;
