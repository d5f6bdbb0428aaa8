//! What clients, peers and the person may do.

use proptest::prelude::*;
use serde_json::Value;

use super::{ADDRESSES, NICKS};

/// What a client can do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Able {
    Nothing,
    Something,
    Everything,
}

/// One thing that happens; numbers choose among those that are there.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Attach(usize, Able),
    Connect,
    Line(usize, String),
    Labelled(usize, String),
    Bad(usize, bool),
    Vanish(usize),
    Call(usize),
    Packet(usize, String),
    HangUp(usize),
    Dialled(bool),
    Pass(u64),
    Book(Vec<(usize, usize, bool)>, Vec<usize>),
    Answer(bool),
    Addresses(bool),
    Woke,
    Detached(bool),
    Notice(String),
    SlowDisk(bool),
    SlowAnswers(bool),
    Trouble(bool),
    Crash,
}

fn able() -> impl Strategy<Value = Able> {
    prop::sample::select(&[Able::Nothing, Able::Something, Able::Everything][..])
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        "[\u{1}-\u{1f}a\u{7f}é👩\"]{0,12}",
        Just("x".repeat(700)),
        Just("👍🏽".repeat(150)),
        Just("\u{1}ACTION waves\u{1}".to_owned()),
        Just("\u{1}VERSION\u{1}".to_owned()),
        Just("/me ".to_owned()),
        Just(String::new()),
    ]
}

fn target() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&NICKS[..]).prop_map(str::to_owned),
        prop::sample::select(
            &[
                "enclave",
                "&enclave",
                "#x",
                "*",
                "",
                ",",
                "bob,John,&enclave"
            ][..]
        )
        .prop_map(str::to_owned),
        "[a-z*?!@&:\\\\é]{1,8}",
        Just("n".repeat(600)),
    ]
}

fn order() -> impl Strategy<Value = String> {
    let words = prop::sample::select(
        &[
            "accept 1",
            "accept 1 Bob",
            "accept fc00::a Alice",
            "reject 1",
            "reject fc00::b",
            "block John",
            "block fc00::c",
            "unblock John",
            "unblock fc00::c",
            "remove Mary",
            "rename John bob",
            "add fc00::d alice",
            "add fc00::d \u{1f389}",
            "requests",
            "contacts",
            "info John",
            "status offline bye",
            "status available",
            "status busy x",
            "whoami",
            "reconnect",
            "help",
            "clients",
            "outbox",
            "outbox John",
            "cancel John",
            "cancel bob 1",
            "forget John",
            "forget fc00::a",
            "log",
            "log John 5",
            "search h",
            "search x John",
            "conacts",
            "rehash",
        ][..],
    );
    (words, any::<bool>()).prop_map(|(words, channel)| {
        format!(
            "PRIVMSG {} :{words}",
            if channel { "&enclave" } else { "enclave" }
        )
    })
}

fn line() -> impl Strategy<Value = String> {
    let verbs = prop::sample::select(
        &[
            "PRIVMSG", "NOTICE", "TAGMSG", "JOIN", "PART", "NAMES", "WHO", "WHOIS", "WHOWAS",
            "ISON", "USERHOST", "MODE", "TOPIC", "AWAY", "NICK", "SETNAME", "PING", "USER", "KICK",
            "INVITE", "HELP", "PASS", "OPER", "LIST", "MONITOR", "CAP", "QUIT", "XYZZY",
        ][..],
    );
    let fixed = prop::sample::select(
        &[
            "AWAY",
            "AWAY :lunch",
            "AWAY :busy: x",
            "AWAY *",
            "JOIN &enclave",
            "PART &enclave",
            "JOIN 0",
            "MONITOR + John,Mary,bob,alice",
            "MONITOR S",
            "MONITOR L",
            "MONITOR C",
            "MOTD",
            "LUSERS",
            "VERSION",
            "TIME",
            "INFO",
            "REHASH",
            "NICK bob",
            "NICK Mary",
            "NICK z",
            "CAP REQ :away-notify extended-join",
            "CAP REQ :draft/pre-away extended-monitor",
            "CAP LS 302",
            "CAP END",
            "WHO * %tcuihsnfdlaor,1",
            "PRIVMSG John :hi",
            "PRIVMSG &enclave :bob: hi",
            "PRIVMSG John,bob,Mary :hello",
            "PONG seen-1",
            "PONG seen-99999999999999999999",
            "MODE &enclave b",
            "CHATHISTORY LATEST John * 5",
            "CHATHISTORY BEFORE bob timestamp=2030-01-01T00:00:00.000Z 0",
            "CHATHISTORY AROUND Mary msgid=a 3",
            "CHATHISTORY TARGETS timestamp=2010-01-01T00:00:00.000Z timestamp=2030-01-01T00:00:00.000Z 9",
            "CHATHISTORY BETWEEN John msgid=a 3",
            "MARKREAD John",
            "MARKREAD John timestamp=2030-01-01T00:00:00.000Z",
            "MARKREAD &enclave timestamp=2001-01-01T00:00:00.000Z",
            "SEARCH text=h;in=John",
            "SEARCH from=alice",
            "BATCH +1 draft/multiline John",
            "BATCH +2 draft/multiline bob,Mary",
            "@batch=1 PRIVMSG John :one",
            "@batch=1;draft/multiline-concat PRIVMSG John :two",
            "@batch=2 NOTICE bob,Mary :x",
            "BATCH -1",
            "BATCH -2",
            "@+typing=active TAGMSG John",
            "@+draft/react=x;+reply=a TAGMSG bob,Mary,enclave",
            "@+draft/reply=a PRIVMSG John :re",
            "CAP REQ :-batch",
            "CAP REQ :-labeled-response",
            "",
        ][..],
    );
    prop_oneof![
        3 => fixed.prop_map(str::to_owned),
        3 => order(),
        2 => (verbs.clone(), target(), text()).prop_map(|(v, t, x)| format!("{v} {t} :{x}")),
        1 => (verbs, target(), target()).prop_map(|(v, t, x)| format!("@+a=b {v} {t} {x}")),
        1 => text(),
    ]
    // What the codec never lets through.
    .prop_map(|line| line.replace(['\r', '\n', '\0'], ""))
}

fn packet() -> impl Strategy<Value = String> {
    let said = (
        prop::option::of(0..5u8),
        prop::option::of(text()),
        prop::option::of(text()),
    );
    prop_oneof![
        4 => (said, prop::option::of(text()), prop::option::of(any::<i64>())).prop_map(
            |((status, about, message), alias, timestamp)| {
                let mut packet = serde_json::Map::new();
                let mut put = |key: &str, value: Option<Value>| {
                    if let Some(value) = value {
                        packet.insert(key.to_owned(), value);
                    }
                };
                put("status", status.map(Into::into));
                put("status-message", about.map(Into::into));
                put("message", message.map(Into::into));
                put("alias", alias.map(Into::into));
                put("timestamp", timestamp.map(Into::into));
                Value::Object(packet).to_string()
            }
        ),
        1 => Just(r#"{"message":"a\r\n\u0000b\n\n"}"#.to_owned()),
        1 => Just("[]".to_owned()),
        2 => Just(r#"{"status":1,"features":["receipts"]}"#.to_owned()),
        3 => ("[ab]", "[xy]").prop_map(|(id, text)| {
            format!(r#"{{"id":"{id}","message":"{text}"}}"#)
        }),
        1 => Just(r#"{"id":"a","message":"bye","status":0}"#.to_owned()),
        1 => Just(r#"{"status":1,"features":["receipts","tags"]}"#.to_owned()),
        1 => Just(r#"{"id":"t","tags":{"draft/react":"x","reply":"a"}}"#.to_owned()),
        1 => Just(r#"{"tags":{"typing":"active"}}"#.to_owned()),
        1 => Just(r#"{"received":["a","b",""]}"#.to_owned()),
    ]
}

/// Anything that can happen.
pub(super) fn step() -> impl Strategy<Value = Step> {
    let who = 0..3usize;
    let peer = 0..ADDRESSES.len();
    let entry = (
        0..ADDRESSES.len(),
        0..NICKS.len(),
        prop::bool::weighted(0.2),
    );
    prop_oneof![
        3 => (0..NICKS.len(), able()).prop_map(|(nick, able)| Step::Attach(nick, able)),
        1 => Just(Step::Connect),
        8 => (who.clone(), line()).prop_map(|(client, line)| Step::Line(client, line)),
        5 => (who.clone(), line()).prop_map(|(client, line)| Step::Labelled(client, line)),
        1 => (who.clone(), any::<bool>()).prop_map(|(client, long)| Step::Bad(client, long)),
        1 => who.prop_map(Step::Vanish),
        4 => peer.clone().prop_map(Step::Call),
        8 => (peer.clone(), packet()).prop_map(|(peer, packet)| Step::Packet(peer, packet)),
        2 => peer.prop_map(Step::HangUp),
        2 => any::<bool>().prop_map(Step::Dialled),
        3 => prop::sample::select(&[0, 1, 5, 31, 61, 125, 300, 90_000][..]).prop_map(Step::Pass),
        2 => (prop::collection::vec(entry, 0..5), prop::collection::vec(0..ADDRESSES.len(), 0..2))
            .prop_map(|(contacts, blocked)| Step::Book(contacts, blocked)),
        3 => any::<bool>().prop_map(Step::Answer),
        1 => any::<bool>().prop_map(Step::Addresses),
        1 => Just(Step::Woke),
        1 => any::<bool>().prop_map(Step::Detached),
        1 => text().prop_map(Step::Notice),
        1 => any::<bool>().prop_map(Step::SlowDisk),
        1 => any::<bool>().prop_map(Step::SlowAnswers),
        1 => any::<bool>().prop_map(Step::Trouble),
        1 => Just(Step::Crash),
    ]
}
