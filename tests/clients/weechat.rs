//! weechat. How it is used is in [`person`](super::person).

use super::scenario;
use super::support::{Daemon, Person, Program};

fn weechat(gateway: &Daemon) -> Person {
    Person::start(Program::Weechat, "bob", gateway)
}

#[test]
#[ignore = "needs weechat and tmux"]
fn weechat_talks() {
    scenario::conversation(weechat);
}

#[test]
#[ignore = "needs weechat and tmux"]
fn weechat_acts() {
    scenario::actions(weechat);
}

#[test]
#[ignore = "needs weechat and tmux"]
fn weechat_sees_who_comes_and_goes() {
    scenario::presence(weechat);
}

#[test]
#[ignore = "needs weechat and tmux"]
fn weechat_shows_what_was_missed_with_its_time() {
    scenario::history(weechat);
}
