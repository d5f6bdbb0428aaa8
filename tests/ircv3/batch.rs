//! `batch` (IRCv3 `batch`): what is played when a client comes. What else comes in batches is
//! with the extension that says so.

use crate::scene::Scene;

#[test]
fn what_was_missed_is_one_batch_for_each_conversation() {
    let mut scene = Scene::of(&[]);
    scene.leaves(1);
    scene.play(
        r#"
        G: {"status":2,"status-message":"gone"}
        P: {"id":"m1","message":"one","timestamp":1700000000}
        G: {"received":["m1"]}
        P: {"id":"m2","message":"two","timestamp":1700000060}
        G: {"received":["m2"]}
        "#,
    );
    scene.newcomer("alice", &["batch", "message-tags", "server-time"]);
    scene.play(
        r#"
        S1: …
        S1: @… BATCH +<batch> chathistory JohnSmith
        S1: @batch=<batch>;msgid=m1;time=2023-11-14T22:13:20.000Z :JohnSmith PRIVMSG alice one
        S1: @batch=<batch>;msgid=m2;time=2023-11-14T22:14:20.000Z :JohnSmith PRIVMSG alice two
        S1: @… BATCH -<batch>
        S1: …
        G: {"status":1,"status-message":""}
        "#,
    );
}

#[test]
fn without_the_capability_the_lines_come_bare() {
    let mut scene = Scene::of(&[]);
    scene.leaves(1);
    scene.play(
        r#"
        G: {"status":2,"status-message":"gone"}
        P: {"id":"m1","message":"one","timestamp":1700000000}
        G: {"received":["m1"]}
        "#,
    );
    scene.newcomer("alice", &["server-time"]);
    scene.play(
        r#"
        S1: …
        S1: @time=2023-11-14T22:13:20.000Z :JohnSmith PRIVMSG alice one
        G: {"status":1,"status-message":""}
        "#,
    );
}
