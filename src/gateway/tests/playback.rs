//! What a client has missed is played to it, once.

use super::*;

fn said(lines: &[String]) -> Vec<String> {
    let said = lines
        .iter()
        .filter(|line| line.contains(" PRIVMSG ") || line.contains(" NOTICE "));
    said.map(|line| line.rsplit_once(" :").unwrap().1.to_owned())
        .collect()
}

/// A client under a name of its own.
fn attach_as(world: &mut World, user: &str, capabilities: &str) -> ClientId {
    let client = world.connect();
    world.say(client, &format!("CAP REQ :{capabilities}"));
    world.say(client, "NICK alice");
    world.say(client, &format!("USER {user} 0 * :Alice"));
    world.say(client, "CAP END");
    client
}

fn from_john(world: &mut World, text: &str) {
    world.packet(JOHN, &format!(r#"{{"message":"{text}"}}"#));
}

#[test]
fn what_was_said_before_the_first_client_ever_came_is_played() {
    let mut world = World::new();
    world.online(JOHN);
    from_john(&mut world, "first");
    let alice = world.attach("alice", "");
    assert_eq!(said(&world.heard(alice)), ["first"]);
}

#[test]
fn a_client_is_played_what_its_name_has_not_acknowledged_over_restarts() {
    let mut world = World::new();
    world.online(JOHN);
    let laptop = attach_as(&mut world, "alice@laptop", "");
    from_john(&mut world, "one");
    world.say(laptop, "QUIT");
    from_john(&mut world, "two");
    let mut world = world.crash(Settings::default(), book());
    world.online(JOHN);
    from_john(&mut world, "three");
    let laptop = attach_as(&mut world, "alice@laptop", "");
    assert_eq!(said(&world.heard(laptop)), ["two", "three"]);
    let again = attach_as(&mut world, "alice@laptop", "");
    assert!(said(&world.heard(again)).is_empty(), "its name has seen it");
}

#[test]
fn what_a_client_has_not_acknowledged_is_played_again() {
    let mut world = World::new();
    world.online(JOHN);
    let laptop = attach_as(&mut world, "alice@laptop", "message-tags");
    world.heard(laptop);
    world.answering = false;
    from_john(&mut world, "one");
    let first = world.heard(laptop);
    world.event(Event::ClientEnded {
        client: laptop,
        reason: "gone".to_owned(),
    });
    let laptop = attach_as(&mut world, "alice@laptop", "message-tags");
    let heard = world.heard(laptop);
    let again = heard
        .iter()
        .find(|line| line.contains("PRIVMSG alice :one"));
    assert_eq!(again, first.first(), "under the same msgid");
}

#[test]
fn each_name_has_a_position_and_a_new_one_begins_at_the_furthest() {
    let mut world = World::new();
    world.online(JOHN);
    let laptop = attach_as(&mut world, "alice@laptop", "");
    from_john(&mut world, "one");
    world.say(laptop, "QUIT");
    let phone = attach_as(&mut world, "alice@phone", "");
    assert!(said(&world.heard(phone)).is_empty(), "new: nothing old");
    from_john(&mut world, "two");
    world.say(phone, "QUIT");
    let laptop = attach_as(&mut world, "alice@laptop", "");
    assert_eq!(said(&world.heard(laptop)), ["two"]);
}

#[test]
fn what_one_wrote_elsewhere_is_played_and_what_one_wrote_here_is_not() {
    let mut world = World::new();
    world.online(JOHN);
    let laptop = attach_as(&mut world, "alice@laptop", "");
    let phone = attach_as(&mut world, "alice@phone", "");
    world.answering = false;
    world.say(phone, "PRIVMSG John :from the phone");
    world.say(laptop, "PRIVMSG John :from the laptop");
    for client in [laptop, phone] {
        world.event(Event::ClientEnded {
            client,
            reason: "gone".to_owned(),
        });
    }
    world.answering = true;
    let laptop = attach_as(&mut world, "alice@laptop", "");
    let heard = world.heard(laptop);
    assert_eq!(said(&heard), ["from the phone"]);
    let own = ":alice!alicelaptop@localhost PRIVMSG John :from the phone";
    assert!(heard.iter().any(|line| line == own), "{heard:?}");
}

#[test]
fn of_much_the_newest_is_played_and_the_rest_is_counted() {
    let mut world = World::new();
    world.online(JOHN);
    let laptop = attach_as(&mut world, "alice@laptop", "");
    from_john(&mut world, "seen");
    world.say(laptop, "QUIT");
    for number in 0..503 {
        from_john(&mut world, &format!("number {number}"));
    }
    let laptop = attach_as(&mut world, "alice@laptop", "");
    let heard = said(&world.heard(laptop));
    assert_eq!(heard.len(), 501);
    assert_eq!(
        heard[0],
        "[3 older messages are not shown; they are in the log: /msg enclave log John 503]"
    );
    assert_eq!(
        (heard[1].as_str(), heard[500].as_str()),
        ("number 3", "number 502")
    );
    world.say(laptop, "PRIVMSG enclave :log John 503");
    let log = said(&world.heard(laptop));
    assert_eq!(log.len(), 503);
    assert_eq!(log[0], "2020-09-13 12:26 <John> number 0");
}

#[test]
fn what_comes_while_the_store_is_asked_is_shown_once_and_in_order() {
    let mut world = World::new();
    world.online(JOHN);
    from_john(&mut world, "one");
    world.slow_answers = true;
    let laptop = attach_as(&mut world, "alice@laptop", "echo-message");
    let phone = attach_as(&mut world, "alice@phone", "");
    from_john(&mut world, "two");
    world.say(phone, "PRIVMSG John :three");
    world.say(laptop, "PRIVMSG John :four");
    assert_eq!(said(&world.heard(phone)), Vec::<String>::new());
    world.slow_answers = false;
    world.answers_come();
    assert_eq!(said(&world.heard(phone)), ["one", "two", "four"]);
    let heard = said(&world.heard(laptop));
    assert_eq!(
        heard,
        ["four", "one", "two", "three"],
        "an echo does not wait for the past"
    );
}

#[test]
fn each_client_sees_an_answer_behind_what_it_answers() {
    let mut world = World::new();
    world.online(JOHN);
    let silent = attach_as(&mut world, "alice@silent", "");
    let echoing = attach_as(&mut world, "alice@echoing", "echo-message");
    for client in [silent, echoing] {
        world.heard(client);
    }
    world.slow_disk = Some(0);
    world.say(silent, "PRIVMSG John :question");
    from_john(&mut world, "answer");
    assert_eq!(
        said(&world.heard(silent)),
        ["answer"],
        "it has its question"
    );
    assert!(said(&world.heard(echoing)).is_empty());
    world.disk_catches_up();
    assert_eq!(said(&world.heard(echoing)), ["question", "answer"]);
    assert!(said(&world.heard(silent)).is_empty());
}

#[test]
fn texts_go_when_the_configuration_says_so_and_not_before_they_have_arrived() {
    let keep_nothing = Settings {
        history: History::None,
        ..Settings::default()
    };
    let mut world = World::with(keep_nothing, book(), Loaded::default());
    world.online(JOHN);
    from_john(&mut world, "unread");
    world.pass(Duration::from_secs(10_000));
    let laptop = attach_as(&mut world, "alice@laptop", "");
    assert_eq!(said(&world.heard(laptop)), ["unread"]);
    world.say(laptop, "PRIVMSG Mary :waits");
    world.heard(laptop);
    world.say(laptop, "PRIVMSG enclave :log");
    assert_eq!(
        said(&world.heard(laptop)),
        ["2020-09-13 15:13 <alice to Mary> waits"]
    );
}

#[test]
fn a_forgotten_conversation_is_gone() {
    let mut world = World::new();
    world.online(JOHN);
    let alice = world.attached("alice", "");
    from_john(&mut world, "secret");
    world.heard(alice);
    world.say(alice, "PRIVMSG enclave :forget John");
    world.say(alice, "PRIVMSG enclave :log John");
    let heard = said(&world.heard(alice));
    assert_eq!(heard[1], "Nothing was said yet, or it is not kept.");
}
