//! The control contact: what a person types to the gateway itself.
//!
//! It is spoken to with `/msg enclave …` or in the roster channel. Commands that only show
//! something may be abbreviated; those that change something may not, and in the channel
//! the destructive ones want exactly their arguments, for "block party tonight" is talk.

mod book;
mod late;
mod log;
mod outbox;
mod pending;
mod show;
mod status;
mod strangers;
mod table;

use crate::irc::ClientId;
use crate::nearest::nearest;

use super::Gateway;
use super::voice::SERVICE_NICK;

pub(super) use late::DoneAnswer;
#[cfg(any(test, fuzzing))]
pub(super) use late::UNFINISHED;
pub(super) use log::LogAsked;
pub(super) use pending::PendingChange;
use table::{COMMANDS, Command, Kind, find};

/// Where a command was typed, and so where its answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the conversation with the control contact.
    Conversation,
    /// In the roster channel.
    Channel,
}

/// A command as it was typed.
struct Asked<'a> {
    client: ClientId,
    place: Place,
    /// What follows the command's name.
    words: Vec<&'a str>,
}

impl Asked<'_> {
    fn word(&self, index: usize) -> Option<&str> {
        self.words.get(index).copied()
    }

    /// Everything from a word on, as one text.
    fn rest(&self, from: usize) -> String {
        self.words.get(from..).unwrap_or_default().join(" ")
    }
}

/// The lines of an answer, or why nothing was done.
type Answer = Result<Vec<String>, String>;

/// Does what a person asked the control contact to do, and answers.
pub(super) fn command(gateway: &mut Gateway, client: ClientId, text: &str, place: Place) {
    let mut words = words(text);
    let Some(name) = words.next() else { return };
    let asked = Asked {
        client,
        place,
        words: words.collect(),
    };
    let answer = match find(name) {
        Some(command) => run(gateway, command, &asked),
        None => Err(unknown(name)),
    };
    let (Ok(lines) | Err(lines)) = answer.map_err(|why| vec![why]);
    for line in lines {
        gateway.answer(client, place, &line);
    }
}

/// The words of a command: what stands between two quotation marks is one, without them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let quoted = rest.strip_prefix('"').and_then(|inside| {
            let (word, after) = inside.split_once('"')?;
            let ends = after.is_empty() || after.starts_with(char::is_whitespace);
            (ends && !word.is_empty()).then_some((word, after))
        });
        let (word, after) = match quoted {
            Some(quoted) => quoted,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

fn run(gateway: &mut Gateway, command: &Command, asked: &Asked<'_>) -> Answer {
    if !command.words.contains(&asked.words.len()) {
        let nothing = if command.kind == Kind::Show {
            ""
        } else {
            "Nothing was done. "
        };
        return Err(format!(
            "{nothing}It is: {} · for example: {}",
            command.usage, command.example
        ));
    }
    (command.handler)(gateway, asked)
}

fn unknown(name: &str) -> String {
    let shown = crate::irc::text::quote_for_display(name, 30);
    match nearest(
        &name.to_lowercase(),
        COMMANDS.iter().map(|command| command.name),
    ) {
        Some(near) => {
            format!("There is no command \"{shown}\". Did you mean: {near}? (help lists all)")
        }
        None => format!(
            "There is no command \"{shown}\"; help lists all. To write to a contact: /msg NICK text"
        ),
    }
}

fn help(_: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let Some(name) = asked.word(0) else {
        let width = COMMANDS
            .iter()
            .map(|command| command.name.len())
            .max()
            .unwrap_or(0);
        let line = |command: &Command| format!("{:width$}  {}", command.name, command.about);
        let mut lines: Vec<String> = COMMANDS.iter().map(line).collect();
        lines.push("More on one: help COMMAND".to_owned());
        return Ok(lines);
    };
    let command = find(name).ok_or_else(|| unknown(name))?;
    Ok(vec![
        format!("{}: {}", command.usage, command.about),
        format!("Example: /msg {SERVICE_NICK} {}", command.example),
    ])
}

impl Gateway {
    /// Answers a command where it was typed.
    fn answer(&mut self, client: ClientId, place: Place, text: &str) {
        match place {
            Place::Conversation => self.service_message(client, text),
            Place::Channel => self.service_in_channel(client, text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_one_word() {
        let split = |text| words(text).collect::<Vec<_>>();
        assert_eq!(
            split(" add  fc00::1 \"John Smith\" "),
            ["add", "fc00::1", "John Smith"]
        );
        assert_eq!(split("search \"a b\"c d"), ["search", "\"a", "b\"c", "d"]);
        assert_eq!(split("say \"open"), ["say", "\"open"]);
        assert_eq!(split("x \"\""), ["x", "\"\""]);
        assert!(split("  ").is_empty());
    }
}
