//! Contacts that change more often than anybody wants to know.

use super::*;
use crate::gateway::calm::{CHANGES, PERIOD};

fn flip(world: &mut World, n: usize) {
    let packet = format!(r#"{{"status":{},"status-message":"{n}"}}"#, 1 + n % 2);
    world.packet(JOHN, &packet);
}

#[test]
fn a_contact_that_flickers_is_told_of_now_and_then_and_then_as_it_is() {
    let mut world = World::new();
    let alice = world.attached("alice", "away-notify");
    world.online(MARY);
    world.online(JOHN);
    world.heard(alice);
    for n in 0..1000 {
        flip(&mut world, n);
    }
    let heard = world.heard(alice);
    let away = heard.iter().filter(|line| line.contains(" AWAY")).count();
    assert!(away < usize::from(CHANGES), "{heard:?}");
    world.packet(MARY, r#"{"status":2,"status-message":"tea"}"#);
    assert_eq!(world.heard(alice).len(), 2, "others are told of as ever");
    world.pass(PERIOD);
    let heard = world.heard(alice);
    assert!(
        heard.iter().any(|line| line.ends_with(" AWAY :999")),
        "{heard:?}"
    );
    flip(&mut world, 0);
    assert!(!world.heard(alice).is_empty(), "it has been calm");
}

#[test]
fn a_contact_that_comes_and_goes_is_told_of_now_and_then_and_shown_before_it_speaks() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for _ in 0..100 {
        world.online(JOHN);
        world.packet(JOHN, r#"{"status":0}"#);
    }
    assert!(world.heard(alice).len() < 3 * usize::from(CHANGES));
    world.online(JOHN);
    assert!(world.heard(alice).is_empty());
    world.packet(JOHN, r#"{"message":"hi"}"#);
    let heard = world.heard(alice);
    assert!(heard[0].contains(" JOIN "), "{heard:?}");
    assert!(heard.last().unwrap().ends_with(" :hi"), "{heard:?}");
    world.packet(JOHN, r#"{"status":0}"#);
    world.pass(PERIOD);
    let heard = world.heard(alice);
    assert!(heard[0].contains(" QUIT "), "{heard:?}");
}
