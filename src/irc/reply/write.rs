//! A line as text, within the limits, and its tags.

use super::{LINE_LENGTH, Source, Tag, middle, part, trailing};
use crate::irc::text;

/// The most tag data a server may add to a message, and the most of a client's that it
/// passes on, bytes each without `@` and space (`message-tags`, "Size limit").
const TAG_DATA: usize = 4094;

/// Source, verb and parameters. What is beyond the limit is cut off.
pub(super) fn line(source: Source<'_>, verb: &str, params: &[&str], has_text: bool) -> String {
    let around = source.length() + verb.len();
    // Of each parameter a byte more than it has: an empty one becomes `*`, and so on.
    let length = params.iter().map(|param| " :".len() + param.len());
    let mut line = String::with_capacity(around + length.sum::<usize>());
    let mut put = |parts: &[&str]| parts.iter().for_each(|part| line.push_str(part));
    match source {
        Source::Unnamed => {}
        Source::Server(name) => put(&[":", &part(name, |_| false), " "]),
        Source::User { nick, user, host } => {
            let nick = part(nick, |byte| matches!(byte, b'!' | b'@'));
            let (user, host) = (part(user, |byte| byte == b'@'), part(host, |_| false));
            put(&[":", &nick, "!", &user, "@", &host, " "]);
        }
    }
    put(&[verb]);
    if let Some((last, others)) = params.split_last() {
        for param in others {
            put(&[" ", &middle(param)]);
        }
        let last = trailing(last);
        let needs_colon = last.is_empty() || last.starts_with(':') || last.contains(' ');
        let colon = has_text || needs_colon;
        put(&[if colon { " :" } else { " " }, &last]);
    }
    let end = text::cut(&line, LINE_LENGTH - "\r\n".len()).len();
    line.truncate(end);
    line
}

/// Writes `@…` and a space, or nothing. The server's own come first, so that what a client
/// has sent cannot push them out.
pub(super) fn tags(list: &[Tag], allowed: impl Fn(&str) -> bool, out: &mut Vec<u8>) {
    let start = out.len();
    for of_client in [false, true] {
        let first = out.len();
        for tag in list {
            if tag.key.starts_with('+') != of_client || !allowed(&tag.key) {
                continue;
            }
            let before = out.len();
            out.push(if before == start { b'@' } else { b';' });
            out.extend_from_slice(tag.key.as_bytes());
            if let Some(value) = &tag.value {
                out.push(b'=');
                escape(value, out);
            }
            // The separator in front is not data.
            if out.len() - first - 1 > TAG_DATA {
                out.truncate(before);
            }
        }
    }
    if out.len() > start {
        out.push(b' ');
    }
}

/// Escapes a tag's value (`message-tags`, "Escaping values").
fn escape(value: &str, out: &mut Vec<u8>) {
    if !text::any_byte(value, |byte| {
        matches!(byte, b';' | b' ' | b'\\' | b'\r' | b'\n')
    }) {
        return out.extend_from_slice(value.as_bytes());
    }
    for byte in value.bytes() {
        match byte {
            b';' => out.extend_from_slice(b"\\:"),
            b' ' => out.extend_from_slice(b"\\s"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\n' => out.extend_from_slice(b"\\n"),
            other => out.push(other),
        }
    }
}
