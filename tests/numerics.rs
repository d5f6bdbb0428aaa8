//! Each command that a client may send, and the numerics that answer it.

mod support;

use support::{Client, Daemon, Friend, Network, Setup};

fn alone() -> (Daemon, Client) {
    let gateway = Daemon::start(Setup::on(&Network::new()));
    let client = gateway.client("alice", &[]);
    (gateway, client)
}

/// Asks each question and checks that the numeric comes, that each parameter named is where
/// it is expected, and that the text is not empty.
fn answers(client: &mut Client, table: &[(&str, &str, &[&str])]) {
    for (question, numeric, parameters) in table {
        let line = client.ask(question, numeric);
        assert_eq!(
            &line.parameters[1..=parameters.len()],
            *parameters,
            "{question} got {line}"
        );
        assert!(!line.text().is_empty(), "{question} got {line}");
        client.settle();
    }
}

#[test]
fn every_error_has_its_numeric() {
    let (_gateway, mut alice) = alone();
    answers(
        &mut alice,
        &[
            ("BOGUS x", "421", &["BOGUS"]),
            ("bogus", "421", &[]),
            ("PRIVMSG nobody :x", "401", &["nobody"]),
            ("WHOIS nobody", "401", &["nobody"]),
            ("PRIVMSG #elsewhere :x", "403", &["#elsewhere"]),
            ("JOIN #elsewhere", "403", &["#elsewhere"]),
            ("JOIN elsewhere", "403", &["elsewhere"]),
            ("PART #elsewhere", "403", &["#elsewhere"]),
            ("MODE #elsewhere", "403", &["#elsewhere"]),
            ("TOPIC #elsewhere", "403", &["#elsewhere"]),
            ("WHOWAS nobody", "406", &["nobody"]),
            ("PING :", "409", &[]),
            ("CAP BOGUS", "410", &["BOGUS"]),
            ("PRIVMSG", "411", &[]),
            ("PRIVMSG enclave", "412", &[]),
            ("PRIVMSG enclave :", "412", &[]),
            ("NICK", "431", &[]),
            ("NICK 1alice", "432", &["1alice"]),
            ("NICK enclave", "432", &["enclave"]),
            ("WHOIS", "431", &[]),
            ("WHOWAS", "431", &[]),
            ("JOIN", "461", &["JOIN"]),
            ("PART", "461", &["PART"]),
            ("MODE", "461", &["MODE"]),
            ("TOPIC", "461", &["TOPIC"]),
            ("ISON", "461", &["ISON"]),
            ("USERHOST", "461", &["USERHOST"]),
            ("MONITOR", "461", &["MONITOR"]),
            ("SETNAME", "461", &["SETNAME"]),
            ("USER a 0 * :a", "462", &[]),
            ("PASS x", "462", &[]),
            ("MODE alice +Z", "501", &[]),
            ("MODE enclave +i", "502", &[]),
        ],
    );
}

#[test]
fn a_notice_is_never_answered_with_an_error() {
    let (_gateway, mut alice) = alone();
    alice.send("NOTICE nobody :x");
    alice.send("NOTICE");
    alice.send("NOTICE enclave");
    alice.expect_silence();
}

#[test]
fn a_line_too_long_is_refused_and_the_connection_stays() {
    let mut friend = Friend::new(&[]);
    friend
        .alice
        .send(&format!("PRIVMSG JohnSmith :{}", "x".repeat(20_000)));
    friend.alice.expect_numeric("417");
    friend.alice.send("PRIVMSG JohnSmith :short again");
    friend
        .link
        .expect(r#"{"message":"short again","timestamp":N}"#);
}

#[test]
fn a_line_that_is_not_utf8_is_refused_and_the_connection_stays() {
    let mut friend = Friend::new(&[]);
    friend.alice.send_bytes(b"PRIVMSG JohnSmith :caf\xe9\r\n");
    friend.alice.expect("an answer", |line| {
        (line.command == "FAIL" || line.command == "ERROR" || line.command == "NOTICE")
            && line.raw.contains("UTF")
    });
    friend.alice.send("PRIVMSG JohnSmith :cafe");
    friend.link.expect(r#"{"message":"cafe","timestamp":N}"#);
}

#[test]
fn the_server_tells_about_itself() {
    let (_gateway, mut alice) = alone();
    let version = alice.ask("VERSION", "351");
    assert!(version.raw.contains(env!("CARGO_PKG_VERSION")), "{version}");
    alice.settle();
    answers(
        &mut alice,
        &[("TIME", "391", &["enclave.local"]), ("INFO", "371", &[])],
    );
    alice.send("INFO");
    alice.expect_numeric("374");
    alice.send("HELP");
    for numeric in ["704", "705", "706"] {
        alice.expect_numeric(numeric);
    }
    alice.send("LUSERS");
    for numeric in ["251", "255", "265", "266"] {
        alice.expect_numeric(numeric);
    }
    alice.send("MOTD");
    for numeric in ["375", "372", "376"] {
        alice.expect_numeric(numeric);
    }
    alice.send("PING :some text");
    let pong = alice.expect_command("PONG");
    assert_eq!(
        (pong.parameter(0), pong.text()),
        ("enclave.local", "some text")
    );
}

#[test]
fn modes_are_answered() {
    let mut friend = Friend::new(&[]);
    let alice = &mut friend.alice;
    answers(
        alice,
        &[
            ("MODE &enclave", "324", &["&enclave"]),
            ("MODE &enclave b", "368", &["&enclave"]),
            ("MODE &enclave +b", "368", &["&enclave"]),
            ("MODE &enclave +o JohnSmith", "482", &["&enclave"]),
            ("MODE alice", "221", &[]),
        ],
    );
    alice.send("MODE alice +i");
    alice.expect_none("error", |line| line.command.starts_with(['4', '5']));
}

#[test]
fn channel_commands_are_answered() {
    let (_gateway, mut alice) = alone();
    alice.send("TOPIC &enclave");
    alice.expect("a topic or none", |line| {
        ["331", "332"].contains(&line.command.as_str())
    });
    alice.settle();
    answers(
        &mut alice,
        &[
            ("NAMES &enclave", "366", &["&enclave"]),
            ("NAMES #elsewhere", "366", &["#elsewhere"]),
            ("LIST", "323", &[]),
            ("TOPIC &enclave :mine", "482", &["&enclave"]),
        ],
    );
    alice.send("JOIN &enclave");
    alice.expect_silence();
    alice.send("PART &enclave :enough");
    alice.expect("the part", |line| line.is("PART", "alice"));
    answers(&mut alice, &[("PART &enclave", "442", &["&enclave"])]);
    alice.send("JOIN &ENCLAVE");
    alice.expect("the join", |line| {
        line.is("JOIN", "alice") && line.text() == "&enclave"
    });
    alice.expect_numeric("366");
}

#[test]
fn away_is_confirmed_and_shown() {
    let (_gateway, mut alice) = alone();
    alice.ask("AWAY :lunch", "306");
    let away = alice.ask("WHOIS alice", "301");
    assert_eq!(away.text(), "lunch");
    alice.ask("AWAY :", "305");
    alice.ask("AWAY", "305");
    alice.settle();
}

#[test]
fn nicks_change_and_say_so() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("NICK alyce");
    let change = friend
        .alice
        .expect("the change", |line| line.is("NICK", "alice"));
    assert_eq!(change.text(), "alyce");
    friend.alice.send("NICK JohnSmith");
    let refused = friend.alice.expect_command("433");
    assert_eq!(refused.parameters[..2], ["alyce", "JohnSmith"]);
}

#[test]
fn privmsg_takes_several_targets() {
    let mut friend = Friend::new(&["echo-message"]);
    friend
        .alice
        .send("PRIVMSG JohnSmith,nobody,enclave :whoami");
    let unknown = friend.alice.expect_numeric("401");
    assert_eq!(unknown.parameter(1), "nobody");
    friend
        .alice
        .expect_text("enclave", &friend.gateway.setup.address.to_string());
    // Last, for it waits until it is stored.
    friend.alice.expect("his", |line| {
        line.is("PRIVMSG", "alice") && line.parameter(0) == "JohnSmith"
    });
    friend.link.expect_message("whoami");
}
