//! Who has to show a key, and what becomes of those that do not.

use super::*;
use crate::config::Secret;
use crate::irc::listener::{Fingerprint, Transport};

const HASH: &str = "sesame";

/// A gateway with a password, and a certificate that is known.
fn world() -> World {
    let with_keys = Settings {
        password: Secret::new(HASH),
        fingerprints: vec![Fingerprint([7; 32])],
        ..Settings::default()
    };
    World::with(with_keys, book(), Loaded::default())
}

/// A client from this address that the door does not trust.
pub(super) fn stranger_from(
    world: &mut World,
    ip: &str,
    fingerprint: Option<Fingerprint>,
) -> ClientId {
    world.clients += 1;
    let client = ClientId(world.clients);
    let end = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 6697);
    let origin = Origin {
        transport: Transport::Tls,
        fingerprint,
        trusted: false,
        ..Origin::trusted(Place::Tcp {
            peer: end(ip),
            local: end("192.0.2.1"),
        })
    };
    world.event(Event::ClientConnected { client, origin });
    client
}

fn stranger(world: &mut World) -> ClientId {
    stranger_from(world, "192.0.2.9", None)
}

fn register(world: &mut World, client: ClientId) {
    world.say(client, "NICK alice");
    world.say(client, "USER alice 0 * :Alice");
}

/// The one password that waits is looked at.
fn check(world: &mut World) {
    let (client, is_right) = world.passwords.remove(0);
    world.event(Event::PasswordChecked { client, is_right });
}

fn was_welcomed(world: &mut World, client: ClientId) -> bool {
    let heard = world.heard(client);
    heard.iter().any(|line| line.contains(" 001 alice "))
}

#[test]
fn whoever_the_door_trusts_needs_no_key() {
    let mut world = world();
    let alice = world.connect();
    world.say(alice, "PASS wrong");
    register(&mut world, alice);
    assert!(was_welcomed(&mut world, alice));
    assert!(world.passwords.is_empty());
}

#[test]
fn a_right_password_lets_in_once_it_was_looked_at() {
    let mut world = world();
    let alice = stranger(&mut world);
    world.say(alice, &format!("PASS {HASH}"));
    register(&mut world, alice);
    assert!(world.heard(alice).is_empty());
    world.say(alice, "PRIVMSG John :hi");
    assert!(world.heard(alice)[0].contains(" 451 "));
    check(&mut world);
    assert!(was_welcomed(&mut world, alice));
}

#[test]
fn a_wrong_one_and_none_turn_away() {
    let mut world = world();
    let wrong = stranger(&mut world);
    world.say(wrong, "PASS open");
    register(&mut world, wrong);
    check(&mut world);
    let none = stranger(&mut world);
    register(&mut world, none);
    for client in [wrong, none] {
        let heard = world.heard(client);
        assert!(
            heard[0].starts_with(":enclave.local 464 alice :"),
            "{heard:?}"
        );
        assert!(heard[1].starts_with("ERROR :Closing link: "));
        assert!(world.closed.contains(&client));
    }
}

#[test]
fn each_wrong_password_makes_the_next_one_wait_longer() {
    let mut world = world();
    for wait in [0, 1, 2, 4] {
        let client = stranger(&mut world);
        world.say(client, "PASS open");
        register(&mut world, client);
        if wait > 0 {
            assert!(world.passwords.is_empty());
            world.pass(Duration::from_millis(wait * 1000 - 1));
            assert!(world.passwords.is_empty(), "before {wait} s");
            world.pass(Duration::from_millis(1));
        }
        check(&mut world);
    }
    let elsewhere = stranger_from(&mut world, "192.0.2.10", None);
    world.say(elsewhere, &format!("PASS {HASH}"));
    register(&mut world, elsewhere);
    check(&mut world);
    assert!(was_welcomed(&mut world, elsewhere), "others do not wait");
}

/// To look at one takes a while, so whoever connects, shows one and goes, again and again, must
/// not leave a queue behind.
#[test]
fn one_password_is_looked_at_and_no_queue_outlives_its_clients() {
    let mut world = world();
    let show = |world: &mut World, last: u8| {
        let client = stranger_from(world, &format!("192.0.2.{last}"), None);
        world.say(client, "PASS open");
        register(world, client);
        client
    };
    for last in 10..40 {
        let client = show(&mut world, last);
        let reason = "gone".to_owned();
        world.event(Event::ClientEnded { client, reason });
    }
    assert_eq!(world.passwords.len(), 1);
    let two = [50, 51].map(|last| show(&mut world, last));
    world.pass(Duration::from_secs(1));
    check(&mut world);
    for client in two {
        assert_eq!(world.passwords, [(client, false)], "one after the other");
        check(&mut world);
    }
    assert!(world.passwords.is_empty());
}

#[test]
fn a_password_has_a_longest_length() {
    let mut world = world();
    for (length, is_looked_at) in [(1_024, true), (1_025, false)] {
        let client = stranger(&mut world);
        world.say(client, &format!("PASS :{}", "x".repeat(length)));
        register(&mut world, client);
        assert_eq!(!world.passwords.is_empty(), is_looked_at, "{length}");
        world.passwords.clear();
        world.event(Event::PasswordChecked {
            client,
            is_right: true,
        });
    }
}

#[test]
fn sasl_plain_as_the_specification_shows_it() {
    let mut world = world();
    let alice = stranger(&mut world);
    world.say(alice, "CAP LS 302");
    assert!(
        world
            .heard(alice)
            .concat()
            .contains(" sasl=EXTERNAL,PLAIN ")
    );
    world.say(alice, "CAP REQ :sasl");
    register(&mut world, alice);
    world.heard(alice);
    world.say(alice, "AUTHENTICATE PLAIN");
    assert_eq!(world.heard(alice), ["AUTHENTICATE +"]);
    world.say(alice, "AUTHENTICATE amlsbGVzAGppbGxlcwBzZXNhbWU=");
    assert!(world.heard(alice).is_empty());
    check(&mut world);
    let heard = world.heard(alice);
    assert_eq!(
        heard,
        [
            ":enclave.local 900 alice alice!alice@localhost fc00::5 :You are now logged in as fc00::5",
            ":enclave.local 903 alice :SASL authentication successful",
        ]
    );
    world.say(alice, "AUTHENTICATE PLAIN");
    assert!(world.heard(alice)[0].starts_with(":enclave.local 907 alice :"));
    world.say(alice, "CAP END");
    assert!(was_welcomed(&mut world, alice));
}

#[test]
fn sasl_may_fail_and_be_tried_again() {
    let mut world = world();
    let alice = stranger(&mut world);
    world.say(alice, "CAP REQ :sasl");
    register(&mut world, alice);
    world.heard(alice);
    for (lines, expected) in [
        (vec!["AUTHENTICATE SCRAM-SHA-256"], vec!["908", "904"]),
        (
            vec!["AUTHENTICATE PLAIN", "AUTHENTICATE *"],
            vec!["AUTHENTICATE", "906"],
        ),
        (
            vec!["AUTHENTICATE PLAIN", "AUTHENTICATE +"],
            vec!["AUTHENTICATE", "904"],
        ),
        (
            vec!["AUTHENTICATE PLAIN", "AUTHENTICATE ???"],
            vec!["AUTHENTICATE", "904"],
        ),
        (
            vec!["AUTHENTICATE EXTERNAL", "AUTHENTICATE +"],
            vec!["AUTHENTICATE", "904"],
        ),
    ] {
        for line in &lines {
            world.say(alice, line);
        }
        let heard = world.heard(alice);
        assert_eq!(heard.len(), expected.len(), "{lines:?}: {heard:?}");
        for (line, expected) in heard.iter().zip(expected) {
            assert!(line.contains(expected), "{lines:?}: {heard:?}");
        }
    }
    world.say(alice, "CAP END");
    assert!(world.heard(alice)[0].contains(" 464 alice :"));
}

#[test]
fn whoever_does_not_wait_for_the_answer_is_let_in_when_it_comes() {
    let mut world = world();
    let alice = stranger(&mut world);
    world.say(alice, "CAP REQ :sasl");
    register(&mut world, alice);
    world.say(alice, "AUTHENTICATE PLAIN");
    world.say(alice, "AUTHENTICATE amlsbGVzAGppbGxlcwBzZXNhbWU=");
    world.say(alice, "CAP END");
    assert!(!was_welcomed(&mut world, alice));
    check(&mut world);
    assert!(was_welcomed(&mut world, alice));
}

#[test]
fn a_known_certificate_lets_in() {
    let mut world = world();
    for (fingerprint, numeric) in [(7, "903"), (8, "904")] {
        let client = stranger_from(&mut world, "::1", Some(Fingerprint([fingerprint; 32])));
        world.say(client, "CAP REQ :sasl");
        register(&mut world, client);
        world.say(client, "AUTHENTICATE external");
        world.say(client, "AUTHENTICATE +");
        let heard = world.heard(client);
        assert!(heard.iter().any(|line| line.contains(numeric)), "{heard:?}");
        world.say(client, "CAP END");
        assert_eq!(was_welcomed(&mut world, client), numeric == "903");
    }
}

#[test]
fn where_there_is_no_key_sasl_is_not_offered_until_there_is_one() {
    let mut world = World::new();
    let alice = world.attached("alice", "cap-notify");
    world.say(alice, "CAP LS 302");
    assert!(!world.heard(alice).concat().contains("sasl"));
    world.say(alice, "CAP REQ :sasl");
    assert_eq!(world.heard(alice), [":enclave.local CAP alice NAK :sasl"]);
    let with_keys = Settings {
        password: Secret::new(HASH),
        ..Settings::default()
    };
    world.event(Event::Settings(with_keys));
    assert_eq!(
        world.heard(alice),
        [":enclave.local CAP alice NEW :sasl=EXTERNAL,PLAIN"]
    );
    world.event(Event::Settings(Settings::default()));
    assert_eq!(world.heard(alice), [":enclave.local CAP alice DEL :sasl"]);
}

/// Programs of several users of one machine have the same address.
#[test]
fn wrong_tries_of_another_user_delay_nobody_else() {
    let mut world = world();
    for _ in 0..3 {
        let eve = world.connect_from(false, Some(1001));
        world.say(eve, "PASS wrong");
        register(&mut world, eve);
        world.pass(Duration::from_secs(5));
        check(&mut world);
    }
    let alice = world.connect_from(false, Some(1002));
    world.say(alice, &format!("PASS {HASH}"));
    register(&mut world, alice);
    check(&mut world);
    assert!(was_welcomed(&mut world, alice));
}

/// To look at a password takes a while.
#[test]
fn many_passwords_at_once_from_one_place_have_their_turns_one_by_one() {
    let mut world = world();
    let tries: Vec<ClientId> = (0..10)
        .map(|_| {
            let eve = world.connect_from(false, Some(1001));
            world.say(eve, "PASS wrong");
            register(&mut world, eve);
            eve
        })
        .collect();
    let alice = world.connect_from(false, Some(1002));
    world.say(alice, &format!("PASS {HASH}"));
    register(&mut world, alice);
    let looked_at =
        |world: &World| -> Vec<ClientId> { world.passwords.iter().map(|(one, _)| *one).collect() };
    assert_eq!(looked_at(&world), [tries[0]]);
    check(&mut world);
    assert_eq!(looked_at(&world), [alice], "one from elsewhere goes first");
    check(&mut world);
    assert!(was_welcomed(&mut world, alice));
    assert_eq!(looked_at(&world), [tries[1]], "the next one has its turn");
    // Nor is a turn lost where one goes while its password is looked at.
    world.event(Event::ClientEnded {
        client: tries[1],
        reason: "gone".to_owned(),
    });
    check(&mut world);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.passwords.len(), 1);
}
