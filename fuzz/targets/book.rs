//! An address book, however it is written, and one change in it: what the change does not
//! mean stays.

#![no_main]

use std::collections::HashSet;
use std::path::Path;

use enclave_irc::book::{Book, Change, Contact, MAXIMUM_NAME, changed, parse, valid_name};
use enclave_irc::enclave::address::Address;
use enclave_irc::irc::lookalike::looks_like;
use enclave_irc::irc::nick::Nick;
use libfuzzer_sys::fuzz_target;

const RESERVED: [&str; 2] = ["enclave", "enclave.local"];

fuzz_target!(|input: &[u8]| {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    // The first line is the change, the rest the book.
    let (order, written) = text.split_once('\n').unwrap_or((text, ""));
    let file = Path::new("contacts.toml");
    match parse(file, written, &RESERVED) {
        Ok(book) => {
            check(&book);
            if let Some(change) = change(order, &book) {
                check_change(file, written, &book, &change);
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.is_sorted_by_key(|problem| problem.line));
        }
    }
});

fn check(book: &Book) {
    let (mut addresses, mut nicks) = (HashSet::new(), HashSet::new());
    for contact in &book.contacts {
        assert!(addresses.insert(contact.address), "{contact:?}");
        assert!(nicks.insert(contact.nick.folded()), "{contact:?}");
        assert!(Nick::new(contact.nick.as_str()).is_some());
        assert!(
            !RESERVED
                .iter()
                .any(|one| looks_like(contact.nick.as_str(), one))
        );
        assert_eq!(valid_name(&contact.name), Ok(contact.name.as_str()));
        assert!(contact.name.chars().count() <= MAXIMUM_NAME);
        assert!(!contact.name.contains(['\r', '\n', '\0']));
    }
    for address in &book.blocked_strangers {
        assert!(addresses.insert(*address), "{address}");
    }
}

/// `a fc00::1 John Smith`: what to do, with whom, and a name.
fn change(order: &str, book: &Book) -> Option<Change> {
    let mut words = order.splitn(3, ' ');
    let (what, whom, name) = (
        words.next()?,
        words.next().unwrap_or_default(),
        words.next(),
    );
    let name = name.unwrap_or_default().to_owned();
    // A small number is the address of an entry.
    let index = whom.parse::<usize>().ok();
    let entry = index.and_then(|index| book.contacts.get(index));
    let address = match entry {
        Some(contact) => contact.address,
        None => whom
            .parse()
            .unwrap_or_else(|_| "fc00::77".parse().expect("an address")),
    };
    Some(match what {
        "a" => Change::Add {
            name,
            address,
            nick: None,
        },
        "A" => Change::Add {
            address,
            nick: Nick::new(&name),
            name,
        },
        "d" => Change::Remove { address },
        "r" => Change::Rename {
            address,
            name,
            nick: None,
        },
        "R" => Change::Rename {
            address,
            nick: Nick::new(&name),
            name,
        },
        "b" => Change::Block { address },
        "u" => Change::Unblock { address },
        "w" => Change::WriteNicks,
        _ => return None,
    })
}

fn check_change(file: &Path, written: &str, before: &Book, change: &Change) {
    let Ok((text, after)) = changed(file, written, &RESERVED, change) else {
        return;
    };
    check(&after);
    assert!(!after.derived, "the nicks are written down: {text}");
    let others = |book: &Book, address: Address| {
        let others = book.contacts.iter().filter(|one| one.address != address);
        others.cloned().collect::<Vec<Contact>>()
    };
    let address = match change {
        Change::Add { address, .. }
        | Change::Remove { address }
        | Change::Rename { address, .. }
        | Change::Block { address }
        | Change::Unblock { address } => *address,
        Change::WriteNicks => {
            assert_eq!(after.contacts, before.contacts);
            return;
        }
    };
    assert_eq!(others(&after, address), others(before, address), "{text}");
    let now = after.by_address(address);
    let is_shut_out = after.blocked_strangers.contains(&address);
    match change {
        Change::Add { name, .. } | Change::Rename { name, .. } => {
            assert_eq!(now.map(|one| one.name.as_str()), Some(name.trim()));
        }
        Change::Remove { .. } => assert!(now.is_none() && !is_shut_out),
        Change::Block { .. } => assert!(now.map_or(is_shut_out, |one| one.blocked)),
        _ => assert!(!now.is_some_and(|one| one.blocked) && !is_shut_out),
    }
    // Once is enough: the text holds still.
    let again = changed(file, &text, &RESERVED, &Change::WriteNicks);
    assert_eq!(
        again.map(|(again, _)| again).ok().as_deref(),
        Some(text.as_str())
    );
}
