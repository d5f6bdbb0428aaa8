//! The `react` and `unreact` client tags (IRCv3 `react`): they are kept, and reach a contact
//! as surely as a message does.

use crate::scene::{FEATURES, Scene};

const WITH_ECHO: &[&str] = &["message-tags", "echo-message"];

#[test]
fn a_reaction_goes_to_the_contact_and_comes_back() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        P: {"id":"123","message":"Hello!"}
        S1: @msgid=123 :JohnSmith PRIVMSG alice :Hello!
        C1: @+draft/reply=123;+draft/react=lol TAGMSG JohnSmith
        S1: @msgid=<msgid>;+draft/reply=123;+draft/react=lol :alice TAGMSG JohnSmith
        G: {"id":"<msgid>","tags":{"draft/reply":"123","draft/react":"lol"}}
        "#,
    );
}

#[test]
fn a_reaction_may_be_an_emoticon_an_emoji_and_have_words() {
    let mut scene = Scene::of(&["message-tags"]);
    scene.play(
        r#"
        C1: @+draft/reply=123;+draft/react=:) TAGMSG JohnSmith
        G: {"id":"<msgid:1>","tags":{"draft/reply":"123","draft/react":":)"}}
        C1: @+draft/reply=123;+draft/react=👋 TAGMSG JohnSmith
        G: {"id":"<msgid:2>","tags":{"draft/reply":"123","draft/react":"👋"}}
        C1: @+draft/reply=123;+draft/react=lol PRIVMSG JohnSmith :lol
        G: {"id":"<msgid:3>","message":"lol","tags":{"draft/reply":"123","draft/react":"lol"}}
        "#,
    );
}

#[test]
fn a_reaction_is_taken_back() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        P: {"id":"123","message":"They won!"}
        S1: @msgid=123 :JohnSmith PRIVMSG alice :They won!
        C1: @+draft/reply=123;+draft/react=🇦🇷 TAGMSG JohnSmith
        S1: @msgid=<msgid:1>;+draft/reply=123;+draft/react=🇦🇷 :alice TAGMSG JohnSmith
        G: {"id":"<msgid:1>","tags":{"draft/reply":"123","draft/react":"🇦🇷"}}
        P: {"id":"124","message":"Actually it was Germany..."}
        S1: @msgid=124 :JohnSmith PRIVMSG alice :Actually it was Germany...
        C1: @+draft/reply=123;+draft/unreact=🇦🇷 TAGMSG JohnSmith
        S1: @msgid=<msgid:2>;+draft/reply=123;+draft/unreact=🇦🇷 :alice TAGMSG JohnSmith
        G: {"id":"<msgid:2>","tags":{"draft/reply":"123","draft/unreact":"🇦🇷"}}
        C1: @+draft/reply=123;+draft/react=🇩🇪 TAGMSG JohnSmith
        S1: @msgid=<msgid:3>;+draft/reply=123;+draft/react=🇩🇪 :alice TAGMSG JohnSmith
        G: {"id":"<msgid:3>","tags":{"draft/reply":"123","draft/react":"🇩🇪"}}
        "#,
    );
}

#[test]
fn a_contacts_reaction_is_shown_once_and_confirmed() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :hi
        S1: @msgid=<msgid> :alice PRIVMSG JohnSmith :hi
        G: {"id":"<msgid>","message":"hi"}
        P: {"received":["<msgid>"]}
        P: {"id":"r1","tags":{"draft/reply":"<msgid>","draft/react":"👋"}}
        S1: @msgid=r1;+draft/reply=<msgid>;+draft/react=👋 :JohnSmith TAGMSG alice
        G: {"received":["r1"]}
        P: {"id":"r1","tags":{"draft/reply":"<msgid>","draft/react":"👋"}}
        G: {"received":["r1"]}
        P: {"id":"r2","tags":{"draft/reply":"<msgid>","draft/unreact":"👋"}}
        S1: @msgid=r2;+draft/reply=<msgid>;+draft/unreact=👋 :JohnSmith TAGMSG alice
        G: {"received":["r2"]}
        "#,
    );
}

#[test]
fn an_unconfirmed_reaction_is_sent_again() {
    let mut scene = Scene::of(WITH_ECHO);
    scene.play(
        r#"
        C1: @+draft/reply=123;+draft/react=lol TAGMSG JohnSmith
        S1: @msgid=<msgid>;+draft/reply=123;+draft/react=lol :alice TAGMSG JohnSmith
        G: {"id":"<msgid>","tags":{"draft/reply":"123","draft/react":"lol"}}
        "#,
    );
    scene.john_leaves();
    scene.john_comes(FEATURES);
    scene.play(
        r#"
        G: {"id":"<msgid>","tags":{"draft/reply":"123","draft/react":"lol"}}
        S1: …
        "#,
    );
}
