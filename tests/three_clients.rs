//! One person's clients, of very different ability, in the same conversation: all of them
//! end with the same messages in the same order.

mod support;

use support::{Client, Friend, Line};

/// All that a client can ask for.
const EVERYTHING: [&str; 23] = [
    "account-tag",
    "away-notify",
    "batch",
    "cap-notify",
    "draft/chathistory",
    "draft/event-playback",
    "draft/extended-isupport",
    "draft/multiline",
    "draft/pre-away",
    "draft/read-marker",
    "echo-message",
    "extended-join",
    "extended-monitor",
    "labeled-response",
    "message-tags",
    "multi-prefix",
    "no-implicit-names",
    "server-time",
    "setname",
    "soju.im/search",
    "standard-replies",
    "userhost-in-names",
    "znc.in/self-message",
];

/// Messages that each side writes at the same time as the other.
const BURST: usize = 60;

/// The line of the conversation with John Smith that this is, either way.
fn said(line: &Line) -> Option<String> {
    let with_john = line.nick() == "JohnSmith" || line.parameter(0) == "JohnSmith";
    (line.command == "PRIVMSG" && with_john).then(|| line.text().to_owned())
}

/// Reads until this was said; returns all that was said up to it.
fn up_to(client: &mut Client, last: &str) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let line = client.expect("the conversation", |line| said(line).is_some());
        all.extend(said(&line));
        if all.last().is_some_and(|said| said == last) {
            return all;
        }
    }
}

#[test]
fn all_clients_of_one_person_end_with_the_same_conversation() {
    let Friend {
        gateway,
        mut link,
        alice: mut able,
        ..
    } = Friend::new(&EVERYTHING);
    let mut bare = gateway.client("alice", &[]);
    let from_john = |text: &str| format!(r#"{{"message":"{text}","timestamp":1700000000}}"#);
    let (mut of_able, mut of_bare) = (Vec::new(), Vec::new());

    // In turn, each of the three.
    for round in 0..5 {
        let words = [
            format!("john {round}\\nagain {round}"),
            format!("able {round}"),
            format!("bare {round}"),
        ];
        link.send(from_john(&words[0]));
        let last = format!("again {round}");
        of_able.extend(up_to(&mut able, &last));
        of_bare.extend(up_to(&mut bare, &last));
        able.send(&format!("@label={round} PRIVMSG JohnSmith :{}", words[1]));
        of_able.extend(up_to(&mut able, &words[1]));
        of_bare.extend(up_to(&mut bare, &words[1]));
        bare.send(&format!("PRIVMSG JohnSmith :{}", words[2]));
        of_bare.push(words[2].clone());
        of_able.extend(up_to(&mut able, &words[2]));
    }

    // And at once.
    for number in 0..BURST {
        able.send(&format!("PRIVMSG JohnSmith :able at once {number}"));
        link.send(from_john(&format!("john at once {number}")));
    }
    let all_at_once = |client: &mut Client| {
        let mut all = Vec::new();
        while all.len() < 2 * BURST {
            let line = client.expect("the conversation", |line| said(line).is_some());
            all.extend(said(&line));
        }
        all
    };
    of_able.extend(all_at_once(&mut able));
    of_bare.extend(all_at_once(&mut bare));
    assert_eq!(of_able, of_bare);

    // A third joins later and asks for history, page by page.
    let mut late = gateway.client("alice", &["batch", "draft/chathistory", "message-tags"]);
    let mut of_late: Vec<String> = Vec::new();
    let mut request = "CHATHISTORY LATEST JohnSmith * 50".to_owned();
    loop {
        late.send(&request);
        let mut page = Vec::new();
        loop {
            let line = late.expect("a page of history", |_| true);
            if line.command == "BATCH" && line.parameter(0).starts_with('-') {
                break;
            }
            if said(&line).is_some() {
                page.push(line);
            }
        }
        let Some(first) = page.first() else { break };
        let id = first
            .tag("msgid")
            .expect("the first line of a message")
            .to_owned();
        request = format!("CHATHISTORY BEFORE JohnSmith msgid={id} 50");
        of_late.splice(0..0, page.iter().filter_map(said));
    }
    assert_eq!(of_late, of_able);
    late.expect_silence();
}
