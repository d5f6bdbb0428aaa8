//! The address book on disk, edited by the person while the program runs or before it does.

mod support;

use std::fs;

use rustix::process::Signal;
use support::{Daemon, Friend, Network, Peer, Setup};

#[test]
fn nicks_are_derived_written_down_and_comments_survive() {
    let network = Network::new();
    let (first, second) = (network.address(), network.address());
    let book = format!(
        "# my friends\n[[contact]]\nname = \"王伟\" # from school\naddress = \"{first}\"\n\n[[contact]]\nname = \"Wang Wei\"\naddress = \"{second}\"\n"
    );
    let gateway = Daemon::start(Setup::on(&network).book(&book));
    let mut alice = gateway.client("alice", &[]);
    alice.send("PRIVMSG enclave :info WangWei");
    alice.expect_text("enclave", "王伟");
    let setup = gateway.stop();
    let written = fs::read_to_string(setup.contacts()).expect("an address book");
    for kept in [
        "# my friends",
        "# from school",
        "王伟",
        "nick = \"WangWei\"",
    ] {
        assert!(written.contains(kept), "{kept:?} is not in\n{written}");
    }
    assert_eq!(written.matches("nick = ").count(), 2, "{written}");
}

#[test]
fn a_contact_added_by_hand_is_dialled_at_sighup_and_one_taken_out_is_let_go() {
    let mut friend = Friend::new(&[]);
    let other = Peer::listen(&friend.gateway.setup.network);
    let path = friend.gateway.setup.contacts();
    fs::write(
        &path,
        format!(
            "[[contact]]\nname = \"Jane\"\naddress = \"{}\"\n",
            other.address
        ),
    )
    .expect("the address book");
    friend.gateway.signal(Signal::HUP);
    let mut link = other.accept();
    assert_eq!(link.read_json()["status"], 1);
    friend
        .alice
        .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    link.send(r#"{"status":1}"#);
    friend
        .alice
        .expect("her join", |line| line.is("JOIN", "Jane"));
    while let Ok(Some(_)) = friend.link.read_within(support::PATIENCE) {}
}

#[test]
fn a_bad_address_book_at_sighup_changes_nothing_and_says_so() {
    let mut friend = Friend::new(&[]);
    fs::write(
        friend.gateway.setup.contacts(),
        "[[contact]]\nname = \"Nobody\"\n",
    )
    .expect("a book");
    friend.gateway.signal(Signal::HUP);
    friend.alice.expect_text("enclave", "contacts.toml");
    friend.still_talks();
}

#[test]
fn an_address_that_appears_in_the_book_accepts_the_stranger_who_waits() {
    let network = Network::new();
    let gateway = Daemon::start(Setup::on(&network));
    let mut alice = gateway.client("alice", &[]);
    let peer = Peer::listen(&network);
    let mut link = peer.dial(&gateway);
    link.send(r#"{"message":"hello"}"#);
    alice.expect_text("enclave", &peer.address.to_string());
    let book = format!(
        "[[contact]]\nname = \"Bob\"\naddress = \"{}\"\n",
        peer.address
    );
    fs::write(gateway.setup.contacts(), book).expect("the address book");
    gateway.signal(Signal::HUP);
    assert_eq!(link.read_json()["status"], 1);
    alice.expect_text("Bob", "hello");
}

#[test]
fn the_same_nick_with_a_new_address_is_the_same_contact_moved() {
    let mut friend = Friend::new(&[]);
    let setup = &friend.gateway.setup;
    let moved = Peer::listen(&setup.network);
    let book = setup.book_with_nick("JohnSmith");
    let book = book.replace(&friend.peer.address.to_string(), &moved.address.to_string());
    fs::write(setup.contacts(), book).expect("the address book");
    friend.gateway.signal(Signal::HUP);
    let mut link = moved.accept();
    assert_eq!(link.read_json()["status"], 1);
    link.send(r#"{"status":1,"message":"I have moved"}"#);
    let line = friend.alice.expect_text("JohnSmith", "I have moved");
    assert!(line.source.ends_with(&moved.address.to_string()), "{line}");
}

#[test]
fn a_peers_alias_never_renames_a_contact() {
    let mut friend = Friend::new(&[]);
    friend.link.send(r#"{"alias":"Napoleon","status":1}"#);
    friend.still_talks();
    friend
        .alice
        .expect_none("change of nick", |line| line.command == "NICK");
}

#[test]
fn the_command_line_changes_the_book() {
    let network = Network::new();
    let setup = Setup::on(&network);
    setup.write();
    let address = network.address().to_string();
    let added = setup.run(&["contact", "add", &address, "John Smith"]);
    assert_eq!(added.code, Some(0), "{added:?}");
    let listed = setup.run(&["contact", "list"]);
    assert!(
        listed.output.contains("JohnSmith") && listed.output.contains(&address),
        "{listed:?}"
    );
    assert_eq!(
        setup.run(&["contact", "rename", "JohnSmith", "Jim"]).code,
        Some(0)
    );
    assert!(setup.run(&["contact", "list"]).output.contains("Jim"));
    let removed = setup.run(&["contact", "list"]).output;
    let nick = if removed.contains("JohnSmith") {
        "JohnSmith"
    } else {
        "Jim"
    };
    assert_eq!(setup.run(&["contact", "block", nick]).code, Some(0));
    assert!(
        fs::read_to_string(setup.contacts())
            .expect("a book")
            .contains("blocked = true")
    );
    assert_eq!(setup.run(&["contact", "unblock", nick]).code, Some(0));
    assert_eq!(setup.run(&["contact", "remove", nick]).code, Some(0));
    assert!(!setup.run(&["contact", "list"]).output.contains(&address));
    assert_ne!(
        setup.run(&["contact", "remove", nick]).code,
        Some(0),
        "there is none"
    );
}

#[test]
fn the_command_line_tells_the_running_gateway() {
    let mut friend = Friend::new(&[]);
    let jane = Peer::listen(&friend.gateway.setup.network);
    let address = jane.address.to_string();
    let added = friend
        .gateway
        .setup
        .run(&["contact", "add", &address, "Jane"]);
    assert_eq!(added.code, Some(0), "{added:?}");
    assert!(
        added
            .output
            .contains("The running gateway takes it over now."),
        "{added:?}"
    );
    let mut link = jane.accept();
    link.send(r#"{"status":1}"#);
    friend
        .alice
        .expect("her join", |line| line.is("JOIN", "Jane"));
    let setup = friend.gateway.stop();
    let removed = setup.run(&["contact", "remove", "Jane"]);
    assert_eq!(removed.output.trim(), format!("Removed Jane ({address})."));
}
