//! Keys: a client that the door does not trust shows a password or a certificate before it
//! may do anything.
//!
//! A password is compared outside the middle, for that takes a while on purpose; the answer
//! comes back as an event. Whoever shows a wrong one waits longer for each next try, counted
//! by where it comes from, so that guessing takes for ever, whatever it costs the one who
//! guesses.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::config::Secret;
use crate::irc::ClientId;
use crate::irc::listener::Quarter;
use crate::irc::numeric as n;

use super::Gateway;
use super::effect::Effect;
use super::session::Session;

/// The first wait after a wrong password; each next one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait: shorter than the time a client has for its registration.
const LONGEST_WAIT: Duration = Duration::from_secs(32);

/// A place from which nothing wrong came for so long begins anew.
const FORGIVEN_AFTER: Duration = Duration::from_secs(60 * 60);

/// Places whose wrong passwords are counted; the one that was wrong longest ago gives way.
pub(super) const PLACES: usize = 1_024;

/// What a client has shown.
#[derive(Debug, Default)]
pub(super) enum Key {
    /// Nothing that was looked at.
    #[default]
    None,
    /// A password, to be looked at not before this.
    Waiting(Secret, Duration),
    /// A password that is being looked at.
    Asked,
    /// A right one.
    Right,
}

/// How a client has shown its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// With PASS: it is looked at when all else of the registration is done.
    Pass,
    /// With SASL: it wants to hear at once.
    Sasl,
}

/// Wrong passwords, by where they came from.
#[derive(Debug, Default)]
pub(super) struct WrongTries(pub(super) BTreeMap<Quarter, (u32, Duration)>);

impl WrongTries {
    /// How long the next try from there has to wait.
    fn wait(&self, from: Quarter, now: Duration) -> Duration {
        match self.0.get(&from) {
            Some((count, last)) if now < *last + FORGIVEN_AFTER => {
                let wait = FIRST_WAIT * 2u32.saturating_pow(count.saturating_sub(1).min(16));
                wait.min(LONGEST_WAIT)
            }
            _ => Duration::ZERO,
        }
    }

    fn add(&mut self, from: Quarter, now: Duration) {
        if self.0.len() >= PLACES && !self.0.contains_key(&from) {
            let oldest = self.0.iter().min_by_key(|(_, (_, last))| *last);
            if let Some(oldest) = oldest.map(|(place, _)| *place) {
                self.0.remove(&oldest);
            }
        }
        let (count, last) = self.0.entry(from).or_insert((0, now));
        if now >= *last + FORGIVEN_AFTER {
            *count = 0;
        }
        *count = count.saturating_add(1);
        *last = now;
    }

    fn forgive(&mut self, from: Quarter) {
        self.0.remove(&from);
    }
}

impl Gateway {
    /// Whether there is any key that could be shown.
    pub(super) fn has_keys(&self) -> bool {
        !self.settings.password.is_empty() || !self.settings.fingerprints.is_empty()
    }

    /// A client shows a password, to be looked at as soon as that may be.
    pub(super) fn show_password(&mut self, client: ClientId, password: Secret, how: Shown) {
        let now = self.now.monotonic;
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        let wait = self.wrong_tries.wait(session.origin.quarter(), now);
        session.key = Key::Waiting(password, now + wait);
        session.shown = how;
        self.look_at_passwords();
    }

    /// When a password may be looked at next, on the monotonic clock.
    pub(super) fn key_deadline(&self) -> Option<Duration> {
        if self.is_looking_at_password {
            return None;
        }
        let waiting = self
            .sessions
            .values()
            .filter_map(|session| match session.key {
                Key::Waiting(_, at) => Some(at),
                _ => None,
            });
        waiting.min()
    }

    /// Has the password looked at whose turn it is, if none is being looked at: it takes a while,
    /// and those of clients that have gone meanwhile must not pile up. One from elsewhere than
    /// the last goes first, or whoever shows a dozen at once would have everybody else wait for
    /// all of them.
    pub(super) fn look_at_passwords(&mut self) {
        if self.is_looking_at_password {
            return;
        }
        let (now, last) = (self.now.monotonic, self.looked_at_last);
        let waiting = self.sessions.iter_mut().filter_map(|(client, session)| {
            let at = match session.key {
                Key::Waiting(_, at) if at <= now => at,
                _ => return None,
            };
            let is_of_the_same = last == Some(session.origin.quarter());
            Some(((is_of_the_same, at, *client), session))
        });
        if let Some(((_, _, client), session)) = waiting.min_by_key(|(turn, _)| *turn)
            && let Key::Waiting(password, _) = std::mem::replace(&mut session.key, Key::Asked)
        {
            self.is_looking_at_password = true;
            self.looked_at_last = Some(session.origin.quarter());
            self.effects.push(Effect::CheckPassword {
                client,
                password,
                hash: self.settings.password.clone(),
            });
        }
    }

    /// A password has been looked at.
    pub(super) fn password_checked(&mut self, client: ClientId, is_right: bool) {
        self.is_looking_at_password = false;
        self.take_answer(client, is_right);
        self.look_at_passwords();
    }

    fn take_answer(&mut self, client: ClientId, is_right: bool) {
        let now = self.now.monotonic;
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        let (from, how) = (session.origin.quarter(), session.shown);
        if is_right {
            session.key = Key::Right;
            self.wrong_tries.forgive(from);
        } else {
            session.key = Key::None;
            self.wrong_tries.add(from, now);
            tracing::warn!(client = client.0, "a wrong password");
        }
        match how {
            Shown::Pass if is_right => self.attach_if_ready(client),
            Shown::Pass => self.turn_away(client, "Password incorrect"),
            Shown::Sasl => self.sasl_done(client, is_right),
        }
    }

    /// Whether a client may attach: the door trusts it, or it has shown a key.
    pub(super) fn is_let_in(session: &Session) -> bool {
        session.origin.trusted || matches!(session.key, Key::Right)
    }

    /// Sends a client away that has shown no key.
    pub(super) fn turn_away(&mut self, client: ClientId, why: &str) {
        self.numeric(client, n::ERR_PASSWDMISMATCH, &[why]);
        self.close(client, why);
        self.client_vanished(client, "no password");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::irc::listener::Place;

    fn at(user: u32) -> Quarter {
        Quarter::of(Place::Unix { uid: None }, Some(user))
    }

    #[test]
    fn each_wrong_try_doubles_the_wait_up_to_a_limit() {
        let mut tries = WrongTries::default();
        let nobody = at(0);
        let now = Duration::from_secs(1);
        let mut waits = Vec::new();
        for _ in 0..8 {
            waits.push(tries.wait(nobody, now).as_secs());
            tries.add(nobody, now);
        }
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 32]);
        assert_eq!(tries.wait(nobody, now + FORGIVEN_AFTER), Duration::ZERO);
        tries.add(nobody, now + FORGIVEN_AFTER);
        assert_eq!(tries.wait(nobody, now + FORGIVEN_AFTER), FIRST_WAIT);
        tries.forgive(nobody);
        assert_eq!(tries.wait(nobody, now), Duration::ZERO);
    }

    #[test]
    fn places_are_counted_apart_and_forgotten_at_the_limit() {
        let mut tries = WrongTries::default();
        for number in 0..2_000u32 {
            tries.add(at(number), Duration::from_secs(u64::from(number)));
        }
        assert_eq!(tries.0.len(), PLACES);
        assert_eq!(
            tries.wait(at(1_999), Duration::from_secs(2_000)),
            FIRST_WAIT
        );
    }
}
