//! The `reply` client tag (IRCv3 `reply`), under its own name and under its draft name.

use crate::scene::Scene;

const WITH_ECHO: &[&str] = &["message-tags", "echo-message"];

#[test]
fn a_reply_names_what_it_answers() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        P: {"id":"123","message":"Hello!"}
        S1: @msgid=123 :JohnSmith PRIVMSG alice :Hello!
        C1: @+reply=123 PRIVMSG JohnSmith :Hello to you!
        S1: @msgid=<msgid>;+reply=123 :alice PRIVMSG JohnSmith :Hello to you!
        G: {"id":"<msgid>","message":"Hello to you!","tags":{"reply":"123"}}
        "#,
    );
}

#[test]
fn a_reply_under_the_draft_name_goes_under_that_name() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        C1: @+draft/reply=123 PRIVMSG JohnSmith :Hello to you!
        S1: @msgid=<msgid>;+draft/reply=123 :alice PRIVMSG JohnSmith :Hello to you!
        G: {"id":"<msgid>","message":"Hello to you!","tags":{"draft/reply":"123"}}
        P: {"id":"456","message":"And to you!","tags":{"draft/reply":"<msgid>"}}
        S1: @msgid=456;+draft/reply=<msgid> :JohnSmith PRIVMSG alice :And to you!
        "#,
    );
}

#[test]
fn a_node_that_knows_no_tags_gets_the_words() {
    let mut scene = Scene::of_features(&[], &["message-tags"]);
    scene.play(
        r#"
        C1: @+draft/reply=123 PRIVMSG JohnSmith :Hello to you!
        G: {"id":"<msgid>","message":"Hello to you!"}
        "#,
    );
}
