//! Our presence as contacts see it, and theirs as a client sees it.

mod support;

use support::friend::AVAILABLE;
use support::{Daemon, Friend, Network, Peer, Setup};

/// What a peer is told when the person is away or busy.
fn absent(status: u8, text: &str) -> String {
    format!(r#"{{"status":{status},"status-message":"{text}","timestamp":N}}"#)
}

#[test]
fn words_for_busy_become_status_3() {
    let mut friend = Friend::new(&[]);
    for (typed, status, text) in [
        ("busy", 3, ""),
        ("busy: cooking", 3, "cooking"),
        ("dnd: in a meeting", 3, "in a meeting"),
        ("busy cooking", 3, "busy cooking"),
        ("BUSY:", 3, ""),
        ("busybody", 2, "busybody"),
        ("lunch: busy later", 2, "lunch: busy later"),
    ] {
        friend.alice.ask(&format!("AWAY :{typed}"), "306");
        friend.link.expect(&absent(status, text));
        friend.alice.ask("AWAY", "305");
        friend.link.expect(AVAILABLE);
    }
}

#[test]
fn a_packet_goes_out_only_when_something_changes() {
    let mut friend = Friend::new(&[]);
    friend.alice.send("AWAY");
    friend.alice.send("AWAY :lunch");
    friend.alice.send("AWAY :lunch");
    friend.alice.send("AWAY :");
    friend.link.expect(&absent(2, "lunch"));
    friend.link.expect(AVAILABLE);
    friend.alice.settle();
    friend.link.expect_no_byte();
}

#[test]
fn the_person_is_away_only_when_all_clients_are() {
    let mut friend = Friend::new(&[]);
    let mut phone = friend.gateway.client("phone", &[]);
    friend.alice.send("AWAY :from the desk");
    friend.alice.settle();
    friend.link.expect_no_byte();
    phone.send("AWAY :on the train");
    friend.link.expect(&absent(2, "on the train"));
    friend.alice.send("AWAY");
    friend.link.expect(AVAILABLE);
    friend.alice.quit("only this one");
    friend.link.expect(&absent(2, "on the train"));
    phone.quit("good night");
    friend.link.expect(&absent(2, "good night"));
}

#[test]
fn quitting_is_being_away_and_the_text_outlives_a_restart() {
    let friend = Friend::new(&[]);
    let (gateway, peer, mut link, alice) = (friend.gateway, friend.peer, friend.link, friend.alice);
    alice.quit("good night");
    link.expect(&absent(2, "good night"));
    let setup = gateway.stop();
    let gateway = Daemon::again(setup);
    let mut link = peer.accept();
    link.expect(
        r#"{"status":2,"status-message":"good night","alias":"Alice Liddell","timestamp":N}"#,
    );
    let _alice = gateway.client("alice", &[]);
    link.expect(AVAILABLE);
}

#[test]
fn a_vanished_client_may_come_back_within_the_grace_time() {
    let mut friend = Friend::with(&[], |setup| setup.set("enclave", "grace = \"1h\""));
    drop(friend.alice);
    let mut alice = friend.gateway.client("alice", &[]);
    alice.settle();
    friend.link.expect_no_byte();
}

#[test]
fn after_the_grace_time_a_vanished_client_is_away() {
    let friend = Friend::with(&[], |setup| setup.set("enclave", "grace = \"1s\""));
    let mut link = friend.link;
    drop(friend.alice);
    link.expect(&absent(2, "Connection lost"));
}

#[test]
fn detached_offline_is_dark_until_a_client_comes() {
    let friend = Friend::dark_when_detached();
    let (gateway, peer, mut link) = (friend.gateway, friend.peer, friend.link);
    friend.alice.quit("good night");
    link.expect(&absent(0, "good night"));
    link.expect_end();
    peer.expect_refused(&gateway.setup);
    let _alice = gateway.client("alice", &[]);
    let mut link = peer.accept();
    let handshake = link.read_json();
    assert_eq!(
        (&handshake["status"], &handshake["status-message"]),
        (&1.into(), &"".into())
    );
}

#[test]
fn status_offline_is_dark_until_another_status() {
    let mut friend = Friend::new(&[]);
    friend
        .alice
        .send("PRIVMSG enclave :status offline gone fishing");
    friend.link.expect(&absent(0, "gone fishing"));
    friend.link.expect_end();
    friend
        .alice
        .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    friend.peer.expect_refused(&friend.gateway.setup);
    friend.alice.send("PRIVMSG JohnSmith :are you there?");
    friend
        .alice
        .expect("that we are offline ourselves", |line| {
            line.raw.contains("JohnSmith") && line.text().contains("You are offline")
        });
    friend.alice.send("PRIVMSG enclave :status available");
    let handshake = friend.peer.accept().read_json();
    assert_eq!(handshake["status"], 1);
}

#[test]
fn status_commands_set_presence() {
    let mut friend = Friend::new(&[]);
    for (command, packet) in [
        ("status busy cooking", absent(3, "cooking")),
        ("status away lunch", absent(2, "lunch")),
        ("status available", AVAILABLE.to_owned()),
    ] {
        friend.alice.send(&format!("PRIVMSG enclave :{command}"));
        friend.link.expect(&packet);
    }
}

#[test]
fn the_nick_is_the_alias_where_none_is_configured() {
    let network = Network::new();
    let peer = Peer::listen(&network);
    let gateway = Daemon::start(Setup::on(&network).contact("John Smith", peer.address));
    let mut link = peer.accept();
    link.expect(r#"{"status":2,"status-message":"","timestamp":N}"#);
    let mut alice = gateway.client("alice", &[]);
    let mut aliases = Vec::new();
    while aliases.is_empty() {
        aliases.extend(link.read_json()["alias"].as_str().map(str::to_owned));
    }
    assert_eq!(aliases, ["alice"]);
    alice.send("NICK alyce");
    assert_eq!(link.read_json()["alias"], "alyce");
}

#[test]
fn a_contacts_presence_is_shown_in_the_roster_channel() {
    let mut friend = Friend::new(&[]);
    let alice = &mut friend.alice;
    friend.link.send(r#"{"status":2,"status-message":"lunch"}"#);
    let mode = alice.expect_command("MODE");
    assert!(mode.raw.ends_with("MODE &enclave -v JohnSmith"), "{mode}");
    friend.link.send(r#"{"status":1,"status-message":""}"#);
    let mode = alice.expect_command("MODE");
    assert!(mode.raw.ends_with("MODE &enclave +v JohnSmith"), "{mode}");
    friend
        .link
        .send(r#"{"status":0,"status-message":"good night"}"#);
    let quit = alice.expect_command("QUIT");
    assert_eq!(
        quit.source,
        support::friend::mask("JohnSmith", friend.peer.address)
    );
    assert!(quit.text().contains("good night"), "{quit}");
    friend.link.expect_end();
    let mut link = friend.peer.dial(&friend.gateway);
    link.send(r#"{"status":1}"#);
    alice.expect("him join", |line| line.is("JOIN", "JohnSmith"));
}

#[test]
fn repeats_that_change_nothing_make_no_noise() {
    let mut friend = Friend::new(&["away-notify"]);
    friend.link.send(r#"{"status":1,"status-message":""}"#);
    friend.link.send(r#"{"status":1}"#);
    friend.still_talks();
    friend.alice.expect_silence();
    friend.link.send(r#"{"status":2,"status-message":"lunch"}"#);
    friend.alice.expect_command("AWAY");
    friend.link.send(r#"{"status":2,"status-message":"lunch"}"#);
    friend.link.send(r#"{"status-message":"lunch"}"#);
    friend.link.send(r#"{"status":2}"#);
    friend.alice.settle();
    friend.still_talks();
    friend.alice.expect_silence();
}

#[test]
fn writing_to_one_who_is_away_shows_why() {
    let mut friend = Friend::new(&["away-notify"]);
    friend
        .link
        .send(r#"{"status":2,"status-message":"back at two"}"#);
    friend.alice.expect_command("AWAY");
    let away = friend.alice.ask("PRIVMSG JohnSmith :hello?", "301");
    assert_eq!(
        (away.parameter(1), away.text()),
        ("JohnSmith", "back at two")
    );
    friend.link.expect_message("hello?");
}

#[test]
fn writing_to_one_who_is_offline_waits_and_arrives_with_its_time() {
    let mut friend = Friend::new(&["echo-message"]);
    friend.link.send(r#"{"status":0}"#);
    friend
        .alice
        .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    friend.alice.send("PRIVMSG JohnSmith :see you");
    friend
        .alice
        .expect("the echo", |line| line.is("PRIVMSG", "alice"));
    friend
        .alice
        .expect_text("JohnSmith", "what you write waits here");
    // Writing makes the gateway dial.
    let mut link = friend.peer.accept();
    link.send(r#"{"status":1}"#);
    link.expect_message("see you");
    friend
        .alice
        .expect_text("JohnSmith", "[1 message that waited for JohnSmith");
}

#[test]
fn what_arrives_while_nobody_is_attached_is_played_at_the_next_attach() {
    let friend = Friend::new(&[]);
    let (gateway, mut link) = (friend.gateway, friend.link);
    friend.alice.quit("gone");
    link.expect(&absent(2, "gone"));
    for number in 0..3 {
        link.send(format!(
            r#"{{"message":"missed {number}","timestamp":1700000000}}"#
        ));
    }
    let mut alice = gateway.client_unsettled("alice", &["server-time"]);
    for number in 0..3 {
        let line = alice.expect("a message", |line| line.is("PRIVMSG", "JohnSmith"));
        assert_eq!(line.text(), format!("missed {number}"));
        // Each in a millisecond of its own: packets tell seconds, and a client may know a
        // message by its time.
        let time = format!("2023-11-14T22:13:20.00{number}Z");
        assert_eq!(line.tag("time"), Some(time.as_str()));
    }
    link.expect(AVAILABLE);
}
