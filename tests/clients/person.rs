//! Bob in front of irssi or weechat.

use super::scenario::{Acts, Bob, has_voice, time_of_day};
use super::support::Person;

impl Bob for Person {
    fn says(&mut self, text: &str) {
        self.talk_with("Alice");
        self.types(text);
    }

    fn hears(&mut self, nick: &str, text: &str) {
        self.talk_with(nick);
        self.sees(&[nick, text]);
    }

    fn hears_of_old(&mut self, nick: &str, text: &str, written: u64) {
        self.talk_with(nick);
        self.sees(&[&time_of_day(written), nick, text]);
    }

    fn sees_come(&mut self, nick: &str) {
        self.look_at("&enclave");
        self.sees(&[nick, "has joined"]);
        self.sees_come_back(nick);
    }

    fn sees_go_away(&mut self, nick: &str, text: &str) {
        self.look_at("&enclave");
        self.sees(&[&format!("[-v {nick}]")]);
        self.asks_who(nick, &["away", text]);
    }

    fn sees_come_back(&mut self, nick: &str) {
        self.look_at("&enclave");
        self.screen
            .wait_until("a voice", |shown| has_voice(shown, nick));
    }

    fn sees_leave(&mut self, nick: &str, text: &str) {
        self.look_at("&enclave");
        self.sees(&[nick, "has quit", text]);
    }

    fn conversation(&mut self, text: &str) -> String {
        self.hears("Alice", text);
        self.screen.text()
    }

    fn quits(self, text: &str) {
        self.types(&format!("/quit {text}"));
        self.screen.wait_for("[ended]");
    }
}

impl Acts for Person {
    fn acts(&mut self, text: &str) {
        self.talk_with("Alice");
        self.types(&format!("/me {text}"));
    }

    fn sees_act(&mut self, nick: &str, text: &str) {
        self.talk_with(nick);
        self.sees(&[&format!("{nick} {text}")]);
    }
}
