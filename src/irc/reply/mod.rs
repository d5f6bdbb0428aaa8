//! What we say to a client, made so that it cannot be malformed.
//!
//! A [`Reply`] is written when it is made, but for its tags, of which each client sees what
//! its capabilities allow. Whatever comes in here, one line goes out, with the parameters it
//! was given where they were.

use std::borrow::Cow;

use super::capability::{Capabilities, Capability};
use super::numeric::{self, Numeric};
use super::text;

mod write;

/// The longest line without its tags, bytes with CR LF (RFC 1459, section 2.3).
pub const LINE_LENGTH: usize = 512;

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// Nobody named: `PING` and `ERROR`, which HexChat knows only without a source.
    Unnamed,
    /// The server.
    Server(&'a str),
    /// A user, by its whole mask.
    User {
        /// Its nick.
        nick: &'a str,
        /// Its user name.
        user: &'a str,
        /// Its host.
        host: &'a str,
    },
}

/// One line to a client. Each client gets it with the tags its capabilities allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    tags: Vec<Tag>,
    /// All that stands behind the tags, without the line's end.
    line: String,
}

/// A tag, with its value as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    key: Cow<'static, str>,
    value: Option<String>,
}

impl Reply {
    /// A numeric, from the server, to the client called `nick` (`*` before it has one).
    pub fn numeric(server: &str, nick: &str, numeric: Numeric, params: &[&str]) -> Self {
        let params = [&[nick], params].concat();
        let (source, verb) = (Source::Server(server), numeric.to_string());
        Self::new(write::line(source, &verb, &params, !is_data(numeric)))
    }

    /// A command, such as `PRIVMSG`. Only the last parameter may be empty, hold spaces or
    /// begin with `:`; in the others that is mended.
    pub fn from(source: Source<'_>, verb: &'static str, params: &[&str]) -> Self {
        Self::new(write::line(source, verb, params, has_text(verb)))
    }

    fn new(line: String) -> Self {
        Self {
            tags: Vec::new(),
            line,
        }
    }

    /// Adds a tag, or gives it another value. Which clients see it is
    /// [`Capability::for_tag`]'s to say. A key that is none is ignored.
    #[must_use]
    pub fn tag(mut self, key: impl Into<Cow<'static, str>>, value: Option<&str>) -> Self {
        let key = key.into();
        let valid = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.' | b'/');
        if key.is_empty() || !key.bytes().all(valid) {
            return self;
        }
        // An empty value and none mean the same, and the shorter form is always allowed.
        let value = value.filter(|value| !value.is_empty());
        let value = value.map(|value| match value.contains('\0') {
            true => value.replace('\0', ""),
            false => value.to_owned(),
        });
        match self.tags.iter_mut().find(|tag| tag.key == key) {
            Some(tag) => tag.value = value,
            None => self.tags.push(Tag { key, value }),
        }
        self
    }

    /// What follows the verb, if that is this one.
    pub fn params_of(&self, verb: &str) -> Option<&str> {
        let command = match self.line.strip_prefix(':') {
            Some(line) => line.split_once(' ')?.1,
            None => &self.line,
        };
        command.strip_prefix(verb)?.strip_prefix(' ')
    }

    /// Whether it has a tag of that name.
    pub fn has_tag(&self, key: &str) -> bool {
        self.tags.iter().any(|tag| tag.key == key)
    }

    /// How many bytes are left in a line for the last parameter, behind this source, verb and
    /// these parameters.
    pub fn room(source: &Source<'_>, verb: &str, params: &[&str]) -> usize {
        let params = params.iter().map(|param| " ".len() + middle(param).len());
        let around = source.length() + verb.len() + params.sum::<usize>() + " :\r\n".len();
        LINE_LENGTH.saturating_sub(around)
    }

    /// Writes the line, for a client with these capabilities, at the end of `out`.
    ///
    /// A tag that the client has not asked for, or for which the tags have no room left,
    /// is left out. Text beyond [`LINE_LENGTH`] is cut off at the end of a character, which is
    /// the last resort: whoever has long text splits it first.
    pub fn write(&self, capabilities: Capabilities, out: &mut Vec<u8>) {
        let allowed = |key: &str| capabilities.contains(Capability::for_tag(key));
        write::tags(&self.tags, allowed, out);
        out.extend_from_slice(self.line.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

impl Source<'_> {
    /// Bytes it takes in a line, with colon, marks and space.
    fn length(&self) -> usize {
        match self {
            Self::Unnamed => 0,
            Self::Server(name) => ": ".len() + name.len().max(1),
            Self::User { nick, user, host } => {
                let parts = [nick, user, host].map(|part| part.len().max(1));
                ":!@ ".len() + parts.iter().sum::<usize>()
            }
        }
    }
}

/// A part of a prefix: never empty, and one word without the marks that divide a prefix.
fn part(part: &str, is_mark: impl Fn(u8) -> bool) -> Cow<'_, str> {
    let bad = |byte: u8| matches!(byte, 0 | b'\r' | b'\n' | b' ') || is_mark(byte);
    if part.is_empty() {
        return Cow::Borrowed("*");
    }
    if !text::any_byte(part, bad) {
        return Cow::Borrowed(part);
    }
    let mended = part.chars().map(|c| match u8::try_from(c) {
        Ok(byte) if bad(byte) => '_',
        _ => c,
    });
    Cow::Owned(mended.collect())
}

/// A parameter that others follow. An empty one becomes `*`, which stands for nothing all
/// over IRC; one with a `:` in front gets a `0`, so that an IPv6 address stays what it is.
fn middle(param: &str) -> Cow<'_, str> {
    let word = part(param, |_| false);
    if word.starts_with(':') {
        return Cow::Owned(format!("0{word}"));
    }
    word
}

/// The last parameter: any text on one line.
fn trailing(param: &str) -> Cow<'_, str> {
    if text::is_clean(param) {
        return Cow::Borrowed(param);
    }
    Cow::Owned(param.replace(['\0', '\r', '\n'], " "))
}

/// Whether the last parameter of a command gets its `:` even where nothing demands it.
///
/// Clients that do not take lines apart by the rules look for it: without it sic and ii
/// show no message, answer no PING and sic loses its own nick. Others read a mode or a time
/// with the colon as part of it (HexChat). So it stands where the documents show it, before
/// text, and where servers have always written it.
fn has_text(verb: &str) -> bool {
    const TEXT: [&str; 17] = [
        "PRIVMSG", "NOTICE", "PING", "PONG", "ERROR", "JOIN", "NICK", "QUIT", "PART", "TOPIC",
        "AWAY", "CAP", "SETNAME", "KICK", "FAIL", "WARN", "NOTE",
    ];
    TEXT.contains(&verb)
}

/// Whether that of a numeric gets none: it is no text.
fn is_data(numeric: Numeric) -> bool {
    use numeric::*;
    const DATA: [Numeric; 10] = [
        RPL_MYINFO,
        RPL_UMODEIS,
        RPL_CHANNELMODEIS,
        RPL_CREATIONTIME,
        RPL_TOPICWHOTIME,
        RPL_INVITING,
        RPL_INVEXLIST,
        RPL_EXCEPTLIST,
        RPL_BANLIST,
        RPL_WHOSPCRPL,
    ];
    DATA.contains(&numeric)
}

#[cfg(test)]
mod tests;
