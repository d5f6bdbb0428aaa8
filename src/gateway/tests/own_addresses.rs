//! Our own addresses, as they come and go.

use super::*;

fn told(lines: &[String], text: &str) -> usize {
    let notices = lines.iter().filter(|line| line.contains(" NOTICE "));
    notices.filter(|line| line.contains(text)).count()
}

fn own(world: &mut World, addresses: &[&str]) {
    let addresses = addresses.iter().map(|text| text.parse().unwrap());
    world.event(Event::OwnAddresses(addresses.collect()));
}

#[test]
fn every_change_of_our_address_is_told() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    own(&mut world, &["fc00::6"]);
    assert_eq!(told(&world.heard(alice), "your friends: fc00::6"), 1);
    own(&mut world, &[]);
    assert_eq!(told(&world.heard(alice), "no address in fc00::/8"), 1);
    own(&mut world, &[OWN]);
    assert_eq!(told(&world.heard(alice), "your friends: fc00::5"), 1);
}

#[test]
fn who_attaches_is_told_what_holds_and_not_what_held() {
    let mut world = World::new();
    own(&mut world, &[]);
    let alice = world.attach("alice", "");
    assert_eq!(told(&world.heard(alice), "no address in fc00::/8"), 1);
    world.say(alice, "QUIT");
    own(&mut world, &[OWN]);
    own(&mut world, &[]);
    own(&mut world, &[OWN]);
    let back = world.attach("alice", "");
    assert_eq!(told(&world.heard(back), "no address"), 0);
}
