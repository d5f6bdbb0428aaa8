//! Saying something to a client: the one place where lines leave the gateway.

use crate::irc::ClientId;
use crate::irc::numeric::Numeric;
use crate::irc::reply::{Reply, Source};
use crate::irc::text;

use super::Gateway;
use super::effect::Effect;
use super::session::Session;
use super::time::server_time;

impl Gateway {
    /// Sends a reply as it is.
    pub(super) fn reply(&mut self, client: ClientId, reply: &Reply) {
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let capabilities = session.capabilities;
        self.effects
            .to_client(client, |lines| reply.write(capabilities, lines));
    }

    /// Sends a numeric from the server, addressed to the client.
    pub(super) fn numeric(&mut self, client: ClientId, numeric: Numeric, params: &[&str]) {
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let reply = Reply::numeric(
            &self.settings.server_name,
            session.target(),
            numeric,
            params,
        );
        let capabilities = session.capabilities;
        self.effects
            .to_client(client, |lines| reply.write(capabilities, lines));
    }

    /// Sends a command from the server, stamped with the time.
    pub(super) fn server_says(&mut self, client: ClientId, verb: &'static str, params: &[&str]) {
        let reply = Reply::from(Source::Server(&self.settings.server_name), verb, params)
            .tag("time", Some(&server_time(self.now.wall)));
        self.reply(client, &reply);
    }

    /// Sends a command from the client's own user.
    pub(super) fn own_says(&mut self, client: ClientId, verb: &'static str, params: &[&str]) {
        let (time, account) = (server_time(self.now.wall), self.own_host());
        if let Some(session) = self.sessions.get(&client) {
            let reply = session.says(verb, params, &time, account.as_deref());
            self.reply(client, &reply);
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
        self.reply(client, &reply);
        self.effects.push(Effect::CloseClient { client });
    }
}
