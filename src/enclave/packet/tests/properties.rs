//! What holds of any packet, and of any bytes.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn any_status() -> impl Strategy<Value = Status> {
    (0..4u8).prop_map(|code| Status::from_code(code).unwrap())
}

/// A name that is kept as it is.
fn any_name(longest: usize) -> impl Strategy<Value = String> {
    any_text().prop_filter("kept", move |name| (1..=longest).contains(&name.len()))
}

/// Any text, control characters and all.
fn any_text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..40).prop_map(String::from_iter)
}

/// Tags that are kept as they are.
fn any_tags() -> impl Strategy<Value = Tags> {
    let value = any_text().prop_filter("kept", |value| value.len() <= TAG_VALUE_MAX);
    btree_map("[A-Za-z0-9./-]{1,64}", value, 1..=TAGS_MAX)
}

/// The entries of an object that is meant for tags, more or less, as JSON.
fn any_entries() -> impl Strategy<Value = Vec<(String, Value)>> {
    let name = prop_oneof![
        4 => "[a-c]{1,2}",
        2 => "[A-Za-z0-9./-]{60,68}",
        1 => any_text(),
    ];
    let value = prop_oneof![
        4 => any_text().prop_map(Value::from),
        1 => (508..516usize).prop_map(|length| Value::from("x".repeat(length))),
        1 => any_json(),
    ];
    vec((name, value), 0..24)
}

/// What the protocol says of tags, said a second time: the entries one by one, with no
/// regard to how much is held.
fn tags_of(entries: &[(String, Value)]) -> Option<Tags> {
    let mut tags = Tags::new();
    for (name, value) in entries {
        let is_usual = |c: char| matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '/' | '-');
        let is_name = !name.is_empty() && name.len() <= 64 && name.chars().all(is_usual);
        let value = value.as_str().filter(|value| value.len() <= 512);
        if let Some(value) = value.filter(|_| is_name) {
            tags.insert(name.clone(), value.to_owned());
            if tags.len() > 8 {
                tags.remove(name);
            }
        }
    }
    (!tags.is_empty()).then_some(tags)
}

prop_compose! {
    fn any_packet()(
        status in option::of(any_status()),
        status_message in option::of(any_text()),
        alias in option::of(any_text()),
        message in option::of(any_text()),
        seconds in option::of(1..=100_000_000_000i64),
        features in option::of(vec(any_name(FEATURE_MAX), 0..4)),
        id in option::of(any_name(ID_MAX)),
        received in option::of(vec(any_name(ID_MAX), 0..4)),
        tags in option::of(any_tags()),
    ) -> Packet {
        let timestamp = seconds.map(Timestamp::from_seconds);
        Packet { status, status_message, alias, message, timestamp, features, id, received, tags }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..5).prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("status".to_owned()),
        Just("status-message".to_owned()),
        Just("message".to_owned()),
        Just("alias".to_owned()),
        Just("timestamp".to_owned()),
        Just("features".to_owned()),
        Just("id".to_owned()),
        Just("received".to_owned()),
        Just("tags".to_owned()),
        any_text(),
    ];
    leaf.prop_recursive(3, 20, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key.clone(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_packet_reads_back(packet in any_packet()) {
        let out = encoded(&packet);
        prop_assert_eq!(out[..4].to_vec(), (out.len() as u32 - 4).to_be_bytes().to_vec());
        prop_assert_eq!(Packet::parse(&out[4..]), Ok(packet));
    }

    #[test]
    fn any_bytes_are_survived(content: Vec<u8>) {
        let _ = Packet::parse(&content);
        let _ = Packet::parse(&[b"{\"message\":\"", content.as_slice(), b"\"}"].concat());
    }

    #[test]
    fn a_damaged_packet_is_survived(packet in any_packet(), at: prop::sample::Index, byte: u8) {
        let mut content = encoded(&packet).split_off(4);
        let at = at.index(content.len());
        content[at] = byte;
        let _ = Packet::parse(&content);
        let _ = Packet::parse(&content[..at]);
    }

    #[test]
    fn every_object_is_a_packet_and_nothing_else_is(value in any_json()) {
        let parsed = Packet::parse(value.to_string().as_bytes());
        prop_assert_eq!(parsed.is_ok(), value.is_object());
        if let Ok(packet) = parsed {
            let text = value.get("message").and_then(Value::as_str);
            prop_assert_eq!(packet.message.as_deref(), text);
            for (kept, key, longest) in [
                (packet.features, "features", FEATURE_MAX),
                (packet.received, "received", ID_MAX),
            ] {
                let said = value.get(key).and_then(Value::as_array).map(|elements| {
                    let texts = elements.iter().filter_map(Value::as_str);
                    let usable = texts.filter(|text| (1..=longest).contains(&text.len()));
                    usable.map(str::to_owned).collect::<Vec<_>>()
                });
                prop_assert_eq!(kept, said, "{}", key);
            }
            let said = value.get("tags").and_then(Value::as_object).and_then(|object| {
                let entries = object.iter().map(|(name, value)| (name.clone(), value.clone()));
                tags_of(&entries.collect::<Vec<_>>())
            });
            prop_assert_eq!(packet.tags, said);
        }
    }

    #[test]
    fn of_any_object_what_can_serve_as_tags_is_kept(entries in any_entries()) {
        let json: Vec<String> = entries
            .iter()
            .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
            .collect();
        let json = format!(r#"{{"tags":{{{}}},"message":"hi"}}"#, json.join(","));
        let packet = parse(&json);
        prop_assert_eq!(packet.message.as_deref(), Some("hi"));
        prop_assert_eq!(packet.tags, tags_of(&entries), "{}", json);
    }

    #[test]
    fn any_utf_16_survives_escaping(units in vec(prop_oneof![any::<u16>(), 0xd800..0xe000u16], 0..20)) {
        let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        let text = message(format!("{{\"message\":\"{escaped}\"}}"));
        prop_assert_eq!(text, Some(String::from_utf16_lossy(&units)));
    }

    #[test]
    fn what_python_would_replace_is_replaced(bytes in vec(any::<u8>().prop_filter("needs no escape", |byte| !matches!(byte, 0..0x20 | b'"' | b'\\')), 0..20)) {
        let text = message([b"{\"message\":\"", bytes.as_slice(), b"\"}"].concat());
        prop_assert_eq!(text, Some(String::from_utf8_lossy(&bytes).into_owned()));
    }

    #[test]
    fn times_in_any_unit_keep_their_milliseconds(milliseconds in 100_000_000_001..100_000_000_000_000i64) {
        let micro = json!(milliseconds * 1000).to_string();
        let seconds = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
        for time in [milliseconds.to_string(), micro, seconds] {
            prop_assert_eq!(timestamp(&time), Some(milliseconds), "{}", time);
        }
    }
}
