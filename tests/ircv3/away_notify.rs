//! `away-notify` (IRCv3 `away-notify`).

use crate::scene::Scene;

#[test]
fn a_contact_goes_says_something_else_and_comes_back() {
    let mut scene = Scene::of(&["away-notify"]);
    scene.play(
        r#"
        P: {"status":2,"status-message":"lunch"}
        S1: :JohnSmith!enclave@<john> AWAY :lunch
        S1: MODE &enclave -v JohnSmith
        P: {"status":2,"status-message":"coffee"}
        S1: :JohnSmith!enclave@<john> AWAY :coffee
        P: {"status":1,"status-message":""}
        S1: :JohnSmith!enclave@<john> AWAY
        S1: MODE &enclave +v JohnSmith
        "#,
    );
}

#[test]
fn whoever_joins_and_is_away_is_shown_so() {
    let mut scene = Scene::alone();
    scene.client(&["away-notify"]);
    scene.john_comes_saying(r#"{"status":2,"status-message":"lunch"}"#);
    scene.play(
        "
        S1: :JohnSmith JOIN &enclave
        S1: :JohnSmith!enclave@<john> AWAY :lunch
        ",
    );
}

#[test]
fn ones_own_absence_is_told_by_numerics_only() {
    let mut scene = Scene::of(&["away-notify"]);
    scene.play(
        r#"
        C1: AWAY :lunch
        S1: :enclave.local 306 alice :…
        G: {"status":2,"status-message":"lunch"}
        C1: AWAY
        S1: :enclave.local 305 alice :…
        G: {"status":1,"status-message":""}
        "#,
    );
}

#[test]
fn without_the_capability_nobody_is_told() {
    let mut scene = Scene::of(&[]);
    scene.play(
        r#"
        P: {"status":2,"status-message":"lunch"}
        S1: MODE &enclave -v JohnSmith
        P: {"id":"m1","message":"hi"}
        S1: :JohnSmith PRIVMSG alice hi
        "#,
    );
}
