//! Contacts as a table for a terminal.

use std::io::{self, Write};

use crate::book::{Book, Contact};
use crate::columns::cut;

/// The width of a terminal that every table fits, columns.
const WIDTH: usize = 80;

/// The spaces between two columns.
const GAP: usize = 2;

/// Writes all contacts and blocked strangers. Names are cut where a line would be too long;
/// nicks and addresses never, since they are there to be typed again.
pub(super) fn list(book: &Book, out: &mut dyn Write) -> io::Result<()> {
    if book.contacts.is_empty() {
        writeln!(
            out,
            "No contacts yet. Add one: enclave-irc contact add ADDRESS NAME"
        )?;
    } else {
        table(&book.contacts, out)?;
    }
    if !book.blocked_strangers.is_empty() {
        writeln!(out, "\nBlocked addresses:")?;
    }
    (book.blocked_strangers.iter()).try_for_each(|address| writeln!(out, "  {address}"))
}

fn table(contacts: &[Contact], out: &mut dyn Write) -> io::Result<()> {
    let heading = ["NICK", "ADDRESS", "NAME"].map(str::to_owned);
    let rows: Vec<[String; 3]> = std::iter::once(heading)
        .chain(contacts.iter().map(row))
        .collect();
    // Nicks and addresses are ASCII: a byte is a column.
    let widest = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (nicks, addresses) = (widest(0), widest(1));
    let left = WIDTH.saturating_sub(nicks + addresses + 2 * GAP);
    for [nick, address, name] in &rows {
        let name = cut(name, left);
        let gap = " ".repeat(GAP);
        writeln!(out, "{nick:nicks$}{gap}{address:addresses$}{gap}{name}")?;
    }
    Ok(())
}

fn row(contact: &Contact) -> [String; 3] {
    let blocked = if contact.blocked { "(blocked) " } else { "" };
    [
        contact.nick.to_string(),
        contact.address.to_string(),
        format!("{blocked}{}", contact.name),
    ]
}
