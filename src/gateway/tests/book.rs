//! Following the address book, whoever changed it.

use super::*;

fn follow(world: &mut World, contacts: Vec<Contact>) {
    let book = Book {
        contacts,
        ..Book::default()
    };
    world.event(Event::BookRead(Ok(book)));
}

#[test]
fn a_contact_taken_out_leaves_the_channel() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.heard(alice);
    follow(&mut world, vec![contact("Mary", MARY)]);
    assert_eq!(world.heard(alice), [":John!enclave@fc00::1 QUIT :Offline"]);
    world.say(alice, "PRIVMSG John :hi");
    assert!(world.heard(alice)[0].contains(" 401 alice John "));
}

#[test]
fn the_same_nick_with_a_new_address_is_the_same_contact_moved() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.heard(alice);
    follow(
        &mut world,
        vec![contact("John Smith", "fc00::2"), contact("Mary", MARY)],
    );
    assert_eq!(world.heard(alice), [":John!enclave@fc00::1 QUIT :Offline"]);
    world.online("fc00::2");
    assert_eq!(
        world.heard(alice)[0],
        ":John!enclave@fc00::2 JOIN :&enclave"
    );
    world.call(JOHN);
    world.packet(JOHN, r#"{"message":"it is me"}"#);
    assert!(
        world.heard(alice)[0].contains("fc00::1 wants to talk to you"),
        "now a stranger"
    );
}

#[test]
fn a_new_nick_and_name_are_told() {
    let mut world = World::new();
    let alice = world.attached("alice", "setname");
    world.say(alice, "MONITOR + John,Johnny");
    world.online(JOHN);
    world.heard(alice);
    follow(
        &mut world,
        vec![contact("Johnny Smith", JOHN), contact("Mary", MARY)],
    );
    assert_eq!(
        world.heard(alice),
        [
            ":John!enclave@fc00::1 NICK :Johnny",
            ":enclave.local 731 alice :John",
            ":enclave.local 730 alice :Johnny!enclave@fc00::1",
            ":Johnny!enclave@fc00::1 SETNAME :Johnny Smith",
        ]
    );
}

#[test]
fn two_contacts_that_trade_addresses_in_one_edit_are_both_found() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    follow(
        &mut world,
        vec![contact("John Smith", MARY), contact("Mary", JOHN)],
    );
    world.online(JOHN);
    world.online(MARY);
    let joins: Vec<_> = world
        .heard(alice)
        .into_iter()
        .filter(|line| line.contains("JOIN"))
        .collect();
    assert_eq!(
        joins,
        [
            ":Mary!enclave@fc00::1 JOIN :&enclave",
            ":John!enclave@fc00::9 JOIN :&enclave"
        ]
    );
}

#[test]
fn a_blocked_contact_keeps_its_nick_and_takes_no_message() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    world.heard(alice);
    let mut john = contact("John Smith", JOHN);
    john.blocked = true;
    follow(&mut world, vec![john, contact("Mary", MARY)]);
    assert_eq!(world.heard(alice), [":John!enclave@fc00::1 QUIT :Offline"]);
    assert!(
        world.sent(JOHN).is_empty(),
        "no status for the one who is blocked"
    );
    world.say(alice, "PRIVMSG John :hi");
    assert!(world.heard(alice)[0].contains(" 404 alice John :You have blocked John"));
    let again = world.call(JOHN);
    assert!(world.ended.contains(&again));
    follow(&mut world, book().contacts);
    world.online(JOHN);
    assert_eq!(
        world.heard(alice)[0],
        ":John!enclave@fc00::1 JOIN :&enclave"
    );
}

#[test]
fn derived_nicks_are_written_down() {
    let mut book = book();
    book.derived = true;
    let world = World::with(Settings::default(), book, Loaded::default());
    assert!(matches!(world.changes[0].1, Change::WriteNicks));
}

#[test]
fn our_own_address_in_the_book_is_said() {
    let book = Book {
        contacts: vec![contact("Me", OWN)],
        ..Book::default()
    };
    let mut world = World::with(Settings::default(), book, Loaded::default());
    let alice = world.attach("alice", "");
    let said = world
        .heard(alice)
        .into_iter()
        .filter(|line| line.contains("your own address"));
    assert_eq!(said.count(), 1);
}

#[test]
fn a_bad_book_at_sighup_changes_nothing_and_says_so() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.event(Event::BookRead(Err("contacts.toml:3: no name".to_owned())));
    assert!(world.heard(alice)[0].contains("The address book is unchanged: contacts.toml:3"));
    world.online(JOHN);
    assert!(!world.heard(alice).is_empty());
}

#[test]
fn a_blocked_stranger_that_becomes_a_contact_is_let_in() {
    let shut_out = Book {
        blocked_strangers: vec!["fc00::e".parse().unwrap()],
        ..book()
    };
    let mut world = World::with(Settings::default(), shut_out, Loaded::default());
    let alice = world.attached("alice", "");
    let refused = world.call("fc00::e");
    assert!(world.ended.contains(&refused));
    follow(&mut world, vec![contact("Eve", "fc00::e")]);
    world.online("fc00::e");
    assert!(
        world
            .heard(alice)
            .contains(&":Eve!enclave@fc00::e JOIN :&enclave".to_owned())
    );
}

#[test]
fn nicks_that_cannot_be_written_down_are_said() {
    let mut world = World::with(
        Settings::default(),
        Book {
            derived: true,
            ..book()
        },
        Loaded::default(),
    );
    let (change, _) = world.changes.remove(0);
    world.event(Event::BookChanged {
        change,
        outcome: Err("cannot write contacts.toml: read-only".to_owned()),
    });
    let alice = world.attach("alice", "");
    let told = |line: &String| line.contains("could not be written down: cannot write");
    assert!(world.heard(alice).iter().any(told));
    assert!(world.changes.is_empty(), "not again and again");
}

#[test]
fn one_who_moves_takes_along_what_is_known_of_it() {
    let mut world = World::new();
    world.online(JOHN);
    follow(
        &mut world,
        vec![contact("John Smith", "fc00::2"), contact("Mary", MARY)],
    );
    let moved = world.gateway.roster.by_nick("John").unwrap();
    assert_eq!(moved.last_linked, Some(world.now.wall));
    let rows = world.db.load().unwrap().contacts;
    let john = rows.iter().find(|row| row.nick == "John").unwrap();
    assert_eq!(john.address, "fc00::2");
    assert_eq!(rows.len(), 2, "the old address is nobody's");
}

#[test]
fn what_was_written_to_a_contact_just_before_it_was_taken_out_is_still_shown() {
    let mut world = World::new();
    let alice = world.attached("alice", "echo-message");
    let other = world.attached("other", "");
    world.online(JOHN);
    world.heard(alice);
    world.heard(other);
    world.slow_disk = Some(0);
    world.say(alice, "PRIVMSG John :hi");
    follow(&mut world, vec![contact("Mary", MARY)]);
    let gone = [":John!enclave@fc00::1 QUIT :Offline"];
    assert_eq!(world.heard(alice), gone);
    assert_eq!(world.heard(other), gone);
    world.disk_catches_up();
    assert_eq!(
        world.heard(alice),
        [":alice!alice@localhost PRIVMSG John :hi"]
    );
    assert_eq!(
        world.heard(other),
        [":other!other@localhost PRIVMSG John :hi"]
    );
}
