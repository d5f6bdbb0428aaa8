//! The Python library `irc`: a client without capabilities, and one that takes every line
//! apart. The program is `python_irc.py`.

use std::process::Command;

use super::driver::{Driver, beside, installed};
use super::scenario::{self, Acts, Bob};
use super::support::Daemon;

struct PythonIrc(Driver);

impl PythonIrc {
    fn start(gateway: &Daemon) -> Self {
        let mut command = Command::new(installed("python/bin/python"));
        command.arg(beside("python_irc.py"));
        // What it reads and writes is UTF-8, whatever the system of the person is set to.
        command.env("PYTHONUTF8", "1");
        let mut driver = Driver::start(command, gateway, &[]);
        driver.expect("join bob &enclave");
        driver.expect("endofnames enclave.local bob &enclave End of /NAMES list");
        Self(driver)
    }

    /// Asks whether a contact is there.
    fn is_there(&mut self, nick: &str, there: bool) {
        self.0.tell(&format!("ison {nick}"));
        let nicks = if there { nick } else { "" };
        let answer = format!("ison enclave.local bob {nicks}");
        self.0.expect(answer.trim_end());
    }
}

impl Bob for PythonIrc {
    fn says(&mut self, text: &str) {
        self.0.tell(&format!("say Alice {text}"));
    }

    fn hears(&mut self, nick: &str, text: &str) {
        self.0.expect(&format!("privmsg {nick} bob {text}"));
    }

    /// It asks for no capability, and so it is told no time.
    fn hears_of_old(&mut self, nick: &str, text: &str, _written: u64) {
        self.hears(nick, text);
    }

    fn sees_come(&mut self, nick: &str) {
        self.0.expect(&format!("join {nick} &enclave"));
        self.sees_come_back(nick);
        self.is_there(nick, true);
    }

    fn sees_go_away(&mut self, nick: &str, text: &str) {
        let mode = format!("mode enclave.local &enclave -v {nick}");
        self.0.expect(&mode);
        self.0.tell(&format!("whois {nick}"));
        self.0.expect_line("who it is", |line| {
            line.starts_with(&format!("whoisuser enclave.local bob {nick} enclave "))
        });
        self.0
            .expect(&format!("away enclave.local bob {nick} {text}"));
        let end = format!("endofwhois enclave.local bob {nick} End of /WHOIS list");
        self.0.expect(&end);
    }

    fn sees_come_back(&mut self, nick: &str) {
        let mode = format!("mode enclave.local &enclave +v {nick}");
        self.0.expect(&mode);
    }

    fn sees_leave(&mut self, nick: &str, text: &str) {
        self.0.expect(&format!("quit {nick} - {text}"));
        self.is_there(nick, false);
    }

    fn conversation(&mut self, _text: &str) -> String {
        self.0.output()
    }

    fn quits(mut self, text: &str) {
        self.0.tell(&format!("quit {text}"));
        self.0.expect(&format!("error - Closing link: {text}"));
        self.0.ends();
    }
}

impl Acts for PythonIrc {
    fn acts(&mut self, text: &str) {
        self.0.tell(&format!("act Alice {text}"));
    }

    fn sees_act(&mut self, nick: &str, text: &str) {
        self.0.expect(&format!("action {nick} bob {text}"));
    }
}

#[test]
#[ignore = "needs the Python library irc"]
fn python_irc_talks() {
    scenario::conversation(PythonIrc::start);
}

#[test]
#[ignore = "needs the Python library irc"]
fn python_irc_acts() {
    scenario::actions(PythonIrc::start);
}

#[test]
#[ignore = "needs the Python library irc"]
fn python_irc_sees_who_comes_and_goes() {
    scenario::presence(PythonIrc::start);
}

#[test]
#[ignore = "needs the Python library irc"]
fn python_irc_is_told_what_was_missed() {
    scenario::history(PythonIrc::start);
}
