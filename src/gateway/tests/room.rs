//! Telling clients of contacts as fast as they read.

use super::*;

/// A gateway with so many contacts, all online or none, whose clients take nothing.
fn crowd(count: usize, online: bool) -> World {
    let contacts = (0..count).map(|n| contact(&format!("c{n}"), &at(n)));
    let book = Book {
        contacts: contacts.collect(),
        ..book()
    };
    let mut world = World::with(Settings::default(), book, Loaded::default());
    if online {
        for n in 0..count {
            world.online(&at(n));
        }
    }
    world
}

fn at(n: usize) -> String {
    format!("fc00::7:{n:x}")
}

fn drain(world: &mut World, client: ClientId) {
    assert_eq!(std::mem::take(&mut world.undrained), [client]);
    world.event(Event::ClientDrained { client });
}

/// The lines that say `verb` and name this contact.
fn lines_of(lines: &[String], verb: &str, n: usize) -> usize {
    let wanted = format!(":c{n}!enclave@{} {verb} ", at(n));
    lines
        .iter()
        .filter(|line| line.starts_with(&wanted))
        .count()
}

#[test]
fn who_came_and_went_while_a_client_was_full_is_not_shown() {
    let mut world = crowd(1000, false);
    let alice = world.attached("alice", "away-notify");
    world.slow_clients = true;
    let mut came = 0;
    while world.undrained.is_empty() {
        world.online(&at(came));
        came += 1;
    }
    assert_eq!(lines_of(&world.heard(alice), "JOIN", came - 1), 1);
    let [flickers, comes, goes, changes] = [came, came + 1, 0, 1];
    world.online(&at(flickers));
    world.packet(&at(flickers), r#"{"status":0}"#);
    world.online(&at(comes));
    world.packet(&at(goes), r#"{"status":0,"status-message":"bye"}"#);
    world.packet(&at(changes), r#"{"status":2,"status-message":"one"}"#);
    world.packet(&at(changes), r#"{"status":2,"status-message":"two"}"#);
    assert!(world.heard(alice).is_empty(), "it has no room");
    assert_eq!(world.undrained.len(), 1, "asked once");
    drain(&mut world, alice);
    let heard = world.heard(alice);
    assert_eq!(lines_of(&heard, "JOIN", flickers), 0);
    assert_eq!(lines_of(&heard, "QUIT", flickers), 0);
    assert_eq!(lines_of(&heard, "JOIN", comes), 1);
    assert_eq!(lines_of(&heard, "QUIT", goes), 1);
    assert_eq!(lines_of(&heard, "AWAY", changes), 1);
    assert!(
        heard.iter().any(|line| line.ends_with("AWAY :two")),
        "{heard:?}"
    );
    world.online(&at(came + 2));
    assert_eq!(
        lines_of(&world.heard(alice), "JOIN", came + 2),
        1,
        "at once again"
    );
}

#[test]
fn a_storm_is_told_as_the_client_reads_and_in_the_end_it_knows_all() {
    let mut world = crowd(2000, false);
    let alice = world.attached("alice", "");
    world.slow_clients = true;
    for n in 0..2000 {
        world.online(&at(n));
    }
    let mut heard = world.heard(alice);
    assert!(heard.iter().map(String::len).sum::<usize>() < 80_000);
    while !world.undrained.is_empty() {
        drain(&mut world, alice);
        heard.extend(world.heard(alice));
    }
    for n in 0..2000 {
        assert_eq!(lines_of(&heard, "JOIN", n), 1, "c{n}");
    }
}

#[test]
fn before_a_contact_speaks_or_is_renamed_it_is_shown() {
    let mut world = crowd(1000, false);
    let alice = world.attached("alice", "");
    world.slow_clients = true;
    let mut came = 0;
    while world.undrained.is_empty() {
        world.online(&at(came));
        came += 1;
    }
    world.heard(alice);
    world.online(&at(came));
    world.packet(&at(came), r#"{"message":"hello"}"#);
    let heard = world.heard(alice);
    assert!(heard[0].contains(" JOIN "), "{heard:?}");
    assert!(
        heard.last().unwrap().ends_with("PRIVMSG alice :hello"),
        "{heard:?}"
    );
    world.online(&at(came + 1));
    let others = (0..1000).filter(|n| *n != came + 1);
    let contacts = others.map(|n| contact(&format!("c{n}"), &at(n)));
    world.event(Event::BookRead(Ok(Book {
        contacts: contacts.collect(),
        ..book()
    })));
    let heard = world.heard(alice);
    assert!(heard.is_empty(), "it was never there: {heard:?}");
}

fn listed(lines: &[String]) -> Vec<String> {
    let lists = lines.iter().filter(|line| line.contains(" 353 "));
    let nicks = lists.flat_map(|line| line.rsplit_once(" :").unwrap().1.split(' '));
    nicks
        .map(|nick| nick.trim_start_matches('+').to_owned())
        .collect()
}

#[test]
fn a_long_list_of_names_comes_as_the_client_reads() {
    let mut world = crowd(2500, true);
    world.slow_clients = true;
    let alice = world.attach("alice", "");
    let mut heard = world.heard(alice);
    assert!(listed(&heard).len() < 1100, "not all at once");
    // One that is listed goes, and of those that are not yet one goes and one is away.
    world.packet(&at(0), r#"{"status":0}"#);
    world.packet(&at(2400), r#"{"status":0}"#);
    world.packet(&at(2401), r#"{"status":2}"#);
    while !world.undrained.is_empty() {
        drain(&mut world, alice);
        heard.extend(world.heard(alice));
    }
    let names = listed(&heard);
    assert_eq!(names.len(), 2 + 2499);
    assert!(!names.contains(&"c2400".to_owned()));
    assert_eq!(
        heard.iter().filter(|line| line.contains(" 366 ")).count(),
        1
    );
    assert_eq!(lines_of(&heard, "QUIT", 0), 1, "it was listed");
    assert_eq!(lines_of(&heard, "QUIT", 2400), 0, "it was not");
    let voices = heard.iter().filter(|line| line.contains(" MODE "));
    assert_eq!(voices.count(), 0, "the list shows who is away");
}

#[test]
fn a_list_with_a_label_is_one_answer() {
    let mut world = crowd(2500, true);
    let alice = world.attached("alice", "labeled-response batch");
    world.slow_clients = true;
    world.say(alice, "@label=one NAMES &enclave");
    world.say(alice, "@label=two NAMES &enclave");
    let mut heard = world.heard(alice);
    while let Some(client) = world.undrained.pop() {
        world.event(Event::ClientDrained { client });
        heard.extend(world.heard(alice));
    }
    for label in ["one", "two"] {
        let opened = format!("@label={label} ");
        let opening: Vec<_> = heard
            .iter()
            .filter(|line| line.starts_with(&opened))
            .collect();
        assert_eq!(opening.len(), 1, "{opening:?}");
        let (_, name) = opening[0].split_once("BATCH +").unwrap();
        let name = name.split(' ').next().unwrap();
        let tag = format!("@batch={name} ");
        let within: Vec<String> = (heard.iter())
            .filter(|line| line.starts_with(&tag))
            .cloned()
            .collect();
        assert_eq!(listed(&within).len(), 2502);
        assert!(within.last().unwrap().contains(" 366 "));
        let ends = heard
            .iter()
            .filter(|line| line.ends_with(&format!("BATCH -{name}")));
        assert_eq!(ends.count(), 1);
    }
}

#[test]
fn when_contacts_were_linked_is_stored_together_a_little_later() {
    let mut world = crowd(600, false);
    let before = world.writes;
    for n in 0..600 {
        world.online(&at(n));
    }
    assert_eq!(world.writes, before, "not one by one");
    world.pass(Duration::from_secs(1));
    let first = world.writes - before;
    assert!((1..=256).contains(&first), "{first} hold up a message");
    world.pass(Duration::from_secs(1));
    assert_eq!(world.writes - before, 600);
    let contacts = world.db.load().unwrap().contacts;
    assert!(contacts.iter().all(|row| row.last_linked.is_some()));
}

#[test]
fn what_was_not_stored_yet_is_at_the_end() {
    let mut world = crowd(1, true);
    world.event(Event::Shutdown);
    let contacts = world.db.load().unwrap().contacts;
    assert!(contacts[0].last_linked.is_some());
}
