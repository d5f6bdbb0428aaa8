//! WHOX (IRCv3 `whox`).

use crate::scene::Scene;

#[test]
fn it_is_told() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: VERSION
        S1: …
        S1: 005 alice … WHOX … :are supported by this server
        S1: …
        ",
    );
}

#[test]
fn fields_without_a_token() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: WHO JohnSmith %cuhnar
        S1: :enclave.local 354 alice &enclave enclave <john> JohnSmith <john> :John Smith
        S1: :enclave.local 315 alice JohnSmith :…
        ",
    );
}

#[test]
fn fields_with_a_token() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: WHO JohnSmith %afnt,42
        S1: :enclave.local 354 alice 42 JohnSmith H<prefix> <john>
        S1: :enclave.local 315 alice JohnSmith :…
        ",
    );
}

#[test]
fn all_fields_in_their_order() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: WHO JohnSmith %raoldfnshiuct,7
        S1: :enclave.local 354 alice 7 &enclave enclave <ip> <john> enclave.local JohnSmith H… <hops> <idle> <john> <op> :John Smith
        S1: :enclave.local 315 alice JohnSmith :…
        ",
    );
}

#[test]
fn those_of_a_channel_and_nobody() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: WHO &enclave %n
        S1: …
        S1: :enclave.local 354 alice JohnSmith
        S1: …
        S1: :enclave.local 315 alice &enclave :…
        C1: WHO nobody %n
        S1: :enclave.local 315 alice nobody :…
        ",
    );
}

#[test]
fn absence_is_a_flag() {
    let mut scene = Scene::of(&["away-notify"]);
    scene.play(
        r#"
        P: {"status":2,"status-message":"lunch"}
        S1: :JohnSmith AWAY lunch
        S1: MODE &enclave -v JohnSmith
        C1: WHO JohnSmith %nf
        S1: :enclave.local 354 alice JohnSmith G
        S1: :enclave.local 315 alice JohnSmith :…
        "#,
    );
}
