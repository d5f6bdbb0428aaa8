//! What contacts are told of the person, as clients come, go, and say AWAY.

use serde_json::json;

use super::*;

#[test]
fn start_with_nobody_attached_is_away_with_the_last_quit_text() {
    let settings_kept = [("nick", "alice"), ("farewell", "good night")];
    let remembered = Loaded {
        settings: settings_kept
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..Loaded::default()
    };
    let mut world = World::with(Settings::default(), book(), remembered);
    world.online(JOHN);
    let handshake = json!({"status": 2, "status-message": "good night", "alias": "alice"});
    assert_eq!(world.sent(JOHN), [handshake]);
}

#[test]
fn the_first_client_makes_the_person_available_and_names_them() {
    let mut world = World::new();
    world.online(JOHN);
    assert_eq!(
        world.sent(JOHN),
        [json!({"status": 2, "status-message": ""})]
    );
    world.attached("alice", "");
    let packet = json!({"status": 1, "status-message": "", "alias": "alice"});
    assert_eq!(world.sent(JOHN), [packet]);
}

#[test]
fn away_busy_and_back_go_out_once_each() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    for (line, status, text) in [
        ("AWAY :lunch", 2, "lunch"),
        ("AWAY :busy: cooking", 3, "cooking"),
        ("AWAY :dnd", 3, ""),
        ("AWAY", 1, ""),
    ] {
        world.say(alice, line);
        world.say(alice, line);
        let packet = json!({"status": status, "status-message": text});
        assert_eq!(world.sent(JOHN), [packet], "{line}");
    }
}

#[test]
fn the_person_is_away_when_all_clients_are_and_the_newest_text_wins() {
    let mut world = World::new();
    let laptop = world.attached("alice", "");
    let phone = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    world.say(laptop, "AWAY :lunch");
    assert!(world.sent(JOHN).is_empty(), "the phone is still there");
    world.say(phone, "AWAY :busy");
    assert_eq!(
        world.sent(JOHN),
        [json!({"status": 3, "status-message": ""})]
    );
    world.say(phone, "QUIT :gone");
    assert_eq!(
        world.sent(JOHN),
        [json!({"status": 2, "status-message": "lunch"})]
    );
}

#[test]
fn the_last_quit_is_away_with_its_text_and_links_stay() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    world.heard(alice);
    world.say(alice, "QUIT :good night");
    assert_eq!(
        world.sent(JOHN),
        [json!({"status": 2, "status-message": "good night"})]
    );
    assert_eq!(world.gateway.remembered.farewell, "good night");
    let connection = world.links[&JOHN.parse().unwrap()];
    assert!(!world.ended.contains(&connection));
    assert_eq!(world.closed, [alice]);
    assert_eq!(world.heard(alice), ["ERROR :Closing link: good night"]);
}

#[test]
fn a_client_that_vanishes_has_its_grace() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    let reason = "reset".to_owned();
    world.event(Event::ClientEnded {
        client: alice,
        reason: reason.clone(),
    });
    world.pass(Duration::from_secs(119));
    let alice = world.attached("alice", "");
    assert!(
        world.sent(JOHN).is_empty(),
        "back within the grace: nothing at all"
    );
    world.event(Event::ClientEnded {
        client: alice,
        reason,
    });
    world.pass(Duration::from_secs(120));
    let packet = json!({"status": 2, "status-message": "Connection lost"});
    assert_eq!(world.sent(JOHN), [packet]);
}

#[test]
fn detached_offline_is_dark_until_somebody_attaches() {
    let settings = Settings {
        detached: Detached::Offline,
        ..Settings::default()
    };
    let mut world = World::with(settings, book(), Loaded::default());
    assert!(world.listening.is_empty());
    let alice = world.attached("alice", "");
    assert_eq!(world.listening, [OWN.parse().unwrap()]);
    world.online(JOHN);
    world.sent(JOHN);
    world.heard(alice);
    world.say(alice, "QUIT :good night");
    assert_eq!(
        world.sent(JOHN),
        [json!({"status": 0, "status-message": "good night"})]
    );
    assert!(world.listening.is_empty());
    let connection = world.links[&JOHN.parse().unwrap()];
    assert!(world.ended.contains(&connection));
}

#[test]
fn status_offline_is_dark_until_away_or_a_client_ends_it() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for end in ["AWAY :lunch", "AWAY", "PRIVMSG enclave :status available"] {
        world.say(alice, "PRIVMSG enclave :status offline bye");
        assert!(world.listening.is_empty(), "before {end}");
        world.say(alice, end);
        assert!(!world.listening.is_empty(), "{end}");
    }
    world.say(alice, "PRIVMSG enclave :status offline bye");
    world.attached("alice", "");
    assert!(!world.listening.is_empty(), "a registration ends it");
}

#[test]
fn a_new_nick_is_a_new_alias_and_setname_stays_here() {
    let mut world = World::new();
    let alice = world.attached("alice", "setname");
    world.online(JOHN);
    world.sent(JOHN);
    world.say(alice, "SETNAME :Alice Liddell");
    assert!(world.sent(JOHN).is_empty());
    world.say(alice, "NICK Alys");
    assert_eq!(world.sent(JOHN), [json!({"alias": "Alys"})]);
    assert_eq!(world.gateway.remembered.nick, "Alys");
}

#[test]
fn shutdown_says_goodbye_to_contacts_and_clients() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    world.heard(alice);
    world.event(Event::Shutdown);
    assert_eq!(
        world.sent(JOHN),
        [json!({"status": 0, "status-message": ""})]
    );
    assert_eq!(
        world.heard(alice),
        ["ERROR :Closing link: The gateway is shutting down"]
    );
    assert!(world.listening.is_empty());
}

#[test]
fn a_client_that_comes_back_within_the_grace_is_as_away_as_it_was() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.say(alice, "AWAY :lunch");
    world.sent(JOHN);
    let reason = "reset".to_owned();
    world.event(Event::ClientEnded {
        client: alice,
        reason,
    });
    world.pass(Duration::from_secs(60));
    let back = world.attach("alice", "");
    assert!(world.sent(JOHN).is_empty(), "nothing at all");
    assert!(world.heard(back).last().unwrap().contains(" 306 alice :"));
    world.say(back, "AWAY");
    assert_eq!(
        world.sent(JOHN),
        [json!({"status": 1, "status-message": ""})]
    );
}
