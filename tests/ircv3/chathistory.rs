//! `draft/chathistory` (IRCv3 `chathistory`): the client asks for what was said.

use crate::scene::Scene;

const HISTORY: &[&str] = &["batch", "message-tags", "draft/chathistory"];
const WITH_TIMES: &[&str] = &["batch", "message-tags", "draft/chathistory", "server-time"];

/// A conversation of four messages, `m1` to `m4`, each written a minute after the one before.
fn conversation() -> Scene {
    let mut scene = Scene::of(HISTORY);
    scene.play(
        r#"
        P: {"id":"m1","message":"one","timestamp":1700000000}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice one
        P: {"id":"m2","message":"two","timestamp":1700000060}
        S1: @msgid=m2 :JohnSmith PRIVMSG alice two
        P: {"id":"m3","message":"three","timestamp":1700000120}
        S1: @msgid=m3 :JohnSmith PRIVMSG alice three
        P: {"id":"m4","message":"four","timestamp":1700000180}
        S1: @msgid=m4 :JohnSmith PRIVMSG alice four
        "#,
    );
    scene
}

/// Asks, and is given these of the four.
#[track_caller]
fn gives(scene: &mut Scene, question: &str, answer: &[usize]) {
    let words = ["one", "two", "three", "four"];
    let name = format!("batch:{}", fastrand::u64(..));
    let mut script = format!("C1: CHATHISTORY {question}\n");
    script += &format!("S1: :enclave.local BATCH +<{name}> chathistory JohnSmith\n");
    for number in answer {
        let word = words[number - 1];
        script += &format!(
            "S1: @batch=<{name}>;msgid=m{number} :JohnSmith!enclave@<john> PRIVMSG alice {word}\n"
        );
    }
    script += &format!("S1: :enclave.local BATCH -<{name}>\n");
    scene.play(&script);
}

#[test]
fn the_latest_messages_both_ones_own_and_the_contacts() {
    let mut scene = Scene::of(WITH_TIMES);
    scene.play(
        r#"
        P: {"id":"1234","message":"hello","timestamp":1700000000}
        S1: @msgid=1234;time=2023-11-14T22:13:20.000Z :JohnSmith PRIVMSG alice hello
        C1: PRIVMSG JohnSmith :hi! how are you?
        G: {"id":"<msgid>","message":"hi! how are you?"}
        P: {"id":"1238","message":"I'm good, thank you!","timestamp":1700000060}
        S1: @msgid=1238;time=2023-11-14T22:14:20.000Z :JohnSmith PRIVMSG alice :I'm good, thank you!
        C1: CHATHISTORY LATEST JohnSmith * 50
        S1: @… BATCH +<batch> chathistory JohnSmith
        S1: @batch=<batch>;msgid=1234;time=2023-11-14T22:13:20.000Z :JohnSmith!enclave@<john> PRIVMSG alice :hello
        S1: @batch=<batch>;msgid=<msgid>;time=<time> :alice PRIVMSG JohnSmith :hi! how are you?
        S1: @batch=<batch>;msgid=1238;time=2023-11-14T22:14:20.000Z :JohnSmith PRIVMSG alice :I'm good, thank you!
        S1: @… BATCH -<batch>
        "#,
    );
}

#[test]
fn the_target_is_named_as_it_is_called() {
    let mut scene = conversation();
    gives(&mut scene, "LATEST johnsmith * 1", &[4]);
    gives(&mut scene, "latest JohnSmith * 1", &[4]);
}

#[test]
fn latest() {
    let mut scene = conversation();
    gives(&mut scene, "LATEST JohnSmith * 50", &[1, 2, 3, 4]);
    gives(&mut scene, "LATEST JohnSmith * 2", &[3, 4]);
    gives(&mut scene, "LATEST JohnSmith msgid=m2 50", &[3, 4]);
    gives(&mut scene, "LATEST JohnSmith msgid=m1 2", &[3, 4]);
    gives(
        &mut scene,
        "LATEST JohnSmith timestamp=2023-11-14T22:14:20.000Z 50",
        &[3, 4],
    );
    gives(&mut scene, "LATEST JohnSmith msgid=m4 50", &[]);
}

#[test]
fn before() {
    let mut scene = conversation();
    gives(&mut scene, "BEFORE JohnSmith msgid=m3 50", &[1, 2]);
    gives(&mut scene, "BEFORE JohnSmith msgid=m3 1", &[2]);
    gives(
        &mut scene,
        "BEFORE JohnSmith timestamp=2023-11-14T22:15:20.000Z 50",
        &[1, 2],
    );
    gives(&mut scene, "BEFORE JohnSmith msgid=m1 50", &[]);
}

#[test]
fn after() {
    let mut scene = conversation();
    gives(&mut scene, "AFTER JohnSmith msgid=m2 50", &[3, 4]);
    gives(&mut scene, "AFTER JohnSmith msgid=m2 1", &[3]);
    gives(
        &mut scene,
        "AFTER JohnSmith timestamp=2023-11-14T22:14:20.000Z 50",
        &[3, 4],
    );
    gives(&mut scene, "AFTER JohnSmith msgid=m4 50", &[]);
}

#[test]
fn around() {
    let mut scene = conversation();
    gives(&mut scene, "AROUND JohnSmith msgid=m2 50", &[1, 2, 3, 4]);
    gives(&mut scene, "AROUND JohnSmith msgid=m2 1", &[2]);
    gives(
        &mut scene,
        "AROUND JohnSmith timestamp=2023-11-14T22:14:20.000Z 50",
        &[1, 2, 3, 4],
    );
}

#[test]
fn between_forwards_and_backwards() {
    let mut scene = conversation();
    gives(
        &mut scene,
        "BETWEEN JohnSmith msgid=m1 msgid=m4 50",
        &[2, 3],
    );
    gives(
        &mut scene,
        "BETWEEN JohnSmith msgid=m4 msgid=m1 50",
        &[2, 3],
    );
    gives(&mut scene, "BETWEEN JohnSmith msgid=m1 msgid=m4 1", &[2]);
    gives(&mut scene, "BETWEEN JohnSmith msgid=m4 msgid=m1 1", &[3]);
    gives(
        &mut scene,
        "BETWEEN JohnSmith timestamp=2023-11-14T22:13:20.000Z msgid=m4 50",
        &[2, 3],
    );
    gives(&mut scene, "BETWEEN JohnSmith msgid=m1 msgid=m2 50", &[]);
}

#[test]
fn a_time_at_which_nothing_was_written_is_held_against_the_times_of_arrival() {
    let mut scene = conversation();
    // All have arrived just now, whenever they were written.
    let early = "timestamp=2023-11-14T22:14:00.000Z";
    gives(
        &mut scene,
        &format!("AFTER JohnSmith {early} 50"),
        &[1, 2, 3, 4],
    );
    gives(&mut scene, &format!("BEFORE JohnSmith {early} 50"), &[]);
    let late = "timestamp=2999-01-01T00:00:00.000Z";
    gives(
        &mut scene,
        &format!("BEFORE JohnSmith {late} 50"),
        &[1, 2, 3, 4],
    );
    gives(&mut scene, &format!("AFTER JohnSmith {late} 50"), &[]);
}

#[test]
fn more_than_the_limit_is_as_much_as_the_limit() {
    let mut scene = conversation();
    scene.play(
        "
        C1: VERSION
        S1: …
        S1: 005 alice … CHATHISTORY=1000 … :are supported by this server
        S1: …
        C1: VERSION
        S1: …
        S1: 005 alice … MSGREFTYPES=msgid,timestamp … :are supported by this server
        S1: …
        ",
    );
    gives(&mut scene, "LATEST JohnSmith * 1000", &[1, 2, 3, 4]);
    gives(&mut scene, "LATEST JohnSmith * 100000", &[1, 2, 3, 4]);
}

#[test]
fn where_nothing_was_said_the_batch_is_empty() {
    let mut scene = Scene::of(HISTORY);
    scene.play(
        "
        C1: CHATHISTORY LATEST JohnSmith * 50
        S1: :enclave.local BATCH +<batch:1> chathistory JohnSmith
        S1: :enclave.local BATCH -<batch:1>
        C1: CHATHISTORY LATEST &enclave * 50
        S1: :enclave.local BATCH +<batch:2> chathistory &enclave
        S1: :enclave.local BATCH -<batch:2>
        C1: CHATHISTORY LATEST enclave * 50
        S1: :enclave.local BATCH +<batch:3> chathistory enclave
        S1: :enclave.local BATCH -<batch:3>
        ",
    );
}

#[test]
fn targets() {
    let mut scene = conversation();
    scene.play(
        "
        C1: CHATHISTORY TARGETS timestamp=2000-01-01T00:00:00.000Z timestamp=2999-01-01T00:00:00.000Z 50
        S1: :enclave.local BATCH +<batch:1> draft/chathistory-targets
        S1: @batch=<batch:1> :enclave.local CHATHISTORY TARGETS JohnSmith <time>
        S1: :enclave.local BATCH -<batch:1>
        C1: CHATHISTORY TARGETS timestamp=2999-01-01T00:00:00.000Z timestamp=2000-01-01T00:00:00.000Z 50
        S1: :enclave.local BATCH +<batch:2> draft/chathistory-targets
        S1: @batch=<batch:2> :enclave.local CHATHISTORY TARGETS JohnSmith <time>
        S1: :enclave.local BATCH -<batch:2>
        C1: CHATHISTORY TARGETS timestamp=2000-01-01T00:00:00.000Z timestamp=2001-01-01T00:00:00.000Z 50
        S1: :enclave.local BATCH +<batch:3> draft/chathistory-targets
        S1: :enclave.local BATCH -<batch:3>
        ",
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_the_subcommand() {
    let mut scene = Scene::of(HISTORY);
    for (subcommand, question) in [
        ("FOO", "FOO JohnSmith * 50"),
        ("LATEST", "LATEST"),
        ("LATEST", "LATEST JohnSmith"),
        ("LATEST", "LATEST JohnSmith *"),
        ("LATEST", "LATEST JohnSmith * many"),
        ("LATEST", "LATEST JohnSmith * -1"),
        ("LATEST", "LATEST JohnSmith * 50 51"),
        ("LATEST", "LATEST JohnSmith timestamp=yesterday 50"),
        ("BEFORE", "BEFORE JohnSmith * 50"),
        ("BEFORE", "BEFORE JohnSmith timestamp=2023-11-14 50"),
        ("BETWEEN", "BETWEEN JohnSmith msgid=m1 50"),
        ("TARGETS", "TARGETS timestamp=2023-11-14T22:13:20.000Z 50"),
    ] {
        scene.play(&format!(
            "
            C1: CHATHISTORY {question}
            S1: :enclave.local FAIL CHATHISTORY INVALID_PARAMS {subcommand} …
            "
        ));
    }
}

#[test]
fn a_reference_of_another_kind_is_refused() {
    let mut scene = Scene::of(HISTORY);
    scene.play(
        "
        C1: CHATHISTORY LATEST JohnSmith number=1 50
        S1: :enclave.local FAIL CHATHISTORY <code:1> LATEST …
        C1: CHATHISTORY TARGETS msgid=m1 msgid=m2 50
        S1: :enclave.local FAIL CHATHISTORY <code:2> TARGETS …
        ",
    );
}

#[test]
fn nobody_and_unknown_messages_are_told_apart() {
    let mut scene = Scene::of(HISTORY);
    scene.play(
        "
        C1: CHATHISTORY LATEST nobody * 50
        S1: :enclave.local FAIL CHATHISTORY INVALID_TARGET LATEST nobody :…
        C1: CHATHISTORY BEFORE #channel msgid=m1 50
        S1: :enclave.local FAIL CHATHISTORY INVALID_TARGET BEFORE #channel :…
        C1: CHATHISTORY BEFORE JohnSmith msgid=m1 50
        S1: :enclave.local FAIL CHATHISTORY MESSAGE_ERROR BEFORE JohnSmith …
        ",
    );
}

#[test]
fn history_outlives_the_program() {
    let mut scene = conversation();
    scene.restart();
    scene.client(HISTORY);
    gives(&mut scene, "LATEST JohnSmith * 50", &[1, 2, 3, 4]);
}
