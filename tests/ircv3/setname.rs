//! `setname` (IRCv3 `setname`): one's real name, which stays here.

use crate::scene::Scene;

#[test]
fn a_new_name_is_confirmed() {
    let mut scene = Scene::of(&["setname"]);
    scene.play(
        r#"
        C1: SETNAME :Bruce Wayne <bruce@wayne.enterprises>
        S1: :alice!alice@localhost SETNAME :Bruce Wayne <bruce@wayne.enterprises>
        C1: SETNAME Batman
        S1: :alice!alice@localhost SETNAME Batman
        C1: WHOIS alice
        S1: :enclave.local 311 alice alice alice localhost * Batman
        S1: …
        S1: :enclave.local 318 alice alice :…
        C1: PRIVMSG JohnSmith :who am I?
        G: {"id":"<msgid>","message":"who am I?"}
        "#,
    );
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    let mut scene = Scene::of(&["setname"]);
    scene.play(
        "
        C1: VERSION
        S1: …
        S1: 005 alice … NAMELEN=<most> … :are supported by this server
        S1: …
        ",
    );
    let most = scene.bound("most").parse().expect("a number");
    scene.bind("name", &"x".repeat(most));
    scene.play(
        "
        C1: SETNAME :<name>
        S1: :alice SETNAME <name>
        C1: SETNAME :<name>x
        S1: :enclave.local FAIL SETNAME INVALID_REALNAME :…
        ",
    );
}

#[test]
fn without_the_capability_it_is_done_silently() {
    let mut scene = Scene::of(&[]);
    scene.play(
        "
        C1: SETNAME :Batman
        C1: WHOIS alice
        S1: :enclave.local 311 alice alice alice localhost * Batman
        S1: …
        S1: :enclave.local 318 alice alice :…
        ",
    );
}
