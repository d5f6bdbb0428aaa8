//! One made-up client: the bytes that it sends, and what it makes of all that it hears.

use bytes::BytesMut;
use enclave_irc::irc::codec::{Line, LineCodec};
use enclave_irc::irc::request::Request;
use tokio_util::codec::Decoder;

use super::belief::Belief;
use super::dialogue::Dialogue;

/// Why something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A client has said something: the one that hears of it now, or another.
    Own,
    Other,
    /// Something has come that may have been asked for earlier: from the store, from the
    /// editor of the address book, from whoever looks at passwords; or it took too long.
    Later,
    /// Something else has happened, such as a contact that said something.
    Unasked,
}

/// What nobody needs to have asked for. `305` and `306` come where another client of the
/// person's has said how they are.
const UNASKED: [&str; 17] = [
    "JOIN", "QUIT", "NICK", "MODE", "AWAY", "SETNAME", "PRIVMSG", "NOTICE", "TAGMSG", "BATCH",
    "PING", "ERROR", "MARKREAD", "730", "731", "305", "306",
];

/// One client.
#[derive(Default)]
pub struct Client {
    codec: LineCodec,
    buffer: BytesMut,
    pub belief: Belief,
    pub dialogue: Dialogue,
    /// It has said a whole line.
    has_asked: bool,
    /// Its connection is over, or about to be.
    pub closed: bool,
    /// PINGs that it has yet to answer.
    pub pings: Vec<String>,
}

impl Client {
    /// The lines that so many bytes more make.
    pub fn say(&mut self, bytes: &[u8]) -> Vec<Line> {
        self.buffer.extend_from_slice(bytes);
        let mut lines = Vec::new();
        while let Some(line) = self.codec.decode(&mut self.buffer).expect("it never fails") {
            lines.push(line);
        }
        lines
    }

    /// It is about to be heard.
    pub fn ask(&mut self, line: &Line) {
        self.has_asked = true;
        let (Line::Text(text) | Line::NotUtf8(text)) = line else {
            return;
        };
        if let Some(request) = Request::parse(text)
            && let Some(label) = request.tag("label")
        {
            self.dialogue.ask(label, self.belief.can_label());
        }
    }

    /// It hears lines, each ended.
    pub fn hear(&mut self, lines: &[u8], cause: Cause) {
        let lines = str::from_utf8(lines).expect("what is sent is text");
        assert!(lines.ends_with("\r\n"), "{lines:?}");
        for line in lines.split_terminator("\r\n") {
            self.hear_line(line, cause);
        }
    }

    fn hear_line(&mut self, line: &str, cause: Cause) {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        let (tags, body) = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').expect("something follows the tags"),
            None => ("", line),
        };
        assert!(body.len() <= 510, "{} bytes: {body}", body.len());
        // As much again as a client may send, and as the server may add.
        assert!(
            tags.len() <= 4094 + 1 + 4094,
            "{} bytes of tags",
            tags.len()
        );
        let heard = Heard::parse(tags, body);
        self.assert_asked(&heard, cause);
        if heard.verb == "PING" {
            self.pings.push(heard.params[0].to_owned());
        }
        self.dialogue.hear(&heard);
        let could = self.belief.can_label();
        self.belief.hear(&heard);
        if could && !self.belief.can_label() {
            self.dialogue.give_up();
        }
    }

    /// No reply to what was not asked.
    fn assert_asked(&self, heard: &Heard<'_>, cause: Cause) {
        let may_come = match cause {
            Cause::Own => true,
            Cause::Later if self.has_asked => true,
            _ => UNASKED.contains(&heard.verb),
        };
        // A list of capabilities changes by itself, and a nick can be lost while registering.
        let by_itself = match heard.verb {
            "CAP" => matches!(heard.params.get(1), Some(&("NEW" | "DEL"))),
            "433" => heard.params[0] == "*",
            _ => false,
        };
        assert!(may_come || by_itself, "{cause:?}: {heard:?}");
        if heard.tag("label").is_some() {
            assert!(matches!(cause, Cause::Own | Cause::Later), "{heard:?}");
        }
    }
}

/// One line that a client has heard.
#[derive(Debug)]
pub struct Heard<'a> {
    tags: Vec<(&'a str, &'a str)>,
    /// The nick of whoever says it; empty where nobody is named.
    pub nick: &'a str,
    pub verb: &'a str,
    pub params: Vec<&'a str>,
}

impl<'a> Heard<'a> {
    fn parse(tags: &'a str, body: &'a str) -> Self {
        let (source, rest) = match body.strip_prefix(':') {
            Some(sourced) => sourced.split_once(' ').expect("a source says something"),
            None => ("", body),
        };
        let (verb, mut rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let is_verb = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        assert!(!verb.is_empty() && verb.bytes().all(is_verb), "{body:?}");
        let may_be_unnamed = ["PING", "ERROR", "AUTHENTICATE"].contains(&verb);
        assert!(!source.is_empty() || may_be_unnamed, "{body:?}");
        let mut params = Vec::new();
        while !rest.is_empty() {
            if let Some(last) = rest.strip_prefix(':') {
                params.push(last);
                break;
            }
            let (param, after) = rest.split_once(' ').unwrap_or((rest, ""));
            assert!(!param.is_empty(), "an empty parameter: {body:?}");
            params.push(param);
            rest = after;
        }
        let tags = tags.split(';').filter(|tag| !tag.is_empty());
        Self {
            tags: tags
                .map(|tag| tag.split_once('=').unwrap_or((tag, "")))
                .collect(),
            nick: source.split(['!', ' ']).next().unwrap_or_default(),
            verb,
            params,
        }
    }

    /// The value of a tag, as it is written.
    pub fn tag(&self, key: &str) -> Option<&'a str> {
        let mut tags = self.tags.iter();
        tags.find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    pub fn param(&self, index: usize) -> &'a str {
        self.params.get(index).copied().unwrap_or_default()
    }
}
