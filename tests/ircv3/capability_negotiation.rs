//! Capability negotiation and `cap-notify` (IRCv3 `capability-negotiation`).

use crate::scene::Scene;

/// A connection on which nothing has been said.
fn connection() -> Scene {
    let mut scene = Scene::alone();
    scene.stranger();
    scene
}

#[test]
fn negotiation_before_registration() {
    connection().play(
        "
        C1: CAP LS 302
        C1: NICK dan
        C1: USER d * 0 :This is a really good name
        S1: …
        S1: :enclave.local CAP * LS :…znc.in/self-message
        C1: CAP REQ :multi-prefix
        S1: :enclave.local CAP <dan> ACK :multi-prefix
        C1: CAP END
        S1: :enclave.local 001 dan :…
        S1: …
        ",
    );
}

#[test]
fn a_client_that_recognises_nothing() {
    connection().play(
        "
        C1: CAP LS 302
        C1: NICK dan
        C1: USER d * 0 :This is a really good name
        S1: …
        S1: :enclave.local CAP * LS :…znc.in/self-message
        C1: CAP END
        S1: :enclave.local 001 dan :…
        S1: …
        ",
    );
}

#[test]
fn a_request_without_a_list_before_it() {
    connection().play(
        "
        C1: CAP REQ multi-prefix
        C1: NICK dan
        C1: USER d * 0 :This is a really good name
        S1: :enclave.local CAP <dan> ACK multi-prefix
        C1: CAP END
        S1: :enclave.local 001 dan :…
        S1: …
        ",
    );
}

#[test]
fn a_client_that_does_not_negotiate() {
    connection().play(
        "
        C1: NICK dan
        C1: USER d * 0 :This is a really good name
        S1: :enclave.local 001 dan :…
        S1: …
        ",
    );
}

#[test]
fn every_line_of_a_list_but_the_last_is_continued() {
    let mut scene = connection();
    scene.play(
        "
        C1: CAP LS 302
        S1: …
        S1: :enclave.local CAP * LS :…draft/…=…znc.in/self-message
        C1: CAP LS 307
        S1: …
        S1: :enclave.local CAP * LS :…draft/…=…znc.in/self-message
        ",
    );
}

#[test]
fn a_client_of_the_first_version_gets_one_line_without_values() {
    connection().play(
        "
        C1: CAP LS
        S1: :enclave.local CAP * LS :…draft/multiline …
        C1: CAP LIST
        S1: :enclave.local CAP * LIST :
        ",
    );
}

#[test]
fn a_higher_version_holds_for_the_connection() {
    connection().play(
        "
        C1: CAP LS 302
        S1: …
        S1: :enclave.local CAP * LS :…znc.in/self-message
        C1: CAP LS
        S1: :enclave.local CAP * LS :…draft/multiline …
        C1: CAP REQ :-cap-notify
        S1: :enclave.local CAP * NAK :-cap-notify
        ",
    );
}

#[test]
fn a_command_that_is_none() {
    let mut scene = connection();
    scene.client(&[]);
    scene.play(
        "
        C1: CAP FOO
        S1: :enclave.local 410 * FOO :…
        C2: CAP FOO
        S2: :enclave.local 410 alice FOO :…
        ",
    );
}

#[test]
fn capabilities_are_added_listed_and_removed_after_registration() {
    let mut scene = Scene::alone();
    scene.client(&[]);
    // `CAP LS 302` was said, which brings cap-notify.
    scene.play(
        "
        C1: CAP LIST
        S1: :enclave.local CAP alice LIST :cap-notify
        C1: CAP REQ :multi-prefix userhost-in-names
        S1: :enclave.local CAP alice ACK :multi-prefix userhost-in-names
        C1: CAP LIST
        S1: :enclave.local CAP alice LIST :cap-notify multi-prefix userhost-in-names
        C1: CAP REQ :-userhost-in-names
        S1: :enclave.local CAP alice ACK :-userhost-in-names
        C1: CAP LIST
        S1: :enclave.local CAP alice LIST :cap-notify multi-prefix
        C1: CAP REQ :multi-prefix
        S1: :enclave.local CAP alice ACK :multi-prefix
        C1: CAP REQ :-setname
        S1: :enclave.local CAP alice ACK :-setname
        ",
    );
}

#[test]
fn a_request_is_granted_whole_or_not_at_all() {
    let mut scene = Scene::alone();
    scene.client(&[]);
    scene.play(
        "
        C1: CAP REQ :multi-prefix sasl ex3
        S1: :enclave.local CAP alice NAK :multi-prefix sasl ex3
        C1: CAP REQ :-cap-notify multi-prefix
        S1: :enclave.local CAP alice NAK :-cap-notify multi-prefix
        C1: CAP REQ :Multi-Prefix
        S1: :enclave.local CAP alice NAK :Multi-Prefix
        C1: CAP LIST
        S1: :enclave.local CAP alice LIST :cap-notify
        ",
    );
}

#[test]
fn the_end_means_nothing_after_registration() {
    let mut scene = Scene::alone();
    scene.client(&[]);
    scene.play(
        "
        C1: CAP END
        C1: CAP LS
        S1: :enclave.local CAP alice LS :…
        ",
    );
}

#[test]
fn a_client_of_the_first_version_asks_for_cap_notify_and_may_give_it_back() {
    connection().play(
        "
        C1: CAP REQ :cap-notify
        S1: :enclave.local CAP * ACK :cap-notify
        C1: CAP LIST
        S1: :enclave.local CAP * LIST :cap-notify
        C1: CAP REQ :-cap-notify
        S1: :enclave.local CAP * ACK :-cap-notify
        C1: CAP LIST
        S1: :enclave.local CAP * LIST :
        ",
    );
}

#[test]
fn a_request_holds_registration_back_until_the_end() {
    let mut scene = connection();
    scene.play(
        "
        C1: NICK dan
        C1: CAP REQ :setname
        S1: :enclave.local CAP <dan> ACK :setname
        C1: USER d * 0 :This is a really good name
        C1: CAP LIST
        S1: :enclave.local CAP <dan> LIST :setname
        C1: CAP END
        S1: :enclave.local 001 dan :…
        S1: …
        ",
    );
}
