//! `soju.im/search`: the server searches what was said.

use crate::scene::Scene;

const SEARCH: &[&str] = &["batch", "message-tags", "server-time", "soju.im/search"];

/// Three messages, two of John Smith's a minute apart, and one of alice's.
fn conversation() -> Scene {
    let mut scene = Scene::of(SEARCH);
    scene.play(
        r#"
        P: {"id":"m1","message":"That was fast!","timestamp":1700000000}
        S1: @msgid=m1;time=2023-11-14T22:13:20.000Z :JohnSmith PRIVMSG alice :That was fast!
        P: {"id":"m2","message":"Fasting is hard.","timestamp":1700000060}
        S1: @msgid=m2;time=2023-11-14T22:14:20.000Z :JohnSmith PRIVMSG alice :Fasting is hard.
        C1: PRIVMSG JohnSmith :Be what you want
        G: {"id":"<msgid:own>","message":"Be what you want"}
        "#,
    );
    scene
}

/// Searches, and finds these of the three, in this order.
#[track_caller]
fn finds(scene: &mut Scene, attributes: &str, found: &[usize]) {
    let lines = [
        "msgid=m1;time=2023-11-14T22:13:20.000Z :JohnSmith!enclave@<john> PRIVMSG alice :That was fast!",
        "msgid=m2;time=2023-11-14T22:14:20.000Z :JohnSmith!enclave@<john> PRIVMSG alice :Fasting is hard.",
        "msgid=<msgid:own>;time=<time:own> :alice PRIVMSG JohnSmith :Be what you want",
    ];
    let name = format!("batch:{}", fastrand::u64(..));
    let mut script = format!("C1: SEARCH {attributes}\n");
    script += &format!("S1: @… :enclave.local BATCH +<{name}> soju.im/search\n");
    for number in found {
        script += &format!("S1: @batch=<{name}>;{}\n", lines[number - 1]);
    }
    script += &format!("S1: @… :enclave.local BATCH -<{name}>\n");
    scene.play(&script);
}

#[test]
fn by_text() {
    let mut scene = conversation();
    finds(&mut scene, "text=hard;in=JohnSmith", &[2]);
    finds(&mut scene, "text=want", &[3]);
    finds(&mut scene, r"text=what\syou", &[3]);
    finds(&mut scene, "text=nowhere", &[]);
}

#[test]
fn by_whom_and_where() {
    let mut scene = conversation();
    finds(&mut scene, "from=JohnSmith;in=JohnSmith", &[1, 2]);
    finds(&mut scene, "from=alice", &[3]);
    finds(&mut scene, "in=JohnSmith", &[1, 2, 3]);
    finds(&mut scene, "from=JohnSmith;text=want", &[]);
}

#[test]
fn by_time() {
    let mut scene = conversation();
    finds(
        &mut scene,
        "before=2010-01-01T00:00:00.000Z;in=JohnSmith",
        &[],
    );
    finds(&mut scene, "after=2010-01-01T00:00:00.000Z", &[1, 2, 3]);
    finds(&mut scene, "after=2999-01-01T00:00:00.000Z", &[]);
}

#[test]
fn no_more_than_the_limit() {
    let mut scene = conversation();
    // From the time that is given on, and without one from now back.
    finds(&mut scene, "in=JohnSmith;from=JohnSmith;limit=1", &[2]);
    finds(
        &mut scene,
        "in=JohnSmith;after=2010-01-01T00:00:00.000Z;limit=1",
        &[1],
    );
    finds(&mut scene, "in=JohnSmith;limit=100000", &[1, 2, 3]);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let mut scene = Scene::of(SEARCH);
    for attributes in [
        "text=x;before=yesterday",
        "text=x;after=2023-11-14",
        "text=x;limit=many",
        "text=x;limit=-1",
    ] {
        scene.play(&format!(
            "
            C1: SEARCH {attributes}
            S1: :enclave.local FAIL SEARCH INVALID_PARAMS …
            "
        ));
    }
}

#[test]
fn without_batch_the_lines_come_bare() {
    let mut scene = Scene::of(&["message-tags", "soju.im/search"]);
    scene.play(
        r#"
        P: {"id":"m1","message":"That was fast!"}
        S1: @msgid=m1 :JohnSmith PRIVMSG alice :That was fast!
        C1: SEARCH text=fast
        S1: @msgid=m1 :JohnSmith PRIVMSG alice :That was fast!
        "#,
    );
}

#[test]
fn without_the_capability_the_command_is_unknown() {
    let mut scene = Scene::of(&["batch"]);
    scene.play(
        "
        C1: SEARCH text=fast
        S1: :enclave.local 421 alice SEARCH :…
        ",
    );
}
