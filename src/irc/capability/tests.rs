//! Capabilities, listed and asked for.

use proptest::prelude::*;

use super::*;

fn set(list: &str) -> Capabilities {
    Capabilities::NONE
        .request(list, Capabilities::all(), false)
        .unwrap()
}

fn written(replies: &[Reply]) -> Vec<String> {
    let written = replies.iter().map(|reply| {
        let mut out = Vec::new();
        reply.write(Capabilities::NONE, &mut out);
        String::from_utf8(out).unwrap()
    });
    written.collect()
}

#[test]
fn each_name_leads_back_to_its_capability() {
    assert!(Capability::ALL.len() <= 32);
    for capability in Capability::ALL {
        assert_eq!(Capability::named(capability.name()), Some(*capability));
    }
    assert_eq!(Capability::named("Batch"), None);
}

#[test]
fn the_limits_of_multiline_are_shown_as_they_are() {
    let shown = format!("max-bytes={MULTILINE_MAX_BYTES},max-lines={MULTILINE_MAX_LINES}");
    assert_eq!(Capability::Multiline.value(), Some(shown.as_str()));
}

#[test]
fn a_request_is_granted_whole_or_not_at_all() {
    let had = set("batch setname");
    assert_eq!(
        had.request("-batch  server-time ", Capabilities::all(), false),
        Ok(set("setname server-time"))
    );
    assert_eq!(
        had.request("batch -setname setname", Capabilities::all(), false),
        Ok(had)
    );
    assert_eq!(
        had.request("server-time tls", Capabilities::all(), false),
        Err(Refused)
    );
    assert_eq!(
        had.request("-batch -tls", Capabilities::all(), false),
        Err(Refused)
    );
    assert_eq!(had.request("", Capabilities::all(), false), Ok(had));
}

#[test]
fn cap_notify_stays_with_a_client_of_version_302() {
    let had = set("cap-notify");
    assert_eq!(
        had.request("-cap-notify", Capabilities::all(), true),
        Err(Refused)
    );
    assert_eq!(
        had.request("-cap-notify", Capabilities::all(), false),
        Ok(Capabilities::NONE)
    );
    assert_eq!(
        had.request("cap-notify", Capabilities::all(), true),
        Ok(had)
    );
}

#[test]
fn a_list_that_fits_is_one_line_and_an_empty_one_too() {
    let tokens = set("batch setname").tokens(true);
    assert_eq!(
        written(&listing("s", "*", "LS", tokens, true)),
        [":s CAP * LS :batch setname\r\n"]
    );
    let tokens = Capabilities::NONE.tokens(false);
    assert_eq!(
        written(&listing("s", "al", "LIST", tokens, false)),
        [":s CAP al LIST :\r\n"]
    );
}

#[test]
fn a_long_list_is_continued_for_302_and_one_line_otherwise() {
    let tokens = vec!["example.org/a-long-name"; 60];
    let lines = written(&listing("s", "al", "LS", &tokens, true));
    assert!(lines.len() > 2);
    let (last, before) = lines.split_last().unwrap();
    assert!(last.starts_with(":s CAP al LS :e"));
    for line in before {
        assert!(line.starts_with(":s CAP al LS * :e") && line.len() <= 512);
    }
    assert_eq!(written(&listing("s", "al", "LS", &tokens, false)).len(), 1);
    assert_eq!(
        lines.concat().matches("example.org/a-long-name").count(),
        tokens.len()
    );
    let acknowledged = written(&listing("s", "al", "ACK", &tokens, false));
    assert!(acknowledged.len() > 2);
    assert!(
        acknowledged
            .iter()
            .all(|line| line.starts_with(":s CAP al ACK :e"))
    );
}

proptest! {
    #[test]
    fn a_listed_set_can_be_asked_for(bits in 0..1u32 << Capability::ALL.len()) {
        let tokens: Vec<_> = Capabilities(bits).tokens(false).collect();
        prop_assert_eq!(set(&tokens.join(" ")), Capabilities(bits));
    }
}
