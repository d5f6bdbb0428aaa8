//! `server-time` (IRCv3 `server-time`): when a message was written.

use crate::scene::Scene;

#[test]
fn a_message_has_the_time_at_which_it_was_written() {
    let mut scene = Scene::of(&["server-time"]);
    scene.play(
        r#"
        P: {"id":"m1","message":"Hello","timestamp":1319042451}
        S1: @time=2011-10-19T16:40:51.000Z :JohnSmith PRIVMSG alice :Hello
        P: {"id":"m2","message":"no time"}
        S1: @time=<time:1> :JohnSmith PRIVMSG alice :no time
        "#,
    );
    assert!(scene.bound("time:1") > "2024");
}

#[test]
fn what_happens_has_the_time_of_now() {
    let mut scene = Scene::of(&["server-time", "echo-message", "away-notify"]);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :hi
        S1: @time=<time:1> :alice PRIVMSG JohnSmith hi
        G: {"id":"<msgid>","message":"hi"}
        P: {"status":2,"status-message":"lunch"}
        S1: @time=<time:2> :JohnSmith AWAY lunch
        S1: @… MODE &enclave -v JohnSmith
        "#,
    );
    assert!(scene.bound("time:1") <= scene.bound("time:2"));
}

#[test]
fn it_can_be_turned_on_and_off() {
    let mut scene = Scene::of(&[]);
    scene.play(
        r#"
        P: {"id":"m1","message":"one","timestamp":1700000000}
        S1: :JohnSmith PRIVMSG alice one
        C1: CAP REQ :server-time
        S1: :enclave.local CAP alice ACK :server-time
        P: {"id":"m2","message":"two","timestamp":1700000060}
        S1: @time=2023-11-14T22:14:20.000Z :JohnSmith PRIVMSG alice two
        C1: CAP REQ :-server-time
        S1: :enclave.local CAP alice ACK :-server-time
        P: {"id":"m3","message":"three","timestamp":1700000120}
        S1: :JohnSmith PRIVMSG alice three
        "#,
    );
}
