//! `draft/extended-isupport` (IRCv3 `extended-isupport`).

use crate::scene::Scene;

#[test]
fn it_can_be_asked_for_before_registration() {
    let mut scene = Scene::alone();
    scene.stranger();
    scene.play(
        "
        C1: CAP LS 302
        S1: …
        S1: CAP * LS … :…draft/extended-isupport…
        S1: …
        C1: CAP REQ :batch draft/extended-isupport
        S1: :enclave.local CAP * ACK :batch draft/extended-isupport
        C1: ISUPPORT
        S1: :enclave.local BATCH +<batch> draft/isupport
        S1: @batch=<batch> :enclave.local 005 * NETWORK=Enclave …
        S1: …
        S1: :enclave.local BATCH -<batch>
        C1: NICK alice
        C1: USER alice 0 * :Alice
        C1: CAP END
        S1: :enclave.local 001 alice :…
        S1: …
        S1: :enclave.local 366 alice &enclave :…
        ",
    );
}

#[test]
fn without_batch_the_lines_come_bare() {
    let mut scene = Scene::of(&["draft/extended-isupport"]);
    scene.play(
        "
        C1: ISUPPORT
        S1: :enclave.local 005 alice NETWORK=Enclave … :are supported by this server
        S1: …
        ",
    );
}

#[test]
fn no_line_is_outside_of_a_batch() {
    let mut scene = Scene::of(&["batch", "draft/extended-isupport"]);
    scene.play(
        "
        C1: VERSION
        S1: :enclave.local 351 alice …
        S1: :enclave.local BATCH +<batch:1> draft/isupport
        S1: @batch=<batch:1> :enclave.local 005 alice NETWORK=Enclave …
        S1: …
        S1: :enclave.local BATCH -<batch:1>
        ",
    );
}

#[test]
fn those_of_registration_are_in_a_batch_too() {
    let mut scene = Scene::alone();
    scene.stranger();
    scene.play(
        "
        C1: CAP REQ :batch draft/extended-isupport
        S1: :enclave.local CAP * ACK :batch draft/extended-isupport
        C1: NICK alice
        C1: USER alice 0 * :Alice
        C1: CAP END
        S1: :enclave.local 001 alice :…
        S1: :enclave.local 002 alice :…
        S1: :enclave.local 003 alice :…
        S1: :enclave.local 004 alice …
        S1: :enclave.local BATCH +<batch> draft/isupport
        S1: @batch=<batch> :enclave.local 005 alice NETWORK=Enclave …
        S1: …
        S1: :enclave.local BATCH -<batch>
        S1: …
        ",
    );
}

#[test]
fn before_registration_it_needs_the_capability() {
    let mut scene = Scene::alone();
    scene.stranger();
    scene.play(
        "
        C1: CAP LS 302
        S1: …
        C1: ISUPPORT
        S1: :enclave.local 451 * :…
        ",
    );
}
