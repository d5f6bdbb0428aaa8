//! A contact's presence, told on IRC: who comes into the roster channel and leaves it, who
//! has voice, who is away; and MONITOR.

use crate::enclave::address::Address;
use crate::enclave::news::Presence;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::nick::{Folded, casefold};
use crate::irc::numeric as n;
use crate::irc::reply::{Reply, Source};

use super::Gateway;
use super::roster::{CONTACT_USER, Contact, ContactId, away_text, is_available};
use super::session::Session;
use super::time::server_time;

/// What a contact leaves with that said nothing.
const NO_FAREWELL: &str = "Offline";

/// A contact as the source of lines. Its address is put into words once for all of them.
pub(super) struct Speaker<'a> {
    nick: &'a str,
    host: String,
}

impl Speaker<'_> {
    /// A line that comes from the contact, with the tags every such line has.
    pub(super) fn says(&self, verb: &'static str, params: &[&str], time: &str) -> Reply {
        Reply::from(self.source(), verb, params)
            .tag("time", Some(time))
            .tag("account", Some(&self.host))
    }

    /// It, as the source of a line.
    pub(super) fn source(&self) -> Source<'_> {
        Source::User {
            nick: self.nick,
            user: CONTACT_USER,
            host: &self.host,
        }
    }
}

impl Contact {
    /// It, as the source of lines.
    pub(super) fn speaker(&self) -> Speaker<'_> {
        Speaker {
            nick: self.nick.as_str(),
            host: self.host(),
        }
    }

    /// One line that comes from it.
    pub(super) fn says(&self, verb: &'static str, params: &[&str], time: &str) -> Reply {
        self.speaker().says(verb, params, time)
    }

    /// `nick!user@host`.
    pub(super) fn mask(&self) -> String {
        format!("{}!{CONTACT_USER}@{}", self.nick.as_str(), self.host())
    }
}

impl Gateway {
    /// The mesh says that a contact's presence is another now.
    pub(super) fn contact_presence(
        &mut self,
        peer: Address,
        presence: Presence,
        farewell: Option<String>,
    ) {
        let Some(id) = self.roster.id_by_address(peer) else {
            return;
        };
        let Some(contact) = self.roster.get_mut(id) else {
            return;
        };
        let before = std::mem::replace(&mut contact.presence, presence);
        if contact.presence == before {
            return;
        }
        let was_online = !matches!(before, Presence::Offline);
        match (was_online, contact.online()) {
            (false, true) => {
                self.online += 1;
                if let Some(talk) = self.correspondences.get_mut(&id) {
                    talk.absence_told = false;
                }
                self.count_users();
            }
            (true, false) => {
                self.online -= 1;
                contact.last_seen = Some(self.now.wall);
                contact.farewell = farewell.filter(|text| !text.is_empty());
                self.forget_pace(id);
                self.write_contact_later(id);
            }
            _ => {}
        }
        self.tell_presence(id, &before);
    }

    /// Shows a client that a contact's presence is not any more what it was `before`.
    pub(super) fn show_presence(&mut self, client: ClientId, id: ContactId, before: &Presence) {
        let (Some(session), Some(contact)) = (self.sessions.get(&client), self.roster.get(id))
        else {
            return;
        };
        let was_online = !matches!(before, Presence::Offline);
        let mut lines = Vec::new();
        match (was_online, contact.online()) {
            (false, true) => self.came(session, contact, &mut lines),
            (true, false) => self.left(session, contact, &mut lines),
            (true, true) => self.changed(session, contact, before, &mut lines),
            (false, false) => {}
        }
        let capabilities = session.capabilities;
        self.effects.to_client(client, |out| {
            for line in lines {
                line.write(capabilities, out);
            }
        });
    }

    fn came(&self, session: &Session, contact: &Contact, lines: &mut Vec<Reply>) {
        let time = server_time(self.now.wall);
        let nick = contact.nick.as_str();
        let speaker = contact.speaker();
        let away = (contact.away_text())
            .filter(|_| session.has(Capability::AwayNotify))
            .map(|text| speaker.says("AWAY", &[&text], &time));
        if session.in_channel {
            let extended = [&self.settings.channel, &speaker.host, &contact.name];
            let extended = extended.map(String::as_str);
            let params = if session.has(Capability::ExtendedJoin) {
                &extended[..]
            } else {
                &extended[..1]
            };
            lines.push(speaker.says("JOIN", params, &time));
            if contact.available() {
                lines.push(self.voice("+v", nick));
            }
            lines.extend(away.clone());
        }
        if watches(session, contact) {
            lines.push(self.monitored(session, n::RPL_MONONLINE, &contact.mask()));
            if watches_from_outside(session, &contact.nick.folded()) {
                lines.extend(away);
            }
        }
    }

    fn left(&self, session: &Session, contact: &Contact, lines: &mut Vec<Reply>) {
        if session.in_channel {
            let text = contact.farewell.as_deref().unwrap_or(NO_FAREWELL);
            lines.push(contact.says("QUIT", &[text], &server_time(self.now.wall)));
        }
        if watches(session, contact) {
            let nick = contact.nick.as_str();
            lines.push(self.monitored(session, n::RPL_MONOFFLINE, nick));
        }
    }

    fn changed(
        &self,
        session: &Session,
        contact: &Contact,
        before: &Presence,
        lines: &mut Vec<Reply>,
    ) {
        let text = away_text(&contact.presence);
        if text != away_text(before)
            && session.has(Capability::AwayNotify)
            && hears_of(session, &contact.nick.folded())
        {
            // `AWAY` alone means back (IRCv3 away-notify).
            let params: Vec<&str> = text.iter().map(String::as_str).collect();
            lines.push(contact.says("AWAY", &params, &server_time(self.now.wall)));
        }
        let voiced = contact.available();
        if session.in_channel && is_available(before) != voiced {
            let mode = if voiced { "+v" } else { "-v" };
            lines.push(self.voice(mode, contact.nick.as_str()));
        }
    }

    /// 730 or 731.
    fn monitored(&self, session: &Session, numeric: n::Numeric, mask: &str) -> Reply {
        let server = &self.settings.server_name;
        Reply::numeric(server, session.target(), numeric, &[mask])
    }

    fn voice(&self, mode: &str, nick: &str) -> Reply {
        let server = Source::Server(&self.settings.server_name);
        Reply::from(server, "MODE", &[&self.settings.channel, mode, nick])
            .tag("time", Some(&server_time(self.now.wall)))
    }

    /// 730 or 731 to the clients that watch a nick.
    pub(super) fn tell_monitors(&mut self, nick: &str, numeric: n::Numeric, mask: &str) {
        let folded = casefold(nick);
        let watching = self
            .sessions
            .iter()
            .filter(|(_, session)| session.attached() && session.monitored.contains_key(&folded));
        // What a client would have been told anyway answers none of its requests.
        let told: Vec<(ClientId, Reply)> = watching
            .map(|(client, session)| (*client, self.monitored(session, numeric, mask)))
            .collect();
        for (client, reply) in told {
            self.tell(client, &reply);
        }
    }
}

/// Whether a client watches a contact with MONITOR. Most watch nobody.
fn watches(session: &Session, contact: &Contact) -> bool {
    !session.monitored.is_empty() && session.monitored.contains_key(&contact.nick.folded())
}

/// Whether a client hears of what becomes of a contact: it shares the roster channel with it,
/// or watches it and wants to hear more than that it comes and goes.
pub(super) fn hears_of(session: &Session, nick: &Folded) -> bool {
    session.in_channel || watches_from_outside(session, nick)
}

/// Whether a client hears of a contact through `extended-monitor` alone.
pub(super) fn watches_from_outside(session: &Session, nick: &Folded) -> bool {
    !session.in_channel
        && session.has(Capability::ExtendedMonitor)
        && session.monitored.contains_key(nick)
}
