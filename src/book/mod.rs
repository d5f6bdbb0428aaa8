//! The address book: a name for each address, in a file that the person edits too.
//!
//! [`load`] reads it and tells everything that is wrong with it at once; [`edit`] makes one
//! [`Change`] in the file itself, so that comments, order and formatting of everything
//! else stay. Three write the file: the person's editor, the gateway, and the command
//! line. So a change is always made to what the file holds now, under a lock, never to
//! what was read some time ago.

mod document;
mod edit;
mod file;
mod read;

pub use edit::{Change, EditError, changed, edit};
pub use read::{load, parse};

use crate::enclave::address::Address;
use crate::irc::lookalike::looks_like;
use crate::irc::nick::Nick;

/// The longest name of a contact, characters. Names are shown in IRC lines, which are short.
pub const MAXIMUM_NAME: usize = 64;

/// One entry of the address book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// What the person calls them: one line of at most [`MAXIMUM_NAME`] characters.
    pub name: String,
    /// Who they are.
    pub address: Address,
    /// What they are called on IRC: no other contact has this nick, in whatever case.
    pub nick: Nick,
    /// Whether they are shut out.
    pub blocked: bool,
}

/// The whole address book, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The contacts.
    pub contacts: Vec<Contact>,
    /// Addresses without a name that are shut out.
    pub blocked_strangers: Vec<Address>,
    /// Whether a nick was missing in the file and has been made from the name.
    /// [`Change::WriteNicks`] writes it down, so that it stays the same.
    pub derived: bool,
}

impl Book {
    /// The contact with this address.
    pub fn by_address(&self, address: Address) -> Option<&Contact> {
        (self.contacts.iter()).find(|contact| contact.address == address)
    }

    /// The contact with this nick, in whatever case.
    pub fn by_nick(&self, nick: &str) -> Option<&Contact> {
        let folded = crate::irc::nick::casefold(nick);
        (self.contacts.iter()).find(|contact| contact.nick.folded() == folded)
    }
}

/// Whether a nick is one of these, or what a person might take for one of them.
fn is_reserved(nick: &str, reserved: &[&str]) -> bool {
    reserved.iter().any(|other| looks_like(nick, other))
}

/// A name as it may stand in the address book, with spaces around it removed.
///
/// # Errors
/// With the reason, as in `is empty`, why it may not.
pub fn valid_name(name: &str) -> Result<&str, String> {
    let name = name.trim();
    let length = name.chars().count();
    if name.is_empty() {
        Err("is empty".to_owned())
    } else if length > MAXIMUM_NAME {
        Err(format!(
            "is {length} characters long; at most {MAXIMUM_NAME} are possible"
        ))
    } else if name.chars().any(is_hidden) {
        Err("holds a line break or another character that cannot be seen".to_owned())
    } else {
        Ok(name)
    }
}

/// Characters that break a line, or that change how what is around them is shown.
fn is_hidden(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
