//! Messages as clients see them: what a contact says becomes lines, and what one client
//! writes, the person's other clients see.

use crate::clock::Timestamp;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::reply::{Reply, Source};
use crate::irc::text;
use crate::store::{Message, Tags};

use super::Gateway;
use super::absent::find;
use super::batch::Batches;
use super::response::Lines;
use super::roster::{Contact, ContactId};
use super::session::Session;
use super::speech::Speech;
use super::time::server_time;

/// Something that the person wrote.
#[derive(Debug)]
pub(super) struct Own {
    /// Its place among all messages; 0 where it is no message to a contact.
    pub seq: u64,
    /// Its `msgid`.
    pub id: String,
    /// PRIVMSG or NOTICE.
    pub verb: &'static str,
    /// Empty where it is nothing but tags.
    pub text: String,
    pub tags: Tags,
    pub time: Timestamp,
}

/// How messages are shown that one client is shown together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown<'a> {
    /// As talk.
    Live,
    /// As history that was not asked for, where the client can tell that from talk.
    Played,
    /// As what was asked for, in a batch of this type and with these parameters.
    Asked(&'a [&'a str]),
}

impl Gateway {
    /// Shows one client messages.
    pub(super) fn show(&mut self, client: ClientId, messages: &[Message], shown: Shown<'_>) {
        let account = self.own_host.as_deref();
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let contact = |message: &Message| {
            let id = ContactId(message.contact);
            find(&self.roster, &self.absent, id)
        };
        let of_first = messages.first().and_then(contact);
        let of_first = of_first.map(|contact| ["chathistory", contact.nick.as_str()]);
        let kind: Option<&[&str]> = match shown {
            Shown::Live => None,
            Shown::Played => of_first.as_ref().map(<[&str; 2]>::as_slice),
            Shown::Asked(kind) => Some(kind),
        };
        let kind = kind.filter(|_| session.has(Capability::Batch));
        let capabilities = session.capabilities;
        let effects = &mut self.effects;
        let mut lines = match shown {
            Shown::Asked(_) => Lines::answering(effects, &mut self.responses, client, capabilities),
            Shown::Live | Shown::Played => Lines::telling(effects, client, capabilities),
        };
        let server = Source::Server(&self.settings.server_name);
        let batch = kind.map(|_| self.batches.next());
        if let (Some(kind), Some(batch)) = (kind, &batch) {
            let opening = format!("+{batch}");
            let params = [&[opening.as_str()], kind].concat();
            lines.push(Reply::from(server, "BATCH", &params));
        }
        let with_tag_only = shown == Shown::Live || session.has(Capability::EventPlayback);
        for message in messages {
            if is_tag_only(message) && !with_tag_only {
                continue;
            }
            if let Some(contact) = contact(message) {
                let scene = Scene {
                    contact,
                    session,
                    account,
                    batch: batch.as_deref(),
                };
                scene.write(message, &mut self.batches, |line| lines.push(line));
            }
        }
        if let Some(batch) = &batch {
            lines.push(Reply::from(server, "BATCH", &[&format!("-{batch}")]));
        }
    }

    /// Tells a client something about a conversation, in it.
    pub(super) fn notice_in_conversation(&mut self, client: ClientId, id: ContactId, text: &str) {
        let contact = find(&self.roster, &self.absent, id);
        let (Some(contact), Some(session)) = (contact, self.sessions.get(&client)) else {
            return;
        };
        let speaker = contact.speaker();
        let target = session.target();
        let room = Reply::room(&speaker.source(), "NOTICE", &[target]);
        let time = server_time(self.now.wall);
        self.effects.to_client(client, |out| {
            for piece in text::split(text, room) {
                let notice = speaker.says("NOTICE", &[target, piece], &time);
                notice.write(session.capabilities, out);
            }
        });
    }

    /// Something the person wrote to their own nick: all their clients, once, nobody else.
    pub(super) fn message_to_self(&mut self, client: ClientId, words: Words<'_>) {
        let own = self.unstored(words);
        self.show_own(&own, |reader, session| {
            let answers = reader == client && session.has(Capability::EchoMessage);
            Some(Sight {
                target: session.target(),
                text: &own.text,
                answers,
            })
        });
    }

    /// Echoes a line to its writer, where that asked for it.
    pub(super) fn echo(&mut self, client: ClientId, target: &str, words: Words<'_>) {
        let own = self.unstored(words);
        self.show_own(&own, |reader, session| {
            let wanted = reader == client && session.has(Capability::EchoMessage);
            wanted.then_some(Sight {
                target,
                text: &own.text,
                answers: true,
            })
        });
    }

    /// Something the person writes now that is no message to a contact.
    fn unstored(&mut self, words: Words<'_>) -> Own {
        Own {
            seq: 0,
            id: self.next_message_id(),
            verb: words.verb,
            text: words.text.to_owned(),
            tags: words.tags.clone(),
            time: self.now.wall,
        }
    }

    /// Shows a message of the person's to their own clients, each as from its own nick.
    /// `sight` says how it is shown, if at all.
    pub(super) fn show_own<'a>(
        &'a mut self,
        own: &Own,
        sight: impl Fn(ClientId, &'a Session) -> Option<Sight<'a>>,
    ) {
        let account = self.own_host.as_deref();
        let time = server_time(own.time);
        for (client, session) in self.sessions.iter().filter(|(_, s)| s.attached()) {
            let Some(sight) = sight(*client, session) else {
                continue;
            };
            let speech = Speech {
                verb: own.verb,
                target: sight.target,
                text: sight.text,
                tags: &own.tags,
                id: &own.id,
                batch: None,
                log: None,
            };
            let says =
                |verb: &'static str, params: &[&str]| session.says(verb, params, &time, account);
            let room = Reply::room(&session.source(), own.verb, &[sight.target]);
            let capabilities = session.capabilities;
            let effects = &mut self.effects;
            let mut lines = if sight.answers {
                Lines::answering(effects, &mut self.responses, *client, capabilities)
            } else {
                Lines::telling(effects, *client, capabilities)
            };
            speech.write(room, capabilities, &mut self.batches, says, |line| {
                lines.push(line);
            });
        }
    }
}

/// Whether a message is nothing but tags, which is no history to most clients
/// (`draft/event-playback`).
fn is_tag_only(message: &Message) -> bool {
    !message.tags.is_empty() && message.text.as_ref().is_some_and(String::is_empty)
}

/// What the person writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    /// PRIVMSG, NOTICE, or TAGMSG where it is nothing but tags.
    pub verb: &'static str,
    pub text: &'a str,
    /// The client-only tags that go with it.
    pub tags: &'a Tags,
}

/// How a client is shown what the person wrote.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight<'a> {
    pub target: &'a str,
    pub text: &'a str,
    /// It is what the client's own request is answered with.
    pub answers: bool,
}

/// One message before one client.
struct Scene<'a> {
    contact: &'a Contact,
    session: &'a Session,
    /// Our address, while we have one.
    account: Option<&'a str>,
    batch: Option<&'a str>,
}

impl Scene<'_> {
    /// Gives the lines of a stored message, either way, to `out`.
    fn write(&self, message: &Message, batches: &mut Batches, out: impl FnMut(Reply)) {
        let Self {
            contact, session, ..
        } = self;
        let Some(text) = &message.text else { return };
        let time = server_time(message.time);
        let nick = contact.nick.as_str();
        let speech = Speech {
            verb: if message.notice { "NOTICE" } else { "PRIVMSG" },
            target: if message.own { nick } else { session.target() },
            text,
            tags: &message.tags,
            id: &message.id,
            batch: self.batch,
            log: Some(nick),
        };
        let room = |source: Source<'_>| Reply::room(&source, speech.verb, &[speech.target]);
        if message.own {
            let says = |verb: &'static str, params: &[&str]| {
                session.says(verb, params, &time, self.account)
            };
            let room = room(session.source());
            speech.write(room, session.capabilities, batches, says, out);
        } else {
            let speaker = contact.speaker();
            let says = |verb: &'static str, params: &[&str]| speaker.says(verb, params, &time);
            let room = room(speaker.source());
            speech.write(room, session.capabilities, batches, says, out);
        }
    }
}

/// A contact's nick at the beginning of a line in the roster channel, and what follows it.
pub(super) fn addressed(line: &str) -> Option<(&str, &str)> {
    let (nick, text) = line.split_once(':')?;
    (!nick.is_empty() && !nick.contains(' ')).then(|| (nick, text.trim_start()))
}
