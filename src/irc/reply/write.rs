//! A message as bytes: what irc-proto's `Display` writes, but straight into the buffer,
//! within the limits, and with the colon before text.

use irc_proto::message::Tag;
use irc_proto::{Command, Message, Prefix};

use super::{LINE_LENGTH, is_text};

/// The most tag data a server may add to a message, and the most of a client's that it
/// passes on, bytes each without `@` and space (`message-tags`, "Size limit").
const TAG_DATA: usize = 4094;

/// Writes one line with those of its tags that are `allowed`.
pub(super) fn line(message: &Message, allowed: impl Fn(&str) -> bool, out: &mut Vec<u8>) {
    if let Some(list) = &message.tags {
        tags(list, allowed, out);
    }
    let start = out.len();
    match &message.prefix {
        None => {}
        Some(Prefix::ServerName(name)) => extend(out, &[":", name, " "]),
        Some(Prefix::Nickname(nick, user, host)) => {
            extend(out, &[":", nick, "!", user, "@", host, " "]);
        }
    }
    let params = match &message.command {
        Command::Response(response, params) => {
            let number = *response as u16;
            for divisor in [100, 10, 1] {
                out.push(b'0' + u8::try_from(number / divisor % 10).unwrap_or(0));
            }
            params
        }
        Command::Raw(verb, params) => {
            extend(out, &[verb]);
            params
        }
        // A Reply is made of the two above only; this keeps the function whole.
        other => {
            extend(out, &[&String::from(other)]);
            &Vec::new()
        }
    };
    if let Some((last, middle)) = params.split_last() {
        for param in middle {
            extend(out, &[" ", param]);
        }
        let needs_colon = last.is_empty() || last.starts_with(':') || last.contains(' ');
        let colon = needs_colon || is_text(&message.command);
        extend(out, &[if colon { " :" } else { " " }, last]);
    }
    cut(out, start + LINE_LENGTH - "\r\n".len());
    out.extend_from_slice(b"\r\n");
}

fn extend(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Takes away what is beyond `end`, and the part of a character it may leave.
fn cut(out: &mut Vec<u8>, end: usize) {
    if out.len() > end {
        let is_inside = |byte: u8| byte & 0b1100_0000 == 0b1000_0000;
        let mut end = end;
        while is_inside(out[end]) {
            end -= 1;
        }
        out.truncate(end);
    }
}

/// Writes `@…` and a space, or nothing. The server's own come first, so that what a client
/// has sent cannot push them out.
fn tags(list: &[Tag], allowed: impl Fn(&str) -> bool, out: &mut Vec<u8>) {
    let start = out.len();
    for of_client in [false, true] {
        let first = out.len();
        for tag in list {
            if tag.0.starts_with('+') != of_client || !allowed(&tag.0) {
                continue;
            }
            let before = out.len();
            out.push(if before == start { b'@' } else { b';' });
            extend(out, &[&tag.0]);
            if let Some(value) = &tag.1 {
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
    let mut plain = 0;
    for (at, byte) in value.bytes().enumerate() {
        let escaped = match byte {
            b';' => b"\\:",
            b' ' => b"\\s",
            b'\\' => b"\\\\",
            b'\r' => b"\\r",
            b'\n' => b"\\n",
            _ => continue,
        };
        out.extend_from_slice(&value.as_bytes()[plain..at]);
        out.extend_from_slice(escaped);
        plain = at + 1;
    }
    out.extend_from_slice(&value.as_bytes()[plain..]);
}
