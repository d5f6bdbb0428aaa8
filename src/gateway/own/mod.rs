//! Our own presence: what contacts are told of the person, computed from what the
//! person's clients say.
//!
//! The node is up for as long as the program runs, so leaving IRC is being away, with the
//! quit message as the reason. Away is per client: the person is away when every attached
//! client is, and the newest text wins. A client at which nobody sits (`draft/pre-away`)
//! counts for nothing here, as if it were not there.

mod attendance;

use std::time::Duration;

use crate::clock::Timestamp;
use crate::enclave::mesh::OwnPresence;
use crate::enclave::packet::Status;
use crate::store::Write;

use super::Gateway;
use super::remembered;
use super::session::{Away, Session};
use super::settings::Detached;

/// What contacts are told when the last client vanishes without a word and stays away.
const CONNECTION_LOST: &str = "Connection lost";

/// What is known of the person beside what their clients say.
#[derive(Debug)]
pub(super) struct Person {
    /// Holds while the last client, which vanished without QUIT, may come back unnoticed.
    grace: Option<Grace>,
    /// The text with which the person ordered the node dark, until something ends it.
    dark: Option<String>,
    /// Numbers AWAYs, to know the newest.
    away_order: u64,
    /// What contacts were told last.
    told: Wanted,
    /// Since when.
    since: Timestamp,
}

/// The time that a vanished client has to come back.
#[derive(Debug)]
struct Grace {
    until: Duration,
    /// What it had said with AWAY, which holds on if it does.
    away: Option<Away>,
}

/// What the mesh should be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// As it is.
    Unchanged,
    /// Up, saying this.
    Up(Status, String),
    /// Dark, having said goodbye with this.
    Dark(String),
}

impl Person {
    pub fn new(now: Timestamp) -> Self {
        Self {
            grace: None,
            dark: None,
            away_order: 0,
            told: Wanted::Unchanged,
            since: now,
        }
    }

    pub fn deadline(&self) -> Option<Duration> {
        self.grace.as_ref().map(|grace| grace.until)
    }

    /// What follows from the clients that are attended, or, where none is, from the text
    /// that the last of them left.
    fn wanted<'a>(
        &self,
        attended: impl Iterator<Item = &'a Session> + Clone,
        detached: Detached,
        farewell: &str,
    ) -> Wanted {
        if let Some(text) = &self.dark {
            return Wanted::Dark(text.clone());
        }
        if attended.clone().next().is_some() {
            return match newest_away(attended) {
                None => Wanted::Up(Status::Available, String::new()),
                Some(away) => {
                    let (status, text) = status_of(&away.text);
                    Wanted::Up(status, text.to_owned())
                }
            };
        }
        if self.grace.is_some() {
            return Wanted::Unchanged;
        }
        match detached {
            Detached::Away => Wanted::Up(Status::Away, farewell.to_owned()),
            Detached::Offline => Wanted::Dark(farewell.to_owned()),
        }
    }
}

/// The newest AWAY where all clients are away; none where one is not.
fn newest_away<'a>(attended: impl Iterator<Item = &'a Session>) -> Option<&'a Away> {
    let mut newest: Option<&Away> = None;
    for session in attended {
        let away = session.away.as_ref()?;
        if newest.is_none_or(|known| away.order > known.order) {
            newest = Some(away);
        }
    }
    newest
}

/// What an away text means: one that begins with the word `busy` or `dnd` is status 3, with
/// what follows the colon as its text, or all of it where there is no colon.
pub(super) fn status_of(text: &str) -> (Status, &str) {
    let text = text.trim();
    let word_ends = text
        .find(|c: char| c == ':' || c.is_whitespace())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(word_ends);
    if !word.eq_ignore_ascii_case("busy") && !word.eq_ignore_ascii_case("dnd") {
        return (Status::Away, text);
    }
    match rest.trim_start().strip_prefix(':') {
        Some(message) => (Status::Busy, message.trim()),
        None if rest.is_empty() => (Status::Busy, ""),
        None => (Status::Busy, text),
    }
}

fn with_text(word: &str, text: &str) -> String {
    if text.is_empty() {
        word.to_owned()
    } else {
        format!("{word} (\"{text}\")")
    }
}

impl Gateway {
    /// Brings the mesh in line with what the clients say. Packets go out only where
    /// something differs from what was said last.
    pub(super) fn update_presence(&mut self) {
        let attended = self.sessions.values().filter(|session| session.attended());
        let wanted =
            self.person
                .wanted(attended, self.settings.detached, &self.remembered.farewell);
        if wanted != Wanted::Unchanged && wanted != self.person.told {
            self.person.told.clone_from(&wanted);
            self.person.since = self.now.wall;
        }
        match wanted {
            Wanted::Unchanged => {}
            Wanted::Up(status, text) => {
                // The specification names no alias.
                let is_plain = !self.settings.receipts;
                let alias = if is_plain { "" } else { self.own_alias() };
                let presence = OwnPresence {
                    status,
                    text,
                    alias: alias.to_owned(),
                };
                self.mesh(|mesh, now, out| {
                    mesh.set_presence(presence, now, out);
                    mesh.light(now, out);
                });
            }
            Wanted::Dark(text) => self.mesh(|mesh, now, out| mesh.go_dark(&text, now, out)),
        }
    }

    /// What contacts see of the person, in words.
    pub(super) fn seen_as(&self) -> String {
        match &self.person.told {
            Wanted::Up(Status::Available, _) => "available".to_owned(),
            Wanted::Up(Status::Busy, text) => with_text("busy", text),
            Wanted::Up(_, text) => with_text("away", text),
            Wanted::Dark(text) => with_text("offline", text),
            Wanted::Unchanged => "away".to_owned(),
        }
    }

    /// Since when they see that.
    pub(super) fn presence_since(&self) -> Timestamp {
        self.person.since
    }

    /// What we call ourselves in the handshake.
    pub(super) fn own_alias(&self) -> &str {
        if self.settings.alias.is_empty() {
            &self.remembered.nick
        } else {
            &self.settings.alias
        }
    }

    /// Whether the person ordered the node dark.
    pub(super) fn is_dark(&self) -> bool {
        self.person.dark.is_some()
    }

    /// The nick a client has set is our alias, where none is configured.
    pub(super) fn nick_was_set(&mut self, nick: &str) {
        if self.remembered.nick != nick {
            nick.clone_into(&mut self.remembered.nick);
            self.store(Write::Setting(remembered::NICK, nick.to_owned()));
        }
    }

    /// Ends the grace of a client that has not come back, if it is over.
    pub(super) fn grace_over(&mut self) {
        let until = self.person.deadline();
        if until.is_some_and(|until| until <= self.now.monotonic) {
            self.person.grace = None;
            self.set_farewell(CONNECTION_LOST);
            self.update_presence();
        }
    }

    /// The person ordered the node dark, to say goodbye with this text.
    pub(super) fn order_dark(&mut self, text: &str) {
        self.person.dark = Some(text.to_owned());
        self.update_presence();
    }

    fn set_farewell(&mut self, text: &str) {
        if self.remembered.farewell != text {
            text.clone_into(&mut self.remembered.farewell);
            self.store(Write::Setting(remembered::FAREWELL, text.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn away_texts_that_begin_with_busy_or_dnd_are_status_3() {
        for (text, status, message) in [
            ("lunch", Status::Away, "lunch"),
            ("busy", Status::Busy, ""),
            ("BUSY:", Status::Busy, ""),
            ("busy: cooking", Status::Busy, "cooking"),
            ("dnd: in a meeting", Status::Busy, "in a meeting"),
            ("dnd : later", Status::Busy, "later"),
            ("busy cooking", Status::Busy, "busy cooking"),
            ("busybody", Status::Away, "busybody"),
            ("not busy", Status::Away, "not busy"),
        ] {
            assert_eq!(status_of(text), (status, message), "{text:?}");
        }
    }
}
