//! `labeled-response` (IRCv3 `labeled-response`).

use crate::scene::Scene;

const LABELS: &[&str] = &["batch", "labeled-response"];
const WITH_ECHO: &[&str] = &["batch", "labeled-response", "echo-message"];

#[test]
fn an_echo_has_the_label_of_what_it_echoes() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        C1: @label=pQraCjj82e PRIVMSG JohnSmith :\x02Hello!\x02
        S1: @label=pQraCjj82e :alice PRIVMSG JohnSmith :\x02Hello!\x02
        G: {"id":"<msgid>","message":"\u0002Hello!\u0002"}
        C1: PRIVMSG JohnSmith :unlabelled
        S1: :alice PRIVMSG JohnSmith unlabelled
        G: {"id":"<msgid:2>","message":"unlabelled"}
        "#,
    );
}

#[test]
fn other_clients_are_not_shown_the_label() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.client(WITH_ECHO);
    scene.play(
        r#"
        C1: @label=mine PRIVMSG JohnSmith :Hello
        S1: @label=mine :alice PRIVMSG JohnSmith :Hello
        S2: :alice PRIVMSG JohnSmith :Hello
        G: {"id":"<msgid>","message":"Hello"}
        "#,
    );
}

#[test]
fn an_error_has_the_label_of_its_command() {
    let mut scene = Scene::of(LABELS);
    scene.play(
        "
        C1: @label=dc11f13f11 PRIVMSG nobody :Hello
        S1: @label=dc11f13f11 :enclave.local 401 alice nobody :…
        C1: @label=2 BOGUS
        S1: @label=2 :enclave.local 421 alice BOGUS :…
        C1: @label=3 PRIVMSG
        S1: @label=3 :enclave.local 411 alice :…
        C1: @label=4 PRIVMSG JohnSmith
        S1: @label=4 :enclave.local 412 alice :…
        C1: @label=5 CAP FOO
        S1: @label=5 :enclave.local 410 alice FOO :…
        ",
    );
}

#[test]
fn a_single_line_has_the_label_itself() {
    let mut scene = Scene::of(LABELS);
    scene.play(
        "
        C1: @label=1 PING token
        S1: @label=1 :enclave.local PONG enclave.local token
        C1: @label=2 MODE &enclave
        S1: @label=2 :enclave.local 324 alice &enclave …
        C1: @label=3 AWAY :lunch
        S1: @label=3 :enclave.local 306 alice :…
        C1: @label=4 CAP LIST
        S1: @label=4 :enclave.local CAP alice LIST :…
        G: {\"status\":2,\"status-message\":\"lunch\"}
        ",
    );
}

#[test]
fn several_lines_come_in_a_batch() {
    let mut scene = Scene::of(LABELS);
    scene.play(
        "
        C1: @label=mGhe5V7RTV WHOIS JohnSmith
        S1: @label=mGhe5V7RTV :enclave.local BATCH +<batch:1> labeled-response
        S1: @batch=<batch:1> :enclave.local 311 alice JohnSmith enclave <john> * :John Smith
        S1: @batch=<batch:1> :enclave.local 319 alice JohnSmith …
        S1: @batch=<batch:1> :enclave.local 312 alice JohnSmith …
        S1: @batch=<batch:1> :enclave.local 330 alice JohnSmith …
        S1: @batch=<batch:1> :enclave.local 318 alice JohnSmith :…
        S1: :enclave.local BATCH -<batch:1>

        C1: @label=more MONITOR + JohnSmith,nobody
        S1: @label=more :enclave.local BATCH +<batch:2> labeled-response
        S1: @batch=<batch:2> :enclave.local 730 alice JohnSmith!enclave@<john>
        S1: @batch=<batch:2> :enclave.local 731 alice nobody
        S1: :enclave.local BATCH -<batch:2>

        C1: @label=names NAMES &enclave
        S1: @label=names :enclave.local BATCH +<batch:3> labeled-response
        S1: @batch=<batch:3> :enclave.local 353 alice = &enclave :…
        S1: @batch=<batch:3> :enclave.local 366 alice &enclave :…
        S1: :enclave.local BATCH -<batch:3>
        ",
    );
}

#[test]
fn what_has_no_response_is_acknowledged() {
    let mut scene = Scene::of(LABELS);
    scene.play(
        r#"
        C1: @label=abc PONG :foobar
        S1: @label=abc :enclave.local ACK
        C1: @label=1 MONITOR - nobody
        S1: @label=1 :enclave.local ACK
        C1: @label=2 MONITOR C
        S1: @label=2 :enclave.local ACK
        C1: @label=3 NICK alice
        S1: @label=3 :enclave.local ACK
        C1: @label=4 JOIN &enclave
        S1: @label=4 :enclave.local ACK
        C1: @label=5 PRIVMSG JohnSmith :Hello
        S1: @label=5 :enclave.local ACK
        G: {"id":"<msgid>","message":"Hello"}
        "#,
    );
}

#[test]
fn what_is_written_to_oneself_comes_once_as_the_echo() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        "
        C1: @label=self PRIVMSG alice :note
        S1: @label=self :alice PRIVMSG alice note
        ",
    );
}

#[test]
fn what_is_delivered_to_oneself_without_echo_has_no_label() {
    let mut scene = Scene::of(LABELS);
    scene.play(
        "
        C1: @label=self PRIVMSG alice :note
        S1: :alice PRIVMSG alice note
        S1: @label=self :enclave.local ACK
        ",
    );
}

#[test]
fn a_response_that_is_a_batch_gets_no_other_around_it() {
    let mut scene = Scene::of(&[
        "batch",
        "labeled-response",
        "draft/chathistory",
        "draft/extended-isupport",
        "soju.im/search",
    ]);
    scene.play(
        "
        C1: @label=history CHATHISTORY LATEST JohnSmith * 10
        S1: @label=history :enclave.local BATCH +<batch:1> chathistory JohnSmith
        S1: :enclave.local BATCH -<batch:1>
        C1: @label=search SEARCH text=nothing
        S1: @label=search :enclave.local BATCH +<batch:2> soju.im/search
        S1: :enclave.local BATCH -<batch:2>
        C1: @label=isupport ISUPPORT
        S1: @label=isupport :enclave.local BATCH +<batch:3> draft/isupport
        S1: @batch=<batch:3> :enclave.local 005 alice …
        S1: …
        S1: :enclave.local BATCH -<batch:3>
        ",
    );
}

#[test]
fn a_standard_reply_has_the_label() {
    let mut scene = Scene::of(&["batch", "labeled-response", "draft/read-marker"]);
    scene.play(
        "
        C1: @label=1 MARKREAD
        S1: @label=1 :enclave.local FAIL MARKREAD NEED_MORE_PARAMS :…
        C1: @label=2 MARKREAD JohnSmith
        S1: @label=2 :enclave.local MARKREAD JohnSmith *
        ",
    );
}

#[test]
fn a_label_that_is_too_long_or_empty_is_none() {
    let mut scene = Scene::of(LABELS);
    scene.bind("most", &"x".repeat(64));
    scene.play(
        "
        C1: @label=<most> PRIVMSG nobody :Hello
        S1: @label=<most> :enclave.local 401 alice nobody :…
        C1: @label=<most>x PRIVMSG nobody :Hello
        S1: :enclave.local 401 alice nobody :…
        C1: @label= PRIVMSG nobody :Hello
        S1: :enclave.local 401 alice nobody :…
        C1: @label PRIVMSG nobody :Hello
        S1: :enclave.local 401 alice nobody :…
        ",
    );
}

#[test]
fn a_label_is_opaque() {
    let mut scene = Scene::of(LABELS);
    scene.play(
        r"
        C1: @label=a\sb\:c\\d;+example/foo=bar PRIVMSG nobody :Hello
        S1: @label=a\sb\:c\\d :enclave.local 401 alice nobody :…
        C1: @label=Ünïcödé PRIVMSG nobody :Hello
        S1: @label=Ünïcödé :enclave.local 401 alice nobody :…
        ",
    );
}

#[test]
fn without_the_capability_a_label_means_nothing() {
    let mut scene = Scene::of(&["batch", "message-tags"]);
    scene.play(
        "
        C1: @label=dc11f13f11 PRIVMSG nobody :Hello
        S1: :enclave.local 401 alice nobody :…
        C1: @label=abc PONG :foobar
        ",
    );
}
