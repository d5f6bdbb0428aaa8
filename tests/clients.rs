//! Real programs in real terminals: irssi and weechat, ii and sic, each on a gateway of its
//! own, as people use them.
//!
//! They need irssi, weechat, tmux, ii and sic, so they run only when asked for:
//! `cargo test -- --ignored`.

mod support;

use support::{Daemon, Network, Person, Program, Screen, Setup};

/// Alice's gateway and Bob's, each with the other as a contact; `more` goes into both
/// configurations' `[enclave]`.
fn gateways(more: &str) -> (Daemon, Daemon) {
    let network = Network::new();
    let one = Setup::on(&network).set("enclave", more);
    let two = Setup::on(&network).set("enclave", more);
    let (first, second) = (one.address, two.address);
    (
        Daemon::start(one.contact("Bob", second)),
        Daemon::start(two.contact("Alice", first)),
    )
}

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
    other
        .screen
        .wait_until("the voice of one who is back", |shown| {
            let given = shown.rfind(&format!("[+v {ones_nick}]"));
            given > shown.rfind(&format!("[-v {ones_nick}]"))
        });
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

#[test]
#[ignore = "needs ii, sic and tmux"]
fn ii_and_sic_talk() {
    let (alices, bobs) = gateways("");
    let (address, port) = (alices.setup.address, alices.setup.port);
    let folder = alices.setup.home().join("ii");
    let server = folder.join(address.to_string());
    let _ii = Screen::start(&format!(
        "ii -i {} -s {address} -p {port} -n alice",
        folder.display()
    ));
    // ii is used with files: what is written into `in` is said, `out` is what was heard.
    let heard = |conversation: &str| {
        Screen::start(&format!(
            "tail -n +1 -F '{}'",
            server.join(conversation).join("out").display()
        ))
    };
    heard("").wait_for("&enclave");

    let (address, port) = (bobs.setup.address, bobs.setup.port);
    let sic = Screen::start(&format!("sic -h {address} -p {port} -n bob"));
    sic.wait_for("&enclave");
    // What sic does not know it sends as it is; here, to be told when Alice is there.
    sic.type_line(":MONITOR + Alice");
    sic.wait_for("Alice!enclave@");

    let say = Screen::start("sh");
    say.type_line(&format!(
        "echo '/j Bob hello \u{1f600} from ii' > {}",
        server.join("in").display()
    ));
    sic.wait_for("hello \u{1f600} from ii");
    sic.type_line(":m Alice hello \u{1f600} from sic");
    let bob = heard("bob");
    bob.wait_for("hello \u{1f600} from sic");
    say.type_line(&format!(
        "echo 'and again' > {}",
        server.join("bob").join("in").display()
    ));
    sic.wait_for("and again");
}

/// What waited for Bob through a restart, in a program that shows seconds.
fn what_waited_has_its_time(program: Program, before: &[&str]) {
    let network = Network::new();
    let (one, two) = (Setup::on(&network), Setup::on(&network));
    let (first, second) = (one.address, two.address);
    let alices = Daemon::start(one.contact("Bob", second));
    let mut alice = alices.client_unsettled("alice", &["echo-message", "server-time"]);
    alice.send("PRIVMSG Bob :while you were away");
    let echo = alice.expect("the echo", |line| line.is("PRIVMSG", "alice"));
    let written = echo.time_of_day();

    let alices = alices.kill();
    let bobs = Daemon::start(two.contact("Alice", first));
    let bob = Person::start(program, "bob", &bobs);
    for setting in before {
        bob.types(setting);
    }
    // Nothing tells that a second has passed but the clock.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let _alices = Daemon::again(alices);
    bob.look_at("&enclave");
    bob.sees(&["Alice", "has joined"]);
    bob.talk_with("Alice");
    bob.sees(&[&written, "Alice", "while you were away"]);
}

#[test]
#[ignore = "needs weechat and tmux"]
fn weechat_shows_when_it_was_written_what_waited_through_a_restart() {
    what_waited_has_its_time(Program::Weechat, &[]);
}

#[test]
#[ignore = "needs irssi and tmux"]
fn irssi_shows_when_it_was_written_what_waited_through_a_restart() {
    let settings = ["/set show_server_time on", "/set timestamp_format %H:%M:%S"];
    what_waited_has_its_time(Program::Irssi, &settings);
}
