//! The address book, as the file would be.

use super::*;

impl World {
    /// The address book as the gateway knows it, after a change.
    pub fn book_after(&self, change: &Change) -> Book {
        let mut book = Book {
            blocked_strangers: self.gateway.blocked_strangers.iter().copied().collect(),
            ..Book::default()
        };
        book.contacts = (self.gateway.roster.contacts())
            .map(|contact| Contact {
                name: contact.name.clone(),
                address: contact.address,
                nick: contact.nick.clone(),
                blocked: contact.blocked,
            })
            .collect();
        let place = |book: &Book, address: &Address| {
            (book.contacts.iter()).position(|contact| contact.address == *address)
        };
        match change {
            Change::Add {
                name,
                address,
                nick,
            } if place(&book, address).is_none() => {
                book.blocked_strangers.retain(|blocked| blocked != address);
                book.contacts.push(Contact {
                    name: name.clone(),
                    address: *address,
                    nick: nick.clone().unwrap(),
                    blocked: false,
                });
            }
            Change::Remove { address } => book.contacts.retain(|one| one.address != *address),
            Change::Rename {
                name,
                address,
                nick,
            } => {
                if let Some(index) = place(&book, address) {
                    book.contacts[index].name.clone_from(name);
                    book.contacts[index].nick = nick.clone().unwrap();
                }
            }
            Change::Block { address } | Change::Unblock { address } => {
                let block = matches!(change, Change::Block { .. });
                book.blocked_strangers.retain(|blocked| blocked != address);
                match place(&book, address) {
                    Some(index) => book.contacts[index].blocked = block,
                    None if block => book.blocked_strangers.push(*address),
                    None => {}
                }
            }
            Change::Add { .. } | Change::WriteNicks => {}
        }
        // As the file would refuse it.
        let mut nicks = HashSet::new();
        book.contacts
            .retain(|contact| nicks.insert(contact.nick.folded()));
        book
    }
}
