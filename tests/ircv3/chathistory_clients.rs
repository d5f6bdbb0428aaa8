//! `draft/chathistory` (IRCv3 `chathistory`): what a client is given depends on what else it
//! knows.

use crate::scene::Scene;

const HISTORY: &[&str] = &["batch", "message-tags", "draft/chathistory"];

#[test]
fn without_the_capability_the_command_is_unknown() {
    let mut scene = Scene::of(&["batch", "message-tags"]);
    scene.play(
        "
        C1: CHATHISTORY LATEST JohnSmith * 50
        S1: :enclave.local 421 alice CHATHISTORY :…
        ",
    );
}

#[test]
fn without_batch_the_lines_come_bare() {
    let mut scene = Scene::of(&["message-tags", "draft/chathistory"]);
    scene.play(
        r#"
        P: {"id":"m1","message":"one"}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice one
        C1: CHATHISTORY LATEST JohnSmith * 50
        S1: @msgid=m1 :JohnSmith PRIVMSG alice one
        "#,
    );
}

#[test]
fn whoever_asks_is_not_played_anything() {
    let mut scene = Scene::of(&[]);
    scene.leaves(1);
    scene.play(
        r#"
        G: {"status":2,"status-message":"gone"}
        P: {"id":"m1","message":"one"}
        G: {"received":["m1"]}
        "#,
    );
    scene.newcomer("alice", HISTORY);
    scene.play(
        r#"
        S1: …
        S1: :enclave.local 366 alice &enclave :…
        G: {"status":1,"status-message":""}
        C1: CHATHISTORY LATEST JohnSmith * 50
        S1: :enclave.local BATCH +<batch> chathistory JohnSmith
        S1: @batch=<batch>;msgid=m1 :JohnSmith PRIVMSG alice one
        S1: :enclave.local BATCH -<batch>
        "#,
    );
}

#[test]
fn reactions_are_in_history_for_those_who_ask_for_more_than_messages() {
    let mut scene = Scene::of(HISTORY);
    scene.client(&[
        "batch",
        "message-tags",
        "draft/chathistory",
        "draft/event-playback",
    ]);
    scene.play(
        r#"
        P: {"id":"m1","message":"one"}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice one
        S2: @msgid=m1 :JohnSmith PRIVMSG alice one
        P: {"id":"r1","tags":{"draft/react":"lol","draft/reply":"m1"}}
        S1: @msgid=r1;+draft/react=lol;+draft/reply=m1 :JohnSmith TAGMSG alice
        S2: @msgid=r1;+draft/react=lol;+draft/reply=m1 :JohnSmith TAGMSG alice
        C1: CHATHISTORY LATEST JohnSmith * 50
        S1: :enclave.local BATCH +<batch:1> chathistory JohnSmith
        S1: @batch=<batch:1>;msgid=m1 :JohnSmith PRIVMSG alice one
        S1: :enclave.local BATCH -<batch:1>
        C2: CHATHISTORY LATEST JohnSmith * 50
        S2: :enclave.local BATCH +<batch:2> chathistory JohnSmith
        S2: @batch=<batch:2>;msgid=m1 :JohnSmith PRIVMSG alice one
        S2: @batch=<batch:2>;msgid=r1;+draft/react=lol;+draft/reply=m1 :JohnSmith TAGMSG alice
        S2: :enclave.local BATCH -<batch:2>
        "#,
    );
}

#[test]
fn tags_of_clients_are_kept_with_their_message() {
    let mut scene = Scene::of(HISTORY);
    scene.play(
        r#"
        C1: @+draft/reply=m0 PRIVMSG JohnSmith :yes
        G: {"id":"<msgid>","message":"yes","tags":{"draft/reply":"m0"}}
        C1: CHATHISTORY LATEST JohnSmith * 50
        S1: :enclave.local BATCH +<batch> chathistory JohnSmith
        S1: @batch=<batch>;msgid=<msgid>;+draft/reply=m0 :alice PRIVMSG JohnSmith yes
        S1: :enclave.local BATCH -<batch>
        "#,
    );
}
