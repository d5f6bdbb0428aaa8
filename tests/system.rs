//! The system around the program: its limits, and where its log goes.

// What helps a test is no test to clippy.
#![allow(clippy::expect_used)]

mod support;

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use support::{Daemon, Link, Network, PATIENCE, Peer, Setup};

/// A limit on open files of which half is left for peers.
const FEW: usize = 64;

#[cfg(target_os = "linux")]
#[test]
fn the_limit_on_open_files_is_raised_to_the_hard_one() {
    let setup = Setup::on(&Network::new()).after("ulimit -Sn 100; ulimit -Hn 300");
    let gateway = Daemon::start(setup);
    let process = gateway.pid().as_raw_nonzero();
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).expect("limits");
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let line = line.expect("a limit");
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words[3..5], ["300", "300"], "{line}");
}

/// Contacts, for strangers have fewer places than any limit leaves.
#[test]
fn peers_beyond_the_limit_are_closed_at_once_and_clients_still_come_in() {
    let network = Network::new();
    let addresses: Vec<Ipv4Addr> = (0..=FEW / 2).map(|_| network.address()).collect();
    let mut setup = Setup::on(&network).after(&format!("ulimit -n {FEW}"));
    for (number, address) in addresses.iter().enumerate() {
        setup = setup.contact(&format!("Friend{number}"), *address);
    }
    let gateway = Daemon::start(setup);
    let call = |address: &Ipv4Addr| Peer::silent(&network, *address).dial(&gateway);
    let mut links: Vec<Link> = addresses.iter().map(call).collect();
    // Dials take places, too, while they last, so it is not fixed who is turned away.
    let is_closed = |link: &mut Link| matches!(link.read_within(PATIENCE), Ok(None));
    assert!(links.iter_mut().any(is_closed), "nobody was turned away");
    gateway.wait_for_output("no room for more than 32 connections with peers");
    gateway.client("alice", &[]).settle();
}

/// What is logged up to `end` into a file that is the journal, as far as the program can
/// tell, or is not.
fn logged(setup: &Setup, is_journal: bool, end: &str) -> String {
    let path = setup.home().join("log");
    let log = File::create(&path).expect("a log");
    let found = log.metadata().expect("a file");
    let inode = if is_journal {
        found.ino()
    } else {
        found.ino() + 1
    };
    let mut command = setup.command(&[]);
    command
        .env("JOURNAL_STREAM", format!("{}:{inode}", found.dev()))
        .stdout(Stdio::null())
        .stderr(log);
    let mut gateway = command.spawn().expect("the program");
    let deadline = std::time::Instant::now() + PATIENCE;
    while !fs::read_to_string(&path).expect("a log").contains(end) {
        assert!(std::time::Instant::now() < deadline, "nothing is logged");
        // Nothing tells when a file was written.
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let _ = gateway.kill();
    let _ = gateway.wait();
    fs::read_to_string(&path).expect("a log")
}

#[test]
fn in_the_journal_lines_have_a_priority_and_no_time_of_their_own() {
    let setup = Setup::on(&Network::new());
    setup.write();
    let log = logged(&setup, true, "connect to");
    assert!(log.starts_with("<6>IRC clients can connect to "), "{log}");
    let log = logged(&setup, false, "connect to");
    assert!(
        log.starts_with("20") && log.contains("Z  INFO IRC clients"),
        "{log}"
    );
}

#[test]
fn why_it_does_not_start_is_an_error_in_the_journal() {
    let setup = Setup::on(&Network::new());
    fs::write(setup.configuration(), "[enclave]\na = 1\nb = 2\n").expect("a configuration");
    let log = logged(&setup, true, "config.toml:3: ");
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(log.lines().all(|line| line.starts_with("<3>")), "{log}");
}

#[test]
fn rust_log_wins_and_one_that_cannot_be_read_is_said() {
    for (value, says, is_silent_about) in [
        ("warn", "", "can connect"),
        ("enclave_irc::daemon=debug", "can connect", "RUST_LOG"),
        ("=/=", "RUST_LOG cannot be read", "nothing"),
    ] {
        let setup = Setup::on(&Network::new()).after(&format!("export RUST_LOG='{value}'"));
        let mut gateway = Daemon::start(setup);
        gateway.client("alice", &[]).settle();
        gateway.signal(rustix::process::Signal::TERM);
        assert_eq!(gateway.wait(PATIENCE), Some(0));
        let output = gateway.output();
        assert!(output.contains(says), "{value}: {output}");
        assert!(!output.contains(is_silent_about), "{value}: {output}");
    }
}

/// Whoever connects in a loop must not fill the journal.
#[test]
fn what_comes_again_and_again_is_logged_a_few_times() {
    let gateway = Daemon::start(Setup::on(&Network::new()));
    for _ in 0..70 {
        let mut web = gateway.connect();
        web.send_bytes(b"GET / HTTP/1.1\r\n");
        web.expect_end();
    }
    let output = gateway.output();
    assert_eq!(
        output
            .matches("closed a connection that speaks HTTP")
            .count(),
        60
    );
}
