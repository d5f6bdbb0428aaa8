//! What grows with what is said reaches its bound, and grows no further.

use super::*;
use crate::enclave::mesh::census::Count;

/// What there is of something, and how much there may be.
pub(super) fn counted(world: &World, what: &str) -> (usize, usize) {
    let counts = world.gateway.census().counts;
    let of_it = counts.iter().filter(|count| count.what == what);
    let most = of_it.max_by_key(|count| count.size);
    most.map_or((0, 0), |Count { size, most, .. }| (*size, *most))
}

fn requests_that_are_refused(world: &mut World, client: ClientId, line: &str, why: &str) -> usize {
    world.slow_answers = true;
    for _ in 0..40 {
        world.say(client, line);
    }
    world.slow_answers = false;
    let heard = world.heard(client);
    world.answers_come();
    world.heard(client);
    heard.iter().filter(|line| line.contains(why)).count()
}

#[test]
fn questions_to_the_control_contact_wait_like_others() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let why = "16 of your questions wait for an answer already";
    for line in ["PRIVMSG enclave :log", "PRIVMSG enclave :search hi"] {
        let refused = requests_that_are_refused(&mut world, alice, line, why);
        assert_eq!(refused, 40 - 16, "{line}");
    }
}

#[test]
fn a_channel_that_is_named_again_and_again_is_listed_once() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "NAMES &enclave,&Enclave,*,#other,&enclave");
    let heard = world.heard(alice);
    let ends = heard.iter().filter(|line| line.contains(" 366 "));
    assert_eq!(ends.count(), 2, "of ours one, and of the other: {heard:?}");
}

#[test]
fn more_targets_than_ten_get_nothing() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let more: Vec<String> = (0..9).map(|number| format!("nobody{number}")).collect();
    let ten = format!("John,{}", more.join(","));
    for verb in ["PRIVMSG", "TAGMSG"] {
        world.say(alice, &format!("@+draft/react=x {verb} {ten},Mary :hi"));
        let heard = world.heard(alice);
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert!(heard[0].contains(" 407 alice John,"), "{heard:?}");
    }
    assert_eq!(world.gateway.mesh.all_waiting_size(), (0, 0));
    world.say(alice, &format!("PRIVMSG {ten} :hi"));
    assert_eq!(world.gateway.mesh.all_waiting_size(), (1, 2));
}

#[test]
fn of_notices_that_nobody_was_there_to_read_the_last_twenty_are_told() {
    let mut world = World::new();
    for number in 0..50 {
        world.event(Event::Notice(format!("notice {number}.")));
    }
    let alice = world.attach("alice", "");
    let heard = world.heard(alice);
    let told: Vec<_> = heard
        .iter()
        .filter(|line| line.contains("notice "))
        .collect();
    assert_eq!(told.len(), 20);
    assert!(told[0].contains("notice 30."), "{told:?}");
}

#[test]
fn lists_of_names_that_wait_are_few_and_the_others_come_at_once() {
    let contacts = (0..1_500).map(|n| contact(&format!("c{n}"), &format!("fc00::7:{n:x}")));
    let book = Book {
        contacts: contacts.collect(),
        ..Book::default()
    };
    let mut world = World::with(Settings::default(), book, Loaded::default());
    for n in 0..1_500 {
        world.online(&format!("fc00::7:{n:x}"));
    }
    world.slow_clients = true;
    let alice = world.attached("alice", "draft/no-implicit-names");
    for number in 1..=10 {
        world.say(alice, "NAMES &enclave");
        let heard = world.heard(alice);
        let is_whole = heard.last().is_some_and(|line| line.contains(" 366 "));
        assert_eq!(is_whole, number > 8, "{number}");
    }
    assert_eq!(counted(&world, "lists of names"), (8, 8));
}

#[test]
fn names_of_clients_are_remembered_up_to_a_bound() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG John :hi");
    for number in 0..100 {
        world.pass(Duration::from_millis(1));
        let client = world.attach(&format!("a{number}"), "");
        world.online(JOHN);
        world.packet(JOHN, r#"{"message":"hi"}"#);
        world.say(client, "QUIT");
    }
    assert_eq!(counted(&world, "positions"), (64, 64));
}

#[test]
fn an_answer_of_history_has_a_megabyte_of_text() {
    let mut world = World::new();
    world.online(JOHN);
    let text = "x".repeat(400 * 1024);
    for _ in 0..4 {
        world.packet(JOHN, &format!(r#"{{"message":"{text}"}}"#));
    }
    let alice = world.attached("alice", "draft/chathistory batch message-tags");
    world.say(alice, "CHATHISTORY LATEST John * 100");
    let heard = world.heard(alice);
    let ids = heard.iter().filter(|line| line.contains("msgid="));
    assert_eq!(ids.count(), 2, "the newest that fit");
}

#[test]
fn a_log_has_ten_thousand_lines() {
    let mut world = World::new();
    world.online(JOHN);
    for _ in 0..3 {
        world.packet(
            JOHN,
            &format!(r#"{{"message":"{}"}}"#, r"a\n".repeat(4_000)),
        );
    }
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG enclave :log John 1000");
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 10_001);
    assert!(
        heard[0].ends_with(" :[2000 lines before these are left out]"),
        "{}",
        heard[0]
    );
}

#[test]
fn a_log_has_a_megabyte_of_text_and_a_thousand_messages() {
    let mut world = World::new();
    world.online(JOHN);
    for _ in 0..1_100 {
        world.packet(JOHN, r#"{"message":"short"}"#);
    }
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG enclave :log John 5000");
    assert_eq!(world.heard(alice).len(), 1_000);
    for _ in 0..30 {
        let text = "x".repeat(50 * 1024);
        world.packet(JOHN, &format!(r#"{{"message":"{text}"}}"#));
    }
    world.heard(alice);
    world.say(alice, "PRIVMSG enclave :log John 1000");
    let heard = world.heard(alice).concat();
    assert!(!heard.contains("short"));
    assert_eq!(heard.matches('x').count(), 20 * 50 * 1024, "of the thirty");
}

#[test]
fn a_signal_that_is_repeated_is_shown_once_a_second() {
    let mut world = World::new();
    let alice = world.attached("alice", "message-tags");
    world.call(JOHN);
    world.packet(JOHN, r#"{"status":1,"features":["receipts","tags"]}"#);
    world.heard(alice);
    for _ in 0..100 {
        world.packet(JOHN, r#"{"tags":{"typing":"active"}}"#);
    }
    assert_eq!(world.heard(alice).len(), 1);
    world.pass(Duration::from_secs(1));
    world.packet(JOHN, r#"{"tags":{"typing":"active"}}"#);
    assert_eq!(world.heard(alice).len(), 1);
}

#[test]
fn an_answer_of_history_has_a_thousand_messages() {
    let mut world = World::new();
    world.online(JOHN);
    for _ in 0..1_100 {
        world.packet(JOHN, r#"{"message":"hi"}"#);
    }
    let alice = world.attached("alice", "draft/chathistory batch");
    for limit in ["5000", "0"] {
        world.say(alice, &format!("CHATHISTORY LATEST John * {limit}"));
        let heard = world.heard(alice);
        let messages = heard.iter().filter(|line| line.contains(" PRIVMSG "));
        assert_eq!(messages.count(), 1_000, "{limit}");
    }
}

#[test]
fn the_name_of_a_batch_has_a_longest_length() {
    let mut world = World::new();
    let alice = world.attached("alice", "draft/multiline batch standard-replies");
    for (length, is_refused) in [(64, false), (65, true)] {
        let name = "a".repeat(length);
        world.say(alice, &format!("BATCH +{name} draft/multiline John"));
        let heard = world.heard(alice).concat();
        assert_eq!(heard.contains(" INVALID_REFTAG "), is_refused, "{heard}");
        world.say(alice, &format!("@batch={name} PRIVMSG John :hi"));
        world.say(alice, &format!("BATCH -{name}"));
        world.heard(alice);
    }
    assert_eq!(world.gateway.mesh.all_waiting_size(), (1, 2));
}
