//! Another node, in another language: `examples/node.py`, which was written from
//! `docs/protocol.md` alone. That a conversation with it works shows that the page is enough.

// The lints against `expect` are for the program: here a panic is how a test fails.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use rustix::process::{Signal, WaitOptions, waitpid};
use support::process::Process;
use support::{Client, Daemon, Line, Network, PATIENCE, Setup};

/// What the client asks for: to see ids, reactions, and who is away.
const CAPABILITIES: &[&str] = &["message-tags", "server-time", "away-notify", "echo-message"];

/// Messages of each side that wait while the gateway is stopped.
const WAITING: usize = 20;

const NOTHING_WAITS: &str = "Nothing waits to be sent.";

/// The node, and how far it was read.
struct Node {
    process: Process,
    read: usize,
}

impl Node {
    /// Starts it on this address as a contact of the gateway there, and waits until it listens.
    fn start(network: &Network, address: Ipv4Addr, gateway: Ipv4Addr, more: &[&str]) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/node.py");
        let mut command = Command::new("python3");
        command.arg(program).args(more);
        command.args([address.to_string(), gateway.to_string()]);
        command.args(["--port", &network.port.to_string()]);
        let process = Process::interactive(command);
        let mut node = Self { process, read: 0 };
        node.expect("listening");
        node
    }

    /// Tells it to do something.
    fn tell(&mut self, line: &str) {
        self.process.write_line(line);
    }

    /// Reads until an event begins with this, and returns the words behind that.
    fn expect(&mut self, beginning: &str) -> String {
        let read = self.read;
        let (number, rest) = self.process.wait_until(beginning, |written| {
            let mut lines = written.lines().enumerate().skip(read);
            lines.find_map(|(number, line)| Some((number, line.strip_prefix(beginning)?.into())))
        });
        self.read = number + 1;
        rest
    }

    /// Reads until a message comes that has this text, and returns its id.
    fn hears(&mut self, text: &str) -> String {
        let rest = self.expect("message ");
        let (id, heard) = rest.split_once(' ').expect("an id and a text");
        assert_eq!(heard, quoted(text));
        id.to_owned()
    }

    /// Has it say something, and returns the id of that.
    fn says(&mut self, text: &str) -> String {
        self.tell(&format!("say {text}"));
        let rest = self.expect("sent ");
        let (id, _) = rest.split_once(' ').expect("an id and a text");
        id.to_owned()
    }

    /// All messages that it has shown, from the beginning.
    fn heard(&self) -> Vec<String> {
        let output = self.process.output();
        let messages = output
            .lines()
            .filter_map(|line| line.strip_prefix("message "));
        messages
            .map(|line| line.split_once(' ').expect("an id and a text").1.to_owned())
            .collect()
    }

    /// Waits for its end, which has to be one without error.
    fn ends(mut self) {
        let status = self.process.wait(PATIENCE);
        let output = self.process.output();
        assert!(status.success(), "{status}:\n{output}");
        assert!(!output.contains("Traceback"), "{output}");
    }
}

/// As the node shows a text.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

/// A gateway that has the node as its contact, a client that sees it come, and the node.
fn beginning() -> (Daemon, Client, Node) {
    let network = Network::new();
    let address = network.address();
    let gateway = Daemon::start(Setup::on(&network).contact("John Smith", address));
    let mut alice = gateway.client("alice", CAPABILITIES);
    let mut node = Node::start(&network, address, gateway.setup.address, &[]);
    alice.expect("JohnSmith to join", |line| line.is("JOIN", "JohnSmith"));
    alice.expect("JohnSmith's voice", |line| {
        line.command == "MODE" && line.raw.contains("+v JohnSmith")
    });
    node.expect("status 1 ");
    (gateway, alice, node)
}

/// Reads until John Smith has said this much, and returns it.
fn words_of_john(client: &mut Client, count: usize) -> Vec<String> {
    let mut read = || client.expect("words of JohnSmith", |line| line.is("PRIVMSG", "JohnSmith"));
    (0..count).map(|_| read().text().to_owned()).collect()
}

#[test]
#[ignore = "needs python3"]
fn a_conversation_goes_both_ways() {
    let (_gateway, mut alice, mut node) = beginning();
    for text in ["hello", "caf\u{e9} \u{1f600} \"quoted\" \\", "and a third"] {
        alice.send(&format!("PRIVMSG JohnSmith :{text}"));
        let echo = alice.expect("the echo", |line| line.is("PRIVMSG", "alice"));
        let id = node.hears(text);
        assert_eq!(echo.tag("msgid"), Some(id.as_str()));

        let answer = format!("{text}, too");
        let id = node.says(&answer);
        let line = alice.expect_text("JohnSmith", &answer);
        assert_eq!(line.tag("msgid"), Some(id.as_str()));
        node.expect(&format!("confirmed {id}"));
    }
}

#[test]
#[ignore = "needs python3"]
fn a_node_that_only_waits_to_be_called_is_called() {
    let network = Network::new();
    let address = network.address();
    let setup = Setup::on(&network).contact("John Smith", address);
    let more = ["--no-dial", "--alias", "Johnny"];
    let mut node = Node::start(&network, address, setup.address, &more);
    let gateway = Daemon::start(setup);
    node.expect("connected");
    let mut alice = gateway.client("alice", CAPABILITIES);
    let id = node.says("at last");
    alice.expect_text("JohnSmith", "at last");
    node.expect(&format!("confirmed {id}"));
}

#[test]
#[ignore = "needs python3"]
fn each_side_sees_how_the_other_is() {
    let (_gateway, mut alice, mut node) = beginning();
    let away = |line: &Line, text| line.is("AWAY", "JohnSmith") && line.text() == text;
    node.tell("away lunch");
    alice.expect("JohnSmith to go", |line| away(line, "lunch"));
    node.tell("back");
    alice.expect("JohnSmith to return", |line| {
        line.is("AWAY", "JohnSmith") && line.parameters.is_empty()
    });
    alice.send("AWAY :coffee");
    node.expect("status 2 \"coffee\"");
    alice.send("AWAY :busy: cooking");
    node.expect("status 3 \"cooking\"");
    alice.send("AWAY");
    node.expect("status 1 \"\"");
    node.tell("quit good night");
    let quit = alice.expect("JohnSmith to leave", |line| line.is("QUIT", "JohnSmith"));
    assert!(quit.text().contains("good night"), "{quit}");
    node.ends();
}

#[test]
#[ignore = "needs python3"]
fn a_message_waits_until_the_node_confirms_it() {
    let (_gateway, mut alice, mut node) = beginning();
    node.tell("hold");
    node.expect("holding");
    alice.send("PRIVMSG JohnSmith :kept?");
    node.hears("kept?");
    // A confirmation would be on the way before these words.
    node.says("not saying");
    alice.expect_text("JohnSmith", "not saying");
    assert_ne!(alice.ask_service("outbox"), NOTHING_WAITS);
    node.tell("release");
    node.expect("released");
    alice.ask_service_until("outbox", NOTHING_WAITS);
}

#[test]
#[ignore = "needs python3"]
fn each_side_reacts_to_the_others_words() {
    let (_gateway, mut alice, mut node) = beginning();
    alice.send("PRIVMSG JohnSmith :we won");
    let id = node.hears("we won");
    node.tell(&format!("react {id} \u{1f44d}"));
    let line = alice.expect("a reaction", |line| line.is("TAGMSG", "JohnSmith"));
    assert_eq!(line.tag("+draft/react"), Some("\u{1f44d}"));
    assert_eq!(line.tag("+draft/reply"), Some(id.as_str()));
    let reaction = line.tag("msgid").expect("an id").to_owned();
    node.expect(&format!("confirmed {reaction}"));

    let id = node.says("did you?");
    alice.expect_text("JohnSmith", "did you?");
    alice.send(&format!(
        "@+draft/reply={id};+draft/react=\u{1f389} TAGMSG JohnSmith"
    ));
    let rest = node.expect("reaction ");
    let (_, seen) = rest.split_once(' ').expect("an id of its own");
    assert_eq!(seen, format!("{id} \"\u{1f389}\""));
    alice.ask_service_until("outbox", NOTHING_WAITS);
}

/// Messages of both sides wait while the gateway is gone. `go` ends it; what the node says to
/// it in its last moments is returned, and comes to nobody before it is back.
fn what_waits_comes_once(go: impl Fn(Daemon, &mut Node) -> (Setup, Vec<String>)) {
    let network = Network::new();
    let address = network.address();
    let gateway = Daemon::start(Setup::on(&network).contact("John Smith", address));
    let mut alice = gateway.client("alice", CAPABILITIES);
    let mut to_john = Vec::new();
    let mut says = |alice: &mut Client, text: String| {
        alice.send(&format!("PRIVMSG JohnSmith :{text}"));
        // What is echoed is accepted: a crash cannot take it back.
        alice.expect_text("alice", &text);
        to_john.push(quoted(&text));
    };
    // Before the node has ever been there.
    for number in 0..WAITING {
        says(&mut alice, format!("early {number}"));
    }
    let mut node = Node::start(&network, address, gateway.setup.address, &[]);
    alice.ask_service_until("outbox", NOTHING_WAITS);
    // The node has these, and the gateway does not know it.
    node.tell("hold");
    node.expect("holding");
    for number in 0..WAITING {
        says(&mut alice, format!("unconfirmed {number}"));
    }
    let last = quoted(&format!("unconfirmed {}", WAITING - 1));
    while !node.expect("message ").ends_with(&last) {}
    let (setup, mut to_alice) = go(gateway, &mut node);
    node.expect("disconnected");
    for number in 0..WAITING {
        let text = format!("meanwhile {number}");
        node.says(&text);
        to_alice.push(text);
    }
    let gateway = Daemon::again(setup);
    let mut alice = gateway.client_unsettled("alice", CAPABILITIES);
    let heard = words_of_john(&mut alice, to_alice.len());
    assert_eq!(heard, to_alice);
    says(&mut alice, "back again".to_owned());
    for _ in &to_alice {
        node.expect("confirmed ");
    }
    assert_ne!(alice.ask_service("outbox"), NOTHING_WAITS);
    node.tell("release");
    node.expect("released");
    alice.ask_service_until("outbox", NOTHING_WAITS);
    node.says("the end");
    // Nothing came twice before it.
    assert_eq!(words_of_john(&mut alice, 1), ["the end"]);
    assert_eq!(node.heard(), to_john);
}

#[test]
#[ignore = "needs python3"]
fn what_waits_while_the_gateway_is_stopped_comes_once_and_in_order() {
    what_waits_comes_once(|gateway, _| (gateway.stop(), Vec::new()));
}

#[test]
#[ignore = "needs python3"]
fn what_waits_while_the_gateway_has_crashed_comes_once_and_in_order() {
    what_waits_comes_once(|gateway, node| {
        gateway.signal(Signal::STOP);
        let stopped = waitpid(Some(gateway.pid()), WaitOptions::UNTRACED).expect("our child");
        assert!(stopped.is_some_and(|(_, status)| status.stopped()));
        // Its kernel takes these, and nobody reads them.
        let unread: Vec<_> = (0..WAITING).map(|n| format!("unread {n}")).collect();
        for text in &unread {
            node.says(text);
        }
        (gateway.kill(), unread)
    });
}
