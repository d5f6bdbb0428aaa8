//! The program as a process: how it starts, refuses to start, and ends.

mod support;

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use support::{Daemon, Friend, Network, Setup};

#[test]
fn sigterm_says_goodbye_to_contacts_and_clients() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut friend = Friend::new(&[]);
        let started = Instant::now();
        friend.gateway.signal(signal);
        let goodbye = friend.link.read_json();
        assert_eq!(goodbye["status"], 0, "{goodbye}");
        friend.link.expect_end();
        let last = friend.alice.expect_end();
        assert!(last.iter().any(|line| line.command == "ERROR"), "{last:?}");
        assert_eq!(friend.gateway.wait(Duration::from_secs(10)), Some(0));
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{:?}",
            started.elapsed()
        );
    }
}

#[test]
fn a_peer_and_a_client_that_do_not_read_do_not_hold_up_the_end() {
    let mut friend = Friend::new(&["echo-message"]);
    friend
        .alice
        .flood(&format!("PRIVMSG JohnSmith :{}", "x".repeat(400)));
    let started = Instant::now();
    friend.gateway.signal(Signal::TERM);
    assert_eq!(friend.gateway.wait(Duration::from_secs(20)), Some(0));
    assert!(
        started.elapsed() < Duration::from_secs(6),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_second_instance_is_refused() {
    let network = Network::new();
    let first = Daemon::start(Setup::on(&network));
    let second = first.setup.run(&[]);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(second.output.contains("already runs"), "{}", second.output);
    first.client("alice", &[]).settle();
}

#[test]
fn a_port_that_is_taken_is_named() {
    let network = Network::new();
    let setup = Setup::on(&network);
    let _taken = TcpListener::bind((setup.address, setup.port)).expect("a port");
    setup.write();
    let ended = setup.run(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let door = format!("{}:{}", setup.address, setup.port);
    assert!(ended.output.contains(&door), "{}", ended.output);
}

#[test]
fn all_mistakes_in_the_configuration_are_told_at_once_with_their_lines() {
    let network = Network::new();
    let setup = Setup::on(&network);
    fs::write(
        setup.configuration(),
        "[enclave]\nport = 99999\nnetwork = [\"fc00::/8\"]\ngrace = \"soon\"\n\n[irc]\nlisten = 7\n",
    )
    .expect("a configuration");
    fs::write(
        setup.contacts(),
        "[[contact]]\nname = \"A\"\naddress = \"nowhere\"\n\n[[contact]]\naddress = \"fc00::1\"\n",
    )
    .expect("an address book");
    for arguments in [&[][..], &["check"]] {
        let ended = setup.run(arguments);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        for part in [
            "config.toml:2",
            "config.toml:3",
            "config.toml:4",
            "config.toml:7",
            "network",
            "grace",
            "listen",
        ] {
            assert!(
                ended.output.contains(part),
                "{part} is not in\n{}",
                ended.output
            );
        }
        for part in ["contacts.toml:3", "nowhere"] {
            assert!(
                ended.output.contains(part),
                "{part} is not in\n{}",
                ended.output
            );
        }
    }
}

#[test]
fn two_contacts_with_one_address_or_nick_are_a_mistake() {
    let network = Network::new();
    let (one, two) = (network.address(), network.address());
    for (second, what) in [
        (format!("name = \"B\"\naddress = \"{one}\"\n"), "address"),
        (
            format!("name = \"B\"\naddress = \"{two}\"\nnick = \"JOHN\"\n"),
            "nick",
        ),
    ] {
        let setup = Setup::on(&network).book(&format!(
            "[[contact]]\nname = \"A\"\naddress = \"{one}\"\nnick = \"john\"\n\n[[contact]]\n{second}"
        ));
        setup.write();
        let ended = setup.run(&["check"]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(
            ended.output.contains("contacts.toml:") && ended.output.contains(what),
            "{ended:?}"
        );
    }
}

#[test]
fn our_own_address_in_the_book_is_a_mistake() {
    let setup = Setup::on(&Network::new());
    let own = setup.address;
    let setup = setup.contact("Me", own);
    setup.write();
    let ended = setup.run(&["check"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.output.contains(&own.to_string()), "{}", ended.output);
}

#[test]
fn a_password_that_is_no_hash_is_refused_and_not_shown() {
    let network = Network::new();
    let setup = Setup::on(&network).set("irc", "password = \"hunter2\"");
    setup.write();
    let ended = setup.run(&["check"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let output = &ended.output;
    assert!(output.contains("enclave-irc password"), "{output}");
    assert!(!output.contains("hunter2"), "{output}");
    let setup = Setup::on(&network).set("irc", "password = \"\"");
    setup.write();
    assert_eq!(setup.run(&["check"]).code, Some(0));
}

#[test]
fn check_says_what_would_be_used() {
    let network = Network::new();
    let setup = Setup::on(&network).contact("John Smith", network.address());
    setup.write();
    let ended = setup.run(&["check"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.output.contains(&setup.address.to_string()),
        "{}",
        ended.output
    );
}

#[test]
fn wrong_usage_and_a_named_file_that_is_not_there_are_exit_code_2() {
    let setup = Setup::on(&Network::new());
    setup.write();
    for arguments in [
        &["--bogus"][..],
        &["bogus"],
        &["--config", "no-such-file.toml"],
    ] {
        let ended = setup.run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
    }
    assert!(
        setup
            .run(&["--config", "no-such-file.toml"])
            .output
            .contains("no-such-file.toml")
    );
    let version = setup.run(&["--version"]);
    assert_eq!(version.code, Some(0));
    assert!(version.output.contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_bad_configuration_at_sighup_changes_nothing_and_says_so() {
    let mut friend = Friend::new(&[]);
    fs::write(
        friend.gateway.setup.configuration(),
        "[enclave]\nport = \"x\"\n",
    )
    .expect("a file");
    friend.gateway.signal(Signal::HUP);
    friend.alice.expect_text("enclave", "config.toml");
    friend.still_talks();
}

#[test]
fn an_address_that_is_not_there_yet_is_no_mistake() {
    let network = Network::new();
    let setup = Setup::on(&network)
        .networks("fc00::/8")
        .replace_address("auto");
    let gateway = Daemon::start(setup);
    let mut alice = gateway.client_unsettled("alice", &[]);
    alice.expect("that there is no mesh address", |line| {
        line.nick() == "enclave" && line.text().contains("address")
    });
}

#[test]
fn nothing_a_peer_wrote_is_in_the_log() {
    let mut friend = Friend::with(&[], |setup| setup.set("log", "level = \"trace\""));
    friend.link.send(
        r#"{"status":2,"status-message":"sekrit-status","alias":"sekrit-alias","message":"sekrit-words"}"#,
    );
    friend.link.send("sekrit-garbage");
    friend.still_talks();
    friend.alice.send("PRIVMSG JohnSmith :sekrit-answer");
    friend.link.expect_message("sekrit-answer");
    friend.gateway.signal(Signal::TERM);
    friend.gateway.wait(support::PATIENCE);
    assert!(
        !friend.gateway.output().contains("sekrit"),
        "{}",
        friend.gateway.output()
    );
}
