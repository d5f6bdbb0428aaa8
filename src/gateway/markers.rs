//! Up to where the person has read (IRCv3 `read-marker`): one place in each conversation,
//! shared by all their clients, kept over restarts, never going back.
//!
//! A marker is kept as a place in the order of messages and told as a time. Where nothing
//! is kept, in the roster channel and with the control contact, it is a time alone.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::reply::{Reply, Source};
use crate::store::{Answer, Ask, Loaded, Marker, Write};

use super::Gateway;
use super::ledger::Asked;
use super::response::Later;
use super::roster::ContactId;
use super::time::{parse_server_time, sane, server_time};
use super::voice::SERVICE_NICK;

/// What can have been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Readable {
    Contact(ContactId),
    Channel,
    Service,
}

/// The settings that hold what is a time alone.
const CHANNEL: &str = "read-channel";
const SERVICE: &str = "read-service";

/// Up to where the person has read.
#[derive(Debug, Default)]
pub(super) struct Markers {
    pub(super) of_contacts: BTreeMap<ContactId, Marker>,
    of_channel: Option<Timestamp>,
    of_service: Option<Timestamp>,
}

impl Markers {
    /// As the store has them.
    pub fn loaded(loaded: &Loaded) -> Self {
        let time = |name| {
            let time = loaded.settings.get(name)?;
            time.parse().ok().map(Timestamp)
        };
        let each = loaded.markers.iter();
        Self {
            of_contacts: each.map(|one| (ContactId(one.contact), *one)).collect(),
            of_channel: time(CHANNEL),
            of_service: time(SERVICE),
        }
    }

    fn time(&self, of: Readable) -> Option<Timestamp> {
        match of {
            Readable::Contact(id) => self.of_contacts.get(&id).map(|marker| marker.time),
            Readable::Channel => self.of_channel,
            Readable::Service => self.of_service,
        }
    }

    /// A conversation is forgotten.
    pub fn forget(&mut self, id: ContactId) {
        self.of_contacts.remove(&id);
    }
}

impl Gateway {
    /// MARKREAD to a client: up to where the person has read.
    pub(super) fn tell_marker(&mut self, client: ClientId, of: Readable) {
        let line = self.marker_line(of);
        self.reply(client, line);
    }

    fn marker_line(&self, of: Readable) -> Reply {
        let time = self.markers.time(of).map(|time| {
            let time = server_time(time);
            format!("timestamp={time}")
        });
        let name = match of {
            Readable::Contact(id) => self.contact(id).map_or("*", |one| one.nick.as_str()),
            Readable::Channel => &self.settings.channel,
            Readable::Service => SERVICE_NICK,
        };
        let params = [name, time.as_deref().unwrap_or("*")];
        Reply::from(
            Source::Server(&self.settings.server_name),
            "MARKREAD",
            &params,
        )
    }

    /// A client says that the person has read up to this time.
    pub(super) fn mark_read(&mut self, client: ClientId, of: Readable, time: Timestamp) {
        match of {
            Readable::Contact(id) => {
                let later = self.later();
                let contact = id.0;
                let asked = Asked::Position(client, id, later);
                self.ask(asked, Ask::Position { contact, time });
            }
            Readable::Channel | Readable::Service => {
                // Nothing that was said can be newer than now.
                let now = self.now.wall;
                let time = time.min(now);
                let (marker, name) = if of == Readable::Channel {
                    (&mut self.markers.of_channel, CHANNEL)
                } else {
                    (&mut self.markers.of_service, SERVICE)
                };
                // One from the future was set while the clock was wrong.
                if marker.is_some_and(|marker| marker >= time && marker <= now) {
                    return self.tell_marker(client, of);
                }
                *marker = Some(time);
                self.store(Write::Setting(name, time.0.to_string()));
                self.marker_moved(client, of);
            }
        }
    }

    /// The store knows which message a time stands for.
    pub(super) fn mark_position(
        &mut self,
        client: ClientId,
        id: ContactId,
        ticket: u64,
        later: Later,
        answer: Result<Answer, String>,
    ) {
        self.has_asked(client);
        self.resume(later, |gateway| {
            let of = Readable::Contact(id);
            let found = match answer {
                Ok(Answer::Position(found)) => found,
                Ok(_) => None,
                Err(why) => {
                    let nick = gateway.contact(id).map(|one| one.nick.to_string());
                    let text = format!("The read timestamp could not be set: {why}");
                    let context = [nick.as_deref().unwrap_or("*")];
                    gateway.fail(client, "MARKREAD", "INTERNAL_ERROR", &context, &text);
                    return;
                }
            };
            let known = gateway.markers.of_contacts.get(&id);
            let (last_seq, last_time) =
                known.map_or((0, Timestamp(i64::MIN)), |marker| (marker.seq, marker.time));
            // A clock that was years ahead must not have all that comes for years look read.
            let last_time = match sane(Some(last_time), gateway.now.wall) {
                possible if possible == last_time => last_time,
                _ => Timestamp(i64::MIN),
            };
            // What was forgotten meanwhile has no marker any more.
            let is_forgotten = gateway.ledger.was_forgotten_since(id, ticket);
            let found = found.filter(|_| gateway.contact(id).is_some() && !is_forgotten);
            match found.filter(|(seq, _)| *seq > last_seq) {
                Some((seq, time)) => {
                    let marker = Marker {
                        contact: id.0,
                        seq,
                        time: time.max(last_time),
                    };
                    gateway.markers.of_contacts.insert(id, marker);
                    gateway.store(Write::Marker(marker));
                    gateway.marker_moved(client, of);
                }
                None => gateway.tell_marker(client, of),
            }
        });
    }

    /// Tells a client that its person has read on, and the other clients too.
    fn marker_moved(&mut self, client: ClientId, of: Readable) {
        self.tell_marker(client, of);
        let line = self.marker_line(of);
        let others = self.sessions.iter().filter(|(other, session)| {
            **other != client && session.attached() && session.has(Capability::ReadMarker)
        });
        for (other, session) in others {
            let capabilities = session.capabilities;
            self.effects
                .to_client(*other, |out| line.write(capabilities, out));
        }
    }
}

/// The time in `timestamp=…`.
pub(super) fn timestamp(given: &str) -> Option<Timestamp> {
    parse_server_time(given.strip_prefix("timestamp=")?)
}
