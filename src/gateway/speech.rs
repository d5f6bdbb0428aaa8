//! A message of any length as lines, with the tags that they carry: one line, several, or
//! a batch of several (IRCv3 `draft/multiline`), as the client can take it.

use crate::irc::capability::{
    Capabilities, Capability, MULTILINE_MAX_BYTES, MULTILINE_MAX_LINES as LINES_OF_ONE_MESSAGE,
};
use crate::irc::reply::Reply;
use crate::irc::text;
use crate::store::Tags;

use super::batch::Batches;

/// How `/me waves` travels in an Enclave message, which knows no CTCP.
const ACTION: &str = "/me ";

/// What an ACTION takes in a line beside its text, bytes.
const ACTION_OVERHEAD: usize = "\x01ACTION \x01".len();

/// What a line takes beside its text, bytes: tags, mask, target.
const LINE_OVERHEAD: usize = 300;

/// The shortest that lines of long text are on average, bytes: they are cut at spaces, so
/// that a short one may stand before each long one.
const SHORTEST_LINE: usize = 150;

/// About as many bytes as a message takes when it is shown.
pub(super) fn cost(text: &str) -> usize {
    let ends = text.bytes().filter(|byte| matches!(byte, b'\r' | b'\n'));
    let lines = 1 + ends.count() + text.len() / SHORTEST_LINE;
    text.len() + lines.min(LINES_OF_ONE_MESSAGE) * LINE_OVERHEAD
}

/// The person's ACTION as the text of an Enclave message.
pub(super) fn as_action(text: &str) -> String {
    format!("{ACTION}{text}")
}

/// One message as it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speech<'a> {
    /// PRIVMSG or NOTICE.
    pub verb: &'static str,
    /// To whom.
    pub target: &'a str,
    /// Its text, perhaps of several lines. Empty where it is nothing but tags.
    pub text: &'a str,
    /// The client-only tags it carries.
    pub tags: &'a Tags,
    /// Its `msgid`: on its first line only, for that is the one that a client can reply to.
    pub id: &'a str,
    /// The batch it is part of.
    pub batch: Option<&'a str>,
    /// Whose log holds all of it, where it is a contact's.
    pub log: Option<&'a str>,
}

/// One line of a message.
struct Piece {
    text: String,
    /// It goes on where the one before it was cut.
    continues: bool,
}

impl Speech<'_> {
    /// Gives its lines for a client with these capabilities to `out`. `says` makes a line
    /// of a verb and parameters, and text has `room` bytes in one.
    pub fn write(
        &self,
        room: usize,
        capabilities: Capabilities,
        batches: &mut Batches,
        says: impl Fn(&'static str, &[&str]) -> Reply,
        mut out: impl FnMut(Reply),
    ) {
        if self.text.is_empty() && !self.tags.is_empty() {
            if capabilities.contains(Capability::MessageTags) {
                out(self.first(self.inside(says("TAGMSG", &[self.target]))));
            }
            return;
        }
        if self.is_one_line(room) {
            return out(self.first(self.inside(says(self.verb, &[self.target, self.text]))));
        }
        let multiline = capabilities.contains(Capability::Multiline)
            && capabilities.contains(Capability::Batch);
        let pieces = self.pieces(room, multiline);
        if multiline && pieces.len() > 1 {
            return self.write_batches(&pieces, batches, says, out);
        }
        for (index, piece) in pieces.iter().enumerate() {
            let line = self.inside(says(self.verb, &[self.target, &piece.text]));
            out(if index == 0 { self.first(line) } else { line });
        }
    }

    /// Whether its text can stand in a line as it is, which most do.
    fn is_one_line(&self, room: usize) -> bool {
        !self.text.is_empty()
            && self.text.len() <= room
            && !self.text.starts_with(ACTION)
            && text::is_clean(self.text)
    }

    /// As batches of what one may hold: a message may be longer than what clients are told
    /// that they have to take at once.
    fn write_batches(
        &self,
        pieces: &[Piece],
        batches: &mut Batches,
        says: impl Fn(&'static str, &[&str]) -> Reply,
        mut out: impl FnMut(Reply),
    ) {
        let mut rest = pieces;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.iter().take(LINES_OF_ONE_MESSAGE).take_while(|piece| {
                bytes += piece.text.len() + 1;
                bytes <= MULTILINE_MAX_BYTES
            });
            let (now, after) = rest.split_at(fitting.count().max(1));
            let name = batches.next();
            let open = says(
                "BATCH",
                &[&format!("+{name}"), "draft/multiline", self.target],
            );
            let open = self.inside(open);
            let is_first = rest.len() == pieces.len();
            out(if is_first { self.first(open) } else { open });
            for (index, piece) in now.iter().enumerate() {
                let line = says(self.verb, &[self.target, &piece.text]);
                let line = line.tag("batch", Some(&name));
                out(if piece.continues && index > 0 {
                    line.tag("draft/multiline-concat", None)
                } else {
                    line
                });
            }
            out(self.inside(says("BATCH", &[&format!("-{name}")])));
            rest = after;
        }
    }

    /// A line within the batch that the message is part of.
    fn inside(&self, line: Reply) -> Reply {
        match self.batch {
            Some(batch) => line.tag("batch", Some(batch)),
            None => line,
        }
    }

    /// The first line of a message.
    fn first(&self, line: Reply) -> Reply {
        let line = line.tag("msgid", Some(self.id));
        let tags = self.tags.iter();
        tags.fold(line, |line, (name, value)| {
            line.tag(format!("+{name}"), Some(value))
        })
    }

    /// Its pieces, each fitted to the room. What is longer than the limit ends with a line
    /// that says how much more there was. Empty lines are only for clients that see the
    /// message as one (`draft/multiline`, "Fallback"), if there is anything else.
    fn pieces(&self, room: usize, with_empty: bool) -> Vec<Piece> {
        let mut lines = text::lines(self.text);
        if let (Some(only), None) = (lines.next(), lines.next())
            && let Some(action) = only.strip_prefix(ACTION)
            && !action.is_empty()
        {
            let pieces = text::split(action, room.saturating_sub(ACTION_OVERHEAD));
            // Each is an ACTION of its own, so none continues another.
            let pieces = pieces.map(|piece| Piece {
                text: text::action(piece),
                continues: false,
            });
            return pieces.collect();
        }
        let mut pieces = Vec::new();
        let mut left = 0;
        let mut add = |piece: &str, continues| {
            if pieces.len() < LINES_OF_ONE_MESSAGE {
                pieces.push(Piece::new(piece, continues));
            } else {
                left += 1;
            }
        };
        if text::lines(self.text).all(|line| line.is_empty()) {
            if !self.text.is_empty() {
                // IRC has no empty message, and something was said.
                add(" ", false);
            }
        } else {
            for whole in text::lines(self.text) {
                if whole.is_empty() && with_empty {
                    add("", false);
                }
                for (index, piece) in text::split(&whole, room).enumerate() {
                    add(piece, index > 0);
                }
            }
        }
        if left > 0 {
            let log = self.log.map(|nick| format!(": /msg enclave log {nick}"));
            let text = format!(
                "[{left} more lines of this message are not shown{}]",
                log.unwrap_or_default()
            );
            pieces.push(Piece::new(&text, false));
        }
        pieces
    }
}

impl Piece {
    fn new(text: &str, continues: bool) -> Self {
        Self {
            text: text.to_owned(),
            continues,
        }
    }
}
