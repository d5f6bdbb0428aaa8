//! The program outlives whoever reads its log.

// What helps a test is no test to clippy.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Clients that come and go, until more is logged of them than any pipe holds.
const LOGGED: usize = 800;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Registers, waits for the welcome, and leaves.
fn attach_and_quit(socket: &Path) {
    let mut client = UnixStream::connect(socket).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
        .write_all(b"NICK alice\r\nUSER alice 0 * :alice\r\n")
        .unwrap();
    let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains(" 001 alice ")));
    client.write_all(b"QUIT\r\n").unwrap();
    assert!(lines.any(|line| line.unwrap().starts_with("ERROR ")));
}

/// A gateway with one door, whose log goes to a pipe.
fn start(home: &Path, socket: &Path, level: &str) -> Child {
    let config = home.join("config.toml");
    let listen = format!("[irc]\nlisten = [\"unix:{}\"]\n", socket.display());
    fs::write(&config, listen).unwrap();
    Command::new(env!("CARGO_BIN_EXE_enclave-irc"))
        .arg("--config")
        .arg(&config)
        .env("RUST_LOG", level)
        .env_remove("XDG_STATE_HOME")
        .env("HOME", home)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// It is started in a terminal that is closed later, or as `enclave-irc 2>&1 | head`.
#[test]
fn a_log_that_nobody_reads_any_more_does_not_end_the_program() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("irc");
    let mut gateway = start(home.path(), &socket, "info");
    let mut log = BufReader::new(gateway.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap().contains("can connect")));
    drop(log);
    // Each is logged, and the second finds the gateway alive.
    attach_and_quit(&socket);
    attach_and_quit(&socket);
    let id = Pid::from_child(&gateway);
    kill_process(id, Signal::TERM).unwrap();
    assert_eq!(gateway.wait().unwrap().code(), Some(0));
}

/// It is started as `enclave-irc 2>&1 | less`, or in a terminal where somebody presses Ctrl-S.
#[test]
fn a_log_that_nobody_reads_holds_up_nobody() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("irc");
    let mut gateway = start(home.path(), &socket, "trace");
    let mut log = BufReader::new(gateway.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("can connect") {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "it has ended");
    }
    // More than the pipe holds, and what waits before it: each is logged in many lines.
    for _ in 0..LOGGED {
        attach_and_quit(&socket);
    }
    let id = Pid::from_child(&gateway);
    kill_process(id, Signal::TERM).unwrap();
    assert_eq!(gateway.wait().unwrap().code(), Some(0));
    let kept: usize = log.lines().map(|line| line.unwrap().len()).sum();
    assert!(kept > 60_000, "only {kept} bytes were logged: too few");
}
