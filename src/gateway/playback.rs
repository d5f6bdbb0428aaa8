//! What each client has seen, and playing it what it has missed: of every client that has
//! ever been there the store knows, by its name, up to where it has acknowledged what it
//! was shown.
//!
//! A client that has fallen behind is played the rest page by page, and hears nothing live
//! until it is level, so that order holds; nothing is held for it in memory meanwhile.

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::reply::{Reply, Source};
use crate::store::{Answer, Ask, Conversation, Message, Position, Write};

use super::Gateway;
use super::conversation::Shown;
use super::ledger::Asked;
use super::positions::Progress;
use super::roster::ContactId;
use super::speech::cost;

/// Messages of each conversation that are played to a client that comes back. More than a
/// person reads; the rest is in the log.
const BACKLOG_EACH: u32 = 500;

/// Bytes of text in a page.
const PAGE_BYTES: usize = 1024 * 1024;

/// Bytes of lines in a page, for a message may be a thousand empty lines: well below what
/// may wait for a client that reads slowly.
const PLAYED_BYTES: usize = 4 * 1024 * 1024;

/// Messages in a page of what came while the backlog was being played.
const PAGE: u32 = 1_000;

/// What a PING begins with that asks whether all before it was seen.
const BARRIER: &str = "seen-";

impl Gateway {
    /// A client is attached now: plays it what it has missed.
    pub(super) fn begin_playback(&mut self, client: ClientId) {
        let through = self.ledger.last_seq;
        let Some(name) = self.sessions.get(&client).map(|one| one.name.clone()) else {
            return;
        };
        let after = self.positions.of(&name);
        let session = self.sessions.get(&client);
        if session.is_some_and(|session| session.has(Capability::Chathistory)) {
            return self.begin_fetching(client, after, through);
        }
        let behind = after < through;
        if let Some(session) = self.sessions.get_mut(&client) {
            session.progress = Progress {
                behind,
                played: after.min(through),
                shown: after.min(through),
                ..Progress::default()
            };
        }
        if behind {
            let ask = Ask::Backlog {
                after,
                through,
                client: name,
                each: BACKLOG_EACH,
                bytes: PAGE_BYTES,
            };
            self.ask(Asked::CatchUp(client, through), ask);
        }
    }

    /// A page of what a client has missed has come.
    pub(super) fn catch_up(
        &mut self,
        client: ClientId,
        through: u64,
        answer: Result<Answer, String>,
    ) {
        if !self.sessions.contains_key(&client) {
            return;
        }
        let reached = match answer {
            Ok(Answer::Backlog(conversations)) => {
                for conversation in trimmed(conversations) {
                    self.play(client, conversation);
                }
                through
            }
            Ok(Answer::Next { messages, through }) => {
                let played = fitting(&messages, false);
                self.show(client, played, Shown::Live);
                match played.last() {
                    Some(last) if played.len() < messages.len() => last.seq,
                    _ => through,
                }
            }
            Ok(_) => through,
            Err(why) => {
                let text = format!(
                    "What you have missed cannot be read: {why}. It is played when you connect again."
                );
                self.service_notice(client, &text);
                if let Some(session) = self.sessions.get_mut(&client) {
                    session.progress.has_gap = true;
                }
                through
            }
        };
        let last = self.ledger.last_seq;
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        session.progress.played = reached;
        session.progress.shown = reached;
        session.progress.behind = reached < last;
        let name = session.name.clone();
        if reached < last {
            let ask = Ask::Next {
                after: reached,
                through: last,
                client: name,
                most: PAGE,
                bytes: PAGE_BYTES,
            };
            self.ask(Asked::CatchUp(client, last), ask);
        }
        self.ask_whether_seen(client);
    }

    /// One conversation's share of a backlog.
    fn play(&mut self, client: ClientId, conversation: Conversation) {
        let contact = ContactId(conversation.contact);
        if conversation.more > 0 {
            let nick = self.contact(contact).map(|one| one.nick.to_string());
            let nick = nick.unwrap_or_default();
            let text = format!(
                "[{} older messages are not shown; they are in the log: /msg enclave log {nick} {}]",
                conversation.more,
                conversation.more + conversation.messages.len() as u64,
            );
            self.notice_in_conversation(client, contact, &text);
        }
        self.show(client, &conversation.messages, Shown::Played);
    }

    /// Shows a contact's message to every client that is level: at once, unless the client
    /// has yet to see what the person wrote before, which is not durable yet. So every
    /// client sees everything in the one order that is kept.
    pub(super) fn show_live(&mut self, message: &Message) {
        let level = self
            .sessions
            .iter()
            .filter(|(_, session)| session.attached() && !session.progress.behind)
            .map(|(client, session)| {
                let echo = session.has(Capability::EchoMessage);
                (*client, self.ledger.awaits_earlier(*client, echo))
            });
        for (client, has_to_wait) in level.collect::<Vec<_>>() {
            if has_to_wait {
                self.show_when_durable(client, message.clone());
            } else {
                self.show_in_turn(client, message);
            }
        }
    }

    /// Shows a client a message, unless it was or will be played it.
    pub(super) fn show_in_turn(&mut self, client: ClientId, message: &Message) {
        if self.is_live(client, message.seq) {
            self.show_unseen(client, ContactId(message.contact));
            self.show(client, std::slice::from_ref(message), Shown::Live);
            self.has_shown(client, message.seq);
        }
    }

    /// Whether a client is level, and was not played this message to become so.
    fn is_live(&self, client: ClientId, seq: u64) -> bool {
        let session = self.sessions.get(&client);
        session.is_some_and(|session| session.attached() && session.progress.is_live(seq))
    }

    /// A client was shown a message, or has written it.
    pub(super) fn has_shown(&mut self, client: ClientId, seq: u64) {
        if self.is_live(client, seq)
            && let Some(session) = self.sessions.get_mut(&client)
        {
            session.progress.shown = session.progress.shown.max(seq);
            self.ask_whether_seen(client);
        }
    }

    /// Sends a PING behind what a client was shown. One at a time: the next one follows the
    /// answer.
    pub(super) fn ask_whether_seen(&mut self, client: ClientId) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        let shown = session.progress.shown;
        let waits = session.progress.barrier.is_some() || session.progress.has_gap;
        if waits || shown == 0 || self.positions.has_seen(&session.name, shown) {
            return;
        }
        session.progress.barrier = Some(shown);
        let token = format!("{BARRIER}{shown}");
        self.tell(client, &Reply::from(Source::Unnamed, "PING", &[&token]));
    }

    /// A client has answered a PING.
    pub(super) fn has_answered(&mut self, client: ClientId, token: &str) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        let Some(seq) = session.progress.barrier else {
            return;
        };
        let number = token
            .strip_prefix(BARRIER)
            .and_then(|text| text.parse().ok());
        if number != Some(seq) {
            return;
        }
        session.progress.barrier = None;
        let position = Position {
            client: session.name.clone(),
            seq,
            at: self.now.wall,
        };
        if !self.positions.has_seen(&position.client, seq) {
            self.positions.advance(position.clone());
            self.store(Write::Position(position));
            self.expire_at_once();
        }
        self.ask_whether_seen(client);
    }
}

/// About as many bytes as a message takes when it is played.
fn played_size(message: &Message) -> usize {
    message.text.as_deref().map_or(0, cost)
}

/// As many messages, from the newest back or from the oldest on, as can be sent at once. One
/// can in any case.
pub(super) fn fitting(messages: &[Message], newest: bool) -> &[Message] {
    let mut room = PLAYED_BYTES;
    let mut fits = |message: &&Message| {
        let fits = room > 0;
        room = room.saturating_sub(played_size(message));
        fits
    };
    if newest {
        let count = messages.iter().rev().take_while(&mut fits).count();
        &messages[messages.len() - count..]
    } else {
        let count = messages.iter().take_while(&mut fits).count();
        &messages[..count]
    }
}

/// The newest of each conversation that fit what is played at once, each with its share.
fn trimmed(mut conversations: Vec<Conversation>) -> Vec<Conversation> {
    let share = PLAYED_BYTES / conversations.len().max(1);
    for conversation in &mut conversations {
        let mut room = share;
        let newest_first = conversation.messages.iter().rev();
        let fitting = newest_first.take_while(|message| {
            let size = played_size(message);
            let fits = size <= room;
            room = room.saturating_sub(size);
            fits
        });
        let left_out = conversation.messages.len() - fitting.count();
        conversation.messages.drain(..left_out);
        conversation.more += left_out as u64;
    }
    conversations
}
