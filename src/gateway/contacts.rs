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
use super::roster::{CONTACT_USER, Contact, ContactId};
use super::session::Session;
use super::time::server_time;

/// What a contact leaves with that said nothing.
const NO_FAREWELL: &str = "Offline";

impl Contact {
    /// A line that comes from this contact, with the tags every such line has.
    pub(super) fn says(&self, verb: &'static str, params: &[&str], time: &str) -> Reply {
        let host = self.host();
        Reply::from(self.source(&host), verb, params)
            .tag("time", Some(time))
            .tag("account", Some(&host))
    }

    /// It, as the source of a line; `host` is its [`host`](Self::host).
    pub(super) fn source<'a>(&'a self, host: &'a str) -> Source<'a> {
        Source::User {
            nick: self.nick.as_str(),
            user: CONTACT_USER,
            host,
        }
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
                self.contact_came(id);
            }
            (true, false) => {
                self.online -= 1;
                contact.last_seen = Some(self.now.wall);
                contact.farewell = farewell.filter(|text| !text.is_empty());
                self.write_contact_later(id);
                self.contact_left(id);
            }
            _ => self.contact_changed(id, &before),
        }
    }

    fn contact_came(&mut self, id: ContactId) {
        let Some(contact) = self.roster.get(id) else {
            return;
        };
        let time = server_time(self.now.wall);
        let channel = self.settings.channel.clone();
        let join = contact.says("JOIN", &[&channel], &time);
        let extended_join =
            contact.says("JOIN", &[&channel, &contact.host(), &contact.name], &time);
        let away = contact
            .away_text()
            .map(|text| contact.says("AWAY", &[&text], &time));
        let (mask, nick) = (contact.mask(), contact.nick.clone());
        let voiced = contact.available();
        self.broadcast(&join, |s| s.in_channel && !s.has(Capability::ExtendedJoin));
        self.broadcast(&extended_join, |s| {
            s.in_channel && s.has(Capability::ExtendedJoin)
        });
        if voiced {
            self.broadcast(&self.voice("+v", nick.as_str()), |s| s.in_channel);
        }
        if let Some(away) = &away {
            self.broadcast(away, |s| s.in_channel && s.has(Capability::AwayNotify));
        }
        self.tell_monitors(nick.as_str(), n::RPL_MONONLINE, &mask);
        if let Some(away) = &away {
            let watched = nick.folded();
            self.broadcast(away, |s| {
                watches_from_outside(s, &watched) && s.has(Capability::AwayNotify)
            });
        }
    }

    /// A contact that is offline now (or is no contact any more) leaves the channel.
    pub(super) fn contact_left(&mut self, id: ContactId) {
        let Some(contact) = self.roster.get(id) else {
            return;
        };
        let text = contact.farewell.as_deref().unwrap_or(NO_FAREWELL);
        let quit = contact.says("QUIT", &[text], &server_time(self.now.wall));
        let nick = contact.nick.clone();
        self.broadcast(&quit, |s| s.in_channel);
        self.tell_monitors(nick.as_str(), n::RPL_MONOFFLINE, nick.as_str());
    }

    fn contact_changed(&mut self, id: ContactId, before: &Presence) {
        let Some(contact) = self.roster.get(id) else {
            return;
        };
        let old = Contact {
            presence: before.clone(),
            ..contact.clone()
        };
        let nick = contact.nick.clone();
        let (was_voiced, voiced) = (old.available(), contact.available());
        if contact.away_text() != old.away_text() {
            // `AWAY` alone means back (IRCv3 away-notify).
            let text = contact.away_text();
            let params: Vec<&str> = text.iter().map(String::as_str).collect();
            let away = contact.says("AWAY", &params, &server_time(self.now.wall));
            let watched = nick.folded();
            self.broadcast(&away, |s| {
                hears_of(s, &watched) && s.has(Capability::AwayNotify)
            });
        }
        if was_voiced != voiced {
            let mode = if voiced { "+v" } else { "-v" };
            self.broadcast(&self.voice(mode, nick.as_str()), |s| s.in_channel);
        }
    }

    fn voice(&self, mode: &str, nick: &str) -> Reply {
        let server = Source::Server(&self.settings.server_name);
        Reply::from(server, "MODE", &[&self.settings.channel, mode, nick])
            .tag("time", Some(&server_time(self.now.wall)))
    }

    /// 730 or 731 to the clients that watch a nick.
    pub(super) fn tell_monitors(&mut self, nick: &str, numeric: n::Numeric, mask: &str) {
        let folded = casefold(nick);
        let server = &self.settings.server_name;
        let watching = self
            .sessions
            .iter()
            .filter(|(_, session)| session.attached() && session.monitored.contains_key(&folded));
        // What a client would have been told anyway answers none of its requests.
        let told: Vec<(ClientId, Reply)> = watching
            .map(|(client, session)| {
                let reply = Reply::numeric(server, session.target(), numeric, &[mask]);
                (*client, reply)
            })
            .collect();
        for (client, reply) in told {
            self.tell(client, &reply);
        }
    }
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
