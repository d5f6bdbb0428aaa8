//! irc-framework, the library that The Lounge and Kiwi are built on: a client with many
//! capabilities. The program is `irc_framework.js`.

use std::process::Command;

use super::driver::{Driver, beside, installed};
use super::scenario::{self, Acts, Bob};
use super::support::Daemon;

struct IrcFramework(Driver);

impl IrcFramework {
    fn start(gateway: &Daemon) -> Self {
        Self::with(gateway, &[])
    }

    /// A client that asks for these capabilities too.
    fn with(gateway: &Daemon, capabilities: &[&str]) -> Self {
        let mut command = Command::new("node");
        let modules = installed("node/node_modules/irc-framework");
        command.env("NODE_PATH", modules.with_file_name(""));
        command.arg(beside("irc_framework.js"));
        let mut driver = Driver::start(command, gateway, capabilities);
        driver.expect("registered bob");
        driver.expect("join bob &enclave");
        Self(driver)
    }

    /// Waits for a message, and returns when it was written, in seconds since 1970, and the
    /// type of the batch it was in, `-` where it was in none.
    fn message(&mut self, kind: &str, from: &str, to: &str, text: &str) -> (u64, String) {
        let fields = |line: &str| line.splitn(6, ' ').map(str::to_owned).collect::<Vec<_>>();
        let line = self.0.expect_line(text, |line| match &fields(line)[..] {
            [event, nick, target, _, _, said] => {
                [event, nick, target, said] == [kind, from, to, text]
            }
            _ => false,
        });
        let fields = fields(&line);
        (fields[3].parse().unwrap(), fields[4].clone())
    }
}

impl Bob for IrcFramework {
    fn says(&mut self, text: &str) {
        self.0.tell(&format!("say Alice {text}"));
    }

    fn hears(&mut self, nick: &str, text: &str) {
        self.message("privmsg", nick, "bob", text);
    }

    fn hears_of_old(&mut self, nick: &str, text: &str, written: u64) {
        let message = self.message("privmsg", nick, "bob", text);
        assert_eq!(message, (written, "chathistory".to_owned()));
        self.0.expect(&format!("batch end chathistory {nick} 1"));
    }

    fn sees_come(&mut self, nick: &str) {
        self.0.expect(&format!("join {nick} &enclave"));
        self.0.expect(&format!("mode &enclave +v {nick}"));
        self.0.tell(&format!("monitor {nick}"));
        self.0.expect(&format!("users online {nick}"));
    }

    fn sees_go_away(&mut self, nick: &str, text: &str) {
        self.0.expect(&format!("away {nick} {text}"));
        self.0.expect(&format!("mode &enclave -v {nick}"));
        self.0.tell(&format!("whois {nick}"));
        let who = self
            .0
            .expect_line("who it is", |line| line.starts_with("whois"));
        // An Enclave address says where somebody is, and who.
        let [_, _, host, account, _] = who.splitn(5, ' ').collect::<Vec<_>>()[..] else {
            panic!("{who}")
        };
        assert_eq!(host, account, "{who}");
        assert_eq!(who, format!("whois {nick} {host} {account} {text} {nick}"));
    }

    fn sees_come_back(&mut self, nick: &str) {
        self.0.expect(&format!("back {nick}"));
        self.0.expect(&format!("mode &enclave +v {nick}"));
    }

    fn sees_leave(&mut self, nick: &str, text: &str) {
        self.0.expect(&format!("quit {nick} {text}"));
        self.0.expect(&format!("users offline {nick}"));
    }

    fn conversation(&mut self, _text: &str) -> String {
        self.0.output()
    }

    fn quits(mut self, text: &str) {
        self.0.tell(&format!("quit {text}"));
        self.0.ends();
    }
}

impl Acts for IrcFramework {
    fn acts(&mut self, text: &str) {
        self.0.tell(&format!("act Alice {text}"));
    }

    fn sees_act(&mut self, nick: &str, text: &str) {
        let (_, batch) = self.message("action", nick, "bob", text);
        assert_eq!(batch, "-", "it was there when it happened");
    }
}

#[test]
#[ignore = "needs node and irc-framework"]
fn irc_framework_talks() {
    scenario::conversation(IrcFramework::start);
}

#[test]
#[ignore = "needs node and irc-framework"]
fn irc_framework_acts() {
    scenario::actions(IrcFramework::start);
}

#[test]
#[ignore = "needs node and irc-framework"]
fn irc_framework_sees_who_comes_and_goes() {
    scenario::presence(IrcFramework::start);
}

#[test]
#[ignore = "needs node and irc-framework"]
fn irc_framework_is_told_what_was_missed_in_a_batch_with_its_times() {
    scenario::history(IrcFramework::start);
}

/// A client that says it knows `draft/chathistory` is played nothing: it asks, and is told what
/// it has seen before too, and what its person has said.
#[test]
#[ignore = "needs node and irc-framework"]
fn irc_framework_asks_for_history() {
    let (alices, bobs) = scenario::gateways("");
    let mut alice = alices.client("alice", &["away-notify"]);
    let start = || IrcFramework::with(&bobs, &["draft/chathistory"]);
    let bob = scenario::leaves_after_a_talk(start(), &mut alice);
    bob.quits("back in the morning");
    alice.expect("Bob to be away", |line| line.is("AWAY", "Bob"));
    alice.send("PRIVMSG Bob :while you were away");
    alice.ask_service_until("outbox", "Nothing waits to be sent.");

    let mut bob = start();
    bob.0.tell("latest Alice 50");
    bob.0.expect("batch end chathistory Alice 3");
    let said = [
        ("Alice", "bob", "once is enough"),
        ("bob", "Alice", "I have seen it"),
        ("Alice", "bob", "while you were away"),
    ];
    let times = said.map(|(from, to, text)| {
        let (time, batch) = bob.message("privmsg", from, to, text);
        assert_eq!(batch, "chathistory", "{text}");
        time
    });
    assert!(times.is_sorted(), "{times:?}");
    // Played as well, it would have come before the answer.
    let shown = bob.0.output();
    assert_eq!(shown.matches("while you were away").count(), 1, "{shown}");
}
