//! `no-implicit-names` (IRCv3 `no-implicit-names`), and its draft name.

use crate::scene::Scene;

#[test]
fn names_come_only_when_they_are_asked_for() {
    for name in ["no-implicit-names", "draft/no-implicit-names"] {
        let mut scene = Scene::alone();
        scene.newcomer("alice", &[name]);
        scene.play(
            "
            S1: :alice JOIN &enclave
            S1: :enclave.local 332 alice &enclave :…
            C1: NAMES &enclave
            S1: :enclave.local 353 alice = &enclave :alice @enclave
            S1: :enclave.local 366 alice &enclave :…
            C1: PART &enclave
            S1: :alice PART &enclave
            C1: JOIN &enclave
            S1: :alice JOIN &enclave
            S1: :enclave.local 332 alice &enclave :…
            ",
        );
    }
}

#[test]
fn without_it_they_come_by_themselves() {
    let mut scene = Scene::alone();
    scene.newcomer("alice", &["batch"]);
    scene.play(
        "
        S1: :alice JOIN &enclave
        S1: :enclave.local 332 alice &enclave :…
        S1: :enclave.local 353 alice = &enclave :alice @enclave
        S1: :enclave.local 366 alice &enclave :…
        ",
    );
}
