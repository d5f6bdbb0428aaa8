//! The library `ws` (Node), as a program that is no browser and says where it comes from. The
//! program is `websocket.js`.

use std::process::Command;

use super::doors::Doors;
use super::driver::{Driver, beside, installed};

fn start(doors: &Doors, origin: &str) -> Driver {
    let mut command = Command::new("node");
    let modules = installed("node/node_modules/ws");
    command.env("NODE_PATH", modules.with_file_name(""));
    command.arg(beside("websocket.js"));
    let url = format!("ws://{}:{}/", doors.bobs.setup.address, doors.web);
    command.args([&url, origin]);
    Driver::run(command)
}

#[test]
#[ignore = "needs node and ws"]
fn ws_talks() {
    let doors = Doors::open();
    let mut alice = doors.alices.client("alice", &[]);
    let origin = format!("http://{}:8000", doors.bobs.setup.address);
    let mut bob = start(&doors, &origin);
    bob.expect("open text.ircv3.net");
    bob.tell("NICK bob");
    bob.tell("USER bob 0 * :Bob");
    bob.expect_line("a welcome", |line| line.contains(" 001 bob "));
    bob.tell("PRIVMSG Alice :hello äöü \u{1f600} over WebSocket");
    alice.expect_text("Bob", "hello äöü \u{1f600} over WebSocket");
    alice.send("PRIVMSG Bob :hello to the web");
    bob.expect_line("a message", |line| {
        line.ends_with("PRIVMSG bob :hello to the web")
    });
    bob.tell("QUIT :bye");
    bob.ends();
}

#[test]
#[ignore = "needs node and ws"]
fn ws_is_refused_with_the_origin_of_another_site() {
    let doors = Doors::open();
    let mut bob = start(&doors, "http://evil.example");
    bob.expect("error Unexpected server response: 403");
    bob.ends();
    let log = "it comes from a page of \"http://evil.example\"";
    doors.bobs.wait_for_output(log);
}
