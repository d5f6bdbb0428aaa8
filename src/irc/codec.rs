//! Bytes from a client into lines, in bounded memory.
//!
//! A line that cannot be used is an item like any other and not an error, because the
//! next line may be fine: the client is told, and stays.

use std::io;

use bytes::{Buf, BytesMut};
use tokio_util::codec::Decoder;

use crate::pipe::Limited;

/// The longest line without its tags that a client may send, bytes with CR LF.
///
/// RFC 1459 has 512. Some clients send more (`ii` does not cut what is typed), and what
/// they say goes on into a protocol without such a limit, so more can be taken whole and
/// nothing of it is lost. This is eight times what a conforming client sends.
pub const BODY_LIMIT: usize = 4096;

/// The longest tags section a client may send, bytes, with the `@` and the space
/// (`message-tags`, "Size limit").
pub const TAGS_LIMIT: usize = 4096;

/// What a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A line without its end; never empty, holds no CR, LF or NUL.
    Text(String),
    /// A line beyond the limits, thrown away. To be answered with 417.
    TooLong,
    /// A line that is not UTF-8, to be refused: with what is not text in it replaced, so
    /// that the answer can say which command it was.
    NotUtf8(String),
}

/// Cuts what arrives at CR, LF or CR LF; skips empty lines; drops NUL.
#[derive(Debug)]
pub struct LineCodec {
    body_limit: usize,
    /// How much of the buffer is known to hold no line end, so that it is looked at once.
    searched: usize,
    /// Inside a line that was too long: everything up to its end is thrown away.
    skipping: bool,
}

impl LineCodec {
    /// A decoder for lines of at most `body_limit` bytes with CR LF, tags not counted.
    pub fn new(body_limit: usize) -> Self {
        Self {
            body_limit,
            searched: 0,
            skipping: false,
        }
    }

    /// Whether `line`, which lacks its end and may be incomplete, is already too long.
    fn too_long(&self, line: &[u8]) -> bool {
        let body = if line.first() == Some(&b'@') {
            let within = &line[..line.len().min(TAGS_LIMIT)];
            match within.iter().position(|&byte| byte == b' ') {
                Some(space) => line.len() - (space + 1),
                None => return line.len() >= TAGS_LIMIT,
            }
        } else {
            line.len()
        };
        body + "\r\n".len() > self.body_limit
    }
}

impl Default for LineCodec {
    fn default() -> Self {
        Self::new(BODY_LIMIT)
    }
}

impl Limited for LineCodec {
    fn set_limit(&mut self, limit: usize) {
        self.body_limit = limit;
    }
}

impl Decoder for LineCodec {
    type Item = Line;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Line>> {
        loop {
            let unseen = &buffer[self.searched..];
            let Some(found) = unseen.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
                if self.skipping {
                    buffer.clear();
                } else if self.too_long(buffer) {
                    self.skipping = true;
                    self.searched = 0;
                    buffer.clear();
                    return Ok(Some(Line::TooLong));
                }
                self.searched = buffer.len();
                return Ok(None);
            };
            let end = self.searched + found;
            self.searched = 0;
            let line = &buffer[..end];
            let item = if std::mem::take(&mut self.skipping) {
                None
            } else if self.too_long(line) {
                Some(Line::TooLong)
            } else {
                text(line)
            };
            buffer.advance(end + 1);
            if item.is_some() {
                return Ok(item);
            }
        }
    }

    /// What is left when a client goes is a line without an end, which may be cut short
    /// anywhere; it is not obeyed.
    fn decode_eof(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Line>> {
        let item = self.decode(buffer)?;
        if item.is_none() {
            buffer.clear();
            self.searched = 0;
        }
        Ok(item)
    }
}

fn text(line: &[u8]) -> Option<Line> {
    let mut bytes = line.to_vec();
    if bytes.contains(&0) {
        bytes.retain(|&byte| byte != 0);
    }
    if bytes.is_empty() {
        return None;
    }
    Some(match String::from_utf8(bytes) {
        Ok(text) => Line::Text(text),
        Err(error) => Line::NotUtf8(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    })
}

/// Whether a connection's first line comes from a web browser or another speaker of HTTP.
///
/// A page on the web can make a browser send a request of its choosing to a port on this
/// machine, with IRC commands in the body. Such a connection has to be closed at its first
/// line. Recognised are a request line of any method (`… HTTP/1.1`), one of the usual
/// methods with its target, and a header field (`Host: …`), which no IRC command looks like.
pub fn looks_like_http(line: &str) -> bool {
    const METHODS: [&str; 8] = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE",
    ];
    let mut words = line.split_ascii_whitespace();
    let (Some(first), second, third) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    let is_version = |word: &str| word.starts_with("HTTP/");
    let is_target = |word: &str| word.starts_with(['/', '*']) || word.contains("://");
    let is_header = first
        .strip_suffix(':')
        .is_some_and(|name| !name.is_empty() && !name.starts_with([':', '@']));
    is_header
        || (third.is_some_and(is_version) && words.next().is_none())
        || (METHODS.contains(&first) && second.is_some_and(is_target))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(codec: &mut LineCodec, chunks: &[&[u8]]) -> Vec<Line> {
        let mut buffer = BytesMut::new();
        let mut lines = Vec::new();
        for chunk in chunks {
            buffer.extend_from_slice(chunk);
            while let Some(line) = codec.decode(&mut buffer).unwrap() {
                lines.push(line);
            }
        }
        lines
    }

    fn text(line: &str) -> Line {
        Line::Text(line.to_owned())
    }

    #[test]
    fn every_line_end_ends_a_line_and_empty_lines_are_skipped() {
        let lines = decode(
            &mut LineCodec::default(),
            &[b"\r\nNICK a\r\n\n\nUSER b\rPING\0 c\nrest"],
        );
        assert_eq!(lines, [text("NICK a"), text("USER b"), text("PING c")]);
    }

    #[test]
    fn what_is_not_utf8_is_an_item() {
        let lines = decode(&mut LineCodec::default(), &[b"A\nB \xff\nC\n"]);
        assert_eq!(
            lines,
            [text("A"), Line::NotUtf8("B \u{fffd}".to_owned()), text("C")]
        );
    }

    #[test]
    fn the_limit_counts_the_line_end_and_not_the_tags() {
        let tags = format!("@{} ", "t".repeat(4094));
        let fits = "x".repeat(BODY_LIMIT - 2);
        let mut codec = LineCodec::default();
        let whole = format!("{tags}{fits}");
        assert_eq!(
            decode(&mut codec, &[whole.as_bytes(), b"\r\n"]),
            [text(&whole)]
        );
        for line in [format!("{tags}x{fits}\r\nA\n"), format!("@t{tags}x\r\nA\n")] {
            let lines = decode(&mut codec, &[line.as_bytes()]);
            assert_eq!(lines, [Line::TooLong, text("A")]);
        }
    }

    #[test]
    fn an_endless_line_is_reported_once_and_held_in_bounded_memory() {
        let mut codec = LineCodec::default();
        let mut buffer = BytesMut::new();
        let mut lines = Vec::new();
        for _ in 0..1000 {
            buffer.extend_from_slice(&[b'x'; 1000]);
            lines.extend(codec.decode(&mut buffer).unwrap());
            assert!(buffer.len() <= BODY_LIMIT);
        }
        buffer.extend_from_slice(b"\nPING a\n");
        lines.extend(codec.decode(&mut buffer).unwrap());
        assert_eq!(lines, [Line::TooLong, text("PING a")]);
    }

    #[test]
    fn a_line_without_an_end_is_not_obeyed_when_the_client_goes() {
        let mut codec = LineCodec::default();
        let mut buffer = BytesMut::from(&b"A\nQUIT :goo"[..]);
        assert_eq!(codec.decode_eof(&mut buffer).unwrap(), Some(text("A")));
        assert_eq!(codec.decode_eof(&mut buffer).unwrap(), None);
    }

    #[test]
    fn http_is_told_from_irc() {
        for line in [
            "GET / HTTP/1.1",
            "POST /a b",
            "OPTIONS * HTTP/1.1",
            "GET http://localhost:6667/",
            "PRI * HTTP/2.0",
            "NICK /x HTTP/1.1",
            "CONNECT localhost:6667 HTTP/1.1",
            "Host: localhost:6667",
            "content-type: text/plain",
        ] {
            assert!(looks_like_http(line), "{line}");
        }
        for line in [
            "CAP LS 302",
            "NICK :alice",
            "USER alice 0 * :I like HTTP/1.1",
            "USER alice 0 * HTTP/1.1",
            "PASS GET",
            "JOIN :",
            ":alice NICK bob",
            "@a=b CAP LS",
            "",
        ] {
            assert!(!looks_like_http(line), "{line}");
        }
    }

    proptest! {
        #[test]
        fn how_the_bytes_are_cut_makes_no_difference(
            lines in prop::collection::vec("[@a-z\u{e9} ]{0,40}(\r\n|\n|\r)", 0..8),
            cut in 0..200usize,
        ) {
            let whole = lines.concat().into_bytes();
            let cut = cut.min(whole.len());
            let at_once = decode(&mut LineCodec::new(20), &[&whole]);
            let in_two = decode(&mut LineCodec::new(20), &[&whole[..cut], &whole[cut..]]);
            let one_by_one: Vec<&[u8]> = whole.chunks(1).collect();
            prop_assert_eq!(&at_once, &in_two);
            prop_assert_eq!(&at_once, &decode(&mut LineCodec::new(20), &one_by_one));
        }
    }
}
