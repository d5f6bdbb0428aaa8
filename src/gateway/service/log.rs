//! Commands about what was said: log, search, forget.

use crate::irc::ClientId;
use crate::irc::text;
use crate::store::{self, Ask, Write};

use super::super::Gateway;
use super::super::history::REQUESTS;
use super::super::ledger;
use super::super::response::Later;
use super::super::roster::ContactId;
use super::super::time::log_time;
use super::late::may_wait;
use super::{Answer, Asked, Place};

/// Messages shown where no number is given.
const USUAL: u32 = 20;

/// Messages shown at most.
const MOST: u32 = 1_000;

/// Bytes of text shown at most; see the backlog.
const BYTES: usize = 1024 * 1024;

/// Lines shown at most, the last ones: each may be as long as a line can be, and all of them
/// wait for a client that reads slowly.
const LINES: usize = 10_000;

/// Who wants to read a log, and where.
#[derive(Debug)]
pub(in super::super) struct LogAsked {
    client: ClientId,
    place: Place,
    /// All conversations, so the lines say which.
    all: bool,
    later: Later,
}

/// `log [NICK] [N]`.
pub(super) fn log(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let (named, number) = match (asked.word(0), asked.word(1)) {
        (Some(number), None) if gateway.correspondent(number).is_err() => match number.parse() {
            Ok(number) => (None, Some(number)),
            Err(_) => (Some(number), None),
        },
        (named, None) => (named, None),
        (named, Some(number)) => {
            let parsed: Result<u32, _> = number.parse();
            let number = parsed.map_err(|_| {
                let shown = text::quote_for_display(number, 20);
                format!("\"{shown}\" is no number. It is: log [NICK] [N]")
            })?;
            (named, Some(number))
        }
    };
    let contact = named
        .map(|named| gateway.correspondent(named))
        .transpose()?;
    may_ask(gateway, asked)?;
    let log = LogAsked {
        client: asked.client,
        place: asked.place,
        all: contact.is_none(),
        later: gateway.later(),
    };
    let ask = Ask::Log {
        contact: contact.map(|(id, _)| id.0),
        most: number.unwrap_or(USUAL).clamp(1, MOST),
        bytes: BYTES,
    };
    gateway.ask(ledger::Asked::Log(log), ask);
    Ok(Vec::new())
}

/// Counts a question to the store, which may take long to answer; says so where a client has
/// asked too many already.
fn may_ask(gateway: &mut Gateway, asked: &Asked<'_>) -> Result<(), String> {
    if gateway.may_ask(asked.client) {
        return Ok(());
    }
    Err(format!(
        "{REQUESTS} of your questions wait for an answer already; ask again when they have it"
    ))
}

/// `search TEXT… [NICK]`.
pub(super) fn search(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let mut words = asked.words.as_slice();
    let mut contact = None;
    if let [text @ .., last] = words
        && !text.is_empty()
        && let Ok((id, _)) = gateway.correspondent(last)
    {
        contact = Some(id.0);
        words = text;
    }
    may_ask(gateway, asked)?;
    let log = LogAsked {
        client: asked.client,
        place: asked.place,
        all: contact.is_none(),
        later: gateway.later(),
    };
    let search = store::Search {
        contact,
        own: None,
        after: None,
        before: None,
        text: words.join(" "),
        most: USUAL,
        bytes: BYTES,
    };
    gateway.ask(ledger::Asked::Log(log), Ask::Search(search));
    Ok(Vec::new())
}

/// `forget NICK`. It is answered when it is done, and refused where that cannot be.
pub(super) fn forget(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let (id, nick) = gateway.correspondent(asked.word(0).unwrap_or_default())?;
    if let Some(why) = gateway.why_unstorable() {
        return Err(format!(
            "Nothing was deleted: {why}. Ask again when you are told that this is over."
        ));
    }
    may_wait(gateway, asked)?;
    gateway.markers.forget(id);
    gateway.ledger.forget(id);
    gateway.forget_unfetched(id);
    let done = if gateway.roster.get(id).is_some() {
        gateway.store(Write::Forget(id.0));
        let kept = match gateway.count_waiting(id) {
            0 => String::new(),
            _ => format!(", but for what waits to be sent (outbox {nick})"),
        };
        format!("All that you and {nick} have said is deleted{kept}; they stay your contact.")
    } else {
        gateway.absent.remove(&id);
        gateway.unwritten.remove(&id);
        gateway.correspondences.remove(&id);
        gateway.store(Write::RemoveContact(id.0));
        format!("{nick} is forgotten, with all that you two have said.")
    };
    let not_yet = format!("What you and {nick} have said is not deleted yet");
    gateway.answer_when_durable(asked, done, not_yet);
    Ok(Vec::new())
}

impl Gateway {
    /// The store has found what a person wants to read.
    pub(in super::super) fn show_log(
        &mut self,
        mut log: LogAsked,
        answer: Result<store::Answer, String>,
    ) {
        self.has_asked(log.client);
        let later = std::mem::take(&mut log.later);
        self.resume(later, |gateway| gateway.answer_log(&log, answer));
    }

    fn answer_log(&mut self, log: &LogAsked, answer: Result<store::Answer, String>) {
        let lines = match answer {
            Ok(store::Answer::Log(messages)) if messages.is_empty() => {
                vec!["Nothing was said yet, or it is not kept.".to_owned()]
            }
            Ok(store::Answer::Search(messages)) if messages.is_empty() => {
                vec!["Nothing was found.".to_owned()]
            }
            Ok(store::Answer::Log(messages) | store::Answer::Search(messages)) => {
                let each = messages.iter();
                let mut lines: Vec<String> = each
                    .flat_map(|message| self.log_lines(message, log))
                    .collect();
                let too_many = lines.len().saturating_sub(LINES);
                if too_many > 0 {
                    lines.drain(..too_many);
                    lines.insert(0, format!("[{too_many} lines before these are left out]"));
                }
                lines
            }
            Ok(_) => Vec::new(),
            Err(why) => vec![format!("The log cannot be read at the moment: {why}")],
        };
        for line in lines {
            self.answer(log.client, log.place, &line);
        }
    }

    /// `2026-11-25 14:03 <JohnSmith> hi`, with more lines below it where there are some.
    fn log_lines(&self, message: &store::Message, log: &LogAsked) -> Vec<String> {
        let contact = self.contact(ContactId(message.contact));
        let nick = contact.map_or("?", |contact| contact.nick.as_str());
        let own = self
            .sessions
            .get(&log.client)
            .map_or("*", |one| one.target());
        let who = match (message.own, log.all) {
            (true, true) => format!("<{own} to {nick}>"),
            (true, false) => format!("<{own}>"),
            (false, _) => format!("<{nick}>"),
        };
        let time = log_time(message.time, &self.settings.zone);
        let said = message.text.as_deref().unwrap_or_default();
        text::lines(said)
            .enumerate()
            .map(|(index, line)| match index {
                0 => format!("{time} {who} {line}"),
                _ => format!("    {line}"),
            })
            .collect()
    }
}
