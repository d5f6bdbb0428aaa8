//! WHOIS and WHOWAS.

use super::*;

fn follow(world: &mut World, contacts: Vec<Contact>) {
    let book = Book {
        contacts,
        ..Book::default()
    };
    world.event(Event::BookRead(Ok(book)));
}

/// The numerics of an answer, each with its parameters behind the client's nick.
fn ask(world: &mut World, client: ClientId, line: &str) -> Vec<String> {
    world.say(client, line);
    let heard = world.heard(client);
    let short = |line: String| line.replace(":enclave.local ", "").replace(" alice ", " ");
    heard.into_iter().map(short).collect()
}

const NONE: [&str; 2] = [
    "406 John :There was no such nickname",
    "369 John :End of WHOWAS",
];

#[test]
fn whowas_knows_a_contact_that_is_offline_and_none_that_is_online() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let never = [
        "314 John enclave fc00::1 * :John Smith",
        "330 John fc00::1 :was logged in as",
        "312 John enclave.local :has not been online yet",
        "369 john :End of WHOWAS",
    ];
    assert_eq!(ask(&mut world, alice, "WHOWAS john"), never);
    world.online(JOHN);
    world.heard(alice);
    assert_eq!(ask(&mut world, alice, "WHOWAS John"), NONE);
    world.packet(JOHN, r#"{"status":0}"#);
    world.heard(alice);
    let was = ask(&mut world, alice, "WHOWAS John 1");
    assert_eq!(was[..2], never[..2]);
    assert!(
        was[2].starts_with("312 John enclave.local :last seen "),
        "{was:?}"
    );
    assert_eq!(was.len(), 4);
    assert_eq!(ask(&mut world, alice, "WHOWAS"), ["431 :No nickname given"]);
}

#[test]
fn whowas_remembers_those_who_are_no_longer_in_the_address_book_newest_first() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for address in ["fc00::1", "fc00::2", "fc00::3"] {
        follow(&mut world, vec![]);
        follow(&mut world, vec![contact("John", address)]);
        // The second was seen last, the third never.
        if address != "fc00::3" {
            world.online(address);
        }
        world.pass(Duration::from_secs(5));
    }
    world.heard(alice);
    let hosts = |world: &mut World, line: &str| -> Vec<String> {
        let answer = ask(world, alice, line);
        let users = answer.iter().filter(|line| line.starts_with("314 "));
        users
            .map(|line| line.split(' ').nth(3).unwrap().to_owned())
            .collect()
    };
    let all = ["fc00::2", "fc00::1", "fc00::3"];
    for (line, count) in [
        ("WHOWAS JOHN", 3),
        ("WHOWAS John 1", 1),
        ("WHOWAS John 2", 2),
        ("WHOWAS John 99", 3),
        ("WHOWAS John 0", 3),
        ("WHOWAS John -1", 3),
        ("WHOWAS John many", 3),
    ] {
        assert_eq!(hosts(&mut world, line), all[..count], "{line}");
    }
    follow(&mut world, vec![]);
    assert_eq!(hosts(&mut world, "WHOWAS John"), all, "out of the book");
    let mut world = world.crash(Settings::default(), Book::default());
    let alice = world.attached("alice", "");
    assert_eq!(hosts(&mut world, "WHOWAS John"), all, "after a restart");
    // She was in the first book.
    assert_eq!(ask(&mut world, alice, "WHOWAS Mary").len(), 4);
}

#[test]
fn whois_knows_nobody_who_is_offline() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    assert_eq!(
        ask(&mut world, alice, "WHOIS Mary"),
        [
            "401 Mary :No such nick or channel",
            "318 Mary :End of /WHOIS list"
        ]
    );
}

#[test]
fn the_control_contact_is_a_program() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    let answer = ask(&mut world, alice, "WHOIS ENCLAVE");
    let bots: Vec<&String> = answer
        .iter()
        .filter(|line| line.starts_with("335 "))
        .collect();
    assert_eq!(bots, ["335 enclave :is the control contact"]);
    assert!(
        !ask(&mut world, alice, "WHOIS alice")
            .iter()
            .any(|line| line.starts_with("335 "))
    );
}
