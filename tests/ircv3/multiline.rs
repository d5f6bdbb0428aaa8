//! `draft/multiline` (IRCv3 `multiline`): messages of several lines, and longer than a line.

use crate::scene::Scene;

const MULTILINE: &[&str] = &["batch", "message-tags", "draft/multiline"];
const WITH_ECHO: &[&str] = &["batch", "message-tags", "draft/multiline", "echo-message"];
const WITH_LABELS: &[&str] = &[
    "batch",
    "message-tags",
    "draft/multiline",
    "echo-message",
    "labeled-response",
];

#[test]
fn the_limits_are_told_with_the_capability() {
    let mut scene = Scene::alone();
    scene.stranger();
    scene.play(
        "
        C1: CAP LS 302
        S1: …
        S1: :enclave.local CAP * LS … :…draft/multiline=max-bytes=40000,max-lines=1000…
        S1: …
        ",
    );
}

#[test]
fn a_batch_is_one_message() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        r#"
        C1: BATCH +123 draft/multiline JohnSmith
        C1: @batch=123 PRIVMSG JohnSmith hello
        C1: @batch=123 PRIVMSG JohnSmith :
        C1: @batch=123 privmsg JohnSmith :how is<SPACE>
        C1: @batch=123;draft/multiline-concat PRIVMSG JohnSmith :everyone?
        C1: BATCH -123
        G: {"id":"<msgid>","message":"hello\n\nhow is everyone?"}
        "#,
    );
}

#[test]
fn a_message_of_several_lines_is_a_batch() {
    let mut scene = Scene::of(&[
        "batch",
        "message-tags",
        "draft/multiline",
        "server-time",
        "account-tag",
    ]);
    scene.play(
        r#"
        P: {"id":"xxx","message":"hello\n\nhow is \neveryone?","timestamp":1700000000}
        S1: @msgid=xxx;account=<john>;time=2023-11-14T22:13:20.000Z :JohnSmith!enclave@<john> BATCH +<batch> draft/multiline alice
        S1: @…;batch=<batch> :JohnSmith!enclave@<john> PRIVMSG alice hello
        S1: @…;batch=<batch> :JohnSmith!enclave@<john> PRIVMSG alice :
        S1: @…;batch=<batch> :JohnSmith!enclave@<john> PRIVMSG alice :how is<SPACE>
        S1: @…;batch=<batch> :JohnSmith!enclave@<john> PRIVMSG alice :everyone?
        S1: @… BATCH -<batch>
        "#,
    );
}

#[test]
fn a_message_of_one_line_is_that_line() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        P: {"id":"m1","message":"hello"}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice hello
        C1: BATCH +1 draft/multiline JohnSmith
        C1: @batch=1 PRIVMSG JohnSmith :hello<SPACE>
        C1: @batch=1;draft/multiline-concat PRIVMSG JohnSmith :there
        C1: BATCH -1
        S1: @msgid=<msgid> :alice PRIVMSG JohnSmith :hello there
        G: {"id":"<msgid>","message":"hello there"}
        "#,
    );
}

#[test]
fn a_long_line_is_cut_and_joined_again() {
    let mut scene = Scene::of(MULTILINE);
    let long = "x".repeat(800);
    scene.bind("long", &long);
    scene.play(
        r#"
        P: {"id":"m1","message":"first\n<long>"}
        S1: @msgid=m1 BATCH +<batch> draft/multiline alice
        S1: @batch=<batch> :JohnSmith PRIVMSG alice first
        S1: @batch=<batch> :JohnSmith PRIVMSG alice :<part:1>
        S1: @batch=<batch>;draft/multiline-concat :JohnSmith PRIVMSG alice :<part:2>
        S1: BATCH -<batch>
        "#,
    );
    let parts = [scene.bound("part:1"), scene.bound("part:2")];
    assert_eq!(parts.concat(), long);
}

#[test]
fn a_long_line_is_not_cut_within_a_character() {
    let mut scene = Scene::of(MULTILINE);
    let long = "👋".repeat(200);
    scene.bind("long", &long);
    scene.play(
        r#"
        P: {"id":"m1","message":"<long>"}
        S1: @msgid=m1 BATCH +<batch> draft/multiline alice
        S1: @batch=<batch> :JohnSmith PRIVMSG alice :<part:1>
        S1: @batch=<batch>;draft/multiline-concat :JohnSmith PRIVMSG alice :<part:2>
        S1: BATCH -<batch>
        "#,
    );
    let parts = [scene.bound("part:1"), scene.bound("part:2")];
    assert_eq!(parts.concat(), long);
}

#[test]
fn whoever_does_not_know_it_gets_the_lines_without_the_blank_ones() {
    let mut scene = Scene::of(MULTILINE);
    scene.client(&["message-tags"]);
    scene.play(
        r#"
        C1: BATCH +123 draft/multiline JohnSmith
        C1: @batch=123 PRIVMSG JohnSmith hello
        C1: @batch=123 PRIVMSG JohnSmith :
        C1: @batch=123 PRIVMSG JohnSmith :how is everyone?
        C1: BATCH -123
        S2: @msgid=<msgid> :alice PRIVMSG JohnSmith hello
        S2: :alice PRIVMSG JohnSmith :how is everyone?
        G: {"id":"<msgid>","message":"hello\n\nhow is everyone?"}
        P: {"id":"m1","message":"\n\nfine\n\nthank you\n"}
        S2: @msgid=m1 :JohnSmith PRIVMSG alice fine
        S2: :JohnSmith PRIVMSG alice :thank you
        S1: …
        "#,
    );
}

#[test]
fn a_batch_may_be_of_notices() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        r#"
        C1: BATCH +123 draft/multiline JohnSmith
        C1: @batch=123 NOTICE JohnSmith hello
        C1: @batch=123 NOTICE JohnSmith :everyone
        C1: BATCH -123
        G: {"id":"<msgid>","message":"hello\neveryone"}
        "#,
    );
}

#[test]
fn the_echo_is_a_batch_too() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        C1: BATCH +123 draft/multiline JohnSmith
        C1: @batch=123 PRIVMSG JohnSmith hello
        C1: @batch=123 PRIVMSG JohnSmith :
        C1: @batch=123 PRIVMSG JohnSmith :everyone
        C1: BATCH -123
        S1: @msgid=<msgid> :alice BATCH +<batch> draft/multiline JohnSmith
        S1: @batch=<batch> :alice PRIVMSG JohnSmith hello
        S1: @batch=<batch> :alice PRIVMSG JohnSmith :
        S1: @batch=<batch> :alice PRIVMSG JohnSmith everyone
        S1: BATCH -<batch>
        G: {"id":"<msgid>","message":"hello\n\neveryone"}
        "#,
    );
}

#[test]
fn the_label_is_on_the_opening_line_of_the_echo() {
    let mut scene = Scene::of(WITH_LABELS);
    scene.play(
        r#"
        C1: @label=many BATCH +123 draft/multiline JohnSmith
        C1: @batch=123 PRIVMSG JohnSmith hello
        C1: @batch=123 PRIVMSG JohnSmith everyone
        C1: BATCH -123
        S1: @label=many;msgid=<msgid> :alice BATCH +<batch> draft/multiline JohnSmith
        S1: @batch=<batch> :alice PRIVMSG JohnSmith hello
        S1: @batch=<batch> :alice PRIVMSG JohnSmith everyone
        S1: BATCH -<batch>
        G: {"id":"<msgid>","message":"hello\neveryone"}
        "#,
    );
}

#[test]
fn the_label_is_on_the_error_of_the_batch() {
    let mut scene = Scene::of(WITH_LABELS);
    scene.play(
        "
        C1: @label=bad BATCH +1 draft/multiline JohnSmith
        C1: @batch=1 PRIVMSG JohnSmith :
        C1: BATCH -1
        S1: @label=bad :enclave.local FAIL BATCH MULTILINE_INVALID :…
        ",
    );
}

#[test]
fn without_echo_a_labelled_batch_is_acknowledged() {
    let mut scene = Scene::of(&["batch", "draft/multiline", "labeled-response"]);
    scene.play(
        r#"
        C1: @label=many BATCH +123 draft/multiline JohnSmith
        C1: @batch=123 PRIVMSG JohnSmith hello
        C1: @batch=123 PRIVMSG JohnSmith everyone
        C1: BATCH -123
        S1: @label=many :enclave.local ACK
        G: {"id":"<msgid>","message":"hello\neveryone"}
        "#,
    );
}

#[test]
fn tags_are_on_the_opening_line_both_ways() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        C1: @+draft/reply=m0 BATCH +123 draft/multiline JohnSmith
        C1: @batch=123 PRIVMSG JohnSmith hello
        C1: @batch=123 PRIVMSG JohnSmith everyone
        C1: BATCH -123
        S1: @msgid=<msgid>;+draft/reply=m0 :alice BATCH +<batch:1> draft/multiline JohnSmith
        S1: @batch=<batch:1> :alice PRIVMSG JohnSmith hello
        S1: @batch=<batch:1> :alice PRIVMSG JohnSmith everyone
        S1: BATCH -<batch:1>
        G: {"id":"<msgid>","message":"hello\neveryone","tags":{"draft/reply":"m0"}}
        P: {"id":"m1","message":"hello\nyou","tags":{"draft/reply":"<msgid>"}}
        S1: @msgid=m1;+draft/reply=<msgid> :JohnSmith BATCH +<batch:2> draft/multiline alice
        S1: @batch=<batch:2> :JohnSmith PRIVMSG alice hello
        S1: @batch=<batch:2> :JohnSmith PRIVMSG alice you
        S1: BATCH -<batch:2>
        "#,
    );
}

#[test]
fn in_history_it_is_a_batch_within_the_batch() {
    let mut scene = Scene::of(&[
        "batch",
        "message-tags",
        "draft/multiline",
        "draft/chathistory",
    ]);
    scene.play(
        r#"
        P: {"id":"m1","message":"one\ntwo"}
        S1: @msgid=m1 BATCH +<batch:live> draft/multiline alice
        S1: @batch=<batch:live> :JohnSmith PRIVMSG alice one
        S1: @batch=<batch:live> :JohnSmith PRIVMSG alice two
        S1: BATCH -<batch:live>
        C1: CHATHISTORY LATEST JohnSmith * 10
        S1: BATCH +<batch:outer> chathistory JohnSmith
        S1: @batch=<batch:outer>;msgid=m1 :JohnSmith BATCH +<batch:inner> draft/multiline alice
        S1: @batch=<batch:inner> :JohnSmith PRIVMSG alice one
        S1: @batch=<batch:inner> :JohnSmith PRIVMSG alice two
        S1: @batch=<batch:outer> BATCH -<batch:inner>
        S1: BATCH -<batch:outer>
        "#,
    );
}
