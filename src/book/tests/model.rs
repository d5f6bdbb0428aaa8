//! Any sequence of changes, against a model that is a plain list.

use std::fs;

use proptest::prelude::*;

use super::RESERVED;
use crate::book::*;
use crate::irc::nick::Nick;

const BEFORE: &str = r#"# comment 1
[[contact]]
name = "Al" # comment of Al
address = "fc00::1"
nick = "Al"
# comment 2

# comment 3
[[contact]]
name = "Bea"
address = "fc00::2"
nick = "Bea"
# comment 4
"#;

/// An entry as the model has it; none for the name is a blocked stranger.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    address: Address,
    named: Option<(String, Nick)>,
    blocked: bool,
}

fn address(number: u16) -> Address {
    format!("fc00::{number:x}").parse().unwrap()
}

fn changes() -> impl Strategy<Value = Change> {
    let who = || (1u16..6).prop_map(address);
    let name = || "[A-Ca-c]{0,2}|\\PC{0,5}|\"'\\\\#";
    let nick = || prop::option::of("[ab]{1,2}".prop_map(|nick| Nick::new(&nick).unwrap()));
    prop_oneof![
        3 => (name(), who(), nick()).prop_map(|(name, address, nick)| Change::Add { name, address, nick }),
        2 => who().prop_map(|address| Change::Remove { address }),
        1 => (who(), name(), nick()).prop_map(|(address, name, nick)| Change::Rename { address, name, nick }),
        1 => who().prop_map(|address| Change::Block { address }),
        1 => who().prop_map(|address| Change::Unblock { address }),
        1 => Just(Change::WriteNicks),
    ]
}

/// What a change should do. False: it should be refused.
fn apply(model: &mut Vec<Entry>, change: &Change) -> bool {
    let position = |model: &[Entry], address| {
        model
            .iter()
            .position(|entry: &Entry| entry.address == address)
    };
    let contact = |model: &[Entry], address| {
        position(model, address).filter(|index| model[*index].named.is_some())
    };
    let named = |model: &[Entry], address, name: &str, nick: &Option<Nick>| {
        let name = valid_name(name).ok()?.to_owned();
        let taken = |folded: &crate::irc::nick::Folded| {
            folded.as_str() == "enclave"
                || model.iter().any(|entry| {
                    let named = entry.named.as_ref().filter(|_| entry.address != address);
                    named.is_some_and(|(_, nick)| nick.folded() == *folded)
                })
        };
        match nick {
            Some(nick) if taken(&nick.folded()) => None,
            Some(nick) => Some((name, nick.clone())),
            None => Some((name.clone(), crate::irc::nick::derive(&name, taken))),
        }
    };
    match change {
        Change::Add {
            name,
            address,
            nick,
        } => {
            if contact(model, *address).is_some() {
                return false;
            }
            let Some(named) = named(model, *address, name, nick) else {
                return false;
            };
            let entry = Entry {
                address: *address,
                named: Some(named),
                blocked: false,
            };
            match position(model, *address) {
                Some(index) => model[index] = entry,
                None => model.push(entry),
            }
        }
        Change::Remove { address } => match contact(model, *address) {
            Some(index) => drop(model.remove(index)),
            None => return false,
        },
        Change::Rename {
            address,
            name,
            nick,
        } => {
            let Some(index) = contact(model, *address) else {
                return false;
            };
            let Some(named) = named(model, *address, name, nick) else {
                return false;
            };
            model[index].named = Some(named);
        }
        Change::Block { address } => match position(model, *address) {
            Some(index) => model[index].blocked = true,
            None => model.push(Entry {
                address: *address,
                named: None,
                blocked: true,
            }),
        },
        Change::Unblock { address } => match position(model, *address) {
            Some(index) if model[index].named.is_none() => drop(model.remove(index)),
            Some(index) => model[index].blocked = false,
            None => return false,
        },
        Change::WriteNicks => {}
    }
    true
}

fn book(model: &[Entry]) -> Book {
    let mut book = Book::default();
    for entry in model {
        match entry.named.clone() {
            Some((name, nick)) => book.contacts.push(Contact {
                name,
                address: entry.address,
                nick,
                blocked: entry.blocked,
            }),
            None => book.blocked_strangers.push(entry.address),
        }
    }
    book
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changes_do_what_they_say_and_keep_comments(changes in prop::collection::vec(changes(), 0..16)) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("contacts.toml");
        fs::write(&file, BEFORE).unwrap();
        let entry = |number, name: &str| Entry {
            address: address(number),
            named: Some((name.to_owned(), Nick::new(name).unwrap())),
            blocked: false,
        };
        let mut model = vec![entry(1, "Al"), entry(2, "Bea")];
        let mut al_was_there_all_along = true;
        for change in &changes {
            let before = fs::read_to_string(&file).unwrap();
            let expected = apply(&mut model, change);
            al_was_there_all_along &= model.iter().any(|entry| entry.address == address(1));
            match edit(&file, RESERVED, change) {
                Ok(edited) => {
                    prop_assert!(expected, "{change:?} should be refused");
                    prop_assert_eq!(&edited, &book(&model));
                }
                Err(error) => {
                    prop_assert!(!expected, "{change:?} is refused: {error}");
                    prop_assert_eq!(&fs::read_to_string(&file).unwrap(), &before);
                }
            }
            prop_assert_eq!(load(&file, RESERVED), Ok(book(&model)));
            let after = fs::read_to_string(&file).unwrap();
            let places: Vec<_> = (1..=4).map(|number| after.find(&format!("# comment {number}\n"))).collect();
            prop_assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{after}");
            prop_assert_eq!(after.contains("# comment of Al\n"), al_was_there_all_along);
        }
    }
}
