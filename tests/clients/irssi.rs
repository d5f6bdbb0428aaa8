//! irssi. How it is used is in [`person`](super::person).

use super::doors::{Doors, Home, PASSWORD};
use super::scenario::{self, setups};
use super::support::{Daemon, Person, Program, Screen};

fn irssi(gateway: &Daemon) -> Person {
    Person::start(Program::Irssi, "bob", gateway)
}

#[test]
#[ignore = "needs irssi and tmux"]
fn irssi_talks() {
    scenario::conversation(irssi);
}

#[test]
#[ignore = "needs irssi and tmux"]
fn irssi_acts() {
    scenario::actions(irssi);
}

#[test]
#[ignore = "needs irssi and tmux"]
fn irssi_sees_who_comes_and_goes() {
    scenario::presence(irssi);
}

#[test]
#[ignore = "needs irssi and tmux"]
fn irssi_shows_what_was_missed_with_its_time() {
    scenario::history(irssi);
}

#[test]
#[ignore = "needs irssi and tmux"]
fn irssi_talks_over_a_unix_socket() {
    let (alices, bobs) = setups();
    let alices = Daemon::start(alices);
    let bobs = Daemon::start(bobs.unix());
    scenario::talk(&alices, irssi(&bobs));
}

/// As the manual tells a person to set it up. The certificate is nobody's but our own, so it is
/// known by its fingerprint.
#[test]
#[ignore = "needs irssi and tmux"]
fn irssi_shows_its_password_over_tls() {
    let (doors, home) = (Doors::open(), Home::new());
    let (address, port) = (doors.bobs.setup.address, doors.tls);
    let folder = home.path().display();
    let screen = Screen::start(&home.command(&format!("irssi --home={folder} --noconnect")));
    screen.wait_for("Irssi");
    screen.type_line(&format!(
        "/network add -nick bob -sasl_mechanism PLAIN -sasl_username bob -sasl_password {PASSWORD} e"
    ));
    screen.wait_for("Network e saved");
    let pin = &doors.fingerprint;
    screen.type_line(&format!(
        "/server add -network e -tls -notls_verify -tls_pinned_cert {pin} {address} {port}"
    ));
    screen.wait_for(&format!("{address} saved"));
    screen.type_line("/connect e");
    screen.wait_for("SASL authentication succe");
    screen.wait_for("End of /MOTD");
    let mut alice = doors.alices.client("alice", &[]);
    screen.type_line("/msg Alice hello over TLS");
    alice.expect_text("Bob", "hello over TLS");
    let log = doors.bobs.output();
    assert!(!log.contains(PASSWORD), "{log}");
}
