//! When all is quiet: what a gateway still has, asked through clients that take their time.

use std::time::Instant;

use crate::judge::Seen;
use crate::person::seen;
use crate::support::{Daemon, Line, PATIENCE};

/// What the clients of this test are capable of.
const CAPABILITIES: &[&str] = &["echo-message", "message-tags", "server-time"];

/// Asks until nothing waits to be sent. Under a name of its own: what this client is shown
/// is nobody's.
pub fn empty_outbox(gateway: &Daemon, nick: &str) {
    let mut client = gateway.client_unsettled(&format!("{nick}2"), &[]);
    let deadline = Instant::now() + PATIENCE;
    loop {
        client.send("PRIVMSG enclave :outbox");
        let answer = client.expect("what waits", |line| {
            line.nick() == "enclave"
                && ["Nothing waits", " for "]
                    .iter()
                    .any(|part| line.text().contains(part))
        });
        if answer.text().contains("Nothing waits to be sent") {
            return;
        }
        assert!(Instant::now() < deadline, "{answer}");
    }
}

/// Attaches, and returns what the client is shown of the other.
pub fn attach(gateway: &Daemon, nick: &str, other: &str) -> Vec<Seen> {
    let mut client = gateway.client_unsettled(nick, CAPABILITIES);
    // Answered by the store, behind the question what the client has missed.
    client.send(&format!("PRIVMSG enclave :log {other} 1"));
    let (mut lines, deadline) = (Vec::new(), Instant::now() + PATIENCE);
    let is_log = |line: &Line| line.nick() == "enclave" && line.text().contains('<');
    while !lines.iter().any(is_log) {
        assert!(Instant::now() < deadline, "the log was not shown");
        lines.extend(client.settle());
    }
    // Twice, for what it has answered may lead to another question.
    lines.extend(client.settle());
    lines.extend(client.settle());
    client.quit("");
    let shown = lines.iter().filter(|line| line.is("PRIVMSG", other));
    shown.map(seen).collect()
}
