//! What outlives the process, on real files: the message store.

// The lints against `expect` are for the program: here a panic is how a test fails.
#![allow(clippy::expect_used)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use support::{Client, Daemon, Friend, Line, Link, Network, Peer, Setup};

/// What the writing client of these tests is capable of.
const CAPABILITIES: &[&str] = &["echo-message", "message-tags", "server-time"];

/// How a node begins that confirms what it is sent.
const CONFIRMING: &str = r#"{"status":1,"status-message":"","features":["receipts"]}"#;

/// A gateway whose contact, John Smith, is at an address where nobody is.
fn lonely(more: impl FnOnce(Setup) -> Setup) -> (Daemon, Peer) {
    let network = Network::new();
    let john = Peer::silent(&network, network.address());
    let setup = Setup::on(&network).contact("John Smith", john.address);
    (Daemon::start(more(setup)), john)
}

/// Writes to John Smith and returns the echo: it is accepted.
fn write(alice: &mut Client, text: &str) -> Line {
    alice.send(&format!("PRIVMSG JohnSmith :{text}"));
    alice.expect_text("alice", text)
}

/// Reads a packet with a message in it, and confirms it.
fn take_message(link: &mut Link) -> Value {
    loop {
        let packet = link.read().parse::<Value>().expect("JSON");
        if !packet["message"].is_null() {
            link.send(format!(r#"{{"received":[{}]}}"#, packet["id"]));
            return packet;
        }
    }
}

/// John Smith connects, and takes what waits for him: these texts, in this order.
fn delivers(gateway: &Daemon, john: &Peer, texts: &[&str]) -> Link {
    let mut link = john.dial(gateway);
    link.send(CONFIRMING);
    for text in texts {
        assert_eq!(take_message(&mut link)["message"], *text);
    }
    link
}

/// Waits until nothing waits to be sent: what was confirmed has come.
fn empty_outbox(alice: &mut Client) {
    let deadline = Instant::now() + support::PATIENCE;
    loop {
        alice.send("PRIVMSG enclave :outbox");
        let answer = alice.expect("what waits", |line| line.nick() == "enclave");
        if answer.text().contains("Nothing waits") {
            return;
        }
        assert!(Instant::now() < deadline, "{answer}");
    }
}

/// A stopped gateway with a message in its store.
fn with_a_message() -> Setup {
    let (gateway, _) = lonely(|setup| setup);
    write(&mut gateway.client("alice", CAPABILITIES), "a message");
    gateway.stop()
}

/// Runs the program on a file that it refuses, and returns what it says.
fn refused(setup: &Setup) -> String {
    let store = setup.store();
    let before = fs::read(&store).expect("a store");
    let ended = setup.run(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.output.contains(&store.display().to_string()),
        "{}",
        ended.output
    );
    assert!(
        !ended.output.contains("IRC clients can connect"),
        "{}",
        ended.output
    );
    assert_eq!(fs::read(&store).expect("a store"), before);
    ended.output
}

#[test]
fn a_damaged_store_is_refused_and_left_as_it_is() {
    let setup = with_a_message();
    let mut bytes = fs::read(setup.store()).expect("a store");
    bytes[4096..].fill(0x5a);
    fs::write(setup.store(), bytes).expect("a damaged store");
    let output = refused(&setup);
    for part in ["damaged", "backup"] {
        assert!(output.contains(part), "{output}");
    }
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_as_it_is() {
    let setup = with_a_message();
    let mut bytes = fs::read(setup.store()).expect("a store");
    // SQLite's header has `user_version` there.
    bytes[60..64].copy_from_slice(&1000u32.to_be_bytes());
    fs::write(setup.store(), bytes).expect("a newer store");
    let output = refused(&setup);
    assert!(output.contains("newer version"), "{output}");
}

#[test]
fn something_else_in_its_place_is_refused_and_left_as_it_is() {
    let setup = with_a_message();
    fs::write(setup.store(), "Dear diary, ".repeat(50)).expect("a file");
    let output = refused(&setup);
    assert!(output.contains("not a message store"), "{output}");
}

#[test]
fn nobody_else_can_read_what_is_kept_whatever_the_umask_says() {
    let (gateway, _) = lonely(|setup| setup.after("umask 0"));
    write(&mut gateway.client("alice", CAPABILITIES), "a secret");
    let folder = gateway.setup.home().join("state/enclave-irc");
    let mode = |path: &Path| path.metadata().expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut found = 0;
    for file in folder.read_dir().expect("a folder") {
        let path = file.expect("a file").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        found += 1;
    }
    assert!(found >= 2, "the store and its log at least");
}

#[test]
fn messages_wait_for_an_absent_contact_through_a_restart_with_their_times() {
    for crash in [false, true] {
        let (gateway, john) = lonely(|setup| setup);
        let mut alice = gateway.client("alice", CAPABILITIES);
        let texts = ["one", "two", "three \u{1f600}"];
        let echoes = texts.map(|text| write(&mut alice, text));
        // Until then it could be the time of the restart.
        the_clock_moves_on();
        let gateway = Daemon::again(if crash {
            gateway.kill()
        } else {
            gateway.stop()
        });

        let mut link = john.dial(&gateway);
        link.send(CONFIRMING);
        for (text, echo) in texts.iter().zip(&echoes) {
            let packet = take_message(&mut link);
            assert_eq!(packet["message"], *text);
            assert_eq!(packet["id"], echo.tag("msgid").expect("a msgid"));
            let time = packet["timestamp"].as_i64().expect("a time");
            let shown = echo.tag("time").expect("a time");
            let shown: jiff::Timestamp = shown.parse().expect("a time");
            assert_eq!(time, shown.as_second());
        }
        let mut alice = gateway.client("alice", CAPABILITIES);
        empty_outbox(&mut alice);
        // Not again, on a new connection.
        drop(link);
        alice.expect("him leave", |line| line.is("QUIT", "JohnSmith"));
        let mut link = delivers(&gateway, &john, &[]);
        write(&mut alice, "four");
        assert_eq!(take_message(&mut link)["message"], "four");
    }
}

/// Waits until the clock shows another second, and another: nothing else tells.
fn the_clock_moves_on() {
    let seconds = || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.expect("a time").as_secs()
    };
    let before = seconds();
    while seconds() < before + 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_store_is_where_the_configuration_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("elsewhere.db");
    let line = format!("path = \"{}\"", path.display());
    let (gateway, john) = lonely(|setup| setup.set("store", &line));
    write(&mut gateway.client("alice", CAPABILITIES), "kept elsewhere");
    let usual = gateway.setup.store();
    let setup = gateway.stop();
    assert!(contains(&path, "kept elsewhere"));
    assert!(!usual.exists());
    delivers(&Daemon::again(setup), &john, &["kept elsewhere"]);
}

#[test]
fn two_gateways_on_one_store_are_refused_even_with_folders_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shared.db");
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    let line = |path: &Path| format!("path = \"{}\"", path.display());
    let (first, _) = lonely(|setup| setup.set("store", &line(&path)));
    let mut alice = first.client("alice", CAPABILITIES);
    for path in [&path, &link] {
        let second = Setup::on(&Network::new()).set("store", &line(path));
        second.write();
        let ended = second.run(&[]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        for part in ["already", "shared.db", "store"] {
            assert!(ended.output.contains(part), "{}", ended.output);
        }
    }
    write(&mut alice, "undisturbed");
    drop(first);
    let second = Setup::on(&Network::new()).set("store", &line(&path));
    Daemon::start(second).client("bob", &[]);
}

#[test]
fn with_history_none_a_text_is_gone_once_it_was_confirmed_and_seen() {
    let (gateway, john) = lonely(|setup| setup.set("store", "history = \"none\""));
    let folder = gateway.setup.home().join("state/enclave-irc");
    let mut alice = gateway.client("alice", CAPABILITIES);
    write(&mut alice, "words-of-alice");
    assert!(contains(&folder, "words-of-alice"), "it waits there");

    let mut link = delivers(&gateway, &john, &["words-of-alice"]);
    link.send(r#"{"message":"words-of-john","id":"j-1"}"#);
    alice.expect_text("JohnSmith", "words-of-john");
    let receipt: Value = link.read().parse().expect("JSON");
    assert_eq!(receipt["received"][0], "j-1");
    empty_outbox(&mut alice);
    // By now she has answered the PING that asked whether she has seen it.
    alice.quit("");
    let _setup = gateway.stop();
    for words in ["words-of-alice", "words-of-john"] {
        assert!(!contains(&folder, words), "{words}");
    }
}

#[test]
fn with_history_none_a_text_stays_until_a_client_has_seen_it() {
    let friend = Friend::with(&[], |setup| setup.set("store", "history = \"none\""));
    let (gateway, mut link) = (friend.gateway, friend.link);
    friend.alice.quit("");
    link.send(CONFIRMING);
    link.send(r#"{"message":"while she was away","id":"j-1"}"#);
    while !link.read().contains("j-1") {}
    let gateway = Daemon::again(gateway.kill());
    let mut alice = gateway.client_unsettled("alice", CAPABILITIES);
    let line = alice.expect_text("JohnSmith", "while she was away");
    assert_eq!(line.tag("msgid"), Some("j-1"));
}

/// Whether the file, or a file in the folder, has this text in it.
fn contains(path: &Path, text: &str) -> bool {
    if path.is_dir() {
        let mut files = path.read_dir().expect("a folder");
        return files.any(|file| contains(&file.expect("a file").path(), text));
    }
    let bytes = fs::read(path).expect("a file");
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}
