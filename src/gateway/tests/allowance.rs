//! How much may wait to be sent.

use super::*;
use crate::gateway::allowance::{ALL_WAITING_BYTES, BESIDE, WAITING, WAITING_BYTES};
use crate::store::Message;

/// What was loaded as waiting for the first contact of the store, who is in no address book.
fn waiting(texts: impl IntoIterator<Item = String>) -> Loaded {
    let contact = crate::store::Contact {
        id: 1,
        address: "fc00::77".to_owned(),
        nick: "Peter".to_owned(),
        in_book: false,
        last_linked: None,
        last_seen: None,
    };
    let messages = texts.into_iter().zip(1..).map(|(text, seq)| Message {
        seq,
        contact: 1,
        own: true,
        notice: false,
        id: format!("id-{seq}"),
        peer_id: None,
        time: Timestamp(START),
        arrived: Timestamp(START),
        text: Some(text),
        tags: crate::store::Tags::new(),
        writer: None,
        waiting: Some(0),
    });
    let outbox: Vec<_> = messages.collect();
    Loaded {
        last_seq: outbox.len() as u64,
        contacts: vec![contact],
        outbox,
        ..Loaded::default()
    }
}

fn messages_for_john(world: &World) -> (usize, usize) {
    world.gateway.mesh.waiting_size(JOHN.parse().unwrap())
}

#[test]
fn a_full_outbox_of_one_contact_refuses_and_loses_nothing() {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    for _ in 0..WAITING {
        world.say(alice, "PRIVMSG John :hi");
    }
    world.heard(alice);
    world.say(alice, "PRIVMSG John :one more");
    let heard = world.heard(alice);
    assert_eq!(
        heard,
        [
            ":enclave.local 404 alice John :10000 messages wait for John already, and no more can: \
             /msg enclave outbox John"
        ]
    );
    assert_eq!(messages_for_john(&world), (WAITING, 2 * WAITING));
    world.say(alice, "PRIVMSG Mary :hi");
    let heard = world.heard(alice).concat();
    assert!(!heard.contains(" 404 "), "others are not full: {heard}");
    world.say(alice, "PRIVMSG enclave :cancel John 1");
    world.heard(alice);
    world.say(alice, "PRIVMSG John :and now?");
    assert!(!world.heard(alice).concat().contains(" 404 "));
}

#[test]
fn the_bytes_that_wait_for_one_contact_are_bounded_too() {
    let mut world = World::new();
    let alice = world.attached("alice", "draft/multiline batch");
    let line = format!("@batch=a PRIVMSG John :{}", "x".repeat(399));
    let write = |world: &mut World| {
        world.say(alice, "BATCH +a draft/multiline John");
        for _ in 0..100 {
            world.say(alice, &line);
        }
        world.say(alice, "BATCH -a");
        world.heard(alice).concat()
    };
    let fitting = WAITING_BYTES / 39_999;
    for number in 0..fitting {
        let heard = write(&mut world);
        assert!(!heard.contains(" 404 "), "{number}: {heard}");
    }
    let heard = write(&mut world);
    assert!(
        heard.contains(" 404 alice John :419 messages wait for John"),
        "{heard}"
    );
    assert_eq!(messages_for_john(&world), (fitting, fitting * 39_999));
}

#[test]
fn what_waits_for_all_contacts_together_is_bounded_and_nothing_is_lost() {
    let each = 1024 * 1024 - BESIDE;
    let room = 2 * BESIDE;
    let count = ALL_WAITING_BYTES / (each + BESIDE);
    let texts = (0..count).map(|number| {
        let length = if number == 0 { each - room } else { each };
        "x".repeat(length)
    });
    let mut world = World::with(Settings::default(), book(), waiting(texts));
    let alice = world.attached("alice", "echo-message message-tags");
    let reaction = "@+draft/react=x;+draft/reply=y TAGMSG John";
    for line in [
        "PRIVMSG John :a",
        "PRIVMSG Mary :b",
        reaction,
        "PRIVMSG John :c",
    ] {
        world.say(alice, line);
    }
    let heard = world.heard(alice);
    let full = "64 MiB wait for all your contacts together already, and no more can: /msg enclave \
                outbox";
    let refused = |line: &&String| line.contains(" 404 ");
    let refusals: Vec<_> = heard.iter().filter(refused).collect();
    // Of two with a byte each there is room for one.
    let refusal = |nick: &str| format!(":enclave.local 404 alice {nick} :{full}");
    assert_eq!(
        refusals,
        [&refusal("Mary"), &refusal("John"), &refusal("John")]
    );
    assert_eq!(messages_for_john(&world), (1, 1), "what was accepted waits");
    assert!(world.gateway.count_all_waiting() <= ALL_WAITING_BYTES);
    world.say(alice, "PRIVMSG enclave :cancel Peter 64");
    world.heard(alice);
    world.say(alice, "PRIVMSG Mary :b");
    assert!(!world.heard(alice).concat().contains(" 404 "));
}
