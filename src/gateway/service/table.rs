//! The commands of the control contact, in one table: it is what dispatches them and what
//! `help` shows.

use super::super::Gateway;
use super::{Answer, Asked, book, help, log, outbox, show, status, strangers};

/// Whether a command may be abbreviated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Shows something.
    Show,
    /// Changes something.
    Change,
}

pub(super) struct Command {
    pub name: &'static str,
    pub kind: Kind,
    /// How many words may follow. What takes something away (`remove`, `block`, `reject`)
    /// takes exactly one, so that "block party tonight", said in the channel, is talk.
    pub words: std::ops::RangeInclusive<usize>,
    pub usage: &'static str,
    pub about: &'static str,
    pub example: &'static str,
    pub handler: fn(&mut Gateway, &Asked<'_>) -> Answer,
}

/// As many words as one likes, for a name or a text.
const ANY: usize = usize::MAX;

pub(super) static COMMANDS: &[Command] = &[
    Command {
        name: "accept",
        kind: Kind::Change,
        words: 1..=ANY,
        usage: "accept ADDRESS|N [NAME…]",
        about: "let a stranger in, under this name or the one they propose",
        example: "accept 1 John Smith",
        handler: strangers::accept,
    },
    Command {
        name: "add",
        kind: Kind::Change,
        words: 2..=ANY,
        usage: "add ADDRESS NAME…",
        about: "add a friend to your address book",
        example: "add fcec:ae97:8902:d810:6c92:ec67:efb2:3ec5 John Smith",
        handler: book::add,
    },
    Command {
        name: "block",
        kind: Kind::Change,
        words: 1..=1,
        usage: "block NICK|ADDRESS|N",
        about: "never hear from a contact or a stranger again",
        example: "block JohnSmith",
        handler: strangers::block,
    },
    Command {
        name: "cancel",
        kind: Kind::Change,
        words: 1..=2,
        usage: "cancel NICK [N]",
        about: "take back what waits for a contact, or one message of it",
        example: "cancel JohnSmith 1",
        handler: outbox::cancel,
    },
    Command {
        name: "clients",
        kind: Kind::Show,
        words: 0..=0,
        usage: "clients",
        about: "which IRC clients are attached, from where",
        example: "clients",
        handler: show::clients,
    },
    Command {
        name: "contacts",
        kind: Kind::Show,
        words: 0..=1,
        usage: "contacts [PATTERN]",
        about: "your contacts: nick, name, status, text, last seen",
        example: "contacts J*",
        handler: show::contacts,
    },
    Command {
        name: "forget",
        kind: Kind::Change,
        words: 1..=1,
        usage: "forget NICK",
        about: "delete all that you and a contact have said",
        example: "forget JohnSmith",
        handler: log::forget,
    },
    Command {
        name: "help",
        kind: Kind::Show,
        words: 0..=1,
        usage: "help [COMMAND]",
        about: "this list, or one command with an example",
        example: "help add",
        handler: help,
    },
    Command {
        name: "info",
        kind: Kind::Show,
        words: 1..=1,
        usage: "info NICK",
        about: "a contact's address, link, and when it was last seen",
        example: "info JohnSmith",
        handler: show::info,
    },
    Command {
        name: "log",
        kind: Kind::Show,
        words: 0..=2,
        usage: "log [NICK] [N]",
        about: "the last N messages, with one contact or with all",
        example: "log JohnSmith 50",
        handler: log::log,
    },
    Command {
        name: "outbox",
        kind: Kind::Show,
        words: 0..=1,
        usage: "outbox [NICK]",
        about: "what waits to be sent, to whom, and why",
        example: "outbox JohnSmith",
        handler: outbox::outbox,
    },
    Command {
        name: "reconnect",
        kind: Kind::Change,
        words: 0..=1,
        usage: "reconnect [NICK]",
        about: "dial a contact, or all that are offline, now",
        example: "reconnect JohnSmith",
        handler: status::reconnect,
    },
    Command {
        name: "rehash",
        kind: Kind::Change,
        words: 0..=0,
        usage: "rehash",
        about: "read configuration and address book again",
        example: "rehash",
        handler: status::rehash,
    },
    Command {
        name: "reject",
        kind: Kind::Change,
        words: 1..=1,
        usage: "reject ADDRESS|N|all",
        about: "turn a stranger away, and hear nothing of them for a day",
        example: "reject 1",
        handler: strangers::reject,
    },
    Command {
        name: "remove",
        kind: Kind::Change,
        words: 1..=1,
        usage: "remove NICK",
        about: "take a contact out of your address book",
        example: "remove JohnSmith",
        handler: book::remove,
    },
    Command {
        name: "rename",
        kind: Kind::Change,
        words: 2..=ANY,
        usage: "rename NICK NAME…",
        about: "give a contact another name, and the nick that goes with it",
        example: "rename JohnSmith Johnny",
        handler: book::rename,
    },
    Command {
        name: "requests",
        kind: Kind::Show,
        words: 0..=0,
        usage: "requests",
        about: "the strangers that want to talk to you",
        example: "requests",
        handler: show::requests,
    },
    Command {
        name: "search",
        kind: Kind::Show,
        words: 1..=ANY,
        usage: "search TEXT… [NICK]",
        about: "what was said with these words in it, with one or with all",
        example: "search pizza JohnSmith",
        handler: log::search,
    },
    Command {
        name: "status",
        kind: Kind::Change,
        words: 0..=ANY,
        usage: "status [available|away|busy|offline [TEXT…]]",
        about: "what your contacts see of you, and what is wrong here",
        example: "status busy cooking",
        handler: status::status,
    },
    Command {
        name: "unblock",
        kind: Kind::Change,
        words: 1..=1,
        usage: "unblock NICK|ADDRESS",
        about: "undo block",
        example: "unblock JohnSmith",
        handler: strangers::unblock,
    },
    Command {
        name: "version",
        kind: Kind::Show,
        words: 0..=0,
        usage: "version",
        about: "which version this is",
        example: "version",
        handler: show::version,
    },
    Command {
        name: "whoami",
        kind: Kind::Show,
        words: 0..=0,
        usage: "whoami",
        about: "your own address, for your friends, and what they see of you",
        example: "whoami",
        handler: show::whoami,
    },
];

/// The command that a word means: by its name in any case, or by the beginning of one that
/// only shows something, where no other command begins so.
pub(super) fn find(word: &str) -> Option<&'static Command> {
    let word = word.to_lowercase();
    if let Some(exact) = COMMANDS.iter().find(|command| command.name == word) {
        return Some(exact);
    }
    let mut beginning = COMMANDS
        .iter()
        .filter(|command| command.name.starts_with(&word));
    match (beginning.next(), beginning.next()) {
        (Some(only), None) if only.kind == Kind::Show => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_show_may_be_abbreviated_and_no_others() {
        let found = |word| find(word).map(|command| command.name);
        assert_eq!(found("WHO"), Some("whoami"));
        assert_eq!(found("con"), Some("contacts"));
        assert_eq!(found("c"), None, "contacts or clients");
        assert_eq!(found("rem"), None, "it changes something");
        assert_eq!(found("remove"), Some("remove"));
        assert_eq!(found("req"), Some("requests"));
    }

    #[test]
    fn the_table_is_sorted_and_every_example_fits_its_command() {
        assert!(COMMANDS.is_sorted_by(|a, b| a.name < b.name));
        for command in COMMANDS {
            let mut words = command.example.split_whitespace();
            assert_eq!(words.next(), Some(command.name));
            assert!(command.words.contains(&words.count()), "{}", command.name);
            assert!(command.usage.starts_with(command.name));
            assert!(command.about.len() + 12 <= 80, "{}", command.name);
        }
    }
}
