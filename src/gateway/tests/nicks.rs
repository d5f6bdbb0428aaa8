//! Own nicks and contacts' nicks, which must never be the same.

use super::*;

#[test]
fn a_client_makes_way_for_a_contact_of_its_nick() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.heard(alice);
    let mut renamed = contact("Alice", JOHN);
    renamed.name = "John Smith".to_owned();
    world.event(Event::BookRead(Ok(Book {
        contacts: vec![renamed, contact("Mary", MARY)],
        ..Book::default()
    })));
    let heard = world.heard(alice);
    assert_eq!(heard[0], ":alice!alice@localhost NICK :alice2");
    assert!(heard[1].contains(" NOTICE alice2 :alice is the nick of a contact now"));
    assert_eq!(heard[2], ":John!enclave@fc00::1 NICK :Alice");
    assert_eq!(world.gateway.remembered.nick, "alice", "it was not chosen");
}

#[test]
fn who_has_yet_to_register_chooses_another_nick() {
    let mut world = World::new();
    let client = world.connect();
    world.say(client, "NICK bob");
    world.event(Event::BookRead(Ok(Book {
        contacts: vec![contact("Bob", JOHN)],
        ..Book::default()
    })));
    world.say(client, "USER bob 0 * :Bob");
    let heard = world.heard(client);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with(":enclave.local 433 * bob :"));
    world.say(client, "NICK bobby");
    assert!(world.heard(client)[0].starts_with(":enclave.local 001 bobby "));
}

#[test]
fn a_client_that_watches_itself_hears_of_its_new_nick() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "MONITOR + alice,alys");
    world.heard(alice);
    world.say(alice, "NICK alys");
    assert_eq!(
        world.heard(alice)[1..],
        [
            ":enclave.local 731 alys :alice",
            ":enclave.local 730 alys :alys!alice@localhost"
        ]
    );
    world.say(alice, "NICK ALYS");
    assert_eq!(world.heard(alice).len(), 1, "the same nick");
}
