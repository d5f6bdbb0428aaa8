//! Batches that a client opens (IRCv3 `client-batch`), whatever is in them. That one which
//! stays open for too long is given up is tested with a clock of the test's own, elsewhere.

use crate::scene::Scene;

const MULTILINE: &[&str] = &["batch", "message-tags", "draft/multiline"];

#[test]
fn a_reference_of_other_characters_is_refused_and_its_batch_ignored() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        r#"
        C1: BATCH +not_one draft/multiline JohnSmith
        S1: :enclave.local FAIL BATCH INVALID_REFTAG not_one :…
        C1: @batch=not_one PRIVMSG JohnSmith :not this
        C1: BATCH -not_one
        C1: PRIVMSG JohnSmith :after it
        G: {"id":"<msgid>","message":"after it"}
        "#,
    );
}

#[test]
fn a_type_that_nobody_knows_is_refused_and_its_batch_ignored() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        r#"
        C1: BATCH +123 example.com/foo JohnSmith
        S1: :enclave.local FAIL BATCH UNKNOWN_TYPE 123 example.com/foo :…
        C1: @batch=123 PRIVMSG JohnSmith :not this
        C1: BATCH -123
        C1: PRIVMSG JohnSmith :after it
        G: {"id":"<msgid>","message":"after it"}
        "#,
    );
}

#[test]
fn a_reference_is_case_sensitive_and_can_be_used_again() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        r#"
        C1: BATCH +aB-9 draft/multiline JohnSmith
        C1: @batch=aB-9 PRIVMSG JohnSmith :one
        C1: BATCH -aB-9
        G: {"id":"<msgid:1>","message":"one"}
        C1: BATCH +aB-9 draft/multiline JohnSmith
        C1: @batch=aB-9 PRIVMSG JohnSmith :two
        C1: BATCH -aB-9
        G: {"id":"<msgid:2>","message":"two"}
        "#,
    );
}

#[test]
fn no_batch_is_within_another() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        "
        C1: BATCH +1 draft/multiline JohnSmith
        C1: @batch=1 BATCH +2 draft/multiline JohnSmith
        C1: @batch=2 PRIVMSG JohnSmith :not this
        C1: @batch=1 BATCH -2
        C1: BATCH -1
        S1: :enclave.local FAIL BATCH …
        S1: …
        ",
    );
}

#[test]
fn the_end_of_what_was_not_begun_does_nothing_to_what_follows() {
    let mut scene = Scene::of(MULTILINE);
    scene.play(
        r#"
        C1: BATCH -123
        S1: …
        C1: PRIVMSG JohnSmith :after it
        G: {"id":"<msgid>","message":"after it"}
        "#,
    );
}
