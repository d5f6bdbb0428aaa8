//! MONITOR (IRCv3 `monitor`) and `extended-monitor`, which adds what becomes of those that
//! are watched.

use crate::scene::{FEATURES, Scene};

#[test]
fn it_is_told_with_its_limit() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: VERSION
        S1: …
        S1: 005 alice … MONITOR=<limit> … :are supported by this server
        S1: …
        ",
    );
    assert!(scene.bound("limit").parse::<u32>().expect("a number") > 0);
}

#[test]
fn who_is_there_and_who_is_not() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: MONITOR + JohnSmith,nobody
        S1: :enclave.local 730 alice :JohnSmith!enclave@<john>
        S1: :enclave.local 731 alice :nobody
        C1: MONITOR S
        S1: :enclave.local 730 alice :JohnSmith!enclave@<john>
        S1: :enclave.local 731 alice :nobody
        ",
    );
}

#[test]
fn the_list_is_shown_shortened_and_cleared() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: MONITOR + nobody
        S1: :enclave.local 731 alice :nobody
        C1: MONITOR + noone
        S1: :enclave.local 731 alice :noone
        C1: MONITOR - nobody
        C1: MONITOR L
        S1: :enclave.local 732 alice :noone
        S1: :enclave.local 733 alice :End of MONITOR list
        C1: MONITOR C
        C1: MONITOR L
        S1: :enclave.local 733 alice :End of MONITOR list
        ",
    );
}

#[test]
fn who_comes_and_who_goes() {
    let mut scene = Scene::of(&[]);
    scene.play(
        r#"
        C1: PART &enclave
        S1: :alice PART …
        C1: MONITOR + JohnSmith
        S1: :enclave.local 730 alice :JohnSmith!enclave@<john>
        P: {"status":0}
        S1: :enclave.local 731 alice :JohnSmith
        "#,
    );
    scene.john_comes_unseen(FEATURES);
    scene.play("S1: :enclave.local 730 alice :JohnSmith!enclave@<john>");
}

#[test]
fn those_that_are_watched_are_away_and_back_for_whoever_asked_for_it() {
    let mut scene = Scene::of(&["away-notify", "extended-monitor"]);
    scene.client(&["away-notify"]);
    scene.client(&["extended-monitor"]);
    scene.play(
        r#"
        C1: PART &enclave
        S1: :alice PART …
        C1: MONITOR + JohnSmith
        S1: :enclave.local 730 alice :JohnSmith!enclave@<john>
        C2: PART &enclave
        S2: :alice PART …
        C2: MONITOR + JohnSmith
        S2: :enclave.local 730 alice :JohnSmith!enclave@<john>
        C3: PART &enclave
        S3: :alice PART …
        C3: MONITOR + JohnSmith
        S3: :enclave.local 730 alice :JohnSmith!enclave@<john>
        P: {"status":2,"status-message":"lunch"}
        S1: :JohnSmith!enclave@<john> AWAY :lunch
        P: {"status":1,"status-message":""}
        S1: :JohnSmith!enclave@<john> AWAY
        P: {"id":"m1","message":"back"}
        S1: :JohnSmith PRIVMSG alice back
        S2: :JohnSmith PRIVMSG alice back
        S3: :JohnSmith PRIVMSG alice back
        "#,
    );
}

#[test]
fn whoever_is_watched_and_in_the_channel_is_away_once() {
    let mut scene = Scene::of(&["away-notify", "extended-monitor"]);
    scene.play(
        r#"
        C1: MONITOR + JohnSmith
        S1: :enclave.local 730 alice :JohnSmith!enclave@<john>
        P: {"status":2,"status-message":"lunch"}
        S1: :JohnSmith AWAY :lunch
        S1: MODE &enclave -v JohnSmith
        P: {"id":"m1","message":"still here"}
        S1: :JohnSmith PRIVMSG alice :still here
        "#,
    );
}
