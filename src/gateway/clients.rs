//! How clients come, are heard, and go.

use std::collections::HashSet;

use crate::book;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::codec::Line;
use crate::irc::listener::{Origin, Quarter};
use crate::irc::nick::{self, Folded, Nick};
use crate::irc::numeric as n;
use crate::irc::reply::{Reply, Source};
use crate::irc::request::Request;

use super::Gateway;
use super::commands;
use super::error::CommandError;
use super::keys::Key;
use super::session::{PING_AFTER, PONG_TIMEOUT, REGISTRATION_TIMEOUT, Session};

/// How many clients may be connected that the door does not trust and that have not
/// registered. Only so many clients are let in at all, and whoever can reach a door could
/// take all places from the person by saying nothing.
pub(super) const MOST_UNKNOWN: usize = 32;

/// The same of those that it trusts: a web page can have a browser open connections by the
/// dozen, and say nothing on them.
pub(super) const MOST_EXPECTED: usize = 64;

impl Gateway {
    pub(super) fn client_connected(&mut self, client: ClientId, origin: Origin) {
        self.sessions.insert(client, Session::new(origin, self.now));
        let most = if origin.trusted {
            MOST_EXPECTED
        } else {
            MOST_UNKNOWN
        };
        let mut waiting: Vec<(ClientId, &Session)> = (self.sessions.iter())
            .map(|(client, session)| (*client, session))
            .filter(|(_, one)| one.origin.trusted == origin.trusted && !one.attached())
            .collect();
        if waiting.len() <= most {
            return;
        }
        // Whose password is being looked at is as good as in.
        if waiting.iter().any(|(_, one)| matches!(one.key, Key::None)) {
            waiting.retain(|(_, one)| matches!(one.key, Key::None));
        }
        let quarters: Vec<Quarter> = (waiting.iter())
            .map(|(_, one)| one.origin.quarter())
            .collect();
        let gives_way = Quarter::gives_way(&quarters).map(|index| waiting[index].0);
        if let Some(client) = gives_way {
            tracing::debug!("{most} clients are waiting to register already; one gives way");
            self.close(client, "Too many clients that have not registered");
            self.client_vanished(client, "too many that have not registered");
        }
    }

    pub(super) fn client_line(&mut self, client: ClientId, line: Line) {
        // A line may still be on its way after QUIT.
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        session.last_heard = self.now.monotonic;
        session.pinged = false;
        let attached = session.attached();
        match line {
            Line::Text(text) => {
                if let Some(request) = Request::parse(&text) {
                    commands::dispatch(self, client, &request);
                }
            }
            Line::TooLong => self.numeric(
                client,
                n::ERR_INPUTTOOLONG,
                &["That line was too long and was not taken; nothing of it was sent"],
            ),
            Line::NotUtf8(text) => match Request::parse(&text) {
                // The real name of somebody whose program is older than UTF-8. It is shown to
                // nobody, and without USER the client would wait in vain.
                Some(request) if !attached && request.verb == "USER" => {
                    commands::dispatch(self, client, &request);
                }
                _ => self.refuse_not_utf8(client, &text),
            },
        }
    }

    /// Refuses a line that is no text (`utf8-only`).
    fn refuse_not_utf8(&mut self, client: ClientId, line: &str) {
        let text = "That line was not valid UTF-8 and was not taken; nothing of it was sent. \
                    Set your client's encoding to UTF-8.";
        let session = self.sessions.get(&client);
        let knows_fail = session.is_some_and(|session| session.has(Capability::StandardReplies));
        let request = Request::parse(line);
        if let Some(request) = &request {
            self.begin_response(client, request);
        }
        if knows_fail {
            let verb = request.as_ref().map_or("*", |request| &request.verb);
            self.fail(client, verb, "INVALID_UTF8", &[], text);
        } else {
            self.server_notice(client, text);
        }
        self.end_response();
    }

    /// A client's connection is over without QUIT.
    pub(super) fn client_vanished(&mut self, client: ClientId, reason: &str) {
        self.forget_answers(client);
        if let Some(session) = self.sessions.remove(&client)
            && session.attached()
        {
            tracing::info!(client = client.0, reason, "a client has gone");
            self.person_vanished(session.away);
        }
    }

    /// A client said QUIT.
    pub(super) fn client_quit(&mut self, client: ClientId, text: &str) {
        self.close(client, if text.is_empty() { "Client quit" } else { text });
        self.forget_answers(client);
        if let Some(session) = self.sessions.remove(&client)
            && session.attached()
        {
            tracing::info!(client = client.0, "a client has quit");
            self.person_quit(text, session.away.as_ref());
        }
    }

    /// Asks silent clients whether they are there; gives up those that do not answer, and
    /// those that never registered.
    pub(super) fn check_clients(&mut self) {
        let now = self.now.monotonic;
        let due = self
            .sessions
            .iter()
            .filter(|(_, session)| session.deadline() <= now);
        for client in due.map(|(client, _)| *client).collect::<Vec<_>>() {
            let Some(session) = self.sessions.get_mut(&client) else {
                continue;
            };
            if !session.attached() {
                let seconds = REGISTRATION_TIMEOUT.as_secs();
                self.close(client, &format!("Registration timeout: {seconds} s"));
                self.client_vanished(client, "registration timeout");
            } else if session.pinged {
                let seconds = (PING_AFTER + PONG_TIMEOUT).as_secs();
                self.close(client, &format!("Ping timeout: {seconds} s"));
                self.client_vanished(client, "ping timeout");
            } else {
                session.pinged = true;
                let server = self.settings.server_name.clone();
                self.tell(client, &Reply::from(Source::Unnamed, "PING", &[&server]));
            }
        }
    }

    /// Gives every client another nick whose nick is about to be a contact's. Otherwise it
    /// would take the contact's JOIN and QUIT for its own.
    pub(super) fn make_way(&mut self, contacts: &[book::Contact]) {
        let nicks: HashSet<Folded> = contacts.iter().map(|one| one.nick.folded()).collect();
        let in_the_way = self.sessions.iter().filter_map(|(client, session)| {
            let nick = session.nick.as_ref()?;
            let taken = nicks.contains(&nick.folded());
            taken.then(|| (*client, nick.clone()))
        });
        for (client, old) in in_the_way.collect::<Vec<_>>() {
            let taken = |nick: &Folded| nicks.contains(nick) || self.nick_is_taken(nick);
            let new = nick::derive(old.as_str(), taken);
            let Some(session) = self.sessions.get_mut(&client) else {
                continue;
            };
            if !session.attached() {
                // It has yet to register, and can choose.
                session.nick = None;
                self.refuse(client, &CommandError::NicknameInUse(old.to_string()));
                continue;
            }
            self.change_nick(client, new.clone());
            let text = format!("{old} is the nick of a contact now; you are {new} here.");
            self.service_notice(client, &text);
        }
    }

    /// Gives an attached client another nick, and tells it.
    pub(super) fn change_nick(&mut self, client: ClientId, nick: Nick) {
        self.own_says(client, "NICK", &[nick.as_str()]);
        let session = self.sessions.get_mut(&client);
        let old = session.and_then(|session| session.nick.replace(nick));
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let (old, new) = (old.map(|nick| nick.folded()), session.nick.clone());
        if old == new.as_ref().map(Nick::folded) {
            return;
        }
        // For itself it is online under its own nick, and it may watch that too.
        if let Some(old) = old
            .as_ref()
            .and_then(|old| session.monitored.get(old))
            .cloned()
        {
            self.numeric(client, n::RPL_MONOFFLINE, &[&old]);
        }
        if let Some(new) = new.filter(|new| self.monitors(client, new))
            && let Some(mask) = self.online_mask(client, new.as_str())
        {
            self.numeric(client, n::RPL_MONONLINE, &[&mask]);
        }
    }

    fn monitors(&self, client: ClientId, nick: &Nick) -> bool {
        let session = self.sessions.get(&client);
        session.is_some_and(|session| session.monitored.contains_key(&nick.folded()))
    }
}
