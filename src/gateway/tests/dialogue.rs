//! Whatever a client says is answered.

use super::*;
use crate::gateway::commands::verbs;

/// What a client hears nothing about when it goes well.
const SILENT: [&str; 9] = [
    "BATCH",
    "CAP END",
    "JOIN &enclave",
    "MONITOR -",
    "NICK alice",
    "NOTICE",
    "PONG",
    "PRIVMSG",
    "TAGMSG",
];

fn may_be_silent(line: &str) -> bool {
    let quiet = ["MONITOR C", "MONITOR +", "SETNAME", "MODE"];
    SILENT
        .iter()
        .chain(&quiet)
        .any(|silent| line.starts_with(silent))
}

fn world() -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", "batch labeled-response draft/multiline");
    world.online(JOHN);
    world.heard(alice);
    (world, alice)
}

#[test]
fn every_command_is_answered_whatever_follows_it() {
    for verb in verbs().chain(["XYZZY", "CHATHISTORY", "123", "É"]) {
        for rest in [
            "",
            " :",
            " John",
            " alice",
            " enclave",
            " &enclave",
            " #other",
            " *",
            " + John",
            " - John",
            " C",
            " +i",
            " John :text",
            " &enclave :x",
            " a b c d e f g",
            " END",
            " +x draft/multiline John",
        ] {
            if verb == "QUIT" {
                continue;
            }
            let line = format!("{verb}{rest}");
            let (mut world, alice) = world();
            world.say(alice, &line);
            let heard = world.heard(alice);
            assert!(!heard.is_empty() || may_be_silent(&line), "{line:?}");
            world.say(alice, &format!("@label=x {line}"));
            let heard = world.heard(alice);
            let opens_batch = line.starts_with("BATCH +");
            assert!(
                opens_batch || heard.iter().any(|line| line.contains("label=x")),
                "{line:?}: {heard:?}"
            );
        }
    }
}

#[test]
fn before_registration_everything_else_is_refused_in_one_way() {
    let mut world = World::new();
    let client = world.connect();
    for verb in verbs().chain(["XYZZY"]) {
        // AUTHENTICATE is unknown to who has not asked for `sasl`.
        if [
            "AUTHENTICATE",
            "CAP",
            "NICK",
            "PASS",
            "PING",
            "PONG",
            "QUIT",
            "USER",
        ]
        .contains(&verb)
        {
            continue;
        }
        world.say(client, &format!("{verb} a b c d"));
        assert_eq!(
            world.heard(client),
            [":enclave.local 451 * :You have not registered"],
            "{verb}"
        );
    }
}

#[test]
fn help_lists_every_command() {
    let (mut world, alice) = world();
    world.say(alice, "help");
    let heard = world.heard(alice);
    for verb in verbs() {
        let line = format!(":enclave.local 705 alice * :{verb}");
        assert!(heard.iter().any(|heard| heard.starts_with(&line)), "{verb}");
        world.say(alice, &format!("HELP {}", verb.to_lowercase()));
        let one = world.heard(alice);
        assert!(one[0].starts_with(&format!(":enclave.local 704 alice {verb} :{verb}")));
        assert!(one[1].starts_with(&format!(":enclave.local 706 alice {verb} ")));
    }
    world.say(alice, "HELP nonsense");
    assert!(world.heard(alice)[0].starts_with(":enclave.local 524 alice nonsense "));
}

#[test]
fn a_line_that_is_no_text_is_refused_with_its_verb_and_label() {
    let mut world = World::new();
    let alice = world.attached("alice", "batch labeled-response standard-replies");
    let plain = world.attached("al", "");
    for client in [alice, plain] {
        world.event(Event::ClientLine {
            client,
            line: Line::NotUtf8("@label=u privmsg John :\u{fffd}".to_owned()),
        });
    }
    let heard = world.heard(alice);
    assert!(heard[0].starts_with("@label=u :enclave.local FAIL PRIVMSG INVALID_UTF8 :"));
    assert!(world.heard(plain)[0].starts_with(":enclave.local NOTICE al :"));
}

#[test]
fn cap_ls_is_answered_in_the_version_of_the_request() {
    let mut world = World::new();
    let client = world.connect();
    let listed = |world: &mut World, request: &str| {
        world.say(client, request);
        world.heard(client)
    };
    let modern = listed(&mut world, "CAP LS 302").concat();
    assert!(modern.contains("draft/multiline=max-bytes=40000,max-lines=1000"));
    for request in ["CAP LS", "CAP LS 301", "cap ls :", "CAP LS abc"] {
        let old = listed(&mut world, request);
        assert_eq!(old.len(), 1, "{request}: {old:?}");
        assert!(
            !old[0].contains('=') && !old[0].contains("LS * "),
            "{old:?}"
        );
        assert!(
            old[0].contains("znc.in/self-message"),
            "all of them: {old:?}"
        );
    }
    let later = listed(&mut world, "CAP LS 307").concat();
    assert!(later.contains("max-bytes=40000"));
}
