//! `message-tags` (IRCv3 `message-tags`): which tags go where, and in what form.

use crate::scene::Scene;

const TAGS: &[&str] = &["message-tags"];
const WITH_ECHO: &[&str] = &["message-tags", "echo-message"];

#[test]
fn a_message_without_tags_and_one_with_a_tag_of_ours() {
    let mut scene = Scene::of(TAGS);
    scene.client(&[]);
    scene.play(
        r#"
        P: {"id":"m1","message":"Hello"}
        S1: @msgid=m1 :JohnSmith!enclave@<john> PRIVMSG alice :Hello
        S2: :JohnSmith!enclave@<john> PRIVMSG alice :Hello
        "#,
    );
}

#[test]
fn tags_of_clients_go_with_their_message() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        P: {"id":"m1","message":"Hello"}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice :Hello
        C1: @+draft/reply=m1 PRIVMSG JohnSmith :Hello to you
        S1: @msgid=<msgid>;+draft/reply=m1 :alice PRIVMSG JohnSmith :Hello to you
        G: {"id":"<msgid>","message":"Hello to you","tags":{"draft/reply":"m1"}}
        P: {"id":"m2","message":"Thanks","tags":{"draft/reply":"<msgid>"}}
        S1: @msgid=m2;+draft/reply=<msgid> :JohnSmith PRIVMSG alice :Thanks
        "#,
    );
}

#[test]
fn what_is_not_allowed_is_dropped_and_the_message_goes() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        C1: @example-tag=x;+example/foo=bar;draft/reply=m1 PRIVMSG JohnSmith :Hello
        S1: @msgid=<msgid> :alice PRIVMSG JohnSmith :Hello
        G: {"id":"<msgid>","message":"Hello"}
        C1: @+example/foo=bar TAGMSG JohnSmith
        C1: TAGMSG JohnSmith
        C1: PRIVMSG JohnSmith :after them
        S1: @msgid=<msgid:2> :alice PRIVMSG JohnSmith :after them
        G: {"id":"<msgid:2>","message":"after them"}
        P: {"id":"m1","message":"Hello","tags":{"example/foo":"bar","msgid":"x","time":"y"}}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice :Hello
        P: {"id":"m2","tags":{"example/foo":"bar"}}
        P: {"id":"m3","message":"after it"}
        S1: @msgid=m3 :JohnSmith PRIVMSG alice :after it
        "#,
    );
}

#[test]
fn clients_are_told_what_is_dropped() {
    let mut scene = Scene::of(TAGS);
    for allowed in [
        "typing",
        "draft/react",
        "draft/unreact",
        "draft/reply",
        "reply",
    ] {
        scene.bind("allowed", allowed);
        scene.play(
            "
            C1: VERSION
            S1: …
            S1: 005 alice … CLIENTTAGDENY=*,…-<allowed>… … :are supported by this server
            S1: …
            ",
        );
    }
}

#[test]
fn values_are_escaped_and_unescaped() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        C1: @+draft/react=a\:b\sc\\d;+draft/reply=m1 TAGMSG JohnSmith
        S1: @msgid=<msgid:1>;+draft/react=a\:b\sc\\d;+draft/reply=m1 :alice TAGMSG JohnSmith
        G: {"id":"<msgid:1>","tags":{"draft/react":"a;b c\\d","draft/reply":"m1"}}
        C1: @+draft/react=test\;+draft/reply=m1 TAGMSG JohnSmith
        S1: @msgid=<msgid:2>;+draft/react=test;+draft/reply=m1 :alice TAGMSG JohnSmith
        G: {"id":"<msgid:2>","tags":{"draft/react":"test","draft/reply":"m1"}}
        C1: @+draft/react=\b;+draft/reply=m1 TAGMSG JohnSmith
        S1: @msgid=<msgid:3>;+draft/react=b;+draft/reply=m1 :alice TAGMSG JohnSmith
        G: {"id":"<msgid:3>","tags":{"draft/react":"b","draft/reply":"m1"}}
        P: {"id":"r1","tags":{"draft/react":"x; y\\z","draft/reply":"m1"}}
        S1: @msgid=r1;+draft/react=x\:\sy\\z;+draft/reply=m1 :JohnSmith TAGMSG alice
        "#,
    );
}

#[test]
fn of_a_tag_that_comes_twice_the_last_counts() {
    let mut scene = Scene::of(TAGS);
    scene.play(
        r#"
        C1: @+draft/react=one;+draft/react=two;+draft/reply=m1 TAGMSG JohnSmith
        G: {"id":"<msgid>","tags":{"draft/react":"two","draft/reply":"m1"}}
        "#,
    );
}

#[test]
fn tags_go_only_to_a_node_that_knows_them() {
    let mut scene = Scene::of_features(&["receipts"], TAGS);
    scene.play(
        r#"
        C1: @+draft/react=lol;+draft/reply=m1 TAGMSG JohnSmith
        C1: @+typing=active TAGMSG JohnSmith
        C1: PRIVMSG JohnSmith :hi
        G: {"id":"<msgid>","message":"hi"}
        "#,
    );
}

#[test]
fn tagmsg_comes_only_to_those_who_know_tags() {
    let mut scene = Scene::of(TAGS);
    scene.client(&["server-time", "batch"]);
    scene.play(
        r#"
        P: {"id":"r1","tags":{"draft/react":"lol","draft/reply":"m1"}}
        S1: @msgid=r1;+draft/react=lol;+draft/reply=m1 :JohnSmith TAGMSG alice
        G: {"received":["r1"]}
        P: {"id":"m1","message":"hi","timestamp":1700000000}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice :hi
        S2: @time=2023-11-14T22:13:20.000Z :JohnSmith PRIVMSG alice :hi
        "#,
    );
}

#[test]
fn tagmsg_to_nobody_and_to_no_one_fails_as_a_message_does() {
    let mut scene = Scene::of(TAGS);
    scene.play(
        "
        C1: @+draft/react=lol;+draft/reply=m1 TAGMSG nobody
        S1: :enclave.local 401 alice nobody :…
        ",
    );
}

#[test]
fn values_have_a_limit() {
    let mut scene = Scene::of(TAGS);
    scene.bind("most", &"x".repeat(512));
    scene.play(
        r#"
        C1: @+draft/react=<most>;+draft/reply=m1 TAGMSG JohnSmith
        G: {"id":"<msgid:1>","tags":{"draft/react":"<most>","draft/reply":"m1"}}
        C1: @+draft/react=<most>x;+draft/reply=m1 PRIVMSG JohnSmith :hi
        G: {"id":"<msgid:2>","message":"hi","tags":{"draft/reply":"m1"}}
        P: {"id":"r1","message":"hi","tags":{"draft/react":"<most>x","draft/reply":"m1"}}
        S1: @msgid=r1;+draft/reply=m1 :JohnSmith PRIVMSG alice :hi
        "#,
    );
}

#[test]
fn more_tag_data_than_the_limit_is_refused() {
    let mut scene = Scene::of(TAGS);
    let key = "+example/foo=";
    scene.bind("most", &"x".repeat(4094 - key.len()));
    scene.play(
        r#"
        C1: @+example/foo=<most> PRIVMSG JohnSmith :hi
        G: {"id":"<msgid:1>","message":"hi"}
        C1: @+example/foo=<most>x PRIVMSG JohnSmith :not this
        S1: :enclave.local 417 alice :…
        C1: PRIVMSG JohnSmith :after it
        G: {"id":"<msgid:2>","message":"after it"}
        "#,
    );
}
