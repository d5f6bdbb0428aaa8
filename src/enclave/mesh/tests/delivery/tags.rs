//! Tags: with messages, as messages, and what comes with them.

use super::*;

/// What a peer says first that confirms, and knows tags.
pub(super) const HELLO_TAGS: &str = r#"{"status":1,"features":["receipts","tags"]}"#;

const TYPING: &str = r#"{"tags":{"typing":"active"}}"#;

const REACTION: &str = r#"{"id":"a","tags":{"draft/react":"+1"}}"#;

pub(super) fn one(name: &str, value: &str) -> Tags {
    Tags::from([(name.to_owned(), value.to_owned())])
}

pub(super) fn typing() -> Tags {
    one("typing", "active")
}

impl Bench {
    /// A node that is linked with one contact whose node knows tags.
    pub(super) fn with_tags() -> (Self, ConnectionId) {
        let (mut bench, connection) = Self::with_receipts(HIGHER);
        bench.frame(connection, HELLO_TAGS);
        bench.out = Outcome::default();
        (bench, connection)
    }

    /// The person says something with tags, or nothing but tags.
    pub(super) fn send_tags(&mut self, key: u64, text: &str, tags: Tags) {
        let now = self.now();
        let message = Outgoing {
            tags,
            ..outgoing(key, text, now.wall)
        };
        let (mesh, out) = (&mut self.mesh, &mut self.out);
        mesh.send(address(HIGHER), message, now, out);
    }

    pub(super) fn signal(&mut self, tags: &Tags) {
        let now = self.now();
        let (mesh, out) = (&mut self.mesh, &mut self.out);
        mesh.signal(address(HIGHER), tags, now, out);
    }
}

fn reaction(on: ConnectionId) -> News {
    News::Message {
        peer: address(HIGHER),
        connection: Some(on),
        id: Some("a".into()),
        text: String::new(),
        tags: one("draft/react", "+1"),
        timestamp: None,
    }
}

fn signal(tags: Tags) -> News {
    let peer = address(HIGHER);
    News::Signal { peer, tags }
}

#[test]
fn the_handshake_says_that_they_are_known_where_receipts_are() {
    for receipts in [true, false] {
        let mut bench = Bench::with_policy(receipts);
        bench.set_own_addresses(&[US]);
        bench.befriend(HIGHER);
        bench.accept(HIGHER);
        let written = bench.written();
        let features = r#""features":["receipts","tags"]"#;
        assert_eq!(written[0].1.contains(features), receipts, "{written:?}");
        assert_eq!(written[0].1.contains("tags"), receipts, "{written:?}");
    }
}

#[test]
fn a_message_has_its_tags_and_may_be_nothing_else() {
    let (mut bench, on) = Bench::with_tags();
    bench.send_tags(1, "yes", one("draft/reply", "x"));
    bench.send_tags(2, "", one("draft/react", "+1"));
    let expected = [
        r#"{"message":"yes","timestamp":1700000000,"id":"id-1","tags":{"draft/reply":"x"}}"#,
        r#"{"timestamp":1700000000,"id":"id-2","tags":{"draft/react":"+1"}}"#,
    ];
    assert_eq!(bench.written(), expected.map(|json| (on, json.to_owned())));
    bench.frame(on, r#"{"received":["id-2","id-1"]}"#);
    assert_eq!(bench.waiting(), NONE);
}

#[test]
fn where_they_are_not_known_words_go_without_and_the_rest_is_done_with() {
    for hello in [HELLO, "{}", r#"{"features":["tags"]}"#] {
        let mut bench = Bench::with_policy(true);
        bench.set_own_addresses(&[US]);
        bench.befriend(HIGHER);
        bench.send_tags(1, "", one("draft/react", "+1"));
        bench.send_tags(2, "yes", one("draft/reply", "x"));
        let on = bench.accept(HIGHER);
        bench.out = Outcome::default();
        bench.frame(on, hello);
        assert!(bench.out.news.contains(&delivered(&[1])), "{hello}");
        let json = r#"{"message":"yes","timestamp":1700000000,"id":"id-2"}"#;
        assert_eq!(bench.written(), [(on, json.to_owned())], "{hello}");
        bench.send_tags(3, "", one("draft/react", "+1"));
        assert_eq!(bench.news(), [delivered(&[3])], "{hello}");
        assert_eq!(bench.waiting(), [2], "{hello}");
    }
}

#[test]
fn one_who_does_not_confirm_itself_sends_no_tags_and_believes_none() {
    let (mut bench, on) = Bench::linked(HIGHER);
    bench.frame(on, HELLO_TAGS);
    bench.send_tags(1, "", one("draft/react", "+1"));
    assert_eq!(bench.news(), [delivered(&[1])]);
    bench.send_tags(2, "yes", one("draft/reply", "x"));
    bench.signal(&typing());
    let json = r#"{"message":"yes","timestamp":1700000000}"#;
    assert_eq!(bench.written(), [(on, json.to_owned())]);
    bench.frame(on, TYPING);
    bench.frame(on, REACTION);
    assert_eq!(bench.news(), []);
    bench.frame(on, r#"{"message":"hi","id":"b","tags":{"a":"b"}}"#);
    assert_eq!(bench.news(), [message(HIGHER, on, "hi", None)]);
}

#[test]
fn one_who_stays_mute_is_sent_the_words_behind_them() {
    let mut bench = Bench::with_policy(true);
    bench.set_own_addresses(&[US]);
    bench.befriend(HIGHER);
    bench.send_tags(1, "", one("draft/react", "+1"));
    bench.send(HIGHER, 2, "hi");
    let on = bench.accept(HIGHER);
    bench.pass(2.0);
    assert_eq!(bench.said(), said(on, &["hi"]));
    assert_eq!(bench.waiting(), [2, 1]);
    assert_eq!(bench.standing(), [Standing::Sent, Standing::Unsent]);
    bench.frame(on, HELLO_TAGS);
    let json = r#"{"timestamp":1700000000,"id":"id-1","tags":{"draft/react":"+1"}}"#;
    assert_eq!(bench.written(), [(on, json.to_owned())]);
}

#[test]
fn what_comes_with_tags_is_a_message_or_passes() {
    let (mut bench, on) = Bench::with_tags();
    bench.frame(
        on,
        r#"{"message":"hi","id":"b","tags":{"draft/reply":"x"}}"#,
    );
    let News::Message { tags, id, text, .. } = &bench.news()[0] else {
        panic!()
    };
    assert_eq!((id.as_deref(), text.as_str()), (Some("b"), "hi"));
    assert_eq!(*tags, one("draft/reply", "x"));
    bench.frame(on, REACTION);
    assert_eq!(bench.news(), [reaction(on)]);
    bench.frame(on, TYPING);
    assert_eq!(bench.news(), [signal(typing())]);
}

#[test]
fn without_tags_that_can_be_used_nothing_was_said() {
    let (mut bench, on) = Bench::with_tags();
    for json in [
        r#"{"id":"a"}"#,
        r#"{"id":"a","tags":{}}"#,
        r#"{"id":"a","tags":{"":"x","b":1}}"#,
        r#"{"tags":[]}"#,
    ] {
        bench.frame(on, json);
        assert_eq!(bench.news(), [], "{json}");
    }
    bench.frame(on, r#"{"message":"","id":"a"}"#);
    assert_eq!(bench.news(), [with_id(on, "a", "")]);
}

#[test]
fn tags_of_one_who_has_not_said_on_that_connection_that_it_knows_them_are_ignored() {
    let (mut bench, old) = Bench::with_tags();
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(new, HELLO);
    bench.news();
    for json in [TYPING, REACTION] {
        bench.frame(new, json);
        assert_eq!(bench.news(), [], "{json}");
    }
    bench.frame(new, r#"{"message":"hi","id":"a","tags":{"a":"b"}}"#);
    assert_eq!(bench.news(), [with_id(new, "a", "hi")]);
    bench.frame(old, TYPING);
    assert_eq!(bench.news(), [signal(typing())]);
}

#[test]
fn a_close_waits_for_the_receipt_for_tags_and_not_for_what_passed() {
    let goodbye = r#"{"status":0}"#;
    let (mut bench, connection) = Bench::with_tags();
    let close = Order::Close { connection };
    bench.frame(connection, REACTION);
    bench.frame(connection, goodbye);
    assert!(!bench.orders().contains(&close));
    bench.confirm(connection, &["a"]);
    assert!(bench.orders().contains(&close));

    let (mut bench, connection) = Bench::with_tags();
    let close = Order::Close { connection };
    bench.frame(connection, TYPING);
    bench.frame(connection, goodbye);
    assert!(bench.orders().contains(&close));
}

#[test]
fn a_strangers_tags_are_ignored() {
    let mut bench = Bench::with_policy(true);
    bench.set_own_addresses(&[US]);
    let on = bench.accept(HIGHER);
    bench.frame(on, HELLO_TAGS);
    bench.out = Outcome::default();
    bench.frame(on, TYPING);
    bench.frame(on, REACTION);
    assert_eq!(bench.out, Outcome::default(), "it is no message");
    bench.pass(5.0);
    assert_eq!(bench.mesh.requests().next().unwrap().messages(), 0);
    bench.frame(on, r#"{"message":"hi","id":"b","tags":{"a":"b"}}"#);
    bench.out = Outcome::default();
    bench.befriend(HIGHER);
    let hi = News::Message {
        peer: address(HIGHER),
        connection: Some(on),
        id: Some("b".into()),
        text: "hi".into(),
        tags: Tags::new(),
        timestamp: Some(Timestamp::from_seconds(START + 5)),
    };
    let messages: Vec<News> = bench
        .news()
        .into_iter()
        .filter(|news| matches!(news, News::Message { .. } | News::Signal { .. }))
        .collect();
    assert_eq!(messages, [hi]);
    bench.frame(on, TYPING);
    assert_eq!(bench.news(), [signal(typing())], "it is a contact now");
    bench.signal(&typing());
    assert_eq!(bench.written().len(), 1, "it said so in its handshake");
}
