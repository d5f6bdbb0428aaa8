//! A contact's presence on IRC.

use super::*;

const CAPS: &str = "away-notify extended-join";

fn without_time(lines: Vec<String>) -> Vec<String> {
    assert!(lines.iter().all(|line| !line.starts_with('@')));
    lines
}

#[test]
fn a_contact_comes_changes_and_goes() {
    let mut world = World::new();
    let alice = world.attached("alice", CAPS);
    let plain = world.attached("alice", "");
    world.online(JOHN);
    let mask = "John!enclave@fc00::1";
    assert_eq!(
        without_time(world.heard(alice)),
        [
            format!(":{mask} JOIN &enclave fc00::1 :John Smith"),
            ":enclave.local MODE &enclave +v John".to_owned(),
        ]
    );
    assert_eq!(
        world.heard(plain),
        [
            format!(":{mask} JOIN :&enclave"),
            ":enclave.local MODE &enclave +v John".to_owned(),
        ]
    );
    world.packet(JOHN, r#"{"status":3,"status-message":"cooking"}"#);
    assert_eq!(
        world.heard(alice),
        [
            format!(":{mask} AWAY :Busy: cooking"),
            ":enclave.local MODE &enclave -v John".to_owned(),
        ]
    );
    assert_eq!(world.heard(plain), [":enclave.local MODE &enclave -v John"]);
    world.packet(JOHN, r#"{"status":3,"status-message":"cooking"}"#);
    assert!(world.heard(alice).is_empty(), "a repeat makes no noise");
    world.packet(JOHN, r#"{"status":1,"status-message":""}"#);
    assert_eq!(
        world.heard(alice),
        [
            format!(":{mask} AWAY"),
            ":enclave.local MODE &enclave +v John".to_owned()
        ]
    );
    world.packet(JOHN, r#"{"status":0,"status-message":"good night"}"#);
    assert_eq!(world.heard(alice), [format!(":{mask} QUIT :good night")]);
}

#[test]
fn one_who_comes_away_joins_without_voice() {
    let mut world = World::new();
    let alice = world.attached("alice", CAPS);
    world.call(JOHN);
    world.packet(JOHN, r#"{"status":2,"status-message":""}"#);
    assert_eq!(
        world.heard(alice),
        [
            ":John!enclave@fc00::1 JOIN &enclave fc00::1 :John Smith",
            ":John!enclave@fc00::1 AWAY :Away",
        ]
    );
}

#[test]
fn parting_holds_until_a_join_or_the_next_attach() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PART &enclave");
    world.heard(alice);
    world.online(JOHN);
    assert!(world.heard(alice).is_empty());
    world.say(alice, "JOIN &ENCLAVE");
    assert!(
        world
            .heard(alice)
            .contains(&":enclave.local 353 alice = &enclave :alice @enclave +John".to_owned())
    );
    world.say(alice, "JOIN &enclave");
    assert!(
        world.heard(alice).is_empty(),
        "JOIN while inside is ignored"
    );
}

#[test]
fn monitor_hears_of_both() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PART &enclave");
    world.say(alice, "MONITOR + john,Nobody");
    assert!(
        world
            .heard(alice)
            .contains(&":enclave.local 731 alice :john,Nobody".to_owned())
    );
    world.online(JOHN);
    assert_eq!(
        world.heard(alice),
        [":enclave.local 730 alice :John!enclave@fc00::1"]
    );
    world.packet(JOHN, r#"{"status":0}"#);
    assert_eq!(world.heard(alice), [":enclave.local 731 alice :John"]);
}

#[test]
fn whois_shows_status_texts() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.packet(JOHN, r#"{"status":1,"status-message":"hacking"}"#);
    world.heard(alice);
    world.say(alice, "WHOIS John");
    assert_eq!(
        world.heard(alice),
        [
            ":enclave.local 311 alice John enclave fc00::1 * :John Smith",
            ":enclave.local 319 alice John :+&enclave",
            ":enclave.local 312 alice John enclave.local :Enclave",
            ":enclave.local 330 alice John fc00::1 :is logged in as",
            ":enclave.local 320 alice John :is available: hacking",
            ":enclave.local 318 alice John :End of /WHOIS list",
        ]
    );
    world.packet(JOHN, r#"{"status":2,"status-message":"lunch"}"#);
    world.say(alice, "WHOIS John John");
    let heard = world.heard(alice);
    assert!(
        heard.contains(&":enclave.local 301 alice John :lunch".to_owned()),
        "{heard:?}"
    );
}
