//! What happens to Bob, whatever program he uses.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::support::{Client, Daemon, Network, Peer, Setup};

/// Bob, in front of a program. His only way to know something is to look at what it shows.
pub trait Bob {
    /// Says something to Alice.
    fn says(&mut self, text: &str);

    /// Looks until he is shown that a contact has said this.
    fn hears(&mut self, nick: &str, text: &str);

    /// The same of what was written at this time, in seconds since 1970. The time is looked
    /// for where the program can show one.
    fn hears_of_old(&mut self, nick: &str, text: &str, written: u64);

    /// Looks until he sees that a contact has come and is available.
    fn sees_come(&mut self, nick: &str);

    /// Looks until he sees that a contact is away, and asks why.
    fn sees_go_away(&mut self, nick: &str, text: &str);

    /// Looks until he sees that a contact who was away is available.
    fn sees_come_back(&mut self, nick: &str);

    /// Looks until he sees that a contact has left.
    fn sees_leave(&mut self, nick: &str, text: &str);

    /// All that the program shows of the conversation with Alice, in which she has said this.
    fn conversation(&mut self, text: &str) -> String;

    /// Leaves, with a text; the program has ended then.
    fn quits(self, text: &str);
}

/// The same, with a program that knows `/me`.
pub trait Acts: Bob {
    /// Does something, in front of Alice.
    fn acts(&mut self, text: &str);

    /// Looks until he is shown that a contact does this.
    fn sees_act(&mut self, nick: &str, text: &str);
}

/// The folders of Alice's gateway and Bob's, each with the other as a contact.
pub fn setups() -> (Setup, Setup) {
    let network = Network::new();
    let (alices, bobs) = (Setup::on(&network), Setup::on(&network));
    let (alice, bob) = (alices.address, bobs.address);
    (alices.contact("Bob", bob), bobs.contact("Alice", alice))
}

/// The two gateways; `more` goes into both configurations' `[enclave]`.
pub fn gateways(more: &str) -> (Daemon, Daemon) {
    let (alices, bobs) = setups();
    (
        Daemon::start(alices.set("enclave", more)),
        Daemon::start(bobs.set("enclave", more)),
    )
}

/// They talk, in both directions.
pub fn conversation<B: Bob>(start: impl Fn(&Daemon) -> B) {
    let (alices, bobs) = gateways("");
    talk(&alices, start(&bobs));
}

/// Alice comes, and they talk.
pub fn talk<B: Bob>(alices: &Daemon, mut bob: B) {
    let mut alice = alices.client("alice", &[]);
    bob.says("hello \u{1f600} from Bob, who has a program");
    alice.expect_text("Bob", "hello \u{1f600} from Bob, who has a program");
    alice.send("PRIVMSG Bob :hello \u{1f600} from Alice, who is a test");
    bob.hears("Alice", "hello \u{1f600} from Alice, who is a test");
    bob.says("and äöü: again");
    alice.expect_text("Bob", "and äöü: again");
}

/// They do things in front of each other.
pub fn actions<B: Acts>(start: impl Fn(&Daemon) -> B) {
    let (alices, bobs) = gateways("");
    let mut alice = alices.client("alice", &[]);
    let mut bob = start(&bobs);
    alice.send("PRIVMSG Bob :\u{1}ACTION waves from afar\u{1}");
    bob.sees_act("Alice", "waves from afar");
    bob.acts("waves back at her");
    let act = alice.expect_text("Bob", "waves back at her");
    assert_eq!(act.text(), "\u{1}ACTION waves back at her\u{1}");
}

/// Alice comes, goes away, comes back, and leaves; Bob sees it.
pub fn presence<B: Bob>(start: impl Fn(&Daemon) -> B) {
    let (alices, bobs) = setups();
    // So that she is there exactly while her client is.
    let alices = Daemon::start(alices.set("enclave", "detached = \"offline\""));
    let bobs = Daemon::start(bobs);
    let mut bob = start(&bobs);
    let mut alice = alices.client("alice", &[]);
    bob.sees_come("Alice");
    alice.send("AWAY :gone for lunch");
    bob.sees_go_away("Alice", "gone for lunch");
    alice.send("AWAY");
    bob.sees_come_back("Alice");
    alice.quit("good night, all");
    bob.sees_leave("Alice", "good night, all");
}

/// What is said while Bob is not there is shown when he comes again: what Alice said, what
/// Carol had written hours before, and nothing that he has seen already.
pub fn history<B: Bob>(start: impl Fn(&Daemon) -> B) {
    let (alices, bobs) = setups();
    let carol = Peer::listen(&bobs.network);
    let alices = Daemon::start(alices);
    let bobs = Daemon::start(bobs.contact("Carol", carol.address));
    let mut alice = alices.client("alice", &["away-notify"]);
    let bob = leaves_after_a_talk(start(&bobs), &mut alice);
    bob.quits("back in the morning");
    alice.expect("Bob to be away", |line| {
        line.is("AWAY", "Bob") && line.text() == "back in the morning"
    });

    alice.send("PRIVMSG Bob :while you were away");
    // Confirmed: Bob's gateway has it.
    alice.ask_service_until("outbox", "Nothing waits to be sent.");
    let written = hours_ago();
    confirms_what_waited_elsewhere(&carol, "written long before", written);

    let mut bob = start(&bobs);
    bob.hears("Alice", "while you were away");
    bob.hears_of_old("Carol", "written long before", written);
    let shown = bob.conversation("while you were away");
    assert!(shown.contains("while you were away"), "{shown}");
    assert!(!shown.contains("once is enough"), "{shown}");
}

/// Bob has seen something of Alice's, and she knows it.
pub fn leaves_after_a_talk<B: Bob>(mut bob: B, alice: &mut Client) -> B {
    alice.send("PRIVMSG Bob :once is enough");
    bob.hears("Alice", "once is enough");
    bob.says("I have seen it");
    alice.expect_text("Bob", "I have seen it");
    bob
}

/// A time that cannot be taken for the present one in any program.
fn hours_ago() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs() - (5 * 3600 + 17 * 60 + 43)
}

/// Carol's node comes and delivers what she wrote at `written`; Bob's gateway has it then.
fn confirms_what_waited_elsewhere(carol: &Peer, text: &str, written: u64) {
    let mut link = carol.accept();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let handshake = json!({"status": 1, "features": ["receipts"], "timestamp": now.as_secs()});
    link.send(handshake);
    let id = "019ac000-0000-7000-8000-00000000ca01";
    link.send(json!({"message": text, "timestamp": written, "id": id}));
    while link.read_json()["received"] != json!([id]) {}
}

/// The time of day, in UTC, of seconds since 1970.
pub fn time_of_day(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

/// Whether the last that was shown of a contact's voice is that it was given.
pub fn has_voice(shown: &str, nick: &str) -> bool {
    let given = shown.rfind(&format!("+v {nick}"));
    given.is_some() && given > shown.rfind(&format!("-v {nick}"))
}
