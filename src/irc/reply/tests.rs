use irc_proto::{Command, Message, Prefix, Response, message};
use proptest::prelude::*;

use super::super::request::Request;
use super::*;
use numeric::{ERR_INPUTTOOLONG, RPL_CHANNELMODEIS, RPL_TOPICWHOTIME, RPL_WELCOME};

const ALICE: Source<'_> = Source::User {
    nick: "alice",
    user: "enclave",
    host: "fc00::1",
};

fn written_for(reply: &Reply, capabilities: Capabilities) -> String {
    let mut out = Vec::new();
    reply.write(capabilities, &mut out);
    String::from_utf8(out).unwrap()
}

fn written(reply: &Reply) -> String {
    written_for(reply, Capabilities::all())
}

#[test]
fn text_has_its_colon_and_modes_and_times_have_none() {
    for (reply, line) in [
        (
            Reply::from(ALICE, "PRIVMSG", &["bob", "hi"]),
            ":alice!enclave@fc00::1 PRIVMSG bob :hi\r\n",
        ),
        (
            Reply::from(Source::Unnamed, "PING", &["enclave.local"]),
            "PING :enclave.local\r\n",
        ),
        (
            Reply::from(Source::Server("s"), "MODE", &["&enclave", "+v", "bob"]),
            ":s MODE &enclave +v bob\r\n",
        ),
        (
            Reply::numeric("s", "alice", RPL_WELCOME, &["Welcome"]),
            ":s 001 alice :Welcome\r\n",
        ),
        (
            Reply::numeric("s", "*", ERR_INPUTTOOLONG, &["Too long"]),
            ":s 417 * :Too long\r\n",
        ),
        (
            Reply::numeric("s", "al", RPL_CHANNELMODEIS, &["&e", "+nt"]),
            ":s 324 al &e +nt\r\n",
        ),
        (
            Reply::numeric("s", "al", RPL_TOPICWHOTIME, &["&e", "s", "12"]),
            ":s 333 al &e s 12\r\n",
        ),
        (
            Reply::from(ALICE, "AWAY", &[]),
            ":alice!enclave@fc00::1 AWAY\r\n",
        ),
    ] {
        assert_eq!(written(&reply), line);
    }
}

#[test]
fn nothing_unsafe_is_written() {
    let source = Source::User {
        nick: "a!b@c\r\nQUIT",
        user: "",
        host: "x y",
    };
    let reply = Reply::from(
        source,
        "NOTICE",
        &["", "a b\nc", "::1", "one\r\nQUIT :two\0"],
    );
    assert_eq!(
        written(&reply),
        ":a_b_c__QUIT!*@x_y NOTICE * a_b_c 0::1 :one  QUIT :two \r\n"
    );
}

#[test]
fn a_client_sees_the_tags_it_asked_for() {
    let reply = Reply::from(ALICE, "PRIVMSG", &["bob", "hi"])
        .tag("+typing", Some("active"))
        .tag("time", Some("2026-01-01T00:00:00.000Z"))
        .tag("account", Some("fc00::1"))
        .tag("msgid", Some("old"))
        .tag("msgid", Some("a;b c\\d\r\n\0"))
        .tag("bad key", Some("x"))
        .tag("", None)
        .tag("empty", Some(""));
    let body = ":alice!enclave@fc00::1 PRIVMSG bob :hi\r\n";
    assert_eq!(written_for(&reply, Capabilities::NONE), body);
    let only = |capability| [capability].into_iter().collect();
    assert_eq!(
        written_for(&reply, only(Capability::ServerTime)),
        format!("@time=2026-01-01T00:00:00.000Z {body}")
    );
    assert_eq!(
        written_for(&reply, only(Capability::AccountTag)),
        format!("@account=fc00::1 {body}")
    );
    assert_eq!(
        written_for(&reply, only(Capability::MessageTags)),
        format!("@msgid=a\\:b\\sc\\\\d\\r\\n;empty;+typing=active {body}")
    );
}

#[test]
fn tags_beyond_the_limit_are_left_out_whole() {
    let long = "x".repeat(4000);
    let reply = Reply::from(ALICE, "TAGMSG", &["bob"])
        .tag("+a", Some(&long))
        .tag("+b", Some(&long))
        .tag("+c", None)
        .tag("a", Some(&long))
        .tag("b", Some(&long))
        .tag("c", None);
    let line = written(&reply);
    assert_eq!(
        line,
        format!("@a={long};c;+a={long};+c :alice!enclave@fc00::1 TAGMSG bob\r\n")
    );
    let full = "x".repeat(4092);
    let reply = Reply::from(ALICE, "TAGMSG", &["bob"])
        .tag("+", Some(&full))
        .tag("a", Some(&full));
    assert_eq!(written(&reply).split(' ').next().unwrap().len() + 1, 8191);
}

#[test]
fn a_line_too_long_is_cut_between_characters() {
    for shift in 0..3 {
        let text = "x".repeat(shift) + &"王".repeat(300);
        let reply = Reply::from(ALICE, "PRIVMSG", &["bob", &text]).tag("msgid", Some("1"));
        let line = written(&reply);
        let body = line.strip_prefix("@msgid=1 ").unwrap();
        assert!((510..=512).contains(&body.len()) && body.ends_with("王\r\n"));
    }
}

#[test]
fn the_room_is_what_fits() {
    for source in [
        Source::Unnamed,
        Source::Server("s"),
        ALICE,
        Source::User {
            nick: "",
            user: "",
            host: "",
        },
    ] {
        for target in ["bob", "", "::1", "a b"] {
            let room = Reply::room(&source, "PRIVMSG", &[target]);
            let text = "x".repeat(room);
            let line = written(&Reply::from(source, "PRIVMSG", &[target, &text]));
            assert_eq!(line.len(), LINE_LENGTH);
            assert!(line.contains(&text));
        }
    }
}

proptest! {
    #[test]
    fn whatever_goes_in_one_line_with_its_parameters_comes_out(
        nick in "\\PC{0,10}|[ -~\r\n\0]{0,10}",
        params in prop::collection::vec("[:\r\n\0 a-z\u{e9}]{0,10}", 1..15),
        tags in prop::collection::vec(("[+a-z; \n]{0,4}", prop::option::of("[:\r\n\0 a-z;\\\\\u{e9}]{0,10}")), 0..4),
    ) {
        let source = Source::User { nick: &nick, user: "u", host: "h" };
        let params: Vec<&str> = params.iter().map(String::as_str).collect();
        let mut reply = Reply::from(source, "XYZZY", &params);
        for (key, value) in &tags {
            reply = reply.tag(key.clone(), value.as_deref());
        }
        let line = written(&reply);
        let line = line.strip_suffix("\r\n").unwrap();
        prop_assert!(!line.contains(['\r', '\n', '\0']));
        let request = Request::parse(line).unwrap();
        prop_assert_eq!(request.verb, "XYZZY");
        prop_assert_eq!(request.params.len(), params.len());
        let last = params.last().unwrap().replace(['\r', '\n', '\0'], " ");
        prop_assert_eq!(request.params.last(), Some(&last.as_str()));
    }

    #[test]
    fn irc_proto_writes_the_same(
        verb in prop::sample::select(vec!["XYZZY", "BATCH", "MODE", "TAGMSG"]),
        params in prop::collection::vec("[: a-z\u{e9}]{0,10}", 0..15),
        value in prop::option::of("[:\r\n a-z;\\\\\u{e9}]{1,10}"),
    ) {
        let params: Vec<&str> = params.iter().map(String::as_str).collect();
        let reply = Reply::from(ALICE, verb, &params).tag("key", value.as_deref());
        let count = params.len();
        let mended = params.iter().enumerate().map(|(index, param)| {
            let is_last = index + 1 == count;
            if is_last { trailing(param) } else { middle(param) }.into_owned()
        });
        let prefix = Prefix::Nickname("alice".into(), "enclave".into(), "fc00::1".into());
        let message = Message {
            tags: Some(vec![message::Tag("key".to_owned(), value)]),
            prefix: Some(prefix),
            command: Command::Raw(verb.to_owned(), mended.collect()),
        };
        prop_assert_eq!(written(&reply), message.to_string());
    }

    #[test]
    fn irc_proto_reads_text_the_same(text in "[: a-z\u{e9}]{0,20}") {
        let reply = Reply::numeric("enclave.local", "al", numeric::RPL_MOTD, &[&text]);
        let read: Message = written(&reply).parse().unwrap();
        let params = vec!["al".to_owned(), text];
        prop_assert_eq!(read.command, Command::Response(Response::RPL_MOTD, params));
    }
}
