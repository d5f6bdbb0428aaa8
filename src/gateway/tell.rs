//! Saying something to a client: the one place where lines leave the gateway.

use crate::irc::ClientId;
use crate::irc::numeric::Numeric;
use crate::irc::reply::{Reply, Source};
use crate::irc::text;

use super::Gateway;
use super::effect::Effect;
use super::response::Lines;
use super::session::Session;
use super::time::server_time;

impl Gateway {
    /// Where what answers a client goes; none for one that is gone.
    pub(super) fn answer_to(&mut self, client: ClientId) -> Option<Lines<'_>> {
        let capabilities = self.sessions.get(&client)?.capabilities;
        let (effects, responses) = (&mut self.effects, &mut self.responses);
        Some(Lines::answering(effects, responses, client, capabilities))
    }

    /// Answers a client with this.
    pub(super) fn reply(&mut self, client: ClientId, reply: Reply) {
        if let Some(mut answer) = self.answer_to(client) {
            answer.push(reply);
        }
    }

    /// Tells a client this, which answers nothing.
    pub(super) fn tell(&mut self, client: ClientId, reply: &Reply) {
        if let Some(session) = self.sessions.get(&client) {
            let capabilities = session.capabilities;
            self.effects
                .to_client(client, |lines| reply.write(capabilities, lines));
        }
    }

    /// Sends a numeric from the server, addressed to the client.
    pub(super) fn numeric(&mut self, client: ClientId, numeric: Numeric, params: &[&str]) {
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let server = &self.settings.server_name;
        let reply = Reply::numeric(server, session.target(), numeric, params);
        self.reply(client, reply);
    }

    /// Answers that something failed (IRCv3 `standard-replies`): about which command, a code
    /// for programs, what of it was wrong, and words for people.
    pub(super) fn fail(
        &mut self,
        client: ClientId,
        verb: &str,
        code: &str,
        context: &[&str],
        text: &str,
    ) {
        /// The longest part of what a client wrote that is repeated, bytes.
        const REPEATED: usize = 64;
        let context = context.iter().map(|part| text::cut(part, REPEATED));
        let params: Vec<&str> = [verb, code]
            .into_iter()
            .chain(context)
            .chain([text])
            .collect();
        let server = Source::Server(&self.settings.server_name);
        let reply = Reply::from(server, "FAIL", &params);
        self.reply(client, reply);
    }

    /// Sends a command from the server, stamped with the time.
    pub(super) fn server_says(&mut self, client: ClientId, verb: &'static str, params: &[&str]) {
        let reply = Reply::from(Source::Server(&self.settings.server_name), verb, params)
            .tag("time", Some(&server_time(self.now.wall)));
        self.reply(client, reply);
    }

    /// Sends a command from the client's own user.
    pub(super) fn own_says(&mut self, client: ClientId, verb: &'static str, params: &[&str]) {
        let (time, account) = (server_time(self.now.wall), self.own_host.as_deref());
        if let Some(session) = self.sessions.get(&client) {
            let reply = session.says(verb, params, &time, account);
            self.reply(client, reply);
        }
    }

    /// Sends a NOTICE from the server, of as many lines as it takes.
    pub(super) fn server_notice(&mut self, client: ClientId, text: &str) {
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let target = session.target().to_owned();
        let source = Source::Server(&self.settings.server_name);
        let room = Reply::room(&source, "NOTICE", &[&target]);
        for line in text::lines(text) {
            for piece in text::split(&line, room) {
                self.server_says(client, "NOTICE", &[&target, piece]);
            }
        }
    }

    /// The clients that are attached, in the order in which they came.
    pub(super) fn attached(&self) -> Vec<ClientId> {
        let attached = self
            .sessions
            .iter()
            .filter(|(_, session)| session.attached());
        attached.map(|(client, _)| *client).collect()
    }

    /// Sends one reply to every attached client that `wants` it.
    pub(super) fn broadcast(&mut self, reply: &Reply, wants: impl Fn(&Session) -> bool) {
        for (client, session) in &self.sessions {
            if session.attached() && wants(session) {
                let write = |lines: &mut Vec<u8>| reply.write(session.capabilities, lines);
                self.effects.to_client(*client, write);
            }
        }
    }

    /// Ends a client's connection with ERROR (RFC 2812, 3.7.4). The session is not touched.
    pub(super) fn close(&mut self, client: ClientId, reason: &str) {
        let text = format!("Closing link: {reason}");
        // ERROR has no source: RFC 2812 shows none, and clients look for the bare word.
        let reply = Reply::from(Source::Unnamed, "ERROR", &[&text]);
        self.reply(client, reply);
        self.end_response();
        self.effects.push(Effect::CloseClient { client });
    }
}
