//! What is said beside words.

use super::*;

fn tags(entries: &[(&str, &str)]) -> Option<Tags> {
    let owned = entries.iter();
    Some(
        owned
            .map(|&(name, value)| (name.into(), value.into()))
            .collect(),
    )
}

#[test]
fn they_go_out_behind_all_else() {
    let packet = Packet {
        tags: tags(&[("typing", "active"), ("draft/reply", "0190-a")]),
        received: Some(vec!["b".into()]),
        id: Some("c".into()),
        message: Some("hi".into()),
        timestamp: Some(Timestamp::from_seconds(7)),
        ..Packet::default()
    };
    let json = concat!(
        r#"{"message":"hi","timestamp":7,"id":"c","received":["b"],"#,
        r#""tags":{"draft/reply":"0190-a","typing":"active"}}"#
    );
    assert_eq!(std::str::from_utf8(&encoded(&packet)[4..]).unwrap(), json);
    assert_eq!(parse(json), packet);
}

#[test]
fn none_are_not_sent() {
    let packet = Packet {
        tags: tags(&[]),
        ..Packet::default()
    };
    assert_eq!(&encoded(&packet)[4..], b"{}");
}

#[test]
fn what_is_no_object_or_leaves_nothing_is_as_if_absent() {
    for value in [
        "\"typing\"",
        "1",
        "-1",
        "1.5",
        "true",
        "null",
        "[]",
        r#"["typing",{"a":"b"}]"#,
        "{}",
        r#"{"a":1,"b":null}"#,
    ] {
        let packet = parse(&format!(r#"{{"tags":{value},"message":"hi"}}"#));
        let expected = Packet {
            message: Some("hi".into()),
            ..Packet::default()
        };
        assert_eq!(packet, expected, "{value}");
        let packet = parse(&format!(r#"{{"tags":{{"a":"b"}},"tags":{value}}}"#));
        assert_eq!(packet.tags, tags(&[("a", "b")]), "{value}");
    }
}

#[test]
fn a_value_is_a_text() {
    let packet = parse(concat!(
        r#"{"tags":{"a":1,"b":"x","c":null,"d":["y"],"e":{"f":"g"},"h":false,"#,
        r#""i":"","j":-1.5}}"#
    ));
    assert_eq!(packet.tags, tags(&[("b", "x"), ("i", "")]));
}

#[test]
fn a_name_is_made_of_few_characters_and_not_long() {
    let longest = "n".repeat(TAG_NAME_MAX);
    for name in ["typing", "draft/react", "example.org/Tag-9", &longest] {
        let packet = parse(&format!(r#"{{"tags":{{"{name}":"x"}}}}"#));
        assert_eq!(packet.tags, tags(&[(name, "x")]));
    }
    let too_long = format!("{longest}n");
    for name in [
        "", "+typing", "a b", "a_b", "a;b", "a=b", "\u{fc}", &too_long,
    ] {
        let packet = parse(&format!(r#"{{"tags":{{"{name}":"x"}}}}"#));
        assert_eq!(packet.tags, None, "{name}");
    }
}

#[test]
fn a_value_is_not_long() {
    let longest = "v".repeat(TAG_VALUE_MAX);
    let packet = parse(&format!(
        r#"{{"tags":{{"a":"{longest}","b":"{longest}v"}}}}"#
    ));
    assert_eq!(packet.tags, tags(&[("a", &longest)]));
}

#[test]
fn of_one_name_the_last_usable_value_counts_and_of_several_objects_the_last() {
    let packet = parse(r#"{"tags":{"a":"1","b":"2","a":"3","b":4}}"#);
    assert_eq!(packet.tags, tags(&[("a", "3"), ("b", "2")]));
    let packet = parse(r#"{"tags":{"a":"1"},"tags":{"b":"2"}}"#);
    assert_eq!(packet.tags, tags(&[("b", "2")]));
}

#[test]
fn the_first_eight_are_kept_and_a_new_value_of_theirs() {
    let many = (0..100_000).map(|number| format!(r#""n{number}":"x","#));
    let many: String = many.collect();
    let packet = parse(&format!(
        r#"{{"tags":{{"":"x","n":7,{many}"n3":"y","n9":"z"}}}}"#
    ));
    let kept = packet.tags.unwrap();
    let names: Vec<&str> = kept.keys().map(String::as_str).collect();
    assert_eq!(names, ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"]);
    assert_eq!(kept["n3"], "y");
    assert_eq!(kept["n4"], "x");
}

#[test]
fn nesting_in_tags_takes_no_stack() {
    const DEPTH: usize = 400_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
        let packet = parse(&format!(r#"{{"tags":{{"a":"x","b":{deep},"!":{deep}}}}}"#));
        assert_eq!(packet.tags, tags(&[("a", "x")]), "{open}");
    }
}
