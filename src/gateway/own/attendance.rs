//! Who sits at the clients: they come, go, and say AWAY.

use crate::irc::ClientId;

use super::super::Gateway;
use super::super::session::{Away, Session};
use super::Grace;

impl Gateway {
    /// A client has attached: whatever was said of an absent person no longer holds. One
    /// that comes back within the grace is as away as it was, and is told so, unless it has
    /// said itself what it is. One at which nobody sits changes nothing.
    pub(in super::super) fn person_came(&mut self, client: ClientId) {
        let Some(session) = self.sessions.get(&client).filter(|s| s.attended()) else {
            return;
        };
        let (nick, away_said) = (session.target().to_owned(), session.away_said);
        self.nick_was_set(&nick);
        self.person.dark = None;
        let away = self.person.grace.take().and_then(|grace| grace.away);
        if let Some(away) = away.filter(|_| !away_said)
            && let Some(session) = self.sessions.get_mut(&client)
        {
            session.away = Some(away);
            self.answer_away(client);
        }
        self.update_presence();
    }

    /// The clients the person may sit at. Where nobody sits at any of them, all that are
    /// attached: whatever is said of the person comes from one of these.
    pub(in super::super) fn attended(&self) -> Vec<ClientId> {
        let attended = self.sessions.iter().filter(|(_, s)| s.attended());
        let attended: Vec<ClientId> = attended.map(|(client, _)| *client).collect();
        if attended.is_empty() {
            self.attached()
        } else {
            attended
        }
    }

    fn is_attended(&self) -> bool {
        self.sessions.values().any(Session::attended)
    }

    /// An attached client has said QUIT with this text; its session is gone, in which it was
    /// `away`.
    pub(in super::super) fn person_quit(&mut self, text: &str, away: Option<&Away>) {
        if away.is_some_and(|away| away.unattended) {
            return;
        }
        if !self.is_attended() {
            self.set_farewell(text);
        }
        self.update_presence();
    }

    /// An attached client has vanished without QUIT; its session is gone, in which it was
    /// `away`.
    pub(in super::super) fn person_vanished(&mut self, away: Option<Away>) {
        if away.as_ref().is_some_and(|away| away.unattended) {
            return;
        }
        if !self.is_attended() {
            let until = self.now.monotonic + self.settings.grace;
            self.person.grace = Some(Grace { until, away });
        }
        self.update_presence();
    }

    /// One client is away (or, with an empty text, back).
    pub(in super::super) fn set_away(&mut self, client: ClientId, text: &str) {
        let text = (!text.trim().is_empty()).then_some(text);
        let Some((was_attended, session)) = self.note_away(client, text, false) else {
            return;
        };
        if !session.attached() {
            return;
        }
        if !was_attended {
            self.person_sat_down(client);
        }
        self.person.dark = None;
        self.update_presence();
    }

    /// Nobody sits at one client (`draft/pre-away`). If it was the last, the person has left
    /// without a word.
    pub(in super::super) fn set_unattended(&mut self, client: ClientId) {
        let Some((was_attended, _)) = self.note_away(client, Some("*"), true) else {
            return;
        };
        if was_attended {
            if !self.is_attended() {
                self.set_farewell("");
            }
            self.update_presence();
        }
    }

    /// Notes what a client has said with AWAY. Returns whether it was attended before.
    fn note_away(
        &mut self,
        client: ClientId,
        text: Option<&str>,
        unattended: bool,
    ) -> Option<(bool, &Session)> {
        self.person.away_order += 1;
        let order = self.person.away_order;
        let session = self.sessions.get_mut(&client)?;
        let was_attended = session.attended();
        session.away_said = true;
        session.away = text.map(|text| Away {
            text: text.to_owned(),
            order,
            unattended,
        });
        Some((was_attended, session))
    }

    /// The person sits at an attached client now at which nobody sat. It has said itself
    /// whether it is away, so nothing is left of what another was within the grace.
    fn person_sat_down(&mut self, client: ClientId) {
        self.person.grace = None;
        if let Some(session) = self.sessions.get(&client) {
            let nick = session.target().to_owned();
            self.nick_was_set(&nick);
        }
    }
}
