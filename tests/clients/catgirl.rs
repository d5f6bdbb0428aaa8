//! catgirl, which speaks nothing but TLS.

use std::fs;

use super::doors::{Doors, Home, PASSWORD};
use super::support::Screen;

#[test]
#[ignore = "needs catgirl and tmux"]
fn catgirl_talks_over_tls() {
    let (doors, home) = (Doors::open(), Home::new());
    let (address, port) = (doors.bobs.setup.address, doors.tls);
    let file = doors.bobs.setup.configuration();
    let certificate = fs::read(file.with_file_name("certificate.pem")).unwrap();
    home.put("gateway.pem", &certificate);
    // Our certificate is signed by nobody else: it has to be told which one to believe.
    let screen = Screen::start(&home.command(&format!(
        "catgirl -h {address} -p {port} -n bob -t ./gateway.pem -a bob:{PASSWORD}"
    )));
    screen.wait_for("All commands");
    let mut alice = doors.alices.client("alice", &[]);
    screen.type_line("/query Alice");
    screen.type_line("hello from catgirl");
    alice.expect_text("Bob", "hello from catgirl");
    alice.send("PRIVMSG Bob :hello to catgirl");
    screen.wait_for("hello to catgirl");
}
