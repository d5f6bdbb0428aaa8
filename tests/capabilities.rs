//! Each capability we offer: that it is offered, and what it changes.

mod support;

use support::{Client, Daemon, Friend, Network, Setup};

const OFFERED: [&str; 12] = [
    "message-tags",
    "server-time",
    "echo-message",
    "znc.in/self-message",
    "away-notify",
    "extended-join",
    "account-tag",
    "multi-prefix",
    "userhost-in-names",
    "setname",
    "cap-notify",
    "batch",
];

/// The capabilities of a `CAP LS`, which may come in several lines.
fn list(client: &mut Client, request: &str) -> Vec<String> {
    client.send(request);
    let mut all = Vec::new();
    loop {
        let line = client.expect_command("CAP");
        all.extend(
            line.text()
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(str::to_owned),
        );
        if line.parameter(2) != "*" || line.parameters.len() < 4 {
            return all;
        }
    }
}

#[test]
fn everything_that_can_fire_is_offered() {
    let gateway = Daemon::start(Setup::on(&Network::new()));
    for request in ["CAP LS 302", "CAP LS"] {
        let offered = list(&mut gateway.connect(), request);
        for name in OFFERED {
            assert!(
                offered
                    .iter()
                    .any(|one| one.split('=').next() == Some(name)),
                "{name} is not in {offered:?}"
            );
        }
        if request == "CAP LS" {
            assert!(
                offered.iter().all(|one| !one.contains('=')),
                "values only with 302"
            );
        }
    }
}

#[test]
fn requests_are_granted_or_refused_whole_and_can_be_undone() {
    let gateway = Daemon::start(Setup::on(&Network::new()));
    let mut client = gateway.client("alice", &[]);
    client.send("CAP REQ :server-time no-such-thing");
    let refused = client.expect_command("CAP");
    assert_eq!(
        (refused.parameter(0), refused.parameter(1)),
        ("alice", "NAK")
    );
    assert_eq!(refused.text().trim_end(), "server-time no-such-thing");
    assert!(
        list(&mut client, "CAP LIST").is_empty(),
        "nothing of it was granted"
    );
    client.send("CAP REQ :server-time setname");
    assert_eq!(client.expect_command("CAP").parameter(1), "ACK");
    let mut enabled = list(&mut client, "CAP LIST");
    enabled.sort();
    assert_eq!(enabled, ["server-time", "setname"]);
    client.send("CAP REQ :-setname");
    let undone = client.expect_command("CAP");
    assert_eq!(
        (undone.parameter(1), undone.text().trim_end()),
        ("ACK", "-setname")
    );
    assert_eq!(list(&mut client, "CAP LIST"), ["server-time"]);
    client.ask("CAP BOGUS", "410");
    client.send("CAP END");
    client.expect_silence();
}

#[test]
fn cap_notify_comes_with_302() {
    let gateway = Daemon::start(Setup::on(&Network::new()));
    let mut client = gateway.connect();
    client.send("CAP LS 302");
    client.send("NICK alice");
    client.send("USER alice 0 * :alice");
    client.send("CAP END");
    client.expect_numeric("376");
    assert!(list(&mut client, "CAP LIST").contains(&"cap-notify".to_owned()));
}

#[test]
fn all_of_them_can_be_had_at_once() {
    let mut friend = Friend::new(&OFFERED);
    let line = friend.says(r#"{"message":"hi","timestamp":1700000000}"#);
    assert_eq!(line.text(), "hi");
}

#[test]
fn tags_come_only_to_those_who_asked() {
    let mut friend = Friend::new(&[]);
    let line = friend.says(r#"{"message":"hi","timestamp":1700000000}"#);
    assert_eq!(line.raw, format!(":{} PRIVMSG alice :hi", friend.mask()));
    let mut tagged = friend
        .gateway
        .client("tagged", &["server-time", "account-tag"]);
    friend
        .link
        .send(r#"{"message":"again","timestamp":1700000001}"#);
    let line = tagged.expect_text("JohnSmith", "again");
    assert_eq!(line.tag("time"), Some("2023-11-14T22:13:21.000Z"));
    assert_eq!(
        line.tag("account"),
        Some(friend.peer.address.to_string().as_str())
    );
}

#[test]
fn message_tags_bring_a_msgid() {
    let mut friend = Friend::new(&["message-tags"]);
    let first = friend.says(r#"{"message":"one","timestamp":1700000000}"#);
    let second = friend.says(r#"{"message":"two","timestamp":1700000000}"#);
    let [first, second] =
        [&first, &second].map(|line| line.tag("msgid").expect("a msgid").to_owned());
    assert!(first != second && !first.is_empty());
}

#[test]
fn tagmsg_is_taken_and_goes_nowhere() {
    let mut friend = Friend::new(&["message-tags"]);
    friend.alice.send("@+typing=active TAGMSG JohnSmith");
    friend.alice.expect_silence();
    friend
        .alice
        .send("@+draft/reply=x;label PRIVMSG JohnSmith :with tags");
    friend
        .link
        .expect(r#"{"message":"with tags","timestamp":N}"#);
}

#[test]
fn echo_message_shows_the_writer_what_was_sent() {
    let mut friend = Friend::new(&["echo-message"]);
    friend.alice.send("PRIVMSG johnsmith :hello");
    let echo = friend
        .alice
        .expect("the echo", |line| line.is("PRIVMSG", "alice"));
    assert_eq!((echo.parameter(0), echo.text()), ("JohnSmith", "hello"));
    friend.link.expect_message("hello");
}

#[test]
fn without_echo_message_the_writer_is_shown_nothing() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("PRIVMSG JohnSmith :hello");
    friend.link.expect_message("hello");
    friend.alice.expect_silence();
}

#[test]
fn self_message_shows_the_other_clients_what_one_sent() {
    let mut friend = Friend::new(&[]);
    let mut phone = friend.gateway.client("phone", &["znc.in/self-message"]);
    let mut plain = friend.gateway.client("plain", &[]);
    friend.alice.send("PRIVMSG JohnSmith :hello");
    for client in [&mut phone, &mut plain] {
        let own = client.nick().to_owned();
        let line = client.expect("what alice wrote", |line| line.command == "PRIVMSG");
        assert_eq!(
            (line.nick(), line.parameter(0), line.text()),
            (own.as_str(), "JohnSmith", "hello")
        );
    }
}

#[test]
fn away_notify_tells_of_absence_and_return() {
    let mut friend = Friend::new(&["away-notify"]);
    let mut plain = friend.gateway.client("plain", &[]);
    friend.link.send(r#"{"status":2,"status-message":"lunch"}"#);
    let away = friend.alice.expect_command("AWAY");
    assert_eq!((away.source.clone(), away.text()), (friend.mask(), "lunch"));
    friend.link.send(r#"{"status":1,"status-message":""}"#);
    let back = friend.alice.expect_command("AWAY");
    assert!(back.parameters.is_empty(), "{back}");
    plain.expect_none("AWAY", |line| line.command == "AWAY");
}

#[test]
fn extended_join_names_account_and_realname() {
    let mut friend = Friend::new(&["extended-join"]);
    friend.link.send(r#"{"status":0}"#);
    friend.link.expect_end();
    friend
        .alice
        .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    let mut link = friend.peer.dial(&friend.gateway);
    link.send(r#"{"status":1,"status-message":""}"#);
    let join = friend
        .alice
        .expect("him join", |line| line.is("JOIN", "JohnSmith"));
    let address = friend.peer.address.to_string();
    assert_eq!(
        join.parameters,
        ["&enclave", address.as_str(), "John Smith"]
    );
}

#[test]
fn userhost_in_names_shows_masks() {
    let mut friend = Friend::new(&["userhost-in-names", "multi-prefix"]);
    let names = friend.alice.ask("NAMES &enclave", "353");
    let his = format!("+{}", friend.mask());
    assert!(names.text().split(' ').any(|name| name == his), "{names}");
    assert!(
        names.text().split(' ').all(|name| name.contains('!')),
        "{names}"
    );
}

#[test]
fn setname_is_confirmed_and_stays_local() {
    let mut friend = Friend::new(&["setname"]);
    friend.alice.send("SETNAME :Alice of the Looking-Glass");
    let line = friend.alice.expect_command("SETNAME");
    assert_eq!(
        (line.nick(), line.text()),
        ("alice", "Alice of the Looking-Glass")
    );
    let whois = friend.alice.ask("WHOIS alice", "311");
    assert_eq!(whois.text(), "Alice of the Looking-Glass");
    friend.alice.settle();
    friend.link.expect_no_byte();
}

#[test]
fn batch_frames_what_is_played_at_attach() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("QUIT :gone");
    friend.alice.expect_end();
    friend
        .link
        .expect(r#"{"status":2,"status-message":"gone","timestamp":N}"#);
    friend
        .link
        .send(r#"{"message":"while you were out","timestamp":1700000000}"#);
    friend
        .link
        .send(r#"{"status":2,"status-message":"waiting"}"#);
    let mut client = friend.gateway.connect();
    client.send("CAP REQ :batch server-time message-tags");
    client.send("NICK alice");
    client.send("USER alice 0 * :alice");
    client.send("CAP END");
    let start = client.expect("a batch", |line| {
        line.command == "BATCH" && line.parameter(0).starts_with('+')
    });
    let reference = start.parameter(0)[1..].to_owned();
    let line = client.expect_text("JohnSmith", "while you were out");
    assert_eq!(line.tag("batch"), Some(reference.as_str()));
    assert_eq!(line.tag("time"), Some("2023-11-14T22:13:20.000Z"));
    client.expect("its end", |line| {
        line.command == "BATCH" && line.parameter(0) == format!("-{reference}")
    });
}
