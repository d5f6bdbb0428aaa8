//! Messages both ways.

use serde_json::json;

use super::*;

fn linked() -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.sent(JOHN);
    world.heard(alice);
    (world, alice)
}

#[test]
fn what_is_written_becomes_a_packet_and_an_answer_becomes_lines() {
    let (mut world, alice) = linked();
    world.say(alice, "PRIVMSG John :hi");
    assert_eq!(world.sent(JOHN), [json!({"message": "hi"})]);
    assert!(world.heard(alice).is_empty());
    world.packet(JOHN, r#"{"message":"one\n\ntwo\r\n"}"#);
    let from = ":John!enclave@fc00::1 PRIVMSG alice :";
    assert_eq!(
        world.heard(alice),
        [format!("{from}one"), format!("{from}two")]
    );
}

#[test]
fn actions_cross_and_other_ctcp_does_not() {
    let (mut world, alice) = linked();
    world.say(alice, "PRIVMSG John :\u{1}ACTION waves\u{1}");
    assert_eq!(world.sent(JOHN), [json!({"message": "/me waves"})]);
    world.packet(JOHN, r#"{"message":"/me waves back"}"#);
    assert_eq!(
        world.heard(alice),
        [":John!enclave@fc00::1 PRIVMSG alice :\u{1}ACTION waves back\u{1}"]
    );
    world.say(alice, "PRIVMSG John :\u{1}VERSION\u{1}");
    assert!(world.sent(JOHN).is_empty());
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1);
    assert!(
        heard[0].contains(" NOTICE alice :CTCP is not carried"),
        "{heard:?}"
    );
    world.packet(JOHN, "{\"message\":\"\\u0001VERSION\\u0001\"}");
    assert_eq!(
        world.heard(alice),
        [":John!enclave@fc00::1 PRIVMSG alice :VERSION"]
    );
}

#[test]
fn an_action_of_several_lines_is_text() {
    let (mut world, alice) = linked();
    world.packet(JOHN, r#"{"message":"/me waves\nhello"}"#);
    let from = ":John!enclave@fc00::1 PRIVMSG alice :";
    assert_eq!(
        world.heard(alice),
        [format!("{from}/me waves"), format!("{from}hello")]
    );
}

#[test]
fn other_clients_see_what_one_writes_from_their_own_nick() {
    let (mut world, alice) = linked();
    let phone = world.attached("alys", "");
    let echoing = world.attached("al", "echo-message");
    world.say(alice, "PRIVMSG John :hi");
    assert!(world.heard(alice).is_empty());
    assert_eq!(
        world.heard(phone),
        [":alys!alys@localhost PRIVMSG John :hi"]
    );
    assert_eq!(world.heard(echoing), [":al!al@localhost PRIVMSG John :hi"]);
    world.say(echoing, "PRIVMSG John :ho");
    assert_eq!(world.heard(echoing), [":al!al@localhost PRIVMSG John :ho"]);
}

#[test]
fn a_line_in_the_channel_goes_to_the_contact_it_names() {
    let (mut world, alice) = linked();
    let phone = world.attached("alys", "");
    let echoing = world.attached("al", "echo-message");
    world.say(alice, "PRIVMSG &enclave :john: hi");
    assert!(world.sent(JOHN).contains(&json!({"message": "hi"})));
    assert_eq!(
        world.heard(phone),
        [":alys!alys@localhost PRIVMSG John :hi"]
    );
    world.heard(echoing);
    world.say(echoing, "PRIVMSG &enclave :john: ho");
    assert_eq!(
        world.heard(echoing),
        [":al!al@localhost PRIVMSG &enclave :john: ho"]
    );
}

#[test]
fn to_oneself_goes_to_all_own_clients_once_and_nowhere_else() {
    let (mut world, alice) = linked();
    let phone = world.attached("alys", "echo-message");
    world.sent(JOHN);
    world.heard(alice);
    world.say(phone, "PRIVMSG alys :milk");
    assert_eq!(
        world.heard(alice),
        [":alice!alice@localhost PRIVMSG alice :milk"]
    );
    assert_eq!(
        world.heard(phone),
        [":alys!alys@localhost PRIVMSG alys :milk"]
    );
    assert!(world.sent(JOHN).is_empty());
}

#[test]
fn writing_to_one_who_is_away_or_busy_says_so() {
    let (mut world, alice) = linked();
    world.packet(JOHN, r#"{"status":2,"status-message":"lunch"}"#);
    world.heard(alice);
    world.say(alice, "PRIVMSG John :hi");
    assert_eq!(world.heard(alice), [":enclave.local 301 alice John :lunch"]);
    world.packet(JOHN, r#"{"status":3,"status-message":""}"#);
    world.heard(alice);
    world.say(alice, "PRIVMSG John :hi");
    assert_eq!(world.heard(alice), [":enclave.local 301 alice John :Busy"]);
}

#[test]
fn what_comes_while_nobody_is_attached_is_played_with_its_time() {
    let (mut world, alice) = linked();
    world.say(alice, "QUIT");
    world.packet(JOHN, r#"{"message":"still there?","timestamp":1599999000}"#);
    let back = world.attach("alice", "server-time account-tag");
    let line = "@time=2020-09-13T12:10:00.000Z;account=fc00::1 :John!enclave@fc00::1 PRIVMSG \
                alice :still there?";
    let heard = world.heard(back);
    assert_eq!(
        heard.iter().filter(|heard| **heard == line).count(),
        1,
        "{heard:#?}"
    );
    let again = world.attach("alice", "");
    assert!(
        !world
            .heard(again)
            .iter()
            .any(|line| line.contains("still there?"))
    );
}

#[test]
fn every_line_fits_and_a_message_without_end_ends() {
    let (mut world, alice) = linked();
    let text = "ä".repeat(2000);
    world.packet(JOHN, &json!({"message": text}).to_string());
    let heard = world.heard(alice);
    assert!(heard.iter().all(|line| line.len() <= 510));
    let said = |line: &String| line.split_once(" :").unwrap().1.to_owned();
    assert_eq!(heard.iter().map(said).collect::<String>(), text);
    world.packet(JOHN, &json!({"message": "x\n".repeat(1500)}).to_string());
    let heard = world.heard(alice);
    assert_eq!(heard.len(), 1001);
    assert!(heard[1000].contains("500 more lines"));
}

#[test]
fn a_last_message_with_status_0_is_not_lost() {
    let (mut world, alice) = linked();
    world.packet(
        JOHN,
        r#"{"status":0,"status-message":"bye","message":"see you"}"#,
    );
    assert_eq!(
        world.heard(alice),
        [
            ":John!enclave@fc00::1 PRIVMSG alice :see you",
            ":John!enclave@fc00::1 QUIT :bye"
        ]
    );
}
