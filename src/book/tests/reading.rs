use std::path::Path;

use super::RESERVED;
use crate::book::*;

fn read(text: &str) -> Result<Book, Vec<String>> {
    parse(Path::new("contacts.toml"), text, RESERVED)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// The one problem of a text that has exactly one.
fn problem(text: &str) -> String {
    let mut problems = read(text).expect_err(text);
    assert_eq!(problems.len(), 1, "{text}: {problems:?}");
    problems.remove(0)
}

#[test]
fn a_file_that_is_not_there_is_an_empty_book() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        load(&folder.path().join("no.toml"), &[]),
        Ok(Book::default())
    );
    assert_eq!(read(""), Ok(Book::default()));
}

#[test]
fn the_example_is_a_book_and_so_is_what_it_shows() {
    let example = include_str!("../../../config/contacts.toml");
    assert_eq!(read(example), Ok(Book::default()));
    let start = example.find("# [[contact]]").unwrap();
    let entry =
        |line: &str| line.contains("[[") || line.contains(" = \"") || line == "# blocked = true";
    let shown: Vec<_> = (example[start..].lines())
        .filter(|line| entry(line))
        .map(|line| line.trim_start_matches("# "))
        .collect();
    let book = read(&shown.join("\n")).unwrap();
    assert_eq!(book.contacts[0].name, "John Smith");
    assert_eq!(book.contacts[0].nick.as_str(), "JohnSmith");
    assert_eq!(book.blocked_strangers, ["fc00::bad".parse().unwrap()]);
    assert!(!book.derived);
}

#[test]
fn missing_nicks_are_made_beside_those_that_are_given() {
    let text = r#"
        contact = [
            { name = "John Smith", address = "fc00::1" },
            { name = "John the other", address = "fc00::2", nick = "johnsmith" },
            { name = " Enclave ", address = "fc00::3", blocked = true },
            { name = "王伟", address = "::ffff:127.0.0.4" },
        ]
    "#;
    let book = read(text).unwrap();
    let nicks: Vec<_> = book
        .contacts
        .iter()
        .map(|contact| contact.nick.as_str())
        .collect();
    assert_eq!(nicks, ["JohnSmith2", "johnsmith", "Enclave2", "WangWei"]);
    assert!(book.derived);
    assert_eq!(book.contacts[2].name, "Enclave");
    assert!(book.contacts[2].blocked);
    assert_eq!(book.contacts[3].address.to_string(), "127.0.0.4");
    assert_eq!(
        book.by_nick("JOHNSMITH2").unwrap().address,
        "fc00::1".parse().unwrap()
    );
    assert_eq!(
        book.by_address("fc00::2".parse().unwrap())
            .unwrap()
            .nick
            .as_str(),
        "johnsmith"
    );
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let text = r#"colour = "red"
[[contact]]
name = "John"
address = "fc00::1"
nick = "john"

[[contact]]
name = ""
address = "fc00:0::1"
nick = "JOHN"

[[contact]]
nmae = "Eve"
adress = "fc00::3"
"#;
    assert_eq!(
        read(text).unwrap_err(),
        [
            "contacts.toml:1: unknown key \"colour\"; known are: contact",
            "contacts.toml:8: name in [[contact]] is empty; write what you call them",
            "contacts.toml:9: the address fc00::1 is already that of the contact in line 4; \
             two contacts cannot share it: change or remove one of them",
            "contacts.toml:10: the nick JOHN is already that of the contact in line 5; \
             two contacts cannot share it: change or remove one of them",
            "contacts.toml:12: a contact without an address; \
             write address = \"…\" below [[contact]]",
            "contacts.toml:12: a contact without a name; write name = \"…\" below [[contact]]",
            "contacts.toml:13: unknown key \"nmae\" in [[contact]]; did you mean \"name\"?",
            "contacts.toml:14: unknown key \"adress\" in [[contact]]; did you mean \"address\"?",
        ]
    );
}

#[test]
fn impossible_entries_are_told_apart() {
    let entry = |keys: &str| problem(&format!("[[contact]]\n{keys}"));
    let named = |keys: &str| entry(&format!("name = 'John'\naddress = 'fc00::1'\n{keys}"));
    assert!(entry("name = 'a'\naddress = 'John'").contains("is not an address: \"John\""));
    assert!(entry("name = 'a'\naddress = 5").contains("is a whole number"));
    assert!(entry("name = 'a'\naddress = '::'").contains("no single machine"));
    assert!(entry("name = 'a'\naddress = 'ff02::1'").contains("no single machine"));
    assert!(entry("name = true\naddress = 'fc00::1'").contains("is true or false"));
    assert!(entry("name = \"a\\nb\"\naddress = 'fc00::1'").contains("cannot be seen"));
    assert!(entry("name = \"a\\u202eb\"\naddress = 'fc00::1'").contains("cannot be seen"));
    let long = format!("name = '{}'\naddress = 'fc00::1'", "ü".repeat(65));
    assert!(entry(&long).contains("65 characters"));
    assert!(named("nick = '1st'").contains("cannot be a nick"));
    assert!(named("nick = 'Enclave'").contains("means something else"));
    assert!(named("blocked = 'yes'").contains("without quotes"));
    assert!(entry("address = 'fc00::1'").contains("without a name"));
    assert!(entry("address = 'fc00::1'\nblocked = false").contains("without a name"));
    assert!(problem("[contact]\nname = 'John'").contains("double brackets"));
    assert!(problem("contact = ['John']").contains("a contact is a text"));
    let twins = "contact = [{address='fc00::1', blocked=true}, {address='fc00::1', blocked=true}]";
    assert!(problem(twins).contains("already that of the contact in line 1"));
}

#[test]
fn a_nick_that_looks_like_a_reserved_one_is_none() {
    let entry = |line: &str| format!("[[contact]]\naddress = 'fc00::1'\n{line}\n");
    let wrong = problem(&entry("name = 'x'\nnick = 'Enc1ave_'"));
    assert!(wrong.contains("looks like it"), "{wrong}");
    let book = read(&entry("name = 'Enc-lave'")).unwrap();
    assert_eq!(book.contacts[0].nick.as_str(), "Enc-lave2");
}
