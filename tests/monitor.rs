//! MONITOR, as IRCv3 describes it.

mod support;

use support::Friend;

#[test]
fn monitor_tells_who_is_there_and_who_comes_and_goes() {
    let mut friend = Friend::new(&[]);
    let alice = &mut friend.alice;
    alice.send("MONITOR + JohnSmith,nobody");
    assert_eq!(
        alice.expect_numeric("730").text(),
        support::friend::mask("JohnSmith", friend.peer.address)
    );
    assert_eq!(alice.expect_numeric("731").text(), "nobody");
    friend.link.send(r#"{"status":0}"#);
    assert_eq!(alice.expect_numeric("731").text(), "JohnSmith");
    friend.link.expect_end();
    let mut link = friend.peer.dial(&friend.gateway);
    link.send(r#"{"status":1}"#);
    assert!(alice.expect_numeric("730").text().starts_with("JohnSmith!"));
}

#[test]
fn the_list_is_kept_shown_and_cleared() {
    let mut friend = Friend::new(&[]);
    let alice = &mut friend.alice;
    alice.send("MONITOR + one,two,JohnSmith");
    alice.settle();
    alice.send("MONITOR - two");
    alice.expect_silence();
    let mut listed = list(alice);
    listed.sort();
    assert_eq!(listed, ["JohnSmith", "one"]);
    alice.send("MONITOR S");
    assert!(alice.expect_numeric("730").text().starts_with("JohnSmith!"));
    assert_eq!(alice.expect_numeric("731").text(), "one");
    alice.send("MONITOR C");
    alice.expect_silence();
    assert!(list(alice).is_empty());
    friend.link.send(r#"{"status":0}"#);
    friend.link.expect_end();
    alice.expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    alice.expect_none("731", |line| line.command == "731");
}

#[test]
fn a_list_that_is_full_says_so() {
    let mut friend = Friend::new(&[]);
    let alice = &mut friend.alice;
    alice.send("VERSION");
    let limit = alice.expect("the limit", |line| line.raw.contains(" MONITOR="));
    let limit = limit
        .parameters
        .iter()
        .find_map(|token| token.strip_prefix("MONITOR="));
    let limit: usize = limit
        .and_then(|limit| limit.parse().ok())
        .expect("a number");
    alice.settle();
    let nicks: Vec<String> = (0..=limit).map(|number| format!("nick{number}")).collect();
    for some in nicks.chunks(30) {
        alice.send(&format!("MONITOR + {}", some.join(",")));
    }
    let full = alice.expect_numeric("734");
    assert_eq!(full.parameter(1), limit.to_string());
    assert_eq!(full.parameter(2), format!("nick{limit}"));
    assert_eq!(list(alice).len(), limit);
}

#[test]
fn a_watched_contact_is_followed_from_outside_the_channel() {
    let mut friend = Friend::new(&["extended-monitor", "away-notify"]);
    friend.alice.send("PART &enclave");
    friend.alice.ask("MONITOR + johnsmith", "730");
    friend.link.send(r#"{"status":2,"status-message":"lunch"}"#);
    let away = friend.alice.expect_command("AWAY");
    assert_eq!((&away.source, away.text()), (&friend.mask(), "lunch"));
    friend.link.send(r#"{"status":0}"#);
    friend.alice.expect_numeric("731");
    friend.link.expect_end();
    let mut link = friend.peer.dial(&friend.gateway);
    link.send(r#"{"status":2,"status-message":"dinner"}"#);
    friend.alice.expect_numeric("730");
    assert_eq!(friend.alice.expect_command("AWAY").text(), "dinner");
}

fn list(alice: &mut support::Client) -> Vec<String> {
    alice.send("MONITOR L");
    let mut all = Vec::new();
    loop {
        let line = alice.expect("732 or 733", |line| {
            ["732", "733"].contains(&line.command.as_str())
        });
        if line.command == "733" {
            return all;
        }
        all.extend(line.text().split(',').map(str::to_owned));
    }
}
