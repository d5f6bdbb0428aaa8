//! The content of a frame, whatever it is: a packet within its bounds, or none.

#![no_main]

use bytes::BytesMut;
use enclave_irc::enclave::codec::HEADER;
use enclave_irc::enclave::packet::{
    FEATURE_MAX, FEATURES_MAX, ID_MAX, Packet, RECEIVED_MAX, TAG_NAME_MAX, TAG_VALUE_MAX, TAGS_MAX,
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|content: &[u8]| {
    let parsed = Packet::parse(content);
    if let Ok(packet) = &parsed {
        assert_bounds(packet);
        assert_reads_back(packet);
    }
    if content.first() == Some(&b'{')
        && let Ok(json) = serde_json::from_slice::<Value>(content)
    {
        assert_means(&json, &parsed.expect("every object is a packet"));
    }
});

fn assert_bounds(packet: &Packet) {
    let fits = |text: &String, most| (1..=most).contains(&text.len());
    let features = packet.features.iter().flatten();
    assert!(features.clone().count() <= FEATURES_MAX);
    assert!(features.clone().all(|name| fits(name, FEATURE_MAX)));
    assert!(packet.id.iter().all(|id| fits(id, ID_MAX)));
    let received = packet.received.iter().flatten();
    assert!(received.clone().count() <= RECEIVED_MAX);
    assert!(received.clone().all(|id| fits(id, ID_MAX)));
    if let Some(tags) = &packet.tags {
        assert!((1..=TAGS_MAX).contains(&tags.len()));
        for (name, value) in tags {
            assert!(fits(name, TAG_NAME_MAX) && value.len() <= TAG_VALUE_MAX);
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./-".contains(&byte);
            assert!(name.bytes().all(plain));
        }
    }
    assert!(packet.timestamp.is_none_or(|time| time.0 >= 0));
}

/// What we write of it is what we have read, but for the milliseconds.
fn assert_reads_back(packet: &Packet) {
    let mut frame = BytesMut::new();
    packet.encode(&mut frame);
    let (header, content) = frame.split_at(HEADER);
    let length = u32::from_be_bytes(header.try_into().expect("four bytes"));
    assert_eq!(length as usize, content.len());
    let again = Packet::parse(content).expect("it was written by us");
    let known = |packet: &Packet| Packet {
        timestamp: None,
        ..packet.clone()
    };
    assert_eq!(known(&again), known(packet));
}

/// Another parser of JSON sees the same, where only one thing can be meant.
fn assert_means(json: &Value, packet: &Packet) {
    // Of what comes twice under two names, which is not told by this one, the last counts.
    let aliases = [("message", None), ("alias", Some("name"))];
    let kept = [&packet.message, &packet.alias];
    for ((key, alias), kept) in aliases.into_iter().zip(kept) {
        let has_alias = alias.is_some_and(|alias| json.get(alias).is_some());
        match json.get(key) {
            Some(Value::String(text)) if !has_alias => assert_eq!(kept.as_ref(), Some(text)),
            None if !has_alias => assert_eq!(*kept, None),
            _ => {}
        }
    }
}
