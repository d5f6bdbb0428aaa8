//! `echo-message` (IRCv3 `echo-message`) and the ids that all copies of a message share
//! (`message-ids`).

use crate::scene::Scene;

const TAGGED: &[&str] = &["message-tags", "echo-message"];

#[test]
fn what_was_written_comes_back() {
    let mut scene = Scene::of(&["echo-message"]);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :hi
        S1: :alice!alice@localhost PRIVMSG JohnSmith :hi
        G: {"id":"<msgid>","message":"hi"}
        "#,
    );
}

#[test]
fn what_comes_back_is_what_was_sent() {
    let mut scene = Scene::of(&["echo-message"]);
    scene.play(
        r#"
        C1: PRIVMSG johnsmith :back from \x02lunch\x0f
        S1: :alice PRIVMSG JohnSmith :back from \x02lunch\x0f
        G: {"id":"<msgid>","message":"back from \u0002lunch\u000f"}
        "#,
    );
}

#[test]
fn a_notice_comes_back_too() {
    let mut scene = Scene::of(&["echo-message"]);
    scene.play(
        r#"
        C1: NOTICE JohnSmith :hi
        S1: :alice <command> JohnSmith :hi
        G: {"id":"<msgid>","message":"hi"}
        "#,
    );
}

#[test]
fn what_was_not_taken_does_not_come_back() {
    let mut scene = Scene::of(&["echo-message"]);
    scene.play(
        "
        C1: PRIVMSG nobody :hi
        S1: :enclave.local 401 alice nobody :…
        ",
    );
}

#[test]
fn all_copies_of_a_message_have_the_same_id() {
    let mut scene = Scene::of(TAGGED);
    scene.client(&["message-tags"]);
    scene.client(&["message-tags", "batch", "draft/chathistory"]);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :hi
        S1: @msgid=<msgid> :alice PRIVMSG JohnSmith hi
        S2: @msgid=<msgid> :alice PRIVMSG JohnSmith hi
        S3: @msgid=<msgid> :alice PRIVMSG JohnSmith hi
        G: {"id":"<msgid>","message":"hi"}
        C3: CHATHISTORY LATEST JohnSmith * 1
        S3: BATCH +<batch> chathistory JohnSmith
        S3: @batch=<batch>;msgid=<msgid> :alice PRIVMSG JohnSmith hi
        S3: BATCH -<batch>
        "#,
    );
}

#[test]
fn the_id_that_a_contact_gave_is_the_id_here() {
    let mut scene = Scene::of(&["message-tags"]);
    scene.play(
        r#"
        P: {"id":"018bcfe5-6800-7000-8000-00000000000a","message":"hi"}
        S1: @msgid=018bcfe5-6800-7000-8000-00000000000a :JohnSmith PRIVMSG alice hi
        G: {"received":["018bcfe5-6800-7000-8000-00000000000a"]}
        "#,
    );
}

#[test]
fn an_id_that_could_not_stand_in_a_line_is_not_used() {
    let mut scene = Scene::of_features(&[], &["message-tags"]);
    scene.play(
        r#"
        P: {"id":":a b","message":"hi"}
        S1: @msgid=<msgid> :JohnSmith PRIVMSG alice hi
        P: {"message":"without one"}
        S1: @msgid=<msgid:2> :JohnSmith PRIVMSG alice :without one
        "#,
    );
    assert_ne!(scene.bound("msgid"), scene.bound("msgid:2"));
}

#[test]
fn tags_come_and_go_with_the_capability() {
    let mut scene = Scene::of(&[]);
    scene.play(
        r#"
        P: {"id":"a","message":"Hello"}
        S1: :JohnSmith PRIVMSG alice :Hello
        C1: CAP REQ message-tags
        S1: :enclave.local CAP alice ACK :message-tags
        P: {"id":"b","message":"Hello again"}
        S1: @msgid=b :JohnSmith PRIVMSG alice :Hello again
        C1: CAP REQ -message-tags
        S1: :enclave.local CAP alice ACK :-message-tags
        P: {"id":"c","message":"Another hello"}
        S1: :JohnSmith PRIVMSG alice :Another hello
        "#,
    );
}
