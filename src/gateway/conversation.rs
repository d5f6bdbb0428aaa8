//! Messages as clients see them: what a contact says becomes lines, and what one client
//! writes, the person's other clients see.

use crate::clock::Timestamp;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::reply::{Reply, Source};
use crate::irc::text;
use crate::store::Message;

use super::Gateway;
use super::absent::find;
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
    pub text: String,
    pub time: Timestamp,
}

impl Gateway {
    /// Shows one client messages of one conversation; as a batch of history, if it can tell
    /// that from talk, where they are some.
    pub(super) fn show(
        &mut self,
        client: ClientId,
        id: ContactId,
        messages: &[Message],
        is_history: bool,
    ) {
        let account = self.own_host();
        let (Some(contact), Some(session), Some(first)) = (
            find(&self.roster, &self.absent, id),
            self.sessions.get(&client),
            messages.first(),
        ) else {
            return;
        };
        let server = Source::Server(&self.settings.server_name);
        let capabilities = session.capabilities;
        let batch = (is_history && session.has(Capability::Batch)).then_some(first.id.as_str());
        self.effects.to_client(client, |out| {
            if let Some(batch) = batch {
                let begin = [&format!("+{batch}"), "chathistory", contact.nick.as_str()];
                Reply::from(server, "BATCH", &begin).write(capabilities, out);
            }
            for message in messages {
                write(message, contact, session, account.as_deref(), batch, out);
            }
            if let Some(batch) = batch {
                let end = format!("-{batch}");
                Reply::from(server, "BATCH", &[&end]).write(capabilities, out);
            }
        });
    }

    /// Tells a client something about a conversation, in it.
    pub(super) fn notice_in_conversation(&mut self, client: ClientId, id: ContactId, text: &str) {
        let contact = find(&self.roster, &self.absent, id);
        let (Some(contact), Some(session)) = (contact, self.sessions.get(&client)) else {
            return;
        };
        let host = contact.host();
        let target = session.target();
        let room = Reply::room(&contact.source(&host), "NOTICE", &[target]);
        let time = server_time(self.now.wall);
        self.effects.to_client(client, |out| {
            for piece in text::split(text, room) {
                let notice = contact.says("NOTICE", &[target, piece], &time);
                notice.write(session.capabilities, out);
            }
        });
    }

    /// Something the person wrote to their own nick: all their clients, once, nobody else.
    pub(super) fn message_to_self(&mut self, verb: &'static str, message: &str) {
        let own = self.unstored(verb, message);
        self.show_own(&own, |_, session| Some((session.target(), message)));
    }

    /// Echoes a line to its writer, where that asked for it.
    pub(super) fn echo(
        &mut self,
        client: ClientId,
        verb: &'static str,
        target: &str,
        message: &str,
    ) {
        let own = self.unstored(verb, message);
        self.show_own(&own, |reader, session| {
            let wanted = reader == client && session.has(Capability::EchoMessage);
            wanted.then_some((target, message))
        });
    }

    /// Something the person writes now that is no message to a contact.
    fn unstored(&mut self, verb: &'static str, message: &str) -> Own {
        Own {
            seq: 0,
            id: self.next_message_id(),
            verb,
            text: message.to_owned(),
            time: self.now.wall,
        }
    }

    /// Shows a message of the person's to their own clients, each as from its own nick.
    /// `shown` says to which target and with which text, if at all.
    pub(super) fn show_own<'a>(
        &'a mut self,
        own: &Own,
        shown: impl Fn(ClientId, &'a Session) -> Option<(&'a str, &'a str)>,
    ) {
        let account = self.own_host();
        let time = server_time(own.time);
        for (client, session) in self.sessions.iter().filter(|(_, s)| s.attached()) {
            let Some((target, text)) = shown(*client, session) else {
                continue;
            };
            let speech = Speech {
                text,
                time: &time,
                id: &own.id,
                batch: None,
                log: None,
            };
            let line = |line: &str| {
                let params = [target, line];
                session.says(own.verb, &params, &time, account.as_deref())
            };
            let room = Reply::room(&session.source(), own.verb, &[target]);
            self.effects.to_client(*client, |out| {
                speech.write(room, session.capabilities, out, line);
            });
        }
    }
}

/// Writes a stored message, either way, for one client.
fn write(
    message: &Message,
    contact: &Contact,
    session: &Session,
    account: Option<&str>,
    batch: Option<&str>,
    out: &mut Vec<u8>,
) {
    let Some(text) = &message.text else { return };
    let (host, time) = (contact.host(), server_time(message.time));
    let speech = Speech {
        text,
        time: &time,
        id: &message.id,
        batch,
        log: Some(contact.nick.as_str()),
    };
    if message.own {
        let verb = if message.notice { "NOTICE" } else { "PRIVMSG" };
        let target = contact.nick.as_str();
        let room = Reply::room(&session.source(), verb, &[target]);
        speech.write(room, session.capabilities, out, |line| {
            session.says(verb, &[target, line], &time, account)
        });
    } else {
        let target = session.target();
        let room = Reply::room(&contact.source(&host), "PRIVMSG", &[target]);
        speech.write(room, session.capabilities, out, |line| {
            contact.says("PRIVMSG", &[target, line], &time)
        });
    }
}

/// A contact's nick at the beginning of a line in the roster channel, and what follows it.
pub(super) fn addressed(line: &str) -> Option<(&str, &str)> {
    let (nick, text) = line.split_once(':')?;
    (!nick.is_empty() && !nick.contains(' ')).then(|| (nick, text.trim_start()))
}
