//! Messages both ways: what a person writes becomes a packet, what a contact says becomes
//! lines; and what one client writes, the person's other clients see.

use crate::clock::Timestamp;
use crate::enclave::address::Address;
use crate::enclave::packet::Packet;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::numeric as n;
use crate::irc::reply::{Reply, Source};
use crate::irc::text;

use super::Gateway;
use super::backlog::Waiting;
use super::error::CommandError;
use super::roster::ContactId;
use super::session::Session;
use super::speech::Speech;
use super::time::{sane, server_time};

impl Gateway {
    /// A contact said something.
    pub(super) fn message_in(&mut self, peer: Address, text: &str, sent: Option<Timestamp>) {
        let Some(contact) = self.roster.id_by_address(peer) else {
            return;
        };
        let message = Waiting {
            contact,
            text: text::strip_ctcp(text).into_owned(),
            time: sane(sent, self.now.wall),
            id: self.next_message_id(),
        };
        if self.attached().is_empty() {
            self.backlog.push(message);
        } else {
            self.show(contact, &[message], false);
        }
    }

    /// Shows every attached client what a contact said; as a batch of history, for those
    /// that can tell one from talk, if it `is_history`.
    fn show(&mut self, id: ContactId, messages: &[Waiting], is_history: bool) {
        let (Some(contact), Some(first)) = (self.roster.get(id), messages.first()) else {
            return;
        };
        let server = Source::Server(&self.settings.server_name);
        let host = contact.host();
        for (client, session) in self.sessions.iter().filter(|(_, s)| s.attached()) {
            let target = session.target();
            let room = Reply::room(&contact.source(&host), "PRIVMSG", &[target]);
            let capabilities = session.capabilities;
            let batch = (is_history && session.has(Capability::Batch)).then_some(first.id.as_str());
            self.effects.to_client(*client, |out| {
                if let Some(batch) = batch {
                    let begin = [&format!("+{batch}"), "chathistory", contact.nick.as_str()];
                    Reply::from(server, "BATCH", &begin).write(capabilities, out);
                }
                for message in messages {
                    let time = server_time(message.time);
                    let speech = Speech {
                        text: &message.text,
                        time: &time,
                        id: &message.id,
                        batch,
                    };
                    speech.write(room, capabilities, out, |line| {
                        contact.says("PRIVMSG", &[target, line], &time)
                    });
                }
                if let Some(batch) = batch {
                    let end = format!("-{batch}");
                    Reply::from(server, "BATCH", &[&end]).write(capabilities, out);
                }
            });
        }
    }

    /// Plays what waited while nobody was there, now that somebody is: conversation by
    /// conversation, that which began first before the others.
    pub(super) fn play_backlog(&mut self) {
        let (conversations, dropped) = self.backlog.take();
        if dropped > 0 {
            self.notice_attached(&format!(
                "{dropped} older messages that came while you were away had no room and are lost."
            ));
        }
        for messages in conversations {
            if let Some(first) = messages.first() {
                self.show(first.contact, &messages, true);
            }
        }
    }

    /// The person wrote to a contact, with PRIVMSG or NOTICE. `typed_to` is where: the
    /// contact's nick, or the roster channel with the line as it was typed there.
    pub(super) fn message_out(
        &mut self,
        client: ClientId,
        id: ContactId,
        verb: &'static str,
        message: &str,
        typed_to: TypedTo<'_>,
    ) -> Result<(), CommandError> {
        let Some(contact) = self.roster.get(id) else {
            return Ok(());
        };
        let (nick, address) = (contact.nick.as_str().to_owned(), contact.address);
        if contact.blocked {
            let reason = format!("You have blocked {nick}: /msg enclave unblock {nick}");
            return Err(CommandError::CannotSend(nick, reason));
        }
        let away = contact.away_text();
        let packet = Packet {
            message: Some(message.to_owned()),
            ..Packet::default()
        };
        if self
            .mesh(|mesh, now, out| mesh.send(address, packet, now, out))
            .is_err()
        {
            self.mesh(|mesh, now, out| mesh.dial_now(address, now, out));
            let reason = self.why_not_sent(&nick);
            return Err(CommandError::CannotSend(nick, reason));
        }
        self.show_own(verb, |reader, session| match typed_to {
            _ if reader != client => Some((nick.as_str(), message)),
            _ if !session.has(Capability::EchoMessage) => None,
            TypedTo::Contact => Some((nick.as_str(), message)),
            TypedTo::Channel { channel, line } => Some((channel, line)),
        });
        // 301 answers PRIVMSG; to NOTICE there is no answer (RFC 2812, 3.3.2).
        if let Some(text) = away.filter(|_| verb == "PRIVMSG") {
            self.numeric(client, n::RPL_AWAY, &[&nick, &text]);
        }
        Ok(())
    }

    fn why_not_sent(&self, nick: &str) -> String {
        if self.is_dark() {
            format!("You are offline yourself: your message to {nick} was not sent")
        } else if self.own_addresses.is_empty() {
            format!("The mesh is not there: your message to {nick} was not sent")
        } else {
            format!("{nick} is offline: your message was not sent")
        }
    }

    /// Something the person wrote to their own nick: all their clients, once, nobody else.
    pub(super) fn message_to_self(&mut self, verb: &'static str, message: &str) {
        self.show_own(verb, |_, session| Some((session.target(), message)));
    }

    /// Echoes a line to its writer, where that asked for it.
    pub(super) fn echo(
        &mut self,
        client: ClientId,
        verb: &'static str,
        target: &str,
        message: &str,
    ) {
        self.show_own(verb, |reader, session| {
            let wanted = reader == client && session.has(Capability::EchoMessage);
            wanted.then_some((target, message))
        });
    }

    /// Shows a message of the person's to their own clients, each as from its own nick.
    /// `shown` says to which target and with which text, if at all.
    fn show_own<'a>(
        &'a mut self,
        verb: &'static str,
        shown: impl Fn(ClientId, &'a Session) -> Option<(&'a str, &'a str)>,
    ) {
        let (time, id) = (server_time(self.now.wall), self.next_message_id());
        let account = self.own_host();
        for (client, session) in self.sessions.iter().filter(|(_, s)| s.attached()) {
            let Some((target, text)) = shown(*client, session) else {
                continue;
            };
            let room = Reply::room(&session.source(), verb, &[target]);
            let speech = Speech {
                text,
                time: &time,
                id: &id,
                batch: None,
            };
            self.effects.to_client(*client, |out| {
                speech.write(room, session.capabilities, out, |line| {
                    session.says(verb, &[target, line], &time, account.as_deref())
                });
            });
        }
    }
}

/// Where the person typed a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum TypedTo<'a> {
    /// Into the conversation with the contact.
    Contact,
    /// Into the roster channel, as this line.
    Channel {
        /// The channel.
        channel: &'a str,
        /// The whole line, `nick: text`.
        line: &'a str,
    },
}

/// A contact's nick at the beginning of a line in the roster channel, and what follows it.
pub(super) fn addressed(line: &str) -> Option<(&str, &str)> {
    let (nick, text) = line.split_once(':')?;
    (!nick.is_empty() && !nick.contains(' ')).then(|| (nick, text.trim_start()))
}
