//! `enclave-irc contact …`: the address book from the command line.

use std::io;

use rustix::process::{Pid, Signal, kill_process};

use super::Output;
use super::list::list;
use crate::book::{self, Book, Change, Contact, EditError};
use crate::cli::{ContactCommand, Exit};
use crate::config::{self, Paths};
use crate::daemon::lock::Lock;
use crate::enclave::address::Address;
use crate::nearest::nearest;

/// Does one of the `contact` commands.
///
/// # Errors
/// When the output cannot be written.
pub fn contact(
    paths: &Paths,
    command: &ContactCommand,
    output: &mut Output<'_>,
) -> io::Result<Exit> {
    let config = match config::load(paths) {
        Ok(config) => config,
        Err(problems) => {
            output.problems(&problems)?;
            return Ok(Exit::Wrong);
        }
    };
    let reserved = config.reserved_nicks();
    let book = match book::load(&paths.contacts, &reserved) {
        Ok(book) => book,
        Err(problems) => {
            output.problems(&problems)?;
            return Ok(Exit::Wrong);
        }
    };
    let (address, change) = match change(&book, command) {
        Ok(None) => {
            list(&book, output.out)?;
            return Ok(Exit::Done);
        }
        Ok(Some(change)) => change,
        Err(unknown) => {
            writeln!(output.err, "{unknown}")?;
            return Ok(Exit::Wrong);
        }
    };
    match book::edit(&paths.contacts, &reserved, &change) {
        Ok(edited) => {
            writeln!(output.out, "{}", done(&change, address, &book, &edited))?;
            if let Some(told) = tell_gateway(paths) {
                writeln!(output.out, "{told}")?;
            }
            Ok(Exit::Done)
        }
        Err(error) => {
            writeln!(output.err, "{error}")?;
            Ok(match error {
                EditError::Busy(_) | EditError::Unwritable(..) => Exit::Failed,
                _ => Exit::Wrong,
            })
        }
    }
}

/// Has a gateway that runs take the change over; says what came of it, or nothing where none
/// runs.
fn tell_gateway(paths: &Paths) -> Option<String> {
    let by_hand = "tell it with: /msg enclave rehash";
    let holder = match Lock::holder_of_folder(&paths.state_dir) {
        Ok(holder) => holder?,
        Err(error) => return Some(format!("If a gateway runs ({error}), {by_hand}")),
    };
    let process = holder
        .process
        .and_then(|process| i32::try_from(process).ok());
    let Some(process) = process.and_then(Pid::from_raw) else {
        return Some(format!("A gateway runs; {by_hand}"));
    };
    Some(match kill_process(process, Signal::HUP) {
        Ok(()) => "The running gateway takes it over now.".to_owned(),
        Err(error) => format!("The running gateway could not be told ({error}); {by_hand}"),
    })
}

/// Whom a command changes and how; none for one that only shows.
fn change(book: &Book, command: &ContactCommand) -> Result<Option<(Address, Change)>, String> {
    let change = match command {
        ContactCommand::List => return Ok(None),
        ContactCommand::Add { address, name } => {
            let (address, name, nick) = (*address, name.join(" "), None);
            let change = Change::Add {
                name,
                address,
                nick,
            };
            (address, change)
        }
        ContactCommand::Remove { nick } => {
            let address = by_nick(book, nick)?.address;
            (address, Change::Remove { address })
        }
        ContactCommand::Rename { nick, name } => {
            let address = by_nick(book, nick)?.address;
            let (name, nick) = (name.join(" "), None);
            let change = Change::Rename {
                address,
                name,
                nick,
            };
            (address, change)
        }
        ContactCommand::Block { who } => {
            let address = by_nick_or_address(book, who)?;
            (address, Change::Block { address })
        }
        ContactCommand::Unblock { who } => {
            let address = by_nick_or_address(book, who)?;
            (address, Change::Unblock { address })
        }
    };
    Ok(Some(change))
}

fn by_nick_or_address(book: &Book, who: &str) -> Result<Address, String> {
    (who.parse()).or_else(|_| by_nick(book, who).map(|contact| contact.address))
}

fn by_nick<'a>(book: &'a Book, nick: &str) -> Result<&'a Contact, String> {
    book.by_nick(nick).ok_or_else(|| {
        let nicks = book.contacts.iter().map(|contact| contact.nick.as_str());
        let hint = match nearest(nick, nicks) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "enclave-irc contact list shows all".to_owned(),
        };
        format!("no contact has the nick {nick:?}; {hint}")
    })
}

/// What was done, for the person who asked for it.
fn done(change: &Change, address: Address, before: &Book, after: &Book) -> String {
    let called = |book: &Book| match book.by_address(address) {
        Some(contact) => format!("{} ({address})", contact.nick),
        None => address.to_string(),
    };
    match change {
        Change::Add { .. } => format!("Added {}.", called(after)),
        Change::Remove { .. } => format!("Removed {}.", called(before)),
        Change::Rename { .. } => format!("{} is now {}.", called(before), called(after)),
        Change::Block { .. } => format!("Blocked {}.", called(after)),
        Change::Unblock { .. } => format!("{} is no longer blocked.", called(after)),
        Change::WriteNicks => "Nicks are written.".to_owned(),
    }
}
