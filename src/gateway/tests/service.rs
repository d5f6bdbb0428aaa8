//! The control contact.

use super::*;

fn ask(world: &mut World, client: ClientId, text: &str) -> Vec<String> {
    world.heard(client);
    world.say(client, &format!("PRIVMSG enclave :{text}"));
    let said = |line: String| line.split_once(" :").unwrap().1.to_owned();
    world.heard(client).into_iter().map(said).collect()
}

#[test]
fn help_lists_every_command_within_80_columns() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let help = ask(&mut world, alice, "help");
    for command in [
        "whoami", "contacts", "add", "accept", "status", "info", "version",
    ] {
        assert!(
            help.iter().any(|line| line.starts_with(command)),
            "{command}"
        );
    }
    assert!(
        help.iter().all(|line| line.chars().count() <= 80),
        "{help:#?}"
    );
    let add = ask(&mut world, alice, "help add");
    assert!(add[1].starts_with("Example: /msg enclave add fc"));
}

#[test]
fn unknown_commands_suggest_the_nearest() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    assert!(ask(&mut world, alice, "conacts")[0].contains("Did you mean: contacts?"));
    assert!(ask(&mut world, alice, "remov John")[0].contains("Did you mean: remove?"));
    assert!(world.changes.is_empty());
}

#[test]
fn contacts_shows_who_is_there() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.packet(JOHN, r#"{"status":2,"status-message":"lunch"}"#);
    assert_eq!(
        ask(&mut world, alice, "contacts"),
        [
            "John  away     John Smith · lunch",
            "Mary  offline  Mary · never seen yet"
        ]
    );
    assert_eq!(ask(&mut world, alice, "contacts m*").len(), 1);
}

#[test]
fn whoami_tells_address_and_status() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "AWAY :busy: cooking");
    world.pass(Duration::from_secs(90));
    let said = ask(&mut world, alice, "who");
    assert_eq!(said[0], "Your address, for your friends: fc00::5");
    assert_eq!(
        said[1],
        "Your contacts see you as busy (\"cooking\") since 1 min, and know you as alice."
    );
}

#[test]
fn add_refuses_what_cannot_be_a_contact() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for (text, why) in [
        ("add nonsense Bob", "address"),
        ("add fc00::1 Bob", "is John (John Smith) already"),
        ("add fc00::5 Bob", "your own address"),
        ("add 2001:db8::1 Bob", "not in fc00::/8"),
        ("add fc00::b", "add ADDRESS NAME"),
    ] {
        let said = ask(&mut world, alice, text);
        assert!(said[0].contains(why), "{text}: {said:?}");
    }
    assert!(world.changes.is_empty());
    assert!(ask(&mut world, alice, "add fc00::b Bob Builder").is_empty());
    let expected = Change::Add {
        name: "Bob Builder".to_owned(),
        address: "fc00::b".parse().unwrap(),
        nick: Nick::new("BobBuilder"),
    };
    assert_eq!(world.changes[0].1, expected);
}

#[test]
fn a_change_that_cannot_be_written_changes_nothing_and_says_so() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    ask(&mut world, alice, "remove John");
    let (change, _) = world.changes.remove(0);
    world.event(Event::BookChanged {
        change,
        outcome: Err("the disk is full".to_owned()),
    });
    let heard = world.heard(alice);
    assert!(
        heard[0].ends_with(":Nothing was changed: the disk is full"),
        "{heard:?}"
    );
    assert_eq!(ask(&mut world, alice, "contacts").len(), 2);
}

#[test]
fn block_party_tonight_is_talk() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PRIVMSG &enclave :block party tonight");
    world.say(alice, "PRIVMSG &enclave :remove everything");
    world.say(alice, "PRIVMSG &enclave :reject 1");
    assert!(world.changes.is_empty());
    world.say(alice, "PRIVMSG &enclave :remove John");
    assert!(matches!(world.changes[0].1, Change::Remove { .. }));
}

#[test]
fn clients_lists_what_is_attached() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.attached("alys", "");
    assert_eq!(
        ask(&mut world, alice, "clients"),
        [
            "alice from 127.0.0.1:6667, for 0 s",
            "alys from 127.0.0.1:6667, for 0 s"
        ]
    );
}

#[test]
fn reconnect_says_where_there_is_nothing_to_do() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    assert_eq!(
        ask(&mut world, alice, "reconnect John"),
        ["Nothing was done: John is online."]
    );
}
