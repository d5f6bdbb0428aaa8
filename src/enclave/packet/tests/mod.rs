mod delivery;
mod properties;
mod tags;

use super::*;

fn parse(json: &str) -> Packet {
    Packet::parse(json.as_bytes()).unwrap()
}

fn message(json: impl AsRef<[u8]>) -> Option<String> {
    Packet::parse(json.as_ref()).unwrap().message
}

fn timestamp(json: &str) -> Option<i64> {
    parse(&format!(r#"{{"timestamp":{json}}}"#))
        .timestamp
        .map(|time| time.0)
}

fn status(json: &str) -> Option<Status> {
    parse(&format!(r#"{{"status":{json}}}"#)).status
}

fn encoded(packet: &Packet) -> BytesMut {
    let mut out = BytesMut::new();
    packet.encode(&mut out);
    out
}

#[test]
fn every_attribute_goes_out_in_its_order() {
    let packet = Packet {
        timestamp: Some(Timestamp(1_700_000_000_999)),
        message: Some("hi \"there\"\n\u{1f600}".into()),
        alias: Some("alice".into()),
        status_message: Some(String::new()),
        status: Some(Status::Busy),
        ..Packet::default()
    };
    let json = concat!(
        r#"{"status":3,"status-message":"","alias":"alice","#,
        r#""message":"hi \"there\"\n"#,
        "\u{1f600}",
        r#"","timestamp":1700000000}"#
    );
    let out = encoded(&packet);
    assert_eq!(&out[..4], (json.len() as u32).to_be_bytes());
    assert_eq!(std::str::from_utf8(&out[4..]).unwrap(), json);
}

#[test]
fn an_attribute_that_is_not_there_is_not_sent() {
    assert_eq!(&encoded(&Packet::default())[..], b"\0\0\0\x02{}");
}

#[test]
fn a_frame_is_written_behind_what_is_there() {
    let mut out = BytesMut::from("before".as_bytes());
    Packet::default().encode(&mut out);
    assert_eq!(&out[..], b"before\0\0\0\x02{}");
}

#[test]
fn an_empty_frame_is_an_empty_packet() {
    for content in [
        "",
        "\0",
        " \r\n\t\0\0",
        "\u{feff}",
        "\u{feff} ",
        "{}",
        "{ }\n",
    ] {
        assert_eq!(parse(content), Packet::default(), "{content:?}");
    }
}

#[test]
fn what_stands_around_the_object_is_skipped() {
    for content in [
        "\u{feff}{\"message\":\"hi\"}",
        " \n{\"message\":\"hi\"}\r\n",
        "{\"message\":\"hi\"}\0\0\0",
        "{\"message\":\"hi\"}\0d old bytes of the buffer",
        "{\"message\":\"hi\"}}",
        "{\"message\":\"hi\"}{\"message\":\"second\"}",
    ] {
        assert_eq!(message(content).as_deref(), Some("hi"), "{content:?}");
    }
    assert_eq!(
        message(b"{\"message\":\"hi\"}\xff\xfe").as_deref(),
        Some("hi")
    );
}

#[test]
fn what_is_no_object_is_no_packet() {
    for content in [
        "[]",
        "[1]",
        "\"hi\"",
        "1",
        "null",
        "true",
        "hi",
        "{",
        "{\"message\"",
        "{\"message\":",
        "{\"message\":\"hi",
        "{\"message\":\"hi\\",
        "{\"message\":\"hi\\u",
        "{\"message\":\"hi\"",
        "{\"message\":\"\\x41\"}",
        "{\"message\" \"hi\"}",
        "{message:\"hi\"}",
    ] {
        assert_eq!(
            Packet::parse(content.as_bytes()),
            Err(NotAPacket),
            "{content:?}"
        );
    }
    assert_eq!(Packet::parse(b"\xff\xfe{\0}\0"), Err(NotAPacket));
}

#[test]
fn integers_come_in_disguise() {
    for one in ["1", "1.0", "1e0", "\"1\"", "\" 1 \"", "\"1.0\"", "true"] {
        assert_eq!(status(one), Some(Status::Available), "{one}");
    }
    assert_eq!(status("0"), Some(Status::Offline));
    assert_eq!(status("-0.0"), Some(Status::Offline));
    assert_eq!(status("false"), Some(Status::Offline));
    assert_eq!(status("2"), Some(Status::Away));
    assert_eq!(status("3.0"), Some(Status::Busy));
}

#[test]
fn a_status_nobody_knows_costs_only_itself() {
    for status in [
        "4",
        "-1",
        "256",
        "257",
        "1.5",
        "1e300",
        "\"away\"",
        "\"\"",
        "\"nan\"",
        "[1]",
        "{\"a\":1}",
        "null",
        "99999999999999999999",
    ] {
        let packet = parse(&format!(r#"{{"status":{status},"message":"hi"}}"#));
        assert_eq!(packet.status, None, "{status}");
        assert_eq!(packet.message.as_deref(), Some("hi"), "{status}");
    }
}

#[test]
fn text_is_text_or_nothing() {
    for value in ["5", "1.5", "true", "null", "[\"hi\"]", "{\"text\":\"hi\"}"] {
        for key in ["message", "status-message", "alias"] {
            let packet = parse(&format!(r#"{{"{key}":{value},"status":1}}"#));
            let expected = Packet {
                status: Some(Status::Available),
                ..Packet::default()
            };
            assert_eq!(packet, expected, "{key} {value}");
        }
    }
}

#[test]
fn old_spellings_are_understood() {
    let packet = parse(r#"{"statusmsg":"lunch","name":"bob"}"#);
    assert_eq!(packet.status_message.as_deref(), Some("lunch"));
    assert_eq!(packet.alias.as_deref(), Some("bob"));
}

#[test]
fn of_several_values_the_last_usable_one_counts() {
    assert_eq!(
        message(r#"{"message":"a","message":"b"}"#).as_deref(),
        Some("b")
    );
    assert_eq!(
        message(r#"{"message":"a","message":null,"message":7}"#).as_deref(),
        Some("a")
    );
    let packet = parse(r#"{"statusmsg":"old","status-message":"new"}"#);
    assert_eq!(packet.status_message.as_deref(), Some("new"));
}

#[test]
fn times_are_told_apart_by_size() {
    let expected = Some(1_700_000_000_123);
    for time in [
        "1700000000.123",
        "\"1700000000.123\"",
        "1700000000123",
        "1700000000123.0",
        "1700000000123456",
        "1700000000123456789",
    ] {
        assert_eq!(timestamp(time), expected, "{time}");
    }
    assert_eq!(timestamp("1700000000"), Some(1_700_000_000_000));
    assert_eq!(timestamp("1"), Some(1_000));
    assert_eq!(timestamp("100000000000"), Some(100_000_000_000_000));
    assert_eq!(timestamp("100000000001"), Some(100_000_000_001));
}

#[test]
fn a_time_that_is_none_is_missing() {
    for time in ["0", "0.0", "-1", "null", "\"\"", "\"now\"", "\"inf\"", "[]"] {
        assert_eq!(timestamp(time), None, "{time}");
    }
}

#[test]
fn surrogates_without_their_other_half_are_replaced() {
    for (escaped, text) in [
        (r"a\ud83d\ude00b", "a\u{1f600}b"),
        (r"a\ud83db", "a\u{fffd}b"),
        (r"a\uDE00b", "a\u{fffd}b"),
        (r"\ud83d", "\u{fffd}"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
        (r"\ude00\ud83d", "\u{fffd}\u{fffd}"),
        (r"\ud83d\n", "\u{fffd}\n"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\ud83d\\ude00", "\u{fffd}\\ude00"),
        (r"\\ud83d\ud83d", "\\ud83d\u{fffd}"),
        (r#"\ud83d\"\ud83d\ude00"#, "\u{fffd}\"\u{1f600}"),
    ] {
        let json = format!(r#"{{"message":"{escaped}"}}"#);
        assert_eq!(message(&json).as_deref(), Some(text), "{escaped}");
    }
    // In a key, and in a value that is not looked at.
    assert_eq!(
        message(r#"{"\ud83d":"\ud83d","message":"hi"}"#).as_deref(),
        Some("hi")
    );
}

#[test]
fn bytes_that_are_not_utf_8_are_replaced() {
    assert_eq!(
        message(b"{\"message\":\"caf\xe9 \xf0\x9f\x98\x80\"}").as_deref(),
        Some("caf\u{fffd} \u{1f600}")
    );
    assert_eq!(
        message(b"{\"message\":\"cut \xf0\x9f\x98\"}").as_deref(),
        Some("cut \u{fffd}")
    );
    assert_eq!(
        message(b"{\"x\xff\":\"\xff\",\"message\":\"hi\"}").as_deref(),
        Some("hi")
    );
}

#[test]
fn control_characters_may_stand_as_they_are() {
    assert_eq!(
        message("{\n\"message\":\t\"two\nlines\t\\\"\u{1}\"\n}").as_deref(),
        Some("two\nlines\t\"\u{1}")
    );
}

#[test]
fn unknown_attributes_are_skipped() {
    assert_eq!(
        message(r#"{"x":"y","a":[1,{"message":"no"}],"message":"hi","b":{"c":null}}"#).as_deref(),
        Some("hi")
    );
}

#[test]
fn nesting_takes_no_stack() {
    const DEPTH: usize = 400_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for key in ["unknown", "message", "id", "features", "received"] {
            let deep = format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
            let json = format!(r#"{{"{key}":{deep},"message":"hi"}}"#);
            assert_eq!(message(json).as_deref(), Some("hi"), "{open} {key}");
            let json = format!(r#"{{"{key}":{}"#, open.repeat(DEPTH));
            assert_eq!(Packet::parse(json.as_bytes()), Err(NotAPacket));
        }
    }
}
