//! One change of the address book, made in its file.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::document::Document;
use super::file::{Locked, Replaced};
use super::read::{not_of_one_machine, parse};
use super::{Book, Contact, is_reserved, valid_name};
use crate::enclave::address::Address;
use crate::irc::nick::{self, Folded, Nick};
use crate::problem::Problem;
use crate::source::read;

/// How often a change is begun anew because an editor saved the file meanwhile.
const MAXIMUM_ATTEMPTS: usize = 5;

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Makes somebody a contact; an address that is blocked without a name is let in
    /// again.
    Add {
        /// What the person calls them.
        name: String,
        /// Who they are.
        address: Address,
        /// What they are called on IRC; none: made from the name.
        nick: Option<Nick>,
    },
    /// Takes a contact out of the book.
    Remove {
        /// Whom.
        address: Address,
    },
    /// Gives a contact another name.
    Rename {
        /// Whom.
        address: Address,
        /// The new name.
        name: String,
        /// The new nick (it may be the old one); none: made from the new name.
        nick: Option<Nick>,
    },
    /// Shuts an address out, whether it is a contact's or not.
    Block {
        /// Whom.
        address: Address,
    },
    /// Lets an address in again. One that has no name leaves the book.
    Unblock {
        /// Whom.
        address: Address,
    },
    /// Writes down the nicks that were made from names. Every other change does so too.
    WriteNicks,
}

/// Why a change was not made. Displayed for the person who asked for it.
#[derive(Debug)]
pub enum EditError {
    /// The file is wrong already; it has to be mended by hand first.
    Bad(Vec<Problem>),
    /// The address belongs to a contact already.
    AddressTaken(Contact),
    /// The nick belongs to another contact already.
    NickTaken(Contact),
    /// The nick means something else here.
    NickReserved(Nick),
    /// The name cannot be one, with the reason.
    BadName(String),
    /// The address cannot be a contact's, with the reason.
    BadAddress(Address, &'static str),
    /// No contact has the address.
    NoContact(Address),
    /// The address is not blocked.
    NotBlocked(Address),
    /// Another program holds the lock for too long, or saves again and again.
    Busy(PathBuf),
    /// The file cannot be written.
    Unwritable(PathBuf, io::Error),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(problems) => {
                f.write_str("the address book was left as it is, since it has errors:")?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n{problem}"))
            }
            Self::AddressTaken(contact) => {
                let Contact { address, nick, .. } = contact;
                write!(f, "{address} is in the address book already, as {nick}")
            }
            Self::NickTaken(contact) => {
                let Contact { address, nick, .. } = contact;
                write!(
                    f,
                    "{nick} is the nick of another contact ({address}) already"
                )
            }
            Self::NickReserved(nick) => write!(f, "{nick} cannot be a contact's nick here"),
            Self::BadName(reason) => write!(f, "the name {reason}"),
            Self::BadAddress(address, reason) => write!(f, "it is {address}, {reason}"),
            Self::NoContact(address) => write!(f, "{address} is not in the address book"),
            Self::NotBlocked(address) => write!(f, "{address} is not blocked"),
            Self::Busy(file) => {
                let file = file.display();
                write!(f, "another program is writing {file}; try again")
            }
            Self::Unwritable(file, error) => write!(f, "cannot write {}: {error}", file.display()),
        }
    }
}

impl std::error::Error for EditError {}

/// Makes one change in the file, as it is now, and returns the book that it holds
/// thereafter. A change of what is so already (blocking who is blocked) is none, and fine.
/// It may wait for another writer, at most two seconds.
///
/// # Errors
/// When the file is bad, the change is not possible, or it cannot be written. Then the
/// file is as it was.
pub fn edit(file: &Path, reserved: &[&str], change: &Change) -> Result<Book, EditError> {
    let locked = Locked::take(file).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => EditError::Busy(file.to_owned()),
        _ => EditError::Unwritable(file.to_owned(), error),
    })?;
    let read = || read(file).map_err(|problem| EditError::Bad(vec![problem]));
    let replace = |expected: Option<&str>, text: &str| {
        let replaced = locked.replace(expected, text);
        replaced.map_err(|error| EditError::Unwritable(file.to_owned(), error))
    };
    // An editor does not heed the lock. What it saves meanwhile must not be lost.
    let mut overtaken = None;
    for _ in 0..MAXIMUM_ATTEMPTS {
        let before = read()?;
        let saved = overtaken.take().or_else(|| before.clone());
        let old = saved.as_deref().unwrap_or_default();
        let (new, book) = match changed(file, old, reserved, change) {
            Ok(changed) => changed,
            Err(error) => {
                // The person's text stands, though the change cannot be made to it.
                if saved != before {
                    replace(before.as_deref(), old)?;
                }
                return Err(error);
            }
        };
        if before.as_deref().unwrap_or_default() == new {
            return Ok(book);
        }
        match replace(before.as_deref(), &new)? {
            Replaced::Done => return Ok(book),
            Replaced::Changed => {}
            Replaced::Overtaken(text) => {
                overtaken = Some(String::from_utf8_lossy(&text).into_owned());
            }
        }
    }
    if let Some(saved) = overtaken {
        replace(read()?.as_deref(), &saved)?;
    }
    Err(EditError::Busy(file.to_owned()))
}

/// Makes one change in the text of an address book, and returns the text thereafter and the
/// book that it is. [`edit`] is this, with a file around it.
///
/// # Errors
/// When the text is bad, or the change is not possible.
pub fn changed(
    file: &Path,
    old: &str,
    reserved: &[&str],
    change: &Change,
) -> Result<(String, Book), EditError> {
    let new = apply(file, old, reserved, change)?;
    let book = parse(file, &new, reserved).map_err(EditError::Bad)?;
    Ok((new, book))
}

/// The text of the file after the change.
fn apply(file: &Path, old: &str, reserved: &[&str], change: &Change) -> Result<String, EditError> {
    let book = parse(file, old, reserved).map_err(EditError::Bad)?;
    let mut document = Document::parse(old).map_err(|error| {
        let remedy = "mend it with an editor";
        EditError::Bad(vec![Problem::of_file(file, error.message(), remedy)])
    })?;
    write_nicks(&mut document, &book);
    match change {
        Change::Add {
            name,
            address,
            nick,
        } => {
            if let Some(contact) = book.by_address(*address) {
                return Err(EditError::AddressTaken(contact.clone()));
            }
            if let Some(reason) = not_of_one_machine(*address) {
                return Err(EditError::BadAddress(*address, reason));
            }
            let contact = named(&book, reserved, *address, name, nick.as_ref())?;
            match document.position(*address) {
                Some(stranger) => {
                    document.set(stranger, "name", contact.name);
                    document.set(stranger, "nick", contact.nick.as_str());
                    document.set(stranger, "blocked", false);
                }
                None => document.add(&contact),
            }
        }
        Change::Remove { address } => {
            let index = contact(&book, &document, *address)?;
            document.remove(index);
        }
        Change::Rename {
            address,
            name,
            nick,
        } => {
            let index = contact(&book, &document, *address)?;
            let contact = named(&book, reserved, *address, name, nick.as_ref())?;
            document.set(index, "name", contact.name);
            document.set(index, "nick", contact.nick.as_str());
        }
        Change::Block { address } => match document.position(*address) {
            Some(index) => document.set(index, "blocked", true),
            None => match not_of_one_machine(*address) {
                Some(reason) => return Err(EditError::BadAddress(*address, reason)),
                None => document.add_blocked(*address),
            },
        },
        Change::Unblock { address } => match document.position(*address) {
            Some(index) if book.by_address(*address).is_none() => document.remove(index),
            Some(index) if document.has(index, "blocked") => document.set(index, "blocked", false),
            Some(_) => {}
            None => return Err(EditError::NotBlocked(*address)),
        },
        Change::WriteNicks => {}
    }
    Ok(document.text())
}

fn write_nicks(document: &mut Document, book: &Book) {
    if !book.derived {
        return;
    }
    let nicks: HashMap<Address, &Nick> = (book.contacts.iter())
        .map(|contact| (contact.address, &contact.nick))
        .collect();
    for (index, address) in document.addresses().into_iter().enumerate() {
        if let Some(nick) = address.and_then(|address| nicks.get(&address))
            && !document.has(index, "nick")
        {
            document.set(index, "nick", nick.as_str());
        }
    }
}

/// Where the contact with this address stands in the file.
fn contact(book: &Book, document: &Document, address: Address) -> Result<usize, EditError> {
    (book.by_address(address))
        .and_then(|contact| document.position(contact.address))
        .ok_or(EditError::NoContact(address))
}

/// The contact that an address becomes with a name, and a nick that no other has.
fn named(
    book: &Book,
    reserved: &[&str],
    address: Address,
    name: &str,
    nick: Option<&Nick>,
) -> Result<Contact, EditError> {
    let name = valid_name(name).map_err(EditError::BadName)?;
    let mut others = (book.contacts.iter()).filter(|contact| contact.address != address);
    let is_reserved = |wanted: &Folded| is_reserved(wanted.as_str(), reserved);
    let nick = match nick {
        Some(nick) if is_reserved(&nick.folded()) => {
            return Err(EditError::NickReserved(nick.clone()));
        }
        Some(nick) => match others.find(|contact| contact.nick.folded() == nick.folded()) {
            Some(other) => return Err(EditError::NickTaken(other.clone())),
            None => nick.clone(),
        },
        None => {
            let taken: HashSet<_> = others.map(|contact| contact.nick.folded()).collect();
            nick::derive(name, |nick| is_reserved(nick) || taken.contains(nick))
        }
    };
    Ok(Contact {
        name: name.to_owned(),
        address,
        nick,
        blocked: false,
    })
}
