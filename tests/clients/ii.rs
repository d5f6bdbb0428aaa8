//! ii, which is used with files: what is written into `in` is done, `out` is what is heard.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::scenario::{self, Bob, has_voice};
use super::support::{Daemon, Screen};

struct Ii {
    program: Screen,
    /// Of the server: the folders of conversations are in it.
    folder: PathBuf,
    /// The server's `in`. It stays open: ii opens a pipe again that has no writer left, and
    /// what the next writer writes just then is lost.
    orders: File,
}

impl Ii {
    fn start(gateway: &Daemon) -> Self {
        let (address, port) = (gateway.setup.address, gateway.setup.port);
        // A new one each time: what was heard earlier stays in the files.
        let folder = gateway
            .setup
            .home()
            .join(format!("ii-{:x}", fastrand::u64(..)));
        let shown = folder.display();
        let program = Screen::start(&format!("ii -i {shown} -s {address} -p {port} -n bob"));
        let folder = folder.join(address.to_string());
        let heard = read(&folder, "");
        heard.wait_for("&enclave");
        let orders = OpenOptions::new()
            .write(true)
            .open(folder.join("in"))
            .unwrap();
        Self {
            program,
            folder,
            orders,
        }
    }

    /// Shows what was heard in a conversation, or from the server where that is empty.
    fn heard(&self, conversation: &str) -> Screen {
        read(&self.folder, conversation)
    }

    fn orders(&mut self, line: &str) {
        // In one piece: ii takes the beginning of a line for a pipe that has ended.
        let line = format!("{line}\n");
        self.orders.write_all(line.as_bytes()).unwrap();
    }
}

/// Shows a file `out`, which need not be there yet.
fn read(folder: &Path, conversation: &str) -> Screen {
    let out = folder.join(conversation.to_lowercase()).join("out");
    Screen::start(&format!("tail -n +1 -F '{}'", out.display()))
}

impl Bob for Ii {
    fn says(&mut self, text: &str) {
        self.orders(&format!("/j Alice {text}"));
    }

    fn hears(&mut self, nick: &str, text: &str) {
        self.heard(nick).wait_for(&format!("<{nick}> {text}"));
    }

    /// The times in its files are those of writing into them.
    fn hears_of_old(&mut self, nick: &str, text: &str, _written: u64) {
        self.hears(nick, text);
    }

    fn sees_come(&mut self, nick: &str) {
        let joined = self.heard("&enclave");
        joined.wait_until("the contact", |shown| {
            shown.contains(&format!("-!- {nick}(")) && shown.contains("has joined &enclave")
        });
        self.sees_come_back(nick);
    }

    fn sees_go_away(&mut self, nick: &str, text: &str) {
        let heard = self.heard("");
        heard.wait_for(&format!("-v {nick}"));
        // What ii does not know it sends as it is.
        self.orders(&format!("/WHOIS {nick}"));
        heard.wait_for(&format!("{nick} {text}"));
    }

    fn sees_come_back(&mut self, nick: &str) {
        self.heard("")
            .wait_until("a voice", |shown| has_voice(shown, nick));
    }

    fn sees_leave(&mut self, nick: &str, text: &str) {
        let line = self.heard("").wait_for("has quit");
        assert!(line.contains(&format!("-!- {nick}(")), "{line}");
        assert!(line.ends_with(&format!("\"{text}\"")), "{line}");
    }

    fn conversation(&mut self, text: &str) -> String {
        let heard = self.heard("Alice");
        heard.wait_for(&format!("<Alice> {text}"));
        heard.text()
    }

    fn quits(mut self, text: &str) {
        self.orders(&format!("/QUIT :{text}"));
        self.program.wait_for("[ended]");
    }
}

#[test]
#[ignore = "needs ii and tmux"]
fn ii_talks() {
    scenario::conversation(Ii::start);
}

#[test]
#[ignore = "needs ii and tmux"]
fn ii_sees_who_comes_and_goes() {
    scenario::presence(Ii::start);
}

#[test]
#[ignore = "needs ii and tmux"]
fn ii_shows_what_was_missed() {
    scenario::history(Ii::start);
}
