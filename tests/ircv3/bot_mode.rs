//! `bot-mode` (IRCv3 `bot-mode`): the control contact is a program.

use crate::scene::Scene;

#[test]
fn the_letter_is_told() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: VERSION
        S1: …
        S1: 005 alice … BOT=B … :are supported by this server
        S1: …
        ",
    );
}

#[test]
fn whois_and_who_show_it() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: WHOIS enclave
        S1: :enclave.local 311 alice enclave enclave enclave.local * :…
        S1: …
        S1: :enclave.local 335 alice enclave :…
        S1: …
        S1: :enclave.local 318 alice enclave :…
        C1: WHO enclave
        S1: …
        S1: :enclave.local 352 alice &enclave enclave enclave.local enclave.local enclave H…B… :…
        S1: …
        S1: :enclave.local 315 alice enclave :…
        C1: WHO JohnSmith
        S1: :enclave.local 352 alice &enclave enclave <john> enclave.local JohnSmith H+ :…
        S1: :enclave.local 315 alice JohnSmith :…
        ",
    );
}

#[test]
fn what_it_says_has_the_tag_for_those_who_know_tags() {
    for (capability, tags) in [
        ("message-tags", "@bot;msgid=<msgid> "),
        ("server-time", "@time=<time> "),
        ("batch", ""),
    ] {
        let mut scene = Scene::of(&[capability]);
        scene.play(&format!(
            "
            C1: PRIVMSG enclave :version
            S1: {tags}:enclave PRIVMSG alice :enclave-irc-…
            "
        ));
    }
}

#[test]
fn people_are_no_bots() {
    let mut scene = Scene::of(&["message-tags"]);
    scene.play(
        r#"
        P: {"id":"m1","message":"hi"}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice hi
        "#,
    );
}
