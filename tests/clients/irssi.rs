//! irssi. How it is used is in [`person`](super::person).

use super::scenario;
use super::support::{Daemon, Person, Program};

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
