//! `standard-replies` (IRCv3 `standard-replies`): the form of FAIL, whoever sends it. Most of
//! them are with the extension that defines them.

use crate::scene::Scene;

#[test]
fn a_failure_names_its_command_a_code_and_says_what_is_wrong() {
    let mut scene = Scene::of(&["standard-replies", "draft/chathistory", "draft/read-marker"]);
    scene.play(
        "
        C1: MARKREAD
        S1: :enclave.local FAIL MARKREAD NEED_MORE_PARAMS :…
        C1: CHATHISTORY FOO JohnSmith * 10
        S1: :enclave.local FAIL CHATHISTORY INVALID_PARAMS FOO :…
        C1: CHATHISTORY LATEST nobody * 10
        S1: :enclave.local FAIL CHATHISTORY INVALID_TARGET LATEST nobody :…
        ",
    );
}

#[test]
fn the_standard_numerics_stay_what_they_are() {
    let mut scene = Scene::of(&["standard-replies"]);
    scene.play(
        "
        C1: BOGUS
        S1: :enclave.local 421 alice BOGUS :…
        C1: PRIVMSG nobody :hi
        S1: :enclave.local 401 alice nobody :…
        C1: NICK
        S1: :enclave.local 431 alice :…
        ",
    );
}
