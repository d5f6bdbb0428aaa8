//! A person at a terminal, in irssi or in weechat.

use std::fs;

use super::daemon::Daemon;
use super::screen::Screen;

/// irssi shows seconds, and when a message was written, only when it is asked to; and before it
/// connects, for what was missed is played at once. What was written yesterday it shows in
/// another format, unless told not to.
///
/// Lines typed faster than people type are not to be taken for a paste: on a busy machine several
/// of them reach it together.
const IRSSI: &str = r#"settings = {
  core = { timestamp_format = "%H:%M:%S"; timestamp_format_alt = "%H:%M:%S"; };
  "fe-text" = { show_server_time = "yes"; paste_detect_time = "0"; };
};
"#;

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
        let server = match gateway.setup.is_unix() {
            true => gateway.setup.socket().display().to_string(),
            false => format!("{address} -p {port}"),
        };
        // A new home each time: a person who comes again has no old windows.
        let home = gateway
            .setup
            .home()
            .join(format!("{program:?}-{:x}", fastrand::u64(..)));
        if program == Program::Irssi {
            fs::create_dir(&home).unwrap();
            fs::write(home.join("config"), IRSSI).unwrap();
        }
        let home = home.display();
        let screen = Screen::start(&match program {
            Program::Irssi => format!("irssi --home={home} -c {server} -n {nick}"),
            // Two lines typed faster than people type are not to be asked about as a paste.
            Program::Weechat => format!(
                "weechat -d {home} -r '/bar hide buflist' -r '/bar hide nicklist' \
                 -r '/set irc.look.server_buffer independent' -r '/filter disable' \
                 -r '/set weechat.look.paste_max_lines -1' \
                 -r '/server add gw {address}/{port} -notls -nicks={nick}' -r '/connect gw'"
            ),
        });
        let person = Self {
            screen,
            program,
            nick: nick.to_owned(),
        };
        if program == Program::Irssi {
            // weechat shows the channel by itself when it is joined.
            person.screen.wait_for("End of /MOTD");
            person.look_at("&enclave");
        }
        person.screen.wait_for("Topic for &enclave");
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

    /// Asks who a contact is, and waits until the answer has all of `parts` in one line.
    pub fn asks_who(&self, nick: &str, parts: &[&str]) {
        match self.program {
            // Shows the answer in the conversation with that contact.
            Program::Irssi => self.talk_with(nick),
            // Shows it in the window of the server; but how one is away it shows in the
            // conversation, where there is one, and there it does not say the same twice.
            Program::Weechat => {
                self.types("/buffer irc.server.gw");
                self.types(&format!("/buffer close irc.gw.{nick}"));
            }
        }
        self.types(&format!("/whois {nick}"));
        self.sees(parts);
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
