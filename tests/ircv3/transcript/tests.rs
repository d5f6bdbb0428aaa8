//! The format itself: what it takes for the same, and above all what it does not.

use std::collections::VecDeque;

use super::line::compare as compare_lines;
use super::packet::compare as compare_packets;
use super::pattern::{Bindings, bytes};
use super::script::{Step, Voice, parse};
use super::{Stage, play};

/// Says what is written down, whatever it hears.
#[derive(Default)]
struct Canned {
    lines: VecDeque<(usize, &'static str)>,
    packets: VecDeque<&'static str>,
    heard: Vec<String>,
}

impl Canned {
    fn saying(lines: &[(usize, &'static str)], packets: &[&'static str]) -> Self {
        Self {
            lines: lines.iter().copied().collect(),
            packets: packets.iter().copied().collect(),
            heard: Vec::new(),
        }
    }
}

impl Stage for Canned {
    fn send_line(&mut self, client: usize, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        self.heard.push(format!("{client} {line}"));
    }

    fn next_line(&mut self, client: usize, wanted: &str) -> Result<String, String> {
        let index = self.lines.iter().position(|(to, _)| *to == client);
        let index = index.ok_or_else(|| format!("{wanted} did not come"))?;
        let (_, line) = self.lines.remove(index).expect("it is there");
        Ok(line.to_owned())
    }

    fn send_packet(&mut self, packet: &str) {
        self.heard.push(packet.to_owned());
    }

    fn next_packet(&mut self, wanted: &str) -> Result<String, String> {
        let packet = self.packets.pop_front();
        packet
            .map(str::to_owned)
            .ok_or_else(|| format!("{wanted} did not come"))
    }

    fn rest(&mut self) -> Vec<(Voice, String)> {
        let lines = self.lines.drain(..);
        let lines = lines.map(|(client, line)| (Voice::Server(client), line.to_owned()));
        let packets = self.packets.drain(..);
        let packets = packets.map(|packet| (Voice::Gateway, packet.to_owned()));
        lines.chain(packets).collect()
    }
}

fn played(
    lines: &[(usize, &'static str)],
    packets: &[&'static str],
    text: &str,
) -> Result<Vec<String>, String> {
    let mut canned = Canned::saying(lines, packets);
    play(&mut canned, &mut Bindings::new(), text)?;
    Ok(canned.heard)
}

#[track_caller]
fn same(wanted: &str, said: &str) {
    let compared = compare_lines(wanted, said, &mut Bindings::new());
    assert_eq!(compared, Ok(()), "{wanted} / {said}");
}

#[track_caller]
fn different(wanted: &str, said: &str) {
    let compared = compare_lines(wanted, said, &mut Bindings::new());
    assert!(compared.is_err(), "{wanted} was taken for {said}");
}

#[test]
fn a_script_is_read_line_by_line() {
    let steps = parse("\n  C1: PING x\n\n  S12: :s PONG :a: b\n P: {}\n G: {}\n");
    let step = |voice, text: &str| Step {
        voice,
        text: text.to_owned(),
    };
    let wanted = vec![
        step(Voice::Client(1), "PING x"),
        step(Voice::Server(12), ":s PONG :a: b"),
        step(Voice::Peer, "{}"),
        step(Voice::Gateway, "{}"),
    ];
    assert_eq!(steps, Ok(wanted));
    for nonsense in ["PING x", "C: x", "Cx: x", "X1: x", "P1: {}", "C1:PING"] {
        assert!(parse(nonsense).is_err(), "{nonsense}");
    }
}

#[test]
fn lines_are_compared_as_what_they_mean() {
    same("@a=1;b :s X y :z", "@b;a=1 :s X y z");
    same("@a=x\\sy :s X", "@a=x\\sy :s X");
    same("X y", ":any!one@here X :y");
    same(":alice X", ":alice!a@host X");
    same("@…;a=1 X", "@a=1;b=2 X");
    same("@… X", "X");
    same("X :some … text", "X :some more of this text");
    same("353 alice …", "353 alice = &enclave :alice");
    same("005 alice … B=2 … :end", "005 alice A=1 B=2 :end");
}

#[test]
fn what_differs_is_different() {
    different("@a=1 X", "X");
    different("@a=1 X", "@a=2 X");
    different("X", "@a=1 X");
    different("@a=1 X", "@a=1;a=1 X");
    different("@…;a=1 X", "@b=1 X");
    different(":s X", "X");
    different(":alice X", ":alicia!a@host X");
    different(":alice!a@host X", ":alice X");
    different("X", "Y");
    different("X y", "X");
    different("X y", "X y z");
    different("X y …", "X y");
    different("005 alice … B=2 … :end", "005 alice A=1 B=3 C=2 :end");
    different("X :y", "X :y ");
    different("X :some … text", "X :some more");
}

#[test]
fn a_placeholder_binds_where_it_is_met_and_holds() {
    let mut bindings = Bindings::new();
    let mut compare = |wanted, said| compare_lines(wanted, said, &mut bindings);
    assert_eq!(compare("@msgid=<msgid> X", "@msgid=one X"), Ok(()));
    assert_eq!(compare("@msgid=<msgid> X", "@msgid=one X"), Ok(()));
    assert!(compare("@msgid=<msgid> X", "@msgid=two X").is_err());
    assert_eq!(compare("BATCH +<batch:a> t", "BATCH +4b t"), Ok(()));
    assert!(compare("BATCH -<batch:a>", "BATCH -4c").is_err());
    assert_eq!(compare("BATCH -<batch:a>", "BATCH -4b"), Ok(()));
    assert_eq!(compare(":a!<user>@<place> X", ":a!b@c X"), Ok(()));
    assert_eq!(bindings.get("user"), Some("b"));
    assert_eq!(bindings.fill("<msgid>/<place>"), Ok("one/c".to_owned()));
    assert!(bindings.fill("<unmet>").is_err());
}

#[test]
fn a_line_that_differs_binds_nothing() {
    let mut bindings = Bindings::new();
    let compared = compare_lines("@msgid=<msgid> X y", "@msgid=one X z", &mut bindings);
    assert!(compared.is_err() && bindings.get("msgid").is_none());
}

#[test]
fn a_placeholder_has_the_form_that_its_name_says() {
    same("@time=<time> X", "@time=2019-01-04T14:33:26.123Z X");
    different("@time=<time> X", "@time=2019-01-04T14:33:26Z X");
    different("@time=<time> X", "@time X");
    same("@msgid=<msgid:1> X", "@msgid=0-a_b X");
    different("@msgid=<msgid> X", "@msgid=:0 X");
    different("@msgid=<msgid> X", "@msgid= X");
    different("BATCH +<batch>", "BATCH +a_b");
    different("X :<word>", "X :two words");
    same(
        "X :a <bruce@wayne.enterprises>",
        "X :a <bruce@wayne.enterprises>",
    );
    different(
        "X :a <bruce@wayne.enterprises>",
        "X :a <robin@wayne.enterprises>",
    );
}

#[test]
fn bytes_and_spaces_can_be_written_where_they_would_not_be_seen() {
    assert_eq!(bytes("a\\xffb\\x02\\s\\xg"), b"a\xffb\x02\\s\\xg");
    same("X :\\x02bold\\x02", "X :\u{2}bold\u{2}");
    different("X :\\x02bold\\x02", "X :bold");
    same("X :how is<SPACE>", "X :how is ");
    different("X :how is<SPACE>", "X :how is");
}

#[test]
fn packets_are_compared_attribute_by_attribute() {
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let stamped = |attributes: &str| format!("{{{attributes},\"timestamp\":{now}}}");
    let mut bindings = Bindings::new();
    let mut compare = |wanted: &str, said: &str| compare_packets(wanted, said, &mut bindings);
    let said = stamped(r#""message":"hi","id":"one","tags":{"typing":"active"}"#);
    let wanted = r#"{"id":"<msgid>","tags":{"typing":"active"},"message":"hi"}"#;
    assert_eq!(compare(wanted, &said), Ok(()));
    for wanted in [
        r#"{"id":"two","tags":{"typing":"active"},"message":"hi"}"#,
        r#"{"id":"<msgid>","tags":{"typing":"done"},"message":"hi"}"#,
        r#"{"id":"<msgid>","tags":{},"message":"hi"}"#,
        r#"{"id":"<msgid>","message":"hi"}"#,
        r#"{"id":"<msgid>","tags":{"typing":"active"},"message":"hi","more":1}"#,
        r#"{"id":1,"tags":{"typing":"active"},"message":"hi"}"#,
        "no JSON",
    ] {
        assert!(compare(wanted, &said).is_err(), "{wanted}");
    }
    let received = stamped(r#""received":["one","two"]"#);
    assert_eq!(compare(r#"{"received":["one","two"]}"#, &received), Ok(()));
    assert!(compare(r#"{"received":["two","one"]}"#, &received).is_err());
    assert!(compare(r#"{"received":["one"]}"#, &received).is_err());
}

#[test]
#[should_panic = "is not of now"]
fn a_packet_that_is_not_of_now_is_not_passed_over() {
    let _ = compare_packets("{}", r#"{"timestamp":1700000000}"#, &mut Bindings::new());
}

#[test]
fn a_dialogue_is_played_from_its_beginning_to_its_end() {
    let heard = played(
        &[(1, "@msgid=m1 :b PRIVMSG a :hi")],
        &[
            r#"{"timestamp":1,"received":["m1"]}"#,
            r#"{"id":"x","timestamp":1}"#,
            r#"{"received":["m2"]}"#,
        ],
        r#"
        P: {"message":"hi"}
        S1: @msgid=<msgid> :b PRIVMSG a :hi
        C1: @+reply=<msgid> TAGMSG b
        G: {"id":"<id>","timestamp":1}
        "#,
    );
    let wanted = [r#"{"message":"hi"}"#, "1 @+reply=m1 TAGMSG b"];
    assert_eq!(heard, Ok(wanted.map(str::to_owned).to_vec()));
}

#[test]
fn what_is_missing_too_much_or_in_another_order_fails() {
    let (one, two) = ("S1: one\n", "S1: two\n");
    let said = [(1, "one"), (1, "two")];
    assert!(played(&said, &[], &[one, two].concat()).is_ok());
    assert!(played(&said, &[], &[two, one].concat()).is_err());
    assert!(played(&said, &[], one).is_err_and(|why| why.contains("not mentioned")));
    assert!(played(&said[..1], &[], &[one, two].concat()).is_err());
    assert!(played(&said, &[], "S2: one\nS1: two").is_err());
    assert!(played(&[], &["{}"], "").is_err());
    assert!(played(&[], &[r#"{"received":["m1"],"status":1}"#], "").is_err());
    assert!(played(&[], &[], "C1: @+reply=<msgid> TAGMSG b").is_err());
}

#[test]
fn any_number_of_lines_may_be_passed_over_where_it_says_so() {
    let said = [(1, "one"), (1, "two"), (1, "three"), (1, "four")];
    assert!(played(&said, &[], "S1: …\nS1: three\nS1: four").is_ok());
    assert!(played(&said, &[], "S1: one\nS1: …").is_ok());
    assert!(played(&said, &[], "S1: …\nS1: three").is_err());
    assert!(played(&said, &[], "S1: …\nS1: five").is_err());
    assert!(played(&said, &[], "S2: …").is_err());
}
