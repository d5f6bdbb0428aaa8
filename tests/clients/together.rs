//! irssi and weechat with each other, and what only they can show.

use std::thread;
use std::time::{Duration, Instant};

use super::scenario::{gateways, has_voice, setups};
use super::support::{Daemon, Person, Program};

/// Alice with irssi, Bob with weechat; each has seen the other come.
fn people(alices: &Daemon, bobs: &Daemon) -> (Person, Person) {
    let alice = Person::start(Program::Irssi, "alice", alices);
    let bob = Person::start(Program::Weechat, "bob", bobs);
    alice.sees(&["[+v Bob]"]);
    bob.asks_who("Alice", &["Alice", "&enclave"]);
    (alice, bob)
}

/// About two thousand characters of words that are not found anywhere else.
fn long_text(mark: &str) -> (String, Vec<String>) {
    let words: Vec<String> = (1000..1250)
        .map(|number| format!("{mark}{number}é"))
        .collect();
    let text = words.join(" ");
    assert!(
        (1990..=2010).contains(&text.chars().count()),
        "{}",
        text.chars().count()
    );
    (text, words)
}

/// One says things to the other, who sees them.
fn talks_to(one: &Person, ones_nick: &str, other: &Person, others_nick: &str, mark: &str) {
    one.talk_with(others_nick);
    one.types(&format!("{mark} hello \u{1f600} there"));
    other.talk_with(ones_nick);
    other.sees(&[ones_nick, &format!("{mark} hello \u{1f600} there")]);
    let (text, words) = long_text(mark);
    one.types(&text);
    other.screen.wait_until("the long message", |shown| {
        words.iter().all(|word| shown.contains(word.as_str()))
    });
}

/// One goes away, is busy, and comes back; the other sees it.
fn absence_is_seen(one: &Person, ones_nick: &str, other: &Person, others_nick: &str) {
    one.talk_with(others_nick);
    one.types("/away lunch");
    other.look_at("&enclave");
    other.sees(&[&format!("[-v {ones_nick}]")]);
    other.talk_with(ones_nick);
    other.types("are you there?");
    other.sees(&[ones_nick, "away", "lunch"]);
    other.asks_who(ones_nick, &["away", "lunch"]);

    one.types("/away busy: cooking");
    // What is said after it arrives after it, so there is no need to guess when to ask.
    one.types("not now");
    other.talk_with(ones_nick);
    other.sees(&[ones_nick, "not now"]);
    other.asks_who(ones_nick, &["away", "Busy", "cooking"]);

    one.types("/away");
    other.look_at("&enclave");
    let back = |shown: &str| has_voice(shown, ones_nick);
    other
        .screen
        .wait_until("the voice of one who is back", back);
}

#[test]
#[ignore = "needs irssi, weechat and tmux"]
fn irssi_and_weechat_talk() {
    let (alices, bobs) = gateways("");
    let (alice, bob) = people(&alices, &bobs);
    talks_to(&alice, "Alice", &bob, "Bob", "wa");
    talks_to(&bob, "Bob", &alice, "Alice", "wb");
}

#[test]
#[ignore = "needs irssi, weechat and tmux"]
fn weechat_sees_how_one_in_irssi_is() {
    let (alices, bobs) = gateways("");
    let (alice, bob) = people(&alices, &bobs);
    absence_is_seen(&alice, "Alice", &bob, "Bob");
}

#[test]
#[ignore = "needs irssi, weechat and tmux"]
fn irssi_sees_how_one_in_weechat_is() {
    let (alices, bobs) = gateways("");
    let (alice, bob) = people(&alices, &bobs);
    absence_is_seen(&bob, "Bob", &alice, "Alice");
}

#[test]
#[ignore = "needs irssi, weechat and tmux"]
fn one_who_goes_and_comes_is_seen_in_the_roster_channel() {
    let (alices, bobs) = gateways("");
    let (alice, bob) = people(&alices, &bobs);
    alice.look_at("&enclave");
    let setup = bobs.stop();
    alice.sees(&["Bob", "has quit"]);
    let _bobs = Daemon::again(setup);
    alice.sees(&["Bob", "has joined"]);
    bob.reconnects();
    alice.screen.wait_until("Bob's voice, again", |shown| {
        shown.matches("[+v Bob]").count() >= 2
    });
    // Before the gateway, in whose folder the programs keep their files.
    drop((alice, bob));
}

#[test]
#[ignore = "needs irssi, weechat and tmux"]
fn quitting_is_being_away_with_that_text() {
    let (alices, bobs) = gateways("");
    let (alice, bob) = people(&alices, &bobs);
    bob.types("/quit good night from weechat");
    alice.look_at("&enclave");
    alice.sees(&["[-v Bob]"]);
    alice.asks_who("Bob", &["away", "good night from weechat"]);
    let bob = Person::start(Program::Weechat, "bob", &bobs);
    alice.types("/quit good night from irssi");
    bob.sees(&["[-v Alice]"]);
    bob.asks_who("Alice", &["away", "good night from irssi"]);
}

#[test]
#[ignore = "needs irssi, weechat and tmux"]
fn quitting_is_being_offline_where_the_node_goes_dark() {
    let (alices, bobs) = gateways("detached = \"offline\"");
    let (alice, bob) = people(&alices, &bobs);
    alice.look_at("&enclave");
    bob.types("/quit good night from weechat");
    alice.sees(&["Bob", "has quit", "good night from weechat"]);
    let bob = Person::start(Program::Weechat, "bob", &bobs);
    alice.screen.wait_until("Bob's return", |shown| {
        shown.matches("[+v Bob]").count() >= 2
    });
    alice.types("/quit good night from irssi");
    bob.sees(&["Alice", "has quit", "good night from irssi"]);
}

/// What waited for Bob through a restart, in a program that shows seconds.
fn what_waited_has_its_time(program: Program) {
    let (alices, bobs) = setups();
    let alices = Daemon::start(alices);
    let mut alice = alices.client_unsettled("alice", &["echo-message", "server-time"]);
    alice.send("PRIVMSG Bob :while you were away");
    let echo = alice.expect("the echo", |line| line.is("PRIVMSG", "alice"));
    let (written, told) = (echo.time_of_day(), Instant::now());

    let alices = alices.kill();
    let bobs = Daemon::start(bobs);
    let bob = Person::start(program, "bob", &bobs);
    // The second has to be another one. Nothing tells but the clock; as a rule it is by now.
    thread::sleep(Duration::from_secs(2).saturating_sub(told.elapsed()));
    let _alices = Daemon::again(alices);
    bob.look_at("&enclave");
    bob.sees(&["Alice", "has joined"]);
    bob.talk_with("Alice");
    bob.sees(&[&written, "Alice", "while you were away"]);
}

#[test]
#[ignore = "needs weechat and tmux"]
fn weechat_shows_when_it_was_written_what_waited_through_a_restart() {
    what_waited_has_its_time(Program::Weechat);
}

#[test]
#[ignore = "needs irssi and tmux"]
fn irssi_shows_when_it_was_written_what_waited_through_a_restart() {
    what_waited_has_its_time(Program::Irssi);
}
