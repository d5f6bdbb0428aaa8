//! sic, which shows everything in one place, and does what a line that begins with a colon
//! says.

use super::scenario::{self, Bob, has_voice};
use super::support::{Daemon, Screen};

struct Sic(Screen);

impl Sic {
    fn start(gateway: &Daemon) -> Self {
        let (address, port) = (gateway.setup.address, gateway.setup.port);
        let screen = Screen::start(&format!("sic -h {address} -p {port} -n bob"));
        screen.wait_for("&enclave");
        Self(screen)
    }

    /// Looks until a line of this nick has all of `parts`.
    fn sees(&self, nick: &str, parts: &[&str]) {
        self.0.wait_until(&format!("{parts:?}"), |shown| {
            let mut lines = shown.lines().filter(|line| line.starts_with(nick));
            lines.any(|line| parts.iter().all(|part| line.contains(part)))
        });
    }
}

impl Bob for Sic {
    fn says(&mut self, text: &str) {
        self.0.type_line(&format!(":m Alice {text}"));
    }

    fn hears(&mut self, nick: &str, text: &str) {
        self.0.wait_for(&format!("<{nick}> {text}"));
    }

    /// The times that it shows are those of showing.
    fn hears_of_old(&mut self, nick: &str, text: &str, _written: u64) {
        self.hears(nick, text);
    }

    fn sees_come(&mut self, nick: &str) {
        self.sees(nick, &[">< JOIN", "&enclave"]);
        self.sees_come_back(nick);
    }

    fn sees_go_away(&mut self, nick: &str, text: &str) {
        self.0.wait_for(&format!("-v {nick}"));
        // What sic does not know it sends as it is.
        self.0.type_line(&format!(":WHOIS {nick}"));
        self.sees("enclave.local", &[">< 301", nick, text]);
    }

    fn sees_come_back(&mut self, nick: &str) {
        self.0.wait_until("a voice", |shown| has_voice(shown, nick));
    }

    fn sees_leave(&mut self, nick: &str, text: &str) {
        self.sees(nick, &[">< QUIT", text]);
    }

    fn conversation(&mut self, _text: &str) -> String {
        self.0.text()
    }

    fn quits(self, text: &str) {
        self.0.type_line(&format!(":QUIT :{text}"));
        self.0.wait_for("[ended]");
    }
}

#[test]
#[ignore = "needs sic and tmux"]
fn sic_talks() {
    scenario::conversation(Sic::start);
}

#[test]
#[ignore = "needs sic and tmux"]
fn sic_sees_who_comes_and_goes() {
    scenario::presence(Sic::start);
}

#[test]
#[ignore = "needs sic and tmux"]
fn sic_shows_what_was_missed() {
    scenario::history(Sic::start);
}
