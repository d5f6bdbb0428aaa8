//! How a client registers, with capability negotiation and without, and what it is told first.

mod support;

use support::{Daemon, Friend, Line, Network, Setup};

fn gateway() -> Daemon {
    Daemon::start(Setup::on(&Network::new()))
}

#[test]
fn a_client_that_knows_no_capabilities_is_welcomed() {
    let gateway = gateway();
    let mut client = gateway.connect();
    client.send("NICK alice");
    client.send("USER alice localhost 127.0.0.1 :alice");
    for numeric in [
        "001", "002", "003", "004", "005", "251", "255", "375", "372", "376",
    ] {
        let line = client.expect_numeric(numeric);
        assert_eq!(
            (line.source.as_str(), line.parameter(0)),
            ("enclave.local", "alice"),
            "{line}"
        );
    }
}

#[test]
fn the_welcome_names_the_nick_and_the_version() {
    let gateway = gateway();
    let mut client = gateway.connect();
    client.send("nick :alice");
    client.send("user alice 0 * alice");
    let welcome = client.expect_numeric("001");
    assert!(welcome.text().contains("alice"), "{welcome}");
    let info = client.expect_numeric("004");
    assert_eq!(info.parameter(1), "enclave.local");
    assert!(
        info.parameter(2).contains(env!("CARGO_PKG_VERSION")),
        "{info}"
    );
    assert!(
        info.parameters.len() >= 5,
        "server, version, user modes, channel modes: {info}"
    );
}

#[test]
fn negotiation_holds_registration_back_until_cap_end() {
    let gateway = gateway();
    let mut client = gateway.connect();
    client.send("CAP LS 302");
    client.send("NICK alice");
    client.send("USER alice 0 * :alice");
    let list = client.expect_command("CAP");
    assert_eq!(
        (list.parameter(0), list.parameter(1)),
        ("*", "LS"),
        "{list}"
    );
    client.expect_silence();
    client.send("CAP END");
    client.expect_numeric("001");
}

#[test]
fn a_request_and_the_end_may_come_together() {
    // As weechat does it.
    let gateway = gateway();
    let mut client = gateway.connect();
    client.send("CAP LS 302");
    client.send("NICK alice");
    client.send("USER alice 0 * :alice");
    client.send("CAP REQ :account-notify away-notify server-time");
    client.send("CAP REQ :away-notify server-time");
    client.send("CAP END");
    client.expect("the refusal of what we do not offer", |line| {
        line.parameter(1) == "NAK"
    });
    client.expect("the rest", |line| line.parameter(1) == "ACK");
    client.expect_numeric("001");
}

#[test]
fn irssi_gets_an_answer_to_its_empty_join() {
    let gateway = gateway();
    let mut client = gateway.connect();
    client.send_bytes(b"CAP LS 302\r\nJOIN :\r\n");
    client.expect_command("CAP");
    client.expect_numeric("451");
    client.send_bytes(b"NICK alice\nUSER alice alice localhost :Alice\nCAP END\n");
    client.expect_numeric("001");
}

#[test]
fn nothing_works_before_registration() {
    let gateway = gateway();
    let mut client = gateway.connect();
    for line in [
        "PRIVMSG enclave :help",
        "JOIN &enclave",
        "WHOIS alice",
        "AWAY :x",
        "MODE alice +i",
    ] {
        client.ask(line, "451");
    }
    client.send("BOGUS");
    client.expect("an answer", |line| {
        ["421", "451"].contains(&line.command.as_str())
    });
}

#[test]
fn nick_and_user_come_in_either_order_and_a_bad_nick_can_be_mended() {
    let gateway = gateway();
    let mut client = gateway.connect();
    client.send("USER alice 0 * :alice");
    client.ask("NICK", "431");
    client.ask("NICK 1alice", "432");
    client.ask("NICK :al ice", "432");
    client.ask("USER alice", "462");
    client.send("NICK alice");
    client.expect_numeric("001");
    client.ask("USER alice 0 * :alice", "462");
    client.ask("PASS secret", "462");
}

#[test]
fn a_contacts_nick_is_taken_and_the_control_contacts_is_reserved() {
    let friend = Friend::new(&[]);
    for (nick, numeric) in [
        ("JohnSmith", "433"),
        ("johnsmith", "433"),
        ("enclave", "432"),
        ("Enc1ave", "432"),
    ] {
        let mut client = friend.gateway.connect();
        client.send(&format!("NICK {nick}"));
        client.send("USER alice 0 * :alice");
        client.ask("PING x", numeric);
        client.send("NICK alice2");
        client.expect_numeric("001");
    }
}

#[test]
fn a_password_is_not_minded_where_none_is_needed() {
    let gateway = gateway();
    let mut client = gateway.connect();
    client.ask("PASS", "461");
    client.send("PASS whatever");
    client.send("NICK alice");
    client.send("USER alice 0 * :alice");
    client.expect_numeric("001");
}

#[test]
fn quit_is_answered_with_error_and_the_end() {
    let gateway = gateway();
    let mut client = gateway.client("alice", &[]);
    client.send("QUIT :good night");
    let lines = client.expect_end();
    let error = lines.last().expect("a line");
    assert_eq!(
        (error.command.as_str(), error.source.as_str()),
        ("ERROR", ""),
        "{error}"
    );
    assert!(error.text().contains("good night"), "{error}");

    let mut client = gateway.connect();
    client.send("QUIT");
    assert!(
        client
            .expect_end()
            .iter()
            .any(|line| line.command == "ERROR")
    );
}

#[test]
fn every_client_is_joined_to_the_roster_channel_after_the_motd() {
    let friend = Friend::new(&[]);
    let mut client = friend.gateway.connect();
    client.send("NICK phone");
    client.send("USER phone 0 * :phone");
    client.expect_numeric("376");
    let join = client.expect_command("JOIN");
    assert_eq!((join.nick(), join.text()), ("phone", "&enclave"));
    let names = client.expect_numeric("353");
    let mut nicks: Vec<_> = names.text().split(' ').collect();
    nicks.sort_by_key(|nick| {
        nick.trim_start_matches(['@', '+', '%', '&', '~'])
            .to_lowercase()
    });
    assert!(nicks.contains(&"+JohnSmith"), "{names}");
    let bare = |nick: &&str| {
        nick.trim_start_matches(['@', '+', '%', '&', '~'])
            .to_owned()
    };
    let bare: Vec<_> = nicks.iter().map(bare).collect();
    assert!(
        bare.contains(&"phone".to_owned()) && bare.contains(&"enclave".to_owned()),
        "{names}"
    );
    client.expect_numeric("366");
}

#[test]
fn half_lines_and_several_lines_at_once_are_read() {
    let gateway = gateway();
    let mut client = gateway.connect();
    for byte in b"NICK alice\r\n\r\n\n  \r\nUSER alice 0 * :alice\r\n" {
        client.send_bytes(&[*byte]);
    }
    client.expect_numeric("001");
    client.settle();
    client.send_bytes(b"ISON alice\r\nTIME\r\nVERSION\r\n");
    let order: Vec<String> = ["303", "391", "351"]
        .iter()
        .map(|_| {
            let wanted = |line: &Line| ["303", "391", "351"].contains(&line.command.as_str());
            client.expect("the answers", wanted).command
        })
        .collect();
    assert_eq!(order, ["303", "391", "351"]);
}
