//! WHO, WHOIS, WHOWAS, ISON and USERHOST: what a client can find out about others.

mod support;

use support::Friend;

#[test]
fn whois_tells_all_there_is_to_tell_of_a_contact() {
    let mut friend = Friend::new(&[]);
    let address = friend.peer.address.to_string();
    for question in [
        "WHOIS JohnSmith",
        "WHOIS johnsmith johnsmith",
        "WHOIS enclave.local johnsmith",
    ] {
        let alice = &mut friend.alice;
        let user = alice.ask(question, "311");
        assert_eq!(
            user.parameters[1..5],
            ["JohnSmith", "enclave", address.as_str(), "*"]
        );
        assert_eq!(user.text(), "John Smith");
        let mut others = Vec::new();
        loop {
            let line = alice.expect("the rest", |line| {
                line.parameter(1).eq_ignore_ascii_case("johnsmith")
            });
            if line.command == "318" {
                break;
            }
            others.push(line);
        }
        let find = |numeric: &str| others.iter().find(|line| line.command == numeric);
        assert_eq!(find("312").expect("a server").parameter(2), "enclave.local");
        assert_eq!(find("330").expect("an account").parameter(2), address);
        assert_eq!(find("319").expect("channels").text().trim(), "+&enclave");
        assert!(find("301").is_none(), "he is here");
    }
}

#[test]
fn whois_shows_the_text_of_one_who_is_available_and_the_absence_of_one_who_is_not() {
    let mut friend = Friend::new(&["away-notify"]);
    friend
        .link
        .send(r#"{"status":1,"status-message":"in a good mood"}"#);
    friend.still_talks();
    friend.alice.send("WHOIS JohnSmith");
    friend
        .alice
        .expect("his text", |line| line.raw.contains("in a good mood"));
    friend.alice.expect_numeric("318");
    friend
        .link
        .send(r#"{"status":3,"status-message":"writing"}"#);
    friend.alice.expect_command("AWAY");
    let away = friend.alice.ask("WHOIS JohnSmith", "301");
    assert!(
        away.text().starts_with("Busy") && away.text().contains("writing"),
        "{away}"
    );
}

#[test]
fn whois_and_whowas_know_own_clients_the_control_contact_and_those_who_left() {
    let mut friend = Friend::new(&[]);
    assert_eq!(friend.alice.ask("WHOIS alice", "311").parameter(1), "alice");
    friend.alice.expect_numeric("318");
    assert_eq!(
        friend.alice.ask("WHOIS enclave", "311").parameter(1),
        "enclave"
    );
    friend.alice.expect_numeric("318");
    friend.link.send(r#"{"status":0}"#);
    friend
        .alice
        .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    let was = friend.alice.ask("WHOWAS JohnSmith 1", "314");
    assert_eq!(was.parameter(3), friend.peer.address.to_string());
    friend.alice.expect_numeric("369");
}

#[test]
fn who_shows_absence_and_voice_and_answers_whox() {
    let mut friend = Friend::new(&["away-notify"]);
    let address = friend.peer.address.to_string();
    let find = |friend: &mut Friend| {
        friend.alice.send("WHO &enclave");
        let line = friend.alice.expect("his line", |line| {
            line.command == "352" && line.parameter(5) == "JohnSmith"
        });
        friend.alice.expect_numeric("315");
        line
    };
    let here = find(&mut friend);
    assert_eq!(
        here.parameters[1..7],
        [
            "&enclave",
            "enclave",
            &address,
            "enclave.local",
            "JohnSmith",
            "H+"
        ]
    );
    assert_eq!(here.text(), "0 John Smith");
    friend.link.send(r#"{"status":2,"status-message":"out"}"#);
    friend.alice.expect_command("AWAY");
    assert_eq!(find(&mut friend).parameter(6), "G");

    let whox = friend.alice.ask("WHO JohnSmith %tcuhnfar,42", "354");
    assert_eq!(whox.parameter(1), "42", "{whox}");
    assert!(whox.parameters.contains(&address), "the account: {whox}");
    assert_eq!(whox.text(), "John Smith");
    friend.alice.expect_numeric("315");
    friend.alice.ask("WHO nobody", "315");
    friend.alice.ask("WHO", "315");
}

#[test]
fn ison_and_userhost_name_those_who_are_there() {
    let mut friend = Friend::new(&["away-notify"]);
    let ison = friend.alice.ask("ISON nobody johnsmith alice", "303");
    assert_eq!(ison.text().trim().to_lowercase(), "johnsmith alice");
    assert_eq!(
        friend
            .alice
            .ask("ISON :nobody JohnSmith", "303")
            .text()
            .trim(),
        "JohnSmith"
    );
    let host = friend.alice.ask("USERHOST JohnSmith nobody", "302");
    assert_eq!(
        host.text().trim(),
        format!("JohnSmith=+enclave@{}", friend.peer.address)
    );
    friend.link.send(r#"{"status":2}"#);
    friend.alice.expect_command("AWAY");
    let host = friend.alice.ask("USERHOST JohnSmith", "302");
    assert_eq!(
        host.text().trim(),
        format!("JohnSmith=-enclave@{}", friend.peer.address)
    );
    friend.link.send(r#"{"status":0}"#);
    friend
        .alice
        .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
    assert_eq!(friend.alice.ask("ISON JohnSmith", "303").text().trim(), "");
}
