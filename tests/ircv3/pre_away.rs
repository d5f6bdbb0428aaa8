//! `draft/pre-away` (IRCv3 `pre-away`): a client that comes without its person.

use crate::scene::{FEATURES, Scene};

#[test]
fn away_is_taken_before_registration() {
    let mut scene = Scene::alone();
    scene.john_comes(FEATURES);
    scene.stranger();
    scene.play(
        r#"
        C1: CAP REQ :draft/pre-away
        S1: :enclave.local CAP * ACK :draft/pre-away
        C1: AWAY :Gone to lunch.  Back in 5
        S1: :enclave.local 306 …
        C1: NICK alice
        C1: USER alice 0 * :Alice
        C1: CAP END
        S1: …
        S1: :enclave.local 366 alice &enclave :…
        G: {"status":2,"status-message":"Gone to lunch.  Back in 5"}
        C1: AWAY
        S1: :enclave.local 305 alice :…
        G: {"status":1,"status-message":""}
        "#,
    );
}

#[test]
fn a_client_that_comes_by_itself_is_not_the_person() {
    let mut scene = Scene::alone();
    scene.john_comes(FEATURES);
    scene.stranger();
    scene.play(
        r#"
        C1: CAP REQ :draft/pre-away
        S1: :enclave.local CAP * ACK :draft/pre-away
        C1: AWAY *
        S1: :enclave.local 306 …
        C1: NICK alice
        C1: USER alice 0 * :Alice
        C1: CAP END
        S1: …
        S1: :enclave.local 366 alice &enclave :…
        C1: PRIVMSG JohnSmith :the person has not come yet
        G: {"id":"<msgid>","message":"the person has not come yet"}
        C1: AWAY
        S1: :enclave.local 305 alice :…
        G: {"status":1,"status-message":""}
        "#,
    );
}

#[test]
fn the_person_may_go_while_the_client_stays() {
    let mut scene = Scene::of(&["draft/pre-away"]);
    scene.client(&[]);
    scene.play(
        r#"
        C2: AWAY :lunch
        S2: :enclave.local 306 alice :…
        C1: AWAY *
        S1: :enclave.local 306 alice :…
        G: {"status":2,"status-message":"lunch"}
        "#,
    );
}

#[test]
fn without_the_capability_an_asterisk_is_a_text_and_comes_after_registration() {
    let mut scene = Scene::of(&[]);
    scene.play(
        r#"
        C1: AWAY *
        S1: :enclave.local 306 alice :…
        G: {"status":2,"status-message":"*"}
        "#,
    );
    scene.stranger();
    scene.play(
        "
        C2: AWAY *
        S2: :enclave.local 451 * :…
        ",
    );
}
