//! The made-up address book, as the file would be.

use std::collections::HashSet;

use enclave_irc::book::{Book, Change, Contact};
use enclave_irc::irc::nick::Nick;

use super::address;

/// Nicks for contacts and clients alike, so that they meet.
const NICKS: [&str; 6] = ["John", "Mary", "bob", "BOB", "alice", "me"];

fn contact(nick: &str, sign: u8, blocked: bool) -> Contact {
    Contact {
        name: format!("{nick} Smith"),
        address: address(sign),
        nick: Nick::new(nick).expect("a nick"),
        blocked,
    }
}

/// The book in the beginning.
pub fn first() -> Book {
    Book {
        contacts: vec![contact("John", b'0', false), contact("Mary", b'1', false)],
        ..Book::default()
    }
}

/// A book as a person might write it: of each entry the address, the nick, and a `!` where
/// it is blocked. One without a nick is a blocked stranger's.
pub fn written(text: &[u8]) -> Book {
    let mut book = Book::default();
    let mut addresses = HashSet::new();
    for entry in text.split(|byte| *byte == b' ').take(12) {
        let Some(&sign) = entry.first() else {
            continue;
        };
        if !addresses.insert(address(sign)) {
            continue;
        }
        match entry.get(1) {
            Some(nick) => {
                let nick = NICKS[usize::from(*nick) % NICKS.len()];
                book.contacts
                    .push(contact(nick, sign, entry.contains(&b'!')));
            }
            None => book.blocked_strangers.push(address(sign)),
        }
    }
    without_doubles(&mut book);
    book.derived = text.ends_with(b"?");
    book
}

/// Changes a book; where that is not possible, says why.
pub fn change(book: &mut Book, change: Change) -> Result<(), String> {
    let place = |book: &Book, address| book.contacts.iter().position(|one| one.address == address);
    match change {
        Change::Add {
            name,
            address,
            nick,
        } => {
            if place(book, address).is_some() {
                return Err("it is there already".to_owned());
            }
            book.blocked_strangers.retain(|one| *one != address);
            let nick = nick.ok_or("no nick")?;
            let contact = Contact {
                name,
                address,
                nick,
                blocked: false,
            };
            book.contacts.push(contact);
        }
        Change::Remove { address } => {
            let index = place(book, address).ok_or("it is not there")?;
            book.contacts.remove(index);
        }
        Change::Rename {
            name,
            address,
            nick,
        } => {
            let index = place(book, address).ok_or("it is not there")?;
            book.contacts[index].name = name;
            book.contacts[index].nick = nick.ok_or("no nick")?;
        }
        Change::Block { address } => match place(book, address) {
            Some(index) => book.contacts[index].blocked = true,
            None if !book.blocked_strangers.contains(&address) => {
                book.blocked_strangers.push(address);
            }
            None => {}
        },
        Change::Unblock { address } => {
            book.blocked_strangers.retain(|one| *one != address);
            if let Some(index) = place(book, address) {
                book.contacts[index].blocked = false;
            }
        }
        Change::WriteNicks => {}
    }
    without_doubles(book);
    book.derived = false;
    Ok(())
}

/// The file would not have been taken with two of one nick.
fn without_doubles(book: &mut Book) {
    let mut nicks = HashSet::new();
    book.contacts.retain(|one| nicks.insert(one.nick.folded()));
}
