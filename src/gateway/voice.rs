//! The control contact's voice: who it is on IRC, and how it speaks.

use crate::irc::ClientId;
use crate::irc::reply::{Reply, Source};

use crate::store::Tags;

use super::Gateway;
use super::response::Lines;
use super::speech::Speech;
use super::time::server_time;

/// The control contact's nick.
pub(super) const SERVICE_NICK: &str = crate::config::CONTROL_CONTACT;

/// Its real name.
pub(super) const SERVICE_NAME: &str = "Commands: /msg enclave help";

/// More notices than this for an absent person help nobody.
pub(super) const UNREAD_NOTICES: usize = 20;

/// The control contact, as the source of a line. It is at the server itself.
fn service_source(server: &str) -> Source<'_> {
    Source::User {
        nick: SERVICE_NICK,
        user: SERVICE_NICK,
        host: server,
    }
}

impl Gateway {
    /// Says something that answers nothing: a NOTICE.
    pub(super) fn service_notice(&mut self, client: ClientId, text: &str) {
        self.service_says(client, "NOTICE", None, text);
    }

    /// Says something as a message of the conversation with the control contact.
    pub(super) fn service_message(&mut self, client: ClientId, text: &str) {
        self.service_says(client, "PRIVMSG", None, text);
    }

    /// Says something into the roster channel, to one client.
    pub(super) fn service_in_channel(&mut self, client: ClientId, text: &str) {
        let channel = self.settings.channel.clone();
        self.service_says(client, "PRIVMSG", Some(&channel), text);
    }

    /// Says something of any length, in as many lines as it takes.
    fn service_says(
        &mut self,
        client: ClientId,
        verb: &'static str,
        channel: Option<&str>,
        text: &str,
    ) {
        let (time, id) = (server_time(self.now.wall), self.next_message_id());
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let source = service_source(&self.settings.server_name);
        let target = channel.unwrap_or(session.target());
        let room = Reply::room(&source, verb, &[target]);
        let speech = Speech {
            verb,
            target,
            text,
            tags: &Tags::new(),
            id: &id,
            batch: None,
            log: None,
        };
        let capabilities = session.capabilities;
        let mut answer =
            Lines::answering(&mut self.effects, &mut self.responses, client, capabilities);
        let says = |verb: &'static str, params: &[&str]| {
            let reply = Reply::from(source, verb, params).tag("time", Some(&time));
            // It is a program that speaks (IRCv3 bot-mode).
            reply.tag("bot", None)
        };
        speech.write(room, capabilities, &mut self.batches, says, |line| {
            answer.push(line);
        });
    }

    /// Tells every attached client something in the control contact's voice.
    pub(super) fn notice_attached(&mut self, text: &str) {
        for client in self.attached() {
            self.service_notice(client, text);
        }
    }

    /// The same, and if nobody is attached it is told at the next attach.
    pub(super) fn notice_everyone(&mut self, text: &str) {
        if self.attached().is_empty() {
            if self.unread_notices.len() == UNREAD_NOTICES {
                self.unread_notices.remove(0);
            }
            self.unread_notices.push(text.to_owned());
        } else {
            self.notice_attached(text);
        }
    }
}
