//! What a peer sends.

use enclave_irc::enclave::packet::Packet;
use enclave_irc::irc::text::{quote_for_display, split};

use super::measure::is_about_linear;
use super::node::Node;

/// Bytes of a long frame, and half of them. A contact may send four times as much at once.
const FRAME: usize = 256 * 1024;
const HALF: usize = FRAME / 2;

/// This again and again, so many bytes of it, between a beginning and an end.
fn filled(begin: &str, part: &[u8], end: &str, length: usize) -> Vec<u8> {
    let parts = part.repeat(length / part.len());
    [begin.as_bytes(), &parts, end.as_bytes()].concat()
}

#[test]
fn a_packet_is_read_in_time() {
    let parts: [(&str, &[u8], &str); 16] = [
        (r#"{"message":""#, br"\u0041", r#""}"#),
        (r#"{"message":""#, br"\ud83d\ude00", r#""}"#),
        (r#"{"message":""#, br"\ud800", r#""}"#),
        (r#"{"message":""#, br"\\\\", r#""}"#),
        (r#"{"message":""#, b"\xff", r#""}"#),
        (r#"{"message":""#, b"\xf0\x9f\x98", r#""}"#),
        (r#"{"message":""#, b"\n\x01", r#""}"#),
        (r#"{"message":""#, b"x", ""),
        (r#"{"x":"#, b"[", ""),
        (r#"{"tags":"#, br#"{"a":"#, ""),
        (r#"{"received":"#, b"[", ""),
        (r#"{"a":1"#, br#","a":1"#, "}"),
        (r#"{"a":1"#, br#","tags":{"a":"b"}"#, "}"),
        (r#"{"received":["a""#, br#","b""#, "]}"),
        (r#"{"tags":{"a":"b""#, br#","c":"d""#, "}}"),
        (r#"{"timestamp":1"#, b"0", "}"),
    ];
    for (begin, part, end) in parts {
        let content = |length| filled(begin, part, end, length);
        let what = format!("{begin}{}", String::from_utf8_lossy(part));
        is_about_linear(&what, &content(HALF), &content(FRAME), |content| {
            let _ = Packet::parse(content);
        });
    }
}

#[test]
fn a_message_becomes_lines_in_time() {
    let parts = [
        r"\n",
        r"a\n",
        r"\r\n",
        r"\u0001",
        r"\u0003",
        r"\u0000",
        " ",
        "x",
        "x ",
        "\u{301}",
        "\u{1f1e6}",
        "\u{200d}",
        "\u{202e}",
    ];
    for capabilities in ["", "batch draft/multiline message-tags"] {
        let mut node = Node::new(1, capabilities);
        for part in parts {
            let content = |length| filled(r#"{"message":""#, part.as_bytes(), r#""}"#, length);
            let what = format!("{part:?} with {capabilities:?}");
            is_about_linear(&what, &content(HALF), &content(FRAME), |content| {
                node.frame(0, content);
            });
        }
    }
}

#[test]
fn a_strangers_words_are_quoted_and_lines_divided_in_time() {
    for part in [
        "x",
        "\u{3}",
        "\u{3}1,",
        "\u{4}abcdef,",
        "\u{200b}",
        "\u{1f1e6}",
        "\u{301}",
        " ",
    ] {
        let text = |length: usize| part.repeat(length / part.len());
        is_about_linear(part, &text(32 * 1024), &text(64 * 1024), |text| {
            let _ = quote_for_display(text, usize::MAX);
        });
        is_about_linear(part, &text(HALF), &text(FRAME), |text| {
            assert!(split(text, 400).count() > 0);
        });
    }
}

/// Ids of what waits, in the wrong order, and ids that nobody knows.
#[test]
fn receipts_are_taken_in_time() {
    let mut node = Node::new(1, "");
    for _ in 0..2_000 {
        node.line("PRIVMSG c0 :hi");
    }
    let mut ids = node.sent.clone();
    assert_eq!(ids.len(), 2_000);
    ids.reverse();
    let unknown = |count: usize| {
        let ids: Vec<String> = (0..count).map(|number| format!("{number}")).collect();
        serde_json::json!({ "received": ids }).to_string()
    };
    is_about_linear("unknown", &unknown(5_000), &unknown(10_000), |content| {
        node.frame(0, content.as_bytes());
    });
    let waiting = |count: usize| {
        (
            count,
            serde_json::json!({ "received": &ids[..count] }).to_string(),
        )
    };
    is_about_linear(
        "reversed",
        &waiting(1_000),
        &waiting(2_000),
        |(count, content)| {
            let mut node = Node::new(1, "");
            for _ in 0..*count {
                node.line("PRIVMSG c0 :hi");
            }
            node.frame(0, content.as_bytes());
        },
    );
}
