//! `draft/read-marker` (IRCv3 `read-marker`): how far the person has read, for all clients.

use crate::scene::Scene;

const MARKER: &[&str] = &["draft/read-marker", "server-time"];

/// Two messages, a minute apart, which two clients have been shown.
fn two_messages() -> Scene {
    let mut scene = Scene::of(MARKER);
    scene.client(MARKER);
    scene.play(
        r#"
        P: {"id":"m1","message":"one","timestamp":1700000000}
        S1: @time=2023-11-14T22:13:20.000Z :JohnSmith PRIVMSG alice one
        S2: @time=2023-11-14T22:13:20.000Z :JohnSmith PRIVMSG alice one
        P: {"id":"m2","message":"two","timestamp":1700000060}
        S1: @time=2023-11-14T22:14:20.000Z :JohnSmith PRIVMSG alice two
        S2: @time=2023-11-14T22:14:20.000Z :JohnSmith PRIVMSG alice two
        "#,
    );
    scene
}

#[test]
fn what_was_read_is_told_to_all_clients() {
    let mut scene = two_messages();
    scene.play(
        "
        C1: MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        S1: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        S2: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        C2: MARKREAD JohnSmith
        S2: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        ",
    );
}

#[test]
fn where_nothing_was_read_there_is_no_time() {
    let mut scene = Scene::of(MARKER);
    scene.play(
        "
        C1: MARKREAD JohnSmith
        S1: :enclave.local MARKREAD JohnSmith *
        C1: MARKREAD &enclave
        S1: :enclave.local MARKREAD &enclave *
        C1: markread johnsmith
        S1: :enclave.local MARKREAD JohnSmith *
        ",
    );
}

#[test]
fn a_marker_never_goes_back() {
    let mut scene = two_messages();
    scene.play(
        "
        C1: MARKREAD JohnSmith timestamp=2023-11-14T22:14:20.000Z
        S1: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:14:20.000Z
        S2: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:14:20.000Z
        C2: MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        S2: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:14:20.000Z
        C2: MARKREAD JohnSmith timestamp=2023-11-14T22:14:20.000Z
        S2: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:14:20.000Z
        ",
    );
}

#[test]
fn only_those_with_the_capability_are_told() {
    let mut scene = two_messages();
    scene.client(&["server-time"]);
    scene.play(
        "
        C1: MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        S1: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        S2: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        ",
    );
}

#[test]
fn a_marker_outlives_the_program() {
    let mut scene = two_messages();
    scene.play(
        "
        C1: MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        S1: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        S2: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        ",
    );
    scene.restart();
    scene.client(MARKER);
    scene.play(
        "
        C1: MARKREAD JohnSmith
        S1: :enclave.local MARKREAD JohnSmith timestamp=2023-11-14T22:13:20.000Z
        ",
    );
}

#[test]
fn the_marker_of_a_channel_comes_with_the_channel() {
    let mut scene = Scene::alone();
    scene.newcomer("alice", &["draft/read-marker"]);
    scene.play(
        "
        S1: :alice JOIN &enclave
        S1: …
        S1: :enclave.local MARKREAD &enclave *
        S1: …
        S1: :enclave.local 366 alice &enclave :…
        C1: PART &enclave
        S1: :alice PART &enclave
        C1: JOIN &enclave
        S1: :alice JOIN &enclave
        S1: …
        S1: :enclave.local MARKREAD &enclave *
        S1: …
        S1: :enclave.local 366 alice &enclave :…
        ",
    );
}

#[test]
fn without_the_capability_nothing_comes_with_the_channel() {
    let mut scene = Scene::alone();
    scene.newcomer("alice", &["server-time"]);
    scene.play(
        "
        S1: @time=<time> :alice JOIN &enclave
        S1: :enclave.local 332 alice &enclave :…
        S1: :enclave.local 353 alice = &enclave :…
        S1: :enclave.local 366 alice &enclave :…
        ",
    );
}

#[test]
fn errors() {
    let mut scene = Scene::of(MARKER);
    scene.play(
        "
        C1: MARKREAD
        S1: :enclave.local FAIL MARKREAD NEED_MORE_PARAMS :…
        C1: MARKREAD JohnSmith *
        S1: :enclave.local FAIL MARKREAD INVALID_PARAMS …
        C1: MARKREAD JohnSmith yesterday
        S1: :enclave.local FAIL MARKREAD INVALID_PARAMS …
        C1: MARKREAD JohnSmith timestamp=2023-11-14
        S1: :enclave.local FAIL MARKREAD INVALID_PARAMS …
        C1: MARKREAD JohnSmith 2023-11-14T22:13:20.000Z
        S1: :enclave.local FAIL MARKREAD INVALID_PARAMS …
        C1: MARKREAD nobody
        S1: :enclave.local FAIL MARKREAD <code> …
        ",
    );
}
