//! A client that does not read while much becomes of contacts.

// The lints against `unwrap` are for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};
use support::{Client, Friend};

/// Changes of presence, and what each says: more than the system keeps for a client.
const CHANGES: usize = 20_000;
const TEXT: usize = 300;

/// A client whose side of the system keeps next to nothing for it.
fn narrow(friend: &Friend) -> Client {
    let setup = &friend.gateway.setup;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let door = SocketAddr::from((setup.address, setup.port));
    socket.connect(&door.into()).unwrap();
    Client::over_tcp(socket.into())
}

#[test]
fn it_is_told_what_became_of_a_contact_and_not_each_step_and_holds_up_nobody() {
    let mut friend = Friend::new(&["away-notify"]);
    let mut slow = narrow(&friend);
    slow.register("slow", &["away-notify"]);
    let padding = "x".repeat(TEXT);
    for number in 1..=CHANGES {
        friend.link.send(format!(
            r#"{{"status":2,"status-message":"{number} {padding}","timestamp":1700000000}}"#
        ));
    }
    friend
        .link
        .send(r#"{"message":"all said","timestamp":1700000000}"#);
    let last = format!("{CHANGES} x");
    friend.alice.expect("the last change", |line| {
        line.command == "AWAY" && line.parameters.iter().any(|text| text.starts_with(&last))
    });
    friend.alice.expect_text("JohnSmith", "all said");
    // Only now does the slow one read. Its contact has long been as it was in the end.
    let mut told = 0;
    loop {
        let away = slow.expect("to be told that he is away", |line| line.command == "AWAY");
        told += 1;
        if away.parameters.iter().any(|text| text.starts_with(&last)) {
            break;
        }
    }
    assert!(told < CHANGES / 2, "{told} of {CHANGES} changes");
    slow.expect_text("JohnSmith", "all said");
}
