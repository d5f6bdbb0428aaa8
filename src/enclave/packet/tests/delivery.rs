//! The attributes by which no message is lost.

use super::*;

fn strings(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn they_go_out_behind_those_of_the_specification() {
    let packet = Packet {
        received: strings(&["a", "b"]),
        id: Some("c".into()),
        features: strings(&["receipts"]),
        timestamp: Some(Timestamp::from_seconds(7)),
        status: Some(Status::Available),
        ..Packet::default()
    };
    let json =
        r#"{"status":1,"timestamp":7,"features":["receipts"],"id":"c","received":["a","b"]}"#;
    assert_eq!(std::str::from_utf8(&encoded(&packet)[4..]).unwrap(), json);
    assert_eq!(parse(json), packet);
}

#[test]
fn what_is_no_array_is_no_list() {
    for value in [
        "\"receipts\"",
        "1",
        "-1",
        "1.5",
        "true",
        "null",
        "{\"a\":[\"b\"]}",
    ] {
        for key in ["features", "received"] {
            let packet = parse(&format!(r#"{{"{key}":{value},"message":"hi"}}"#));
            let expected = Packet {
                message: Some("hi".into()),
                ..Packet::default()
            };
            assert_eq!(packet, expected, "{key} {value}");
        }
    }
}

#[test]
fn what_is_no_text_in_an_array_is_passed_over() {
    let packet = parse(
        r#"{"features":[1,"a",null,["x",["y"]],{"z":"z"},"","b",false,-1.5],"received":[[]]}"#,
    );
    assert_eq!(packet.features, strings(&["a", "b"]));
    assert_eq!(packet.received, strings(&[]));
}

#[test]
fn of_several_lists_the_last_counts_and_is_not_added_to_the_first() {
    let packet = parse(r#"{"received":["a"],"received":["b"],"received":7}"#);
    assert_eq!(packet.received, strings(&["b"]));
    assert_eq!(
        parse(r#"{"features":["a"],"features":[]}"#).features,
        strings(&[])
    );
}

#[test]
fn an_id_is_a_text_of_some_length() {
    let longest = "i".repeat(ID_MAX);
    for (value, id) in [
        (json_text("x"), Some("x")),
        (json_text(&longest), Some(longest.as_str())),
        (json_text(&format!("{longest}i")), None),
        (json_text(""), None),
        ("7".into(), None),
        ("null".into(), None),
        (r#"["x"]"#.into(), None),
    ] {
        let packet = parse(&format!(r#"{{"id":{value},"message":"hi"}}"#));
        assert_eq!(packet.id.as_deref(), id, "{value}");
        assert_eq!(packet.message.as_deref(), Some("hi"), "{value}");
    }
    let packet = parse(&format!(
        r#"{{"id":"x","id":"","id":"{longest}i","id":[]}}"#
    ));
    assert_eq!(packet.id.as_deref(), Some("x"));
}

#[test]
fn lists_are_kept_within_bounds() {
    for (key, most, longest) in [
        ("features", FEATURES_MAX, FEATURE_MAX),
        ("received", RECEIVED_MAX, ID_MAX),
    ] {
        let texts: Vec<String> = (0..most)
            .map(|number| format!("{number:0longest$}"))
            .collect();
        let elements: Vec<String> = texts.iter().map(|text| json_text(text)).collect();
        let elements = elements.join(",");
        let too_long = json_text(&"x".repeat(longest + 1));
        // Behind the last that is kept may come what it likes, if only it is an array.
        let json = format!(r#"{{"{key}":[{too_long},{elements},"more",[{{}}]],"message":"hi"}}"#);
        let packet = parse(&json);
        let kept = if key == "features" {
            packet.features
        } else {
            packet.received
        };
        assert!(kept == Some(texts), "{key}");
        assert_eq!(packet.message.as_deref(), Some("hi"), "{key}");
    }
}

#[test]
fn nesting_in_a_list_takes_no_stack() {
    const DEPTH: usize = 400_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
        let packet = parse(&format!(r#"{{"received":["a",{deep},"b"]}}"#));
        assert_eq!(packet.received, strings(&["a", "b"]), "{open}");
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
