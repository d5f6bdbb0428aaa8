//! What a client sends, in arbitrary pieces: lines within their limits, taken apart.

#![no_main]

use bytes::BytesMut;
use enclave_irc::irc::capability::{Capabilities, Capability};
use enclave_irc::irc::codec::{BODY_LIMIT, Line, LineCodec, TAGS_LIMIT, looks_like_http};
use enclave_irc::irc::mask;
use enclave_irc::irc::nick::{NICK_LENGTH, Nick};
use enclave_irc::irc::request::{PARAMETER_LIMIT, Request, parse_tags};
use enclave_irc::irc::sasl::{Piece, Response, plain_password};
use libfuzzer_sys::fuzz_target;
use tokio_util::codec::Decoder;

fuzz_target!(|input: &[u8]| {
    let Some((&first, bytes)) = input.split_first() else {
        return;
    };
    // Small limits are reached by small inputs.
    let limit = match first & 3 {
        0 => 3 + usize::from(first >> 2),
        _ => BODY_LIMIT,
    };
    let at_once = decoded(bytes, limit, bytes.len().max(1));
    let in_pieces = decoded(bytes, limit, 1 + usize::from(first >> 4));
    assert_eq!(at_once, in_pieces, "how it is cut makes a difference");
    for line in &at_once {
        match line {
            Line::Text(text) => {
                assert_fits(text, limit);
                look_at(text);
            }
            Line::NotUtf8(text) => drop(Request::parse(text)),
            Line::TooLong => {}
        }
    }
});

fn decoded(bytes: &[u8], limit: usize, size: usize) -> Vec<Line> {
    let mut codec = LineCodec::new(limit);
    let mut buffer = BytesMut::new();
    let mut lines = Vec::new();
    for piece in bytes.chunks(size) {
        buffer.extend_from_slice(piece);
        while let Some(line) = codec.decode(&mut buffer).expect("it never fails") {
            lines.push(line);
        }
        assert!(buffer.len() < limit + TAGS_LIMIT, "it holds too much");
    }
    lines
}

fn assert_fits(line: &str, limit: usize) {
    assert!(!line.is_empty() && !line.contains(['\r', '\n', '\0']));
    let (tags, body) = match line.starts_with('@') {
        true => line.split_at(line.find(' ').map_or(line.len(), |space| space + 1)),
        false => ("", line),
    };
    assert!(tags.len() <= TAGS_LIMIT && body.len() <= limit - 2);
}

fn look_at(line: &str) {
    looks_like_http(line);
    let Some(request) = Request::parse(line) else {
        return;
    };
    assert!(!request.verb.is_empty() && !request.verb.contains(' '));
    assert!(!request.verb.bytes().any(|byte| byte.is_ascii_lowercase()));
    assert!(request.params.len() <= PARAMETER_LIMIT);
    if let Some((_, middle)) = request.params.split_last() {
        let word =
            |param: &&str| !param.is_empty() && !param.contains(' ') && !param.starts_with(':');
        assert!(middle.iter().all(word));
    }
    assert_reads_back(&request);
    for (key, value) in &request.tags {
        assert!(!key.contains([';', ' ']) && value.len() <= TAGS_LIMIT);
        assert_eq!(
            parse_tags(value).count(),
            value.split(';').filter(|one| !one.is_empty()).count()
        );
    }
    for param in &request.params {
        if let Some(nick) = Nick::new(param) {
            assert!((1..=NICK_LENGTH).contains(&nick.as_str().len()));
        }
        if let Ok(set) = Capabilities::NONE.request(param, Capabilities::all(), false) {
            assert!(set.iter().all(|one| param.contains(one.name())));
            assert!(Capability::ALL.len() < 32);
        }
        if let Piece::Whole(whole) = Response::default().add(param) {
            let password = plain_password(&whole).unwrap_or_default();
            assert!(password.len() <= whole.len());
        }
    }
    if let [first, .., last] = request.params[..] {
        let found = mask::matches(first, last);
        if !first.contains(['*', '?']) && !first.contains('\\') {
            assert_eq!(found, first.eq_ignore_ascii_case(last));
        }
        assert!(mask::matches("*", last));
    }
}

/// Written the way the documents say, it means the same.
fn assert_reads_back(request: &Request<'_>) {
    let mut line = String::new();
    if let Some((last, middle)) = request.params.split_last() {
        for param in middle {
            line.push_str(param);
            line.push(' ');
        }
        line = format!("{} {line}:{last}", request.verb);
    } else {
        line.push_str(&request.verb);
    }
    // One that begins like tags or a source would be taken for that.
    if !line.starts_with(['@', ':']) {
        let again = Request::parse(&line).expect("it has a verb");
        assert_eq!(
            (again.verb, again.params),
            (request.verb.clone(), request.params.clone())
        );
    }
}
