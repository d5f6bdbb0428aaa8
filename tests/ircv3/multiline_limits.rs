//! `draft/multiline` (IRCv3 `multiline`): what is too much, and what is no message.

use crate::scene::Scene;

const MULTILINE: &[&str] = &["batch", "message-tags", "draft/multiline"];

/// A batch of these many lines of these many bytes, and nothing that any other one has.
fn batch(lines: usize, bytes: usize, concat: &str) -> String {
    let mut script = "C1: BATCH +1 draft/multiline JohnSmith\n".to_owned();
    let text = "x".repeat(bytes);
    for line in 0..lines {
        let concat = if line == 0 { "" } else { concat };
        script.push_str(&format!("C1: @batch=1{concat} PRIVMSG JohnSmith :{text}\n"));
    }
    script + "C1: BATCH -1\n"
}

const CONCAT: &str = ";draft/multiline-concat";

#[test]
fn as_many_lines_as_the_limit_and_no_more() {
    let mut scene = Scene::of(MULTILINE);
    let most = vec!["xx"; 1000].join("\\n");
    scene.play(&(batch(1000, 2, "") + &format!("G: {{\"id\":\"<id:1>\",\"message\":\"{most}\"}}")));
    scene.play(
        &(batch(1001, 2, "")
            + r#"
            S1: :enclave.local FAIL BATCH MULTILINE_MAX_LINES 1000 :…
            C1: PRIVMSG JohnSmith :after it
            G: {"id":"<id:2>","message":"after it"}
            "#),
    );
}

#[test]
fn as_many_bytes_as_the_limit_and_no_more() {
    let mut scene = Scene::of(MULTILINE);
    let most = "x".repeat(40_000);
    scene.play(
        &(batch(100, 400, CONCAT) + &format!("G: {{\"id\":\"<id:1>\",\"message\":\"{most}\"}}")),
    );
    // The line feeds count too.
    scene.play(
        &(batch(100, 400, "")
            + r#"
            S1: :enclave.local FAIL BATCH MULTILINE_MAX_BYTES 40000 :…
            C1: PRIVMSG JohnSmith :after it
            G: {"id":"<id:2>","message":"after it"}
            "#),
    );
}

#[test]
fn all_lines_go_where_the_batch_goes() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        r#"
        C1: BATCH +456 draft/multiline JohnSmith
        C1: @batch=456 PRIVMSG nobody hello
        C1: BATCH -456
        S1: :enclave.local FAIL BATCH MULTILINE_INVALID_TARGET JohnSmith nobody :…
        C1: PRIVMSG JohnSmith :after it
        G: {"id":"<msgid>","message":"after it"}
        "#,
    );
}

#[test]
fn a_batch_to_nobody_fails_as_a_message_does() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        "
        C1: BATCH +456 draft/multiline nobody
        C1: @batch=456 PRIVMSG nobody hello
        C1: @batch=456 PRIVMSG nobody there
        C1: BATCH -456
        S1: :enclave.local 401 alice nobody :…
        ",
    );
}

#[test]
fn what_makes_no_message_is_invalid() {
    let mut scene = Scene::of(MULTILINE);
    for (what, lines) in [
        (
            "a blank line that is joined",
            "
            C1: @batch=abc123 PRIVMSG JohnSmith :hello<SPACE>
            C1: @batch=abc123;draft/multiline-concat PRIVMSG JohnSmith :
            C1: @batch=abc123 PRIVMSG JohnSmith :there
            ",
        ),
        (
            "blank lines only",
            "
            C1: @batch=abc123 PRIVMSG JohnSmith :
            C1: @batch=abc123 PRIVMSG JohnSmith :
            ",
        ),
        (
            "both commands",
            "
            C1: @batch=abc123 PRIVMSG JohnSmith :this starts with a PRIVMSG
            C1: @batch=abc123 NOTICE JohnSmith :but ends with a NOTICE
            ",
        ),
        (
            "another command",
            "
            C1: @batch=abc123 PRIVMSG JohnSmith :hello
            C1: @batch=abc123 AWAY :there
            ",
        ),
        ("nothing", ""),
    ] {
        scene.play(&format!(
            "
            C1: BATCH +abc123 draft/multiline JohnSmith
            {lines}
            C1: BATCH -abc123
            S1: :enclave.local FAIL BATCH MULTILINE_INVALID :…
            C1: PRIVMSG JohnSmith :after {what}
            G: {{\"id\":\"…\",\"message\":\"after {what}\"}}
            "
        ));
    }
}
