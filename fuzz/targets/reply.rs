//! Whatever we say to a client, of whatever parts: one line within its limits, with what it
//! was given where it was given.

#![no_main]

use enclave_irc::irc::capability::{Capabilities, Capability};
use enclave_irc::irc::codec::TAGS_LIMIT;
use enclave_irc::irc::numeric;
use enclave_irc::irc::reply::{LINE_LENGTH, Reply, Source};
use enclave_irc::irc::request::Request;
use enclave_irc::irc::text::cut;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[kind, able], rest)) = input.split_first_chunk() else {
        return;
    };
    let Ok(text) = str::from_utf8(rest) else {
        return;
    };
    // A character that stands nowhere else divides the parts.
    let parts: Vec<&str> = text.split('\u{7f}').take(20).collect();
    // Nobody's name is long.
    let name = |name| cut(name, 64);
    let (source, parts) = match (kind & 3, &parts[..]) {
        (0, [server, parts @ ..]) => (Source::Server(name(server)), parts),
        (1, [nick, user, host, parts @ ..]) => {
            let [nick, user, host] = [nick, user, host].map(|one| name(one));
            (Source::User { nick, user, host }, parts)
        }
        (_, parts) => (Source::Unnamed, parts),
    };
    let tags = parts.len().min(usize::from(kind >> 2 & 7));
    let (tags, params) = parts.split_at(tags);
    let verbs = [
        "PRIVMSG",
        "NOTICE",
        "JOIN",
        "MODE",
        "BATCH",
        "CHATHISTORY",
        "QUIT",
        "MARKREAD",
    ];
    let verb = verbs[usize::from(kind >> 5)];
    let mut given = params.to_vec();
    let mut reply = match source {
        Source::Server(server) if kind & 0x80 != 0 => {
            let nick = params.first().unwrap_or(&"*");
            given.insert(0, nick);
            Reply::numeric(server, nick, numeric::RPL_AWAY, params)
        }
        _ => Reply::from(source, verb, params),
    };
    for tag in tags {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        reply = reply.tag(key.to_owned(), Some(value));
    }
    let mut capabilities = Capabilities::NONE;
    let known = Capability::ALL.iter().enumerate();
    for (_, one) in known.filter(|(index, _)| able >> (index % 8) & 1 == 1) {
        capabilities.insert(*one);
    }
    let mut line = Vec::new();
    reply.write(capabilities, &mut line);
    check(&line, &given, capabilities, tags);
    if let Some((_, middle)) = params.split_last() {
        assert!(Reply::room(&source, verb, middle) <= LINE_LENGTH);
    }
});

fn check(line: &[u8], params: &[&str], capabilities: Capabilities, tags: &[&str]) {
    let line = str::from_utf8(line).expect("it is text");
    let line = line.strip_suffix("\r\n").expect("it ends");
    assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
    let (section, body) = match line.strip_prefix('@') {
        Some(tagged) => tagged.split_once(' ').expect("something follows the tags"),
        None => ("", line),
    };
    assert!(section.len() <= 2 * TAGS_LIMIT);
    assert!(body.len() <= LINE_LENGTH - 2, "{} bytes", body.len());
    let request = Request::parse(line).expect("it has a command");
    for (key, value) in &request.tags {
        assert!(capabilities.contains(Capability::for_tag(key)));
        let given = tags
            .iter()
            .rev()
            .map(|tag| tag.split_once('=').unwrap_or((tag, "")));
        let mut given = given.filter(|(name, _)| name == key);
        let (_, given) = given.next().expect("nobody gave it");
        assert_eq!(value, &given.replace('\0', ""));
    }
    // Where nothing was cut off, everything is where it was put.
    if body.len() < LINE_LENGTH - 6 {
        assert_eq!(request.params.len(), params.len(), "{line:?}");
        if let (Some(param), Some(given)) = (request.params.last(), params.last()) {
            let one_line = given.replace(['\0', '\r', '\n'], " ");
            assert_eq!(*param, one_line, "{line:?}");
        }
    }
}
