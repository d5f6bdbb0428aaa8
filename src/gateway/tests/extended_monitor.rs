//! `extended-monitor`: what becomes of contacts that are watched from outside the roster
//! channel.

use super::*;

const MASK: &str = "John!enclave@fc00::1";
const ALL: &str = "extended-monitor away-notify setname";

/// A client watches John, inside the roster channel or not.
fn watching(capabilities: &str, inside: bool) -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", capabilities);
    if !inside {
        world.say(alice, "PART &enclave");
    }
    world.say(alice, "MONITOR + john");
    world.heard(alice);
    (world, alice)
}

fn renamed(name: &str) -> Event {
    Event::BookRead(Ok(Book {
        contacts: vec![contact(name, JOHN), contact("Mary", MARY)],
        ..Book::default()
    }))
}

#[test]
fn away_and_setname_of_one_who_is_watched_from_outside() {
    let (mut world, alice) = watching(ALL, false);
    world.online(JOHN);
    world.online(MARY);
    world.heard(alice);
    world.packet(JOHN, r#"{"status":2,"status-message":"lunch"}"#);
    world.packet(MARY, r#"{"status":2,"status-message":"lunch"}"#);
    assert_eq!(world.heard(alice), [format!(":{MASK} AWAY :lunch")]);
    world.packet(JOHN, r#"{"status":1,"status-message":""}"#);
    assert_eq!(world.heard(alice), [format!(":{MASK} AWAY")]);
    world.event(renamed("John Doe"));
    assert_eq!(world.heard(alice), [format!(":{MASK} SETNAME :John Doe")]);
    world.say(alice, "MONITOR - John");
    world.packet(JOHN, r#"{"status":3}"#);
    world.event(renamed("John Smith"));
    assert!(world.heard(alice).is_empty());
}

#[test]
fn each_needs_its_own_capability_beside_it() {
    for (capabilities, away, setname) in [
        ("extended-monitor", false, false),
        ("extended-monitor away-notify", true, false),
        ("extended-monitor setname", false, true),
        ("away-notify setname", false, false),
    ] {
        let (mut world, alice) = watching(capabilities, false);
        world.online(JOHN);
        world.heard(alice);
        world.packet(JOHN, r#"{"status":2}"#);
        assert_eq!(
            world.heard(alice).len(),
            usize::from(away),
            "{capabilities}"
        );
        world.event(renamed("John Doe"));
        assert_eq!(
            world.heard(alice).len(),
            usize::from(setname),
            "{capabilities}"
        );
    }
}

#[test]
fn never_twice_to_one_that_is_in_the_channel_as_well() {
    let (mut world, alice) = watching(ALL, true);
    world.call(JOHN);
    world.packet(JOHN, r#"{"status":2,"status-message":"lunch"}"#);
    world.event(renamed("John Doe"));
    world.packet(JOHN, r#"{"status":2,"status-message":"dinner"}"#);
    assert_eq!(
        world.heard(alice),
        [
            format!(":{MASK} JOIN :&enclave"),
            format!(":{MASK} AWAY :lunch"),
            format!(":enclave.local 730 alice :{MASK}"),
            format!(":{MASK} SETNAME :John Doe"),
            format!(":{MASK} AWAY :dinner"),
        ]
    );
}

#[test]
fn one_who_comes_online_away_is_away_after_it_is_online() {
    let (mut world, alice) = watching(ALL, false);
    world.call(JOHN);
    world.packet(JOHN, r#"{"status":2,"status-message":"lunch"}"#);
    assert_eq!(
        world.heard(alice),
        [
            format!(":enclave.local 730 alice :{MASK}"),
            format!(":{MASK} AWAY :lunch"),
        ]
    );
}

#[test]
fn one_who_is_away_under_a_new_nick_is_away_under_that() {
    let (mut world, alice) = watching(ALL, false);
    world.say(alice, "MONITOR + johnny");
    world.call(JOHN);
    world.packet(JOHN, r#"{"status":2,"status-message":"lunch"}"#);
    world.heard(alice);
    world.event(renamed("Johnny Smith"));
    let mask = "Johnny!enclave@fc00::1";
    assert_eq!(
        world.heard(alice),
        [
            ":enclave.local 731 alice :John".to_owned(),
            format!(":enclave.local 730 alice :{mask}"),
            format!(":{mask} AWAY :lunch"),
            format!(":{mask} SETNAME :Johnny Smith"),
        ]
    );
}
