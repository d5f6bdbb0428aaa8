//! The `typing` client tag (IRCv3 `typing`): for the moment only, kept nowhere.

use crate::scene::Scene;

const TAGS: &[&str] = &["message-tags"];
const HISTORY: &[&str] = &[
    "message-tags",
    "batch",
    "draft/chathistory",
    "draft/event-playback",
];

#[test]
fn a_contact_is_told_that_one_types_pauses_and_gives_up() {
    let mut scene = Scene::of(TAGS);
    scene.play(
        r#"
        C1: @+typing=active TAGMSG JohnSmith
        G: {"tags":{"typing":"active"}}
        C1: @+typing=paused TAGMSG JohnSmith
        G: {"tags":{"typing":"paused"}}
        C1: @+typing=done TAGMSG JohnSmith
        G: {"tags":{"typing":"done"}}
        "#,
    );
}

#[test]
fn one_is_told_that_a_contact_types_pauses_and_gives_up() {
    let mut scene = Scene::of(TAGS);
    scene.client(&[]);
    scene.play(
        r#"
        P: {"tags":{"typing":"active"}}
        S1: @…;+typing=active :JohnSmith!enclave@<john> TAGMSG alice
        P: {"tags":{"typing":"paused"}}
        S1: @…;+typing=paused :JohnSmith!enclave@<john> TAGMSG alice
        P: {"tags":{"typing":"done"}}
        S1: @…;+typing=done :JohnSmith!enclave@<john> TAGMSG alice
        P: {"id":"m1","message":"hi"}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice :hi
        S2: :JohnSmith PRIVMSG alice :hi
        "#,
    );
}

#[test]
fn no_other_value_means_anything() {
    let mut scene = Scene::of(TAGS);
    scene.play(
        r#"
        C1: @+typing=furiously TAGMSG JohnSmith
        C1: @+typing TAGMSG JohnSmith
        C1: @+typing=Active TAGMSG JohnSmith
        C1: @typing=active TAGMSG JohnSmith
        C1: PRIVMSG JohnSmith :hi
        G: {"id":"<msgid>","message":"hi"}
        P: {"tags":{"typing":"furiously"}}
        P: {"tags":{"typing":""}}
        P: {"tags":{"typing":1}}
        P: {"id":"m1","message":"hi"}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice :hi
        "#,
    );
}

#[test]
fn nobody_is_told_later() {
    let mut scene = Scene::of(HISTORY);
    scene.play(
        r#"
        P: {"tags":{"typing":"active"}}
        S1: @…;+typing=active :JohnSmith TAGMSG alice
        C1: @+typing=active TAGMSG JohnSmith
        G: {"tags":{"typing":"active"}}
        C1: CHATHISTORY LATEST JohnSmith * 10
        S1: BATCH +<batch> chathistory JohnSmith
        S1: BATCH -<batch>
        "#,
    );
    scene.john_leaves();
    scene.play("C1: @+typing=active TAGMSG JohnSmith");
    scene.john_comes(crate::scene::FEATURES);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :hi
        G: {"id":"<msgid>","message":"hi"}
        "#,
    );
}
