//! Client-only tags, both ways.

use serde_json::json;

use super::*;

const CAPABILITIES: &str = "message-tags echo-message";

/// John's node knows tags.
fn meet_john(world: &mut World) {
    world.call(JOHN);
    world.packet(
        JOHN,
        r#"{"status":1,"status-message":"","features":["receipts","tags"]}"#,
    );
}

fn world(capabilities: &str) -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attach("alice", capabilities);
    meet_john(&mut world);
    world.heard(alice);
    world.sent(JOHN);
    (world, alice)
}

#[test]
fn what_is_carried_is_said_at_the_beginning() {
    let mut world = World::new();
    let alice = world.attach("alice", "");
    let allowed = " CLIENTTAGDENY=*,-draft/react,-draft/reply,-draft/unreact,-reply,-typing ";
    let heard = world.heard(alice);
    assert!(heard.iter().any(|line| line.contains(allowed)));
    let plain = Settings {
        receipts: false,
        ..Settings::default()
    };
    let mut world = World::with(plain, book(), Loaded::default());
    let alice = world.attach("alice", "");
    let heard = world.heard(alice);
    assert!(heard.iter().any(|line| line.contains(" CLIENTTAGDENY=* ")));
}

#[test]
fn a_reaction_is_a_message_without_text() {
    let (mut world, alice) = world(CAPABILITIES);
    let bare = world.attached("al", "");
    let tagged = world.attached("al", "message-tags");
    world.sent(JOHN);
    world.say(
        alice,
        "@+draft/react=👍;+draft/reply=id;+other=x TAGMSG John",
    );
    let tags = json!({"draft/react": "👍", "draft/reply": "id"});
    assert_eq!(world.sent(JOHN), [json!({"tags": tags})]);
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1);
    assert!(heard[0].starts_with("@msgid="), "{heard:?}");
    let end = ";+draft/react=👍;+draft/reply=id :alice!alice@localhost TAGMSG John";
    assert!(heard[0].ends_with(end), "{heard:?}");
    assert!(world.heard(bare).is_empty());
    assert!(world.heard(tagged)[0].contains(" :al!al@localhost TAGMSG John"));
}

#[test]
fn a_contacts_reaction_is_shown_and_confirmed() {
    let (mut world, alice) = world("message-tags");
    let bare = world.attached("al", "");
    world.sent(JOHN);
    world.packet(
        JOHN,
        r#"{"id":"r1","tags":{"draft/react":"a b","reply":"id","other":"x"}}"#,
    );
    assert_eq!(
        world.heard(alice),
        ["@msgid=r1;+draft/react=a\\sb;+reply=id :John!enclave@fc00::1 TAGMSG alice"]
    );
    assert!(world.heard(bare).is_empty());
    assert_eq!(world.sent(JOHN), [json!({"received": ["r1"]})]);
}

#[test]
fn a_reply_goes_with_its_text() {
    let (mut world, alice) = world(CAPABILITIES);
    world.say(alice, "@+draft/reply=id;+typing=active PRIVMSG John :yes");
    let expected = json!({"message": "yes", "tags": {"draft/reply": "id"}});
    assert_eq!(world.sent(JOHN), [expected]);
    assert!(world.heard(alice)[0].contains(";+draft/reply=id :alice!"));
    world.packet(
        JOHN,
        r#"{"message":"no","id":"n","tags":{"draft/reply":"x"}}"#,
    );
    assert_eq!(
        world.heard(alice),
        ["@msgid=n;+draft/reply=x :John!enclave@fc00::1 PRIVMSG alice :no"]
    );
}

#[test]
fn typing_passes_and_is_not_kept() {
    let (mut world, alice) = world(CAPABILITIES);
    // Until it is stored that he was linked.
    world.pass(Duration::from_secs(2));
    let writes = world.writes;
    world.say(alice, "@+typing=active TAGMSG John");
    assert_eq!(world.sent(JOHN), [json!({"tags": {"typing": "active"}})]);
    assert!(world.heard(alice)[0].contains("+typing=active :alice!alice@localhost TAGMSG John"));
    world.packet(JOHN, r#"{"tags":{"typing":"paused"}}"#);
    assert_eq!(
        world.heard(alice),
        ["@+typing=paused :John!enclave@fc00::1 TAGMSG alice"]
    );
    world.packet(JOHN, r#"{"tags":{"typing":"paused"}}"#);
    assert!(world.heard(alice).is_empty(), "it was shown just now");
    world.pass(Duration::from_secs(1));
    world.packet(JOHN, r#"{"tags":{"typing":"paused"}}"#);
    assert_eq!(world.heard(alice).len(), 1);
    world.pass(Duration::from_secs(1));
    for n in 0..1000 {
        let value = if n % 2 == 0 { "active" } else { "done" };
        world.packet(JOHN, &format!(r#"{{"tags":{{"typing":"{value}"}}}}"#));
    }
    assert_eq!(world.heard(alice).len(), 3, "nobody types like that");
    world.say(alice, "@+typing=active TAGMSG Mary");
    assert_eq!(world.writes, writes, "nothing is stored, nothing waits");
}

#[test]
fn what_is_not_carried_goes_nowhere() {
    let (mut world, alice) = world(CAPABILITIES);
    for line in [
        "TAGMSG John",
        "@+other=x TAGMSG John",
        "@+typing=maybe TAGMSG John",
        "@typing=active TAGMSG John",
        "@+draft/react=x TAGMSG &enclave",
        "@+draft/react=x TAGMSG enclave",
    ] {
        world.say(alice, line);
        assert!(world.heard(alice).is_empty(), "{line}");
    }
    assert!(world.sent(JOHN).is_empty());
    world.say(alice, "TAGMSG nobody");
    assert!(world.heard(alice)[0].starts_with(":enclave.local 401 alice nobody "));
    world.packet(JOHN, r#"{"tags":{"typing":"maybe","draft/react":"x"}}"#);
    assert!(world.heard(alice).is_empty());
}

#[test]
fn a_reaction_waits_for_one_who_is_offline() {
    let mut world = World::new();
    let alice = world.attached("alice", "message-tags");
    world.say(alice, "@+draft/react=x TAGMSG John");
    world.heard(alice);
    world.say(alice, "PRIVMSG enclave :outbox");
    let heard = world.heard(alice);
    assert!(heard[1].contains("reaction: x"), "{heard:?}");
    meet_john(&mut world);
    let sent = world.sent(JOHN);
    assert!(
        sent.contains(&json!({"tags": {"draft/react": "x"}})),
        "{sent:?}"
    );
}
