//! `znc.in/self-message`: what one's other clients wrote is from oneself to whom it is for.

use crate::scene::Scene;

#[test]
fn what_another_client_wrote_is_from_oneself() {
    let mut scene = Scene::of(&[]);
    scene.client(&["znc.in/self-message"]);
    scene.play(
        r#"
        C1: PRIVMSG JohnSmith :hello
        S2: :alice!alice@localhost PRIVMSG JohnSmith :hello
        G: {"id":"<msgid>","message":"hello"}
        "#,
    );
}
