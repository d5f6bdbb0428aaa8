//! `forget`: what two have said is deleted, and called so when it is.

use super::super::stall::PATIENCE;
use super::*;

/// A world with a slow disk, and alice, to whom John has said something.
fn world(capabilities: &str) -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", capabilities);
    world.online(JOHN);
    world.packet(JOHN, r#"{"message":"a secret","id":"j1"}"#);
    world.pass(Duration::from_secs(2));
    world.heard(alice);
    world.slow_disk = Some(world.writes);
    (world, alice)
}

fn is_about(lines: &[String], words: &str) -> usize {
    lines.iter().filter(|line| line.contains(words)).count()
}

#[test]
fn it_is_called_deleted_when_it_is() {
    let (mut world, alice) = world("");
    world.say(alice, "PRIVMSG enclave :forget John");
    assert!(world.heard(alice).is_empty());
    assert_eq!(world.gateway.census().owed.unfinished, 1);
    world.disk_catches_up();
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains(" PRIVMSG alice :All that you and John have said is deleted"));
    assert_eq!(world.gateway.census().owed, Default::default());
}

#[test]
fn what_still_waits_to_be_sent_is_named() {
    let (mut world, alice) = world("");
    world.say(alice, "PRIVMSG Mary :later");
    world.say(alice, "PRIVMSG enclave :forget Mary");
    world.disk_catches_up();
    let heard = world.heard(alice);
    assert_eq!(
        is_about(&heard, "but for what waits to be sent (outbox Mary)"),
        1
    );
}

#[test]
fn at_the_end_it_is_said_that_it_is_not_stored() {
    let (mut world, alice) = world("");
    world.say(alice, "PRIVMSG enclave :forget John");
    world.pass(PATIENCE + Duration::from_millis(100));
    world.heard(alice);
    world.event(Event::Shutdown);
    assert_eq!(is_about(&world.heard(alice), "may be there again"), 1);
}

#[test]
fn the_answer_has_the_label_of_the_command() {
    let (mut world, alice) = world("labeled-response batch");
    world.say(alice, "@label=f PRIVMSG enclave :forget John");
    world.say(alice, "@label=p PING a");
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with("@label=p "), "{heard:?}");
    world.disk_catches_up();
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with("@label=f"), "{heard:?}");
    assert!(heard[0].contains("is deleted"), "{heard:?}");
}

#[test]
fn whoever_waits_for_it_is_told_that_the_disk_refuses_or_says_nothing() {
    for refuses in [true, false] {
        let (mut world, alice) = world("labeled-response batch");
        world.say(alice, "@label=f PRIVMSG enclave :forget John");
        let why = if refuses {
            world.event(Event::StoreTrouble(Some("the disk is full".to_owned())));
            "the disk is full"
        } else {
            world.pass(PATIENCE + Duration::from_millis(100));
            "does not answer"
        };
        let heard = world.heard(alice);
        let told = heard.iter().find(|line| line.contains("not deleted yet"));
        assert!(told.is_some_and(|told| told.contains(why)), "{heard:?}");
        assert_eq!(is_about(&heard, "label=f"), 0, "{heard:?}");
        if refuses {
            world.event(Event::StoreTrouble(None));
            assert_eq!(is_about(&world.heard(alice), "deleted"), 0);
        }
        world.disk_catches_up();
        let heard = world.heard(alice);
        let done = heard.iter().find(|line| line.contains("label=f"));
        assert!(
            done.is_some_and(|done| done.contains("is deleted")),
            "{heard:?}"
        );
    }
}

#[test]
fn it_is_refused_while_nothing_can_be_stored() {
    for refuses in [true, false] {
        let (mut world, alice) = world("");
        if refuses {
            world.event(Event::StoreTrouble(Some("the disk is full".to_owned())));
        } else {
            world.say(alice, "PRIVMSG Mary :hi");
            world.pass(PATIENCE + Duration::from_millis(100));
        }
        world.heard(alice);
        let before = world.writes;
        world.say(alice, "PRIVMSG enclave :forget John");
        let heard = world.heard(alice);
        assert!(heard[0].contains(":Nothing was deleted: "), "{heard:?}");
        assert_eq!(world.writes, before);
    }
}

#[test]
fn what_waits_to_be_done_is_bounded_and_waits_for_nobody_who_is_gone() {
    let (mut world, alice) = world("");
    for _ in 0..256 {
        world.say(alice, "PRIVMSG enclave :forget John");
    }
    assert!(world.heard(alice).is_empty());
    world.say(alice, "PRIVMSG enclave :forget John");
    assert!(world.heard(alice)[0].contains("wait for the disk already"));
    let owed = world.gateway.census().owed;
    assert_eq!((owed.unfinished, owed.until_durable), (256, 256));
    world.say(alice, "QUIT");
    let owed = world.gateway.census().owed;
    assert_eq!((owed.unfinished, owed.until_durable), (0, 0));
    world.disk_catches_up();
    assert_eq!(world.gateway.census().owed, Default::default());
}

#[test]
fn what_is_taken_back_is_called_so_when_no_restart_can_bring_it_back() {
    let (mut world, alice) = world("labeled-response batch");
    world.slow_disk = None;
    world.say(alice, "PRIVMSG Mary :a slip");
    world.heard(alice);
    world.slow_disk = Some(world.writes);
    world.say(alice, "@label=c PRIVMSG enclave :cancel Mary");
    assert_eq!(world.heard(alice), [""; 0]);
    world.disk_catches_up();
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with("@label=c"), "{heard:?}");
    assert!(
        heard[0].contains("1 message for Mary taken back"),
        "{heard:?}"
    );
    assert_eq!(world.gateway.census().owed, Default::default());
}

#[test]
fn what_is_taken_back_does_not_go_out_though_that_cannot_be_stored() {
    for refuses in [true, false] {
        let (mut world, alice) = world("");
        world.say(alice, "PRIVMSG Mary :a slip");
        if refuses {
            world.event(Event::StoreTrouble(Some("the disk is full".to_owned())));
        } else {
            world.pass(PATIENCE + Duration::from_millis(100));
        }
        world.heard(alice);
        world.say(alice, "PRIVMSG enclave :cancel Mary");
        let heard = world.heard(alice);
        assert_eq!(is_about(&heard, "may be there again"), 1, "{heard:?}");
        world.online(MARY);
        let sent = world.sent(MARY);
        assert!(
            sent.iter().all(|packet| packet["message"].is_null()),
            "{sent:?}"
        );
    }
}
