//! `multi-prefix` and `userhost-in-names` (IRCv3): how those in a channel are listed.

use crate::scene::Scene;

#[test]
fn every_prefix_is_shown() {
    let mut scene = Scene::of(&["multi-prefix"]);
    scene.play(
        "
        C1: NAMES &enclave
        S1: :enclave.local 353 alice = &enclave :alice @enclave +JohnSmith
        S1: :enclave.local 366 alice &enclave :…
        C1: WHO JohnSmith
        S1: :enclave.local 352 alice &enclave enclave <john> enclave.local JohnSmith H+ :0 John Smith
        S1: :enclave.local 315 alice JohnSmith :…
        C1: WHOIS JohnSmith
        S1: :enclave.local 311 alice JohnSmith enclave <john> * :John Smith
        S1: :enclave.local 319 alice JohnSmith :+&enclave
        S1: …
        S1: :enclave.local 318 alice JohnSmith :…
        ",
    );
}

#[test]
fn whole_masks_are_shown() {
    let mut scene = Scene::of(&["userhost-in-names"]);
    scene.play(
        "
        C1: NAMES &enclave
        S1: :enclave.local 353 alice = &enclave :alice!alice@localhost @enclave!enclave@enclave.local +JohnSmith!enclave@<john>
        S1: :enclave.local 366 alice &enclave :…
        ",
    );
}

#[test]
fn nicks_are_shown_to_whoever_asked_for_neither() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: NAMES &enclave
        S1: :enclave.local 353 alice = &enclave :alice @enclave +JohnSmith
        S1: :enclave.local 366 alice &enclave :…
        ",
    );
}
