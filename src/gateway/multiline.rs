//! A message of several lines on its way in from a client (IRCv3 `draft/multiline`), line
//! by line, until its batch is closed.

use std::time::Duration;

use crate::irc::capability::{MULTILINE_MAX_BYTES, MULTILINE_MAX_LINES};
use crate::store::Tags;

use super::response::Later;

/// How long a client may take for one message. What it has typed is there already.
pub(super) const BATCH_TIMEOUT: Duration = Duration::from_secs(30);

/// What is wrong with a batch (`draft/multiline`, "Errors"): a code, its parameters, and
/// words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub code: &'static str,
    pub context: Vec<String>,
    pub text: &'static str,
}

impl Wrong {
    pub fn invalid(text: &'static str) -> Self {
        Self {
            code: "MULTILINE_INVALID",
            context: Vec::new(),
            text,
        }
    }
}

/// A batch that a client has opened and not closed.
#[derive(Debug)]
pub(super) struct OpenBatch {
    /// What the client calls it.
    pub reference: String,
    pub target: String,
    /// The client-only tags of the message.
    pub tags: Tags,
    /// The answer that is owed for it.
    pub later: Later,
    /// When it has taken too long.
    pub until: Duration,
    /// PRIVMSG or NOTICE, once there is a line.
    verb: Option<&'static str>,
    pub(super) text: String,
    lines: usize,
    /// What was wrong first. Nothing more is kept then.
    wrong: Option<Wrong>,
    /// The client was told what is wrong before it closed the batch.
    told: bool,
}

/// One line of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchLine<'a> {
    pub verb: &'a str,
    pub target: &'a str,
    pub text: &'a str,
    /// `draft/multiline-concat`: it goes on where the line before it ends.
    pub continues: bool,
}

impl OpenBatch {
    pub fn new(reference: &str, target: &str, tags: Tags, later: Later, now: Duration) -> Self {
        Self {
            reference: reference.to_owned(),
            target: target.to_owned(),
            tags,
            later,
            until: now + BATCH_TIMEOUT,
            verb: None,
            text: String::new(),
            lines: 0,
            wrong: None,
            told: false,
        }
    }

    /// A batch of which nothing is taken any more, as its client was told.
    pub fn ignored(reference: &str, now: Duration) -> Self {
        let mut ignored = Self::new(reference, "", Tags::new(), Later::default(), now);
        ignored.ignore();
        ignored
    }

    /// Its client was told that nothing of it is taken.
    pub fn ignore(&mut self) {
        self.text = String::new();
        self.told = true;
    }

    /// Whether its client still has to be told what becomes of it.
    pub fn is_open(&self) -> bool {
        !self.told
    }

    /// Adds a line.
    pub fn add(&mut self, line: BatchLine<'_>) {
        if self.told || self.wrong.is_some() {
            return;
        }
        if let Err(wrong) = self.try_add(line) {
            self.text = String::new();
            self.wrong = Some(wrong);
        }
    }

    fn try_add(&mut self, line: BatchLine<'_>) -> Result<(), Wrong> {
        let verb = match line.verb {
            "PRIVMSG" => "PRIVMSG",
            "NOTICE" => "NOTICE",
            _ => {
                return Err(Wrong::invalid(
                    "Only PRIVMSG or NOTICE can be in a multiline batch",
                ));
            }
        };
        if self.verb.is_some_and(|first| first != verb) {
            return Err(Wrong::invalid(
                "PRIVMSG and NOTICE cannot be in one multiline batch",
            ));
        }
        if line.target != self.target {
            return Err(Wrong {
                code: "MULTILINE_INVALID_TARGET",
                context: vec![self.target.clone(), line.target.to_owned()],
                text: "All lines of a multiline batch have its target",
            });
        }
        if line.continues && line.text.is_empty() {
            return Err(Wrong::invalid("A blank line cannot continue another"));
        }
        if self.lines == MULTILINE_MAX_LINES {
            return Err(Wrong {
                code: "MULTILINE_MAX_LINES",
                context: vec![MULTILINE_MAX_LINES.to_string()],
                text: "Too many lines; nothing of the message was sent",
            });
        }
        let line_feed = self.lines > 0 && !line.continues;
        if self.text.len() + usize::from(line_feed) + line.text.len() > MULTILINE_MAX_BYTES {
            return Err(Wrong {
                code: "MULTILINE_MAX_BYTES",
                context: vec![MULTILINE_MAX_BYTES.to_string()],
                text: "Too long; nothing of the message was sent",
            });
        }
        if line_feed {
            self.text.push('\n');
        }
        self.text.push_str(line.text);
        self.verb = Some(verb);
        self.lines += 1;
        Ok(())
    }

    /// The whole message, with its verb, or what was wrong with it.
    pub fn close(self) -> Result<(&'static str, String, Tags), Wrong> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let Some(verb) = self.verb.filter(|_| self.text.contains(|c| c != '\n')) else {
            return Err(Wrong::invalid("There are only blank lines in this batch"));
        };
        Ok((verb, self.text, self.tags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> OpenBatch {
        OpenBatch::new("1", "bob", Tags::new(), Later::default(), Duration::ZERO)
    }

    fn line(text: &str, continues: bool) -> BatchLine<'_> {
        BatchLine {
            verb: "PRIVMSG",
            target: "bob",
            text,
            continues,
        }
    }

    fn closed(lines: &[(&str, bool)]) -> Result<String, &'static str> {
        let mut batch = batch();
        for (text, continues) in lines {
            batch.add(line(text, *continues));
        }
        let closed = batch.close();
        closed.map(|(_, text, _)| text).map_err(|wrong| wrong.code)
    }

    #[test]
    fn lines_are_joined_as_the_specification_says() {
        let lines = [
            ("hello", false),
            ("", false),
            ("how is ", false),
            ("everyone?", true),
        ];
        assert_eq!(closed(&lines), Ok("hello\n\nhow is everyone?".to_owned()));
        assert_eq!(closed(&[("a", true), ("b", true)]), Ok("ab".to_owned()));
        assert_eq!(closed(&[("", false), ("a", true)]), Ok("a".to_owned()));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(closed(&[]), Err("MULTILINE_INVALID"));
        assert_eq!(
            closed(&[("", false), ("", false)]),
            Err("MULTILINE_INVALID")
        );
        assert_eq!(
            closed(&[("a", false), ("", true)]),
            Err("MULTILINE_INVALID")
        );
        for (verb, target, code) in [
            ("NOTICE", "bob", "MULTILINE_INVALID"),
            ("TAGMSG", "bob", "MULTILINE_INVALID"),
            ("PRIVMSG", "carol", "MULTILINE_INVALID_TARGET"),
        ] {
            let mut batch = batch();
            batch.add(line("a", false));
            batch.add(BatchLine {
                verb,
                target,
                ..line("b", false)
            });
            assert_eq!(batch.close().unwrap_err().code, code);
        }
    }

    #[test]
    fn the_limits_are_kept_to_the_byte_and_the_line() {
        let long = "x".repeat(MULTILINE_MAX_BYTES - 2);
        assert!(closed(&[(&long, false), ("y", false)]).is_ok());
        let too_long = closed(&[(&long, false), ("yz", false)]);
        assert_eq!(too_long, Err("MULTILINE_MAX_BYTES"));
        assert!(closed(&[(&long, false), ("yz", true)]).is_ok());
        let mut lines = vec![("a", true); MULTILINE_MAX_LINES];
        assert!(closed(&lines).is_ok());
        lines.push(("a", true));
        assert_eq!(closed(&lines), Err("MULTILINE_MAX_LINES"));
    }
}
