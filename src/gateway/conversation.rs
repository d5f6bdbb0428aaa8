//! Messages both ways: what a person writes becomes a packet, what a contact says becomes
//! lines; and what one client writes, the person's other clients see.

use crate::clock::Timestamp;
use crate::enclave::address::Address;
use crate::enclave::packet::Packet;
use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::numeric as n;
use crate::irc::reply::Reply;
use crate::irc::text;

use super::Gateway;
use super::backlog::Waiting;
use super::error::CommandError;
use super::roster::{Contact, ContactId};
use super::session::Session;
use super::time::{sane, server_time};

/// Lines of one message that a client gets at most; more than this at once drowns it.
const LINES_OF_ONE_MESSAGE: usize = 1_000;

/// How `/me waves` travels in an Enclave message, which knows no CTCP.
const ACTION: &str = "/me ";

/// A message as one or more lines of PRIVMSG, fitted to the room that a line has.
///
/// `line` makes the reply for one text. What is longer than the limit ends with a line that
/// says how much more there was.
fn spoken_lines(message: &str, room: usize, mut line: impl FnMut(&str)) {
    let mut lines = text::lines(message);
    if let (Some(only), None) = (lines.next(), lines.next())
        && let Some(action) = only.strip_prefix(ACTION)
    {
        let room = room.saturating_sub("\x01ACTION \x01".len());
        for piece in text::split(action, room) {
            line(&text::action(piece));
        }
        return;
    }
    let mut sent = 0;
    let mut left = 0;
    for whole in text::lines(message) {
        for piece in text::split(&whole, room) {
            if sent < LINES_OF_ONE_MESSAGE {
                line(piece);
                sent += 1;
            } else {
                left += 1;
            }
        }
    }
    if left > 0 {
        line(&format!(
            "[{left} more lines of this message are not shown]"
        ));
    }
}

impl Gateway {
    /// A contact said something.
    pub(super) fn message_in(&mut self, peer: Address, text: &str, sent: Option<Timestamp>) {
        let Some(id) = self.roster.id_by_address(peer) else {
            return;
        };
        let time = sane(sent, self.now.wall);
        let text = text::strip_ctcp(text);
        if self.attached().is_empty() {
            self.backlog.push(Waiting {
                contact: id,
                text: text.into_owned(),
                time,
            });
        } else {
            self.show(id, &text, time);
        }
    }

    /// Shows every attached client what a contact said.
    fn show(&mut self, id: ContactId, text: &str, time: Timestamp) {
        let Some(contact) = self.roster.get(id) else {
            return;
        };
        let time = server_time(time);
        let host = contact.host();
        for (client, session) in self.sessions.iter().filter(|(_, s)| s.attached()) {
            let target = session.target();
            let room = Reply::room(&contact.source(&host), "PRIVMSG", &[target]);
            self.effects.to_client(*client, |out| {
                spoken_lines(text, room, |line| {
                    contact
                        .says("PRIVMSG", &[target, line], &time)
                        .write(session.capabilities, out);
                });
            });
        }
    }

    /// Plays what waited while nobody was there, now that somebody is.
    pub(super) fn play_backlog(&mut self) {
        let (waiting, dropped) = self.backlog.take();
        if dropped > 0 {
            self.notice_attached(&format!(
                "{dropped} older messages that came while you were away had no room and are lost."
            ));
        }
        for message in waiting {
            self.show(message.contact, &message.text, message.time);
        }
    }

    /// The person wrote to a contact. `typed_to` is where: the contact's nick, or the
    /// roster channel with the line as it was typed there.
    pub(super) fn message_out(
        &mut self,
        client: ClientId,
        id: ContactId,
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
        self.show_own(client, &nick, message, typed_to);
        if let Some(text) = away {
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

    /// Shows a message of the person's to the clients that have not seen it: the writer
    /// where it asked for an echo, all others as from their own nick.
    fn show_own(&mut self, writer: ClientId, nick: &str, message: &str, typed_to: TypedTo<'_>) {
        let time = server_time(self.now.wall);
        for (client, session) in self.sessions.iter().filter(|(_, s)| s.attached()) {
            let (target, text) = match typed_to {
                TypedTo::Channel { channel, line } if *client == writer => (channel, line),
                _ => (nick, message),
            };
            if *client == writer && !session.has(Capability::EchoMessage) {
                continue;
            }
            self.effects
                .to_client(*client, |out| own_lines(session, target, text, &time, out));
        }
    }

    /// Something the person wrote to their own nick: all their clients, once, nobody else.
    pub(super) fn message_to_self(&mut self, verb: &'static str, text: &str) {
        let time = server_time(self.now.wall);
        for (client, session) in self.sessions.iter().filter(|(_, s)| s.attached()) {
            let target = session.target();
            let reply =
                Reply::from(session.source(), verb, &[target, text]).tag("time", Some(&time));
            self.effects
                .to_client(*client, |out| reply.write(session.capabilities, out));
        }
    }

    /// Echoes a line to its writer, where that asked for it, as it was written.
    pub(super) fn echo(&mut self, client: ClientId, verb: &'static str, target: &str, text: &str) {
        let time = server_time(self.now.wall);
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        if session.has(Capability::EchoMessage) {
            let reply =
                Reply::from(session.source(), verb, &[target, text]).tag("time", Some(&time));
            self.effects
                .to_client(client, |out| reply.write(session.capabilities, out));
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

fn own_lines(session: &Session, target: &str, message: &str, time: &str, out: &mut Vec<u8>) {
    let room = Reply::room(&session.source(), "PRIVMSG", &[target]);
    spoken_lines(message, room, |line| {
        Reply::from(session.source(), "PRIVMSG", &[target, line])
            .tag("time", Some(time))
            .write(session.capabilities, out);
    });
}

/// A contact's nick at the beginning of a line in the roster channel, and what follows it.
pub(super) fn addressed(line: &str) -> Option<(&str, &str)> {
    let (nick, text) = line.split_once(':')?;
    (!nick.is_empty() && !nick.contains(' ')).then(|| (nick, text.trim_start()))
}

impl Contact {
    /// How the person's text travels: an ACTION as `/me`.
    pub(super) fn action(text: &str) -> String {
        format!("{ACTION}{text}")
    }
}
