//! A disk that takes nothing any more, and then does again: the person is told, writing is
//! refused, and nothing is lost that was accepted.

#![cfg(target_os = "linux")]
// The lints against `expect` are for the program: here a panic is how a test fails.
#![allow(clippy::expect_used)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use rustix::process::{Resource, Rlimit, getuid, prlimit};
use support::{Client, Daemon, Network, Peer, Setup};

/// What the writing client of these tests is capable of.
const CAPABILITIES: &[&str] = &["echo-message", "message-tags"];

/// How a node begins that confirms what it is sent.
const CONFIRMING: &str = r#"{"status":1,"status-message":"","features":["receipts"]}"#;

/// A disk that can be filled.
trait Disk {
    /// It takes nothing any more.
    fn fill(&self, gateway: &Daemon);
    /// It does again.
    fn make_room(&self, gateway: &Daemon);
}

/// No file may grow, as far as the system lets this process: to it, that is a disk which
/// refuses.
struct Limited;

impl Disk for Limited {
    fn fill(&self, gateway: &Daemon) {
        limit(gateway, Some(0));
    }

    fn make_room(&self, gateway: &Daemon) {
        limit(gateway, None);
    }
}

fn limit(gateway: &Daemon, size: Option<u64>) {
    let limit = Rlimit {
        current: size,
        maximum: None,
    };
    prlimit(Some(gateway.pid()), Resource::Fsize, limit).expect("a limit");
}

/// A file system in memory, which nobody but the gateway sees, full to its last byte.
struct Tiny {
    mounted_on: PathBuf,
}

impl Tiny {
    /// The file that fills it, on the way through the gateway's own view of all files.
    fn ballast(&self, gateway: &Daemon) -> PathBuf {
        let root = format!("/proc/{}/root", gateway.pid().as_raw_nonzero());
        let inside = self.mounted_on.strip_prefix("/").expect("a whole path");
        PathBuf::from(root).join(inside).join("ballast")
    }
}

impl Disk for Tiny {
    fn fill(&self, gateway: &Daemon) {
        let error = fs::write(self.ballast(gateway), vec![1; 8 * 1024 * 1024]);
        let error = error.expect_err("less room than that");
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }

    fn make_room(&self, gateway: &Daemon) {
        fs::remove_file(self.ballast(gateway)).expect("a ballast");
    }
}

/// John Smith is sent this, no other words before it, and confirms it.
fn expect_message(link: &mut support::Link, text: &str) {
    let packet = link.expect_message(text);
    link.send(format!(r#"{{"received":[{}]}}"#, packet["id"]));
}

/// Waits until all that happened is on the disk, so that the next to be refused is what is
/// written next.
fn come_to_rest(alice: &mut Client) {
    let deadline = Instant::now() + support::PATIENCE;
    loop {
        alice.send("PRIVMSG enclave :outbox");
        let answer = alice.expect("what waits", |line| line.nick() == "enclave");
        if answer.text().contains("Nothing waits") {
            break;
        }
        assert!(Instant::now() < deadline, "{answer}");
    }
    alice.settle();
    // The second question is answered when all that came before the first is stored.
    for _ in 0..2 {
        alice.send("PRIVMSG enclave :log JohnSmith 1");
        alice.expect_text("enclave", "before");
    }
}

/// Writes so much that what is in the way of a full disk, the free rest of a file, is used.
fn write_until_told(alice: &mut Client) -> Vec<String> {
    let mut written = Vec::new();
    loop {
        let text = format!("{} {}", written.len(), "x".repeat(350));
        alice.send(&format!("PRIVMSG JohnSmith :{text}"));
        let line = alice.expect("an echo, or trouble", |line| {
            line.is("PRIVMSG", "alice") || line.text().contains("Nothing can be stored")
        });
        written.push(text);
        if line.command == "NOTICE" {
            return written;
        }
    }
}

/// The story of a disk that is full for a while.
fn survive(setup: Setup, peer: &Peer, disk: &impl Disk) {
    let gateway = Daemon::start(setup);
    let mut link = peer.accept();
    link.send(CONFIRMING);
    let mut alice = gateway.client("alice", CAPABILITIES);
    alice.send("PRIVMSG JohnSmith :before");
    alice.expect_text("alice", "before");
    expect_message(&mut link, "before");
    come_to_rest(&mut alice);

    disk.fill(&gateway);
    let written = write_until_told(&mut alice);
    alice.send("PRIVMSG JohnSmith :refused");
    let refusal = alice.expect_numeric("404");
    assert!(refusal.text().contains("not taken"), "{refusal}");
    // A contact's words are shown, and not confirmed.
    let mut bystander = gateway.client("bystander", &[]);
    link.send(r#"{"message":"from John","id":"j-1"}"#);
    link.send(r#"{"message":"from John too","id":"j-2"}"#);

    disk.make_room(&gateway);
    // In what order her own words and his are shown meanwhile is not promised.
    let mut wanted = vec!["from John", "from John too"];
    wanted.extend(written.last().map(String::as_str));
    while !wanted.is_empty() {
        let line = alice.expect("words", |line| line.command == "PRIVMSG");
        assert_ne!(line.text(), "refused");
        wanted.retain(|text| *text != line.text());
    }
    bystander.expect_text("JohnSmith", "from John too");
    for text in &written {
        expect_message(&mut link, text);
    }
    let mut confirmed = Vec::new();
    while confirmed.len() < 2 {
        let packet = link.read_json();
        let ids = packet["received"].as_array().cloned().unwrap_or_default();
        confirmed.extend(ids);
    }
    assert_eq!(confirmed, ["j-1", "j-2"]);
    alice.send("PRIVMSG JohnSmith :after");
    alice.expect_text("alice", "after");
    expect_message(&mut link, "after");
}

fn john_and(more: impl FnOnce(Setup) -> Setup) -> (Setup, Peer) {
    let network = Network::new();
    let john = Peer::listen(&network);
    let setup = Setup::on(&network).contact("John Smith", john.address);
    (more(setup), john)
}

#[test]
fn a_disk_that_refuses_for_a_while_is_survived() {
    // It is a limit on the size of files, for which the system ends programs by default.
    let (setup, john) = john_and(|setup| setup);
    survive(setup, &john, &Limited);
}

#[test]
#[ignore = "mounts a file system, which needs root or the right to be root in a namespace"]
fn a_full_disk_is_survived() {
    let (mut setup, john) = john_and(|setup| setup);
    let state = setup.home().join("state");
    let mut enter = "unshare --mount".to_owned();
    if !getuid().is_root() {
        enter.push_str(" --user --map-root-user");
    }
    // Makes sure that it is a right that is missing, if something is.
    let works = Command::new("sh")
        .args(["-c", &format!("{enter} true")])
        .status();
    assert!(
        works.expect("a shell").success(),
        "`{enter}` is not allowed"
    );
    let inside = format!(
        "mount -t tmpfs -o size=1m none {} && exec \"$0\" \"$@\"",
        state.display()
    );
    setup = setup.after(&format!("exec {enter} sh -c '{inside}' \"$0\" \"$@\""));
    survive(setup, &john, &Tiny { mounted_on: state });
}
