//! `account-tag` and `extended-join` (IRCv3): an account is an address of the mesh.

use crate::scene::{FEATURES, Scene};

#[test]
fn what_a_contact_does_has_its_account() {
    let mut scene = Scene::of(&["account-tag", "away-notify"]);
    scene.play(
        r#"
        P: {"id":"m1","message":"Now I'm logged in."}
        S1: @account=<john> :JohnSmith PRIVMSG alice :Now I'm logged in.
        P: {"status":2,"status-message":"lunch"}
        S1: @account=<john> :JohnSmith AWAY lunch
        S1: @… MODE &enclave -v JohnSmith
        P: {"status":0}
        S1: @account=<john> :JohnSmith QUIT …
        "#,
    );
}

#[test]
fn ones_own_account_is_ones_own_address() {
    let mut scene = Scene::of(&["account-tag", "echo-message"]);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :hi
        S1: @account=<host> :alice PRIVMSG JohnSmith hi
        G: {"id":"<msgid>","message":"hi"}
        "#,
    );
}

#[test]
fn whoever_joins_is_shown_with_account_and_name() {
    let mut scene = Scene::alone();
    scene.newcomer("alice", &["extended-join"]);
    scene.play(
        "
        S1: :alice!alice@localhost JOIN &enclave <host> :Alice Liddell
        S1: …
        S1: :enclave.local 366 alice &enclave :…
        ",
    );
    scene.john_comes_unseen(FEATURES);
    scene.play(
        "
        S1: :JohnSmith!enclave@<john> JOIN &enclave <john> :John Smith
        S1: MODE &enclave +v JohnSmith
        ",
    );
}

#[test]
fn without_the_capability_a_join_is_a_join() {
    let mut scene = Scene::alone();
    scene.client(&[]);
    scene.john_comes_unseen(FEATURES);
    scene.play(
        "
        S1: :JohnSmith!enclave@<john> JOIN &enclave
        S1: MODE &enclave +v JohnSmith
        ",
    );
}
