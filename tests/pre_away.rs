//! `draft/pre-away`: clients that connect by themselves.

mod support;

use support::{Client, Daemon, Friend};

/// A client registers that nobody sits at, as its program says before it is registered.
fn unattended(gateway: &Daemon, nick: &str) -> Client {
    let mut client = gateway.connect();
    client.send("CAP REQ draft/pre-away");
    client.send("AWAY *");
    client.expect_numeric("306");
    client.register(nick, &["draft/pre-away"]);
    client
}

#[test]
fn contacts_hear_nothing_of_a_client_that_connects_by_itself() {
    let friend = Friend::new(&[]);
    let (gateway, mut link) = (friend.gateway, friend.link);
    friend.alice.quit("good night");
    link.expect(r#"{"status":2,"status-message":"good night","timestamp":N}"#);
    let phone = unattended(&gateway, "phone");
    phone.quit("not a word to them");
    let mut phone = unattended(&gateway, "phone");
    link.expect_no_byte();
    phone.ask("AWAY", "305");
    link.expect(support::friend::AVAILABLE);
    phone.ask("AWAY *", "306");
    link.expect(r#"{"status":2,"status-message":"","timestamp":N}"#);
}
