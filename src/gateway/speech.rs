//! A message of any length as lines, and the tags that they carry.

use crate::irc::capability::Capabilities;
use crate::irc::reply::Reply;
use crate::irc::text;

/// Lines of one message that a client gets at most; more than this at once drowns it.
pub(super) const LINES_OF_ONE_MESSAGE: usize = 1_000;

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
    /// Its text, perhaps of several lines.
    pub text: &'a str,
    /// When it was written, as `server-time` has it.
    pub time: &'a str,
    /// Its `msgid`: on its first line only, for that is the one that a client can reply to.
    pub id: &'a str,
    /// The batch it is part of.
    pub batch: Option<&'a str>,
    /// Whose log holds all of it, where it is a contact's.
    pub log: Option<&'a str>,
}

impl Speech<'_> {
    /// Writes it for a client with these capabilities. `line` makes a line of one piece of
    /// text, for which it has `room` bytes.
    pub fn write(
        &self,
        room: usize,
        capabilities: Capabilities,
        out: &mut Vec<u8>,
        line: impl Fn(&str) -> Reply,
    ) {
        let mut first = true;
        self.lines(room, |piece| {
            let mut reply = line(piece).tag("time", Some(self.time));
            if let Some(batch) = self.batch {
                reply = reply.tag("batch", Some(batch));
            }
            if std::mem::take(&mut first) {
                reply = reply.tag("msgid", Some(self.id));
            }
            reply.write(capabilities, out);
        });
    }

    /// Its pieces, each fitted to the room. What is longer than the limit ends with a line
    /// that says how much more there was.
    fn lines(&self, room: usize, mut line: impl FnMut(&str)) {
        let mut lines = text::lines(self.text);
        if let (Some(only), None) = (lines.next(), lines.next())
            && let Some(action) = only.strip_prefix(ACTION)
            && !action.is_empty()
        {
            for piece in text::split(action, room.saturating_sub(ACTION_OVERHEAD)) {
                line(&text::action(piece));
            }
            return;
        }
        let (mut sent, mut left) = (0, 0);
        for whole in text::lines(self.text) {
            for piece in text::split(&whole, room) {
                if sent < LINES_OF_ONE_MESSAGE {
                    line(piece);
                    sent += 1;
                } else {
                    left += 1;
                }
            }
        }
        if left > 0 {
            let log = self.log.map(|nick| format!(": /msg enclave log {nick}"));
            line(&format!(
                "[{left} more lines of this message are not shown{}]",
                log.unwrap_or_default()
            ));
        }
    }
}
