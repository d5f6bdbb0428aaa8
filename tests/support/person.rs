//! A person at a terminal, in irssi or in weechat.

use super::daemon::Daemon;
use super::screen::Screen;

/// What the person uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// irssi.
    Irssi,
    /// weechat.
    Weechat,
}

/// A real client, attached to a gateway, with a person's ways of using it.
pub struct Person {
    /// The terminal.
    pub screen: Screen,
    program: Program,
    nick: String,
}

impl Person {
    /// Starts the program with a home of its own, and waits until it is in the roster channel.
    pub fn start(program: Program, nick: &str, gateway: &Daemon) -> Self {
        let (address, port) = (gateway.setup.address, gateway.setup.port);
        // A new home each time: a person who comes again has no old windows.
        let home = gateway
            .setup
            .home()
            .join(format!("{program:?}-{:x}", fastrand::u64(..)));
        let home = home.display();
        let screen = Screen::start(&match program {
            Program::Irssi => format!("irssi --home={home} -c {address} -p {port} -n {nick}"),
            Program::Weechat => format!(
                "weechat -d {home} -r '/bar hide buflist' -r '/bar hide nicklist' \
                 -r '/set irc.look.server_buffer independent' -r '/filter disable' \
                 -r '/server add gw {address}/{port} -notls -nicks={nick}' -r '/connect gw'"
            ),
        });
        let person = Self {
            screen,
            program,
            nick: nick.to_owned(),
        };
        person.screen.wait_for("End of ");
        person.look_at("&enclave");
        person.screen.wait_until("the roster channel", |shown| {
            shown.contains("&enclave") && shown.contains("enclave")
        });
        person
    }

    /// Shows the window of a channel or of a conversation that is open.
    pub fn look_at(&self, name: &str) {
        self.screen.type_line(&match self.program {
            Program::Irssi => format!("/window goto {name}"),
            Program::Weechat => format!("/buffer irc.gw.{name}"),
        });
    }

    /// Opens a conversation with a contact, and shows it.
    pub fn talk_with(&self, nick: &str) {
        self.screen.type_line(&match self.program {
            Program::Irssi => format!("/query {nick}"),
            Program::Weechat => format!("/query -server gw {nick}"),
        });
    }

    /// Says something in the conversation that is shown, or gives a command.
    pub fn types(&self, line: &str) {
        self.screen.type_line(line);
    }

    /// Asks who a contact is, and waits until the answer has all of `parts`.
    pub fn asks_who(&self, nick: &str, parts: &[&str]) {
        self.types(&format!("/whois {nick}"));
        if self.program == Program::Weechat {
            self.types("/buffer irc.server.gw");
        }
        self.screen
            .wait_until(&format!("{parts:?} in /whois {nick}"), |shown| {
                shown
                    .lines()
                    .any(|line| parts.iter().all(|part| line.contains(part)))
            });
    }

    /// Looks until a line on the screen has all of `parts`.
    pub fn sees(&self, parts: &[&str]) {
        self.screen
            .wait_until(&format!("{parts:?} for {}", self.nick), |shown| {
                shown
                    .lines()
                    .any(|line| parts.iter().all(|part| line.contains(part)))
            });
    }

    /// Connects again after the gateway was gone, without waiting as the program would.
    pub fn reconnects(&self) {
        self.types(match self.program {
            Program::Irssi => "/reconnect",
            Program::Weechat => "/reconnect gw",
        });
    }
}
