//! `UTF8ONLY` (IRCv3 `utf8-only`).

use crate::scene::Scene;

#[test]
fn it_is_told() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: VERSION
        S1: …
        S1: 005 alice … UTF8ONLY … :are supported by this server
        S1: …
        ",
    );
}

#[test]
fn what_is_not_utf8_is_refused_with_a_standard_reply() {
    let mut scene = Scene::of(&["standard-replies"]);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :caf\xe9
        S1: :enclave.local FAIL PRIVMSG INVALID_UTF8 :…
        C1: AWAY :\xff
        S1: :enclave.local FAIL AWAY INVALID_UTF8 :…
        C1: PRIVMSG JohnSmith :café
        G: {"id":"<msgid>","message":"café"}
        "#,
    );
}

#[test]
fn a_client_that_knows_no_standard_replies_is_told_in_words() {
    let mut scene = Scene::of(&[]);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :caf\xe9
        S1: :enclave.local NOTICE alice :…UTF-8…
        C1: PRIVMSG JohnSmith :café
        G: {"id":"<msgid>","message":"café"}
        "#,
    );
}
