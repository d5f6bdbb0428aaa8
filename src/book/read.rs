//! From the file to the book, or to everything that is wrong with it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{Book, Contact, is_reserved, valid_name};
use crate::enclave::address::Address;
use crate::irc::nick::{self, Folded, Nick};
use crate::problem::{Mistake, Problem};
use crate::source::{Schema, Section, Source, read, text, wrong_type};

const ENTRY: &str = "[[contact]]";

const SCHEMA: Schema = &[
    ("", &["contact"]),
    (ENTRY, &["name", "address", "nick", "blocked"]),
];

/// One entry with all that could be made of it; where something is none, the reason has
/// been reported, or the person has left it out.
struct Entry {
    name: Option<String>,
    address: Option<Address>,
    nick: Option<Nick>,
    blocked: bool,
}

/// Reads the address book; one that is not there is empty. `reserved` are nicks that no
/// contact may have, nor any that looks like them.
///
/// # Errors
/// With everything that is wrong with the file, in the order of its lines.
pub fn load(file: &Path, reserved: &[&str]) -> Result<Book, Vec<Problem>> {
    match read(file) {
        Ok(Some(written)) => parse(file, &written, reserved),
        Ok(None) => Ok(Book::default()),
        Err(problem) => Err(vec![problem]),
    }
}

/// Reads an address book from text; `file` names it in the problems.
///
/// # Errors
/// With everything that is wrong with the text, in the order of its lines.
pub fn parse(file: &Path, written: &str, reserved: &[&str]) -> Result<Book, Vec<Problem>> {
    let (source, root) = Source::parse(file, written, SCHEMA);
    let entries = match &root {
        Some(root) => {
            Section::open(&source, "", Some(root.get_ref()));
            Reader::new(&source, reserved).read(root.get_ref())
        }
        None => Vec::new(),
    };
    match source.into_problems() {
        problems if problems.is_empty() => Ok(book(entries, reserved)),
        problems => Err(problems),
    }
}

/// Puts the book together; nicks that are missing are made from the names, in the order
/// of the file, beside all that are given.
fn book(entries: Vec<Entry>, reserved: &[&str]) -> Book {
    let given = entries.iter().filter_map(|entry| entry.nick.as_ref());
    let mut taken: HashSet<Folded> = given.map(Nick::folded).collect();
    let mut book = Book::default();
    for entry in entries {
        // An entry without an address has been reported, so there is none left here.
        let Some(address) = entry.address else {
            continue;
        };
        let Some(name) = entry.name else {
            book.blocked_strangers.push(address);
            continue;
        };
        let nick = entry.nick.unwrap_or_else(|| {
            book.derived = true;
            let nick = nick::derive(&name, |nick| {
                taken.contains(nick) || is_reserved(nick.as_str(), reserved)
            });
            taken.insert(nick.folded());
            nick
        });
        book.contacts.push(Contact {
            name,
            address,
            nick,
            blocked: entry.blocked,
        });
    }
    book
}

/// Reads entries one after the other and remembers where each address and nick was last.
struct Reader<'a> {
    source: &'a Source<'a>,
    reserved: &'a [&'a str],
    addresses: HashMap<Address, usize>,
    nicks: HashMap<Folded, usize>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Source<'a>, reserved: &'a [&'a str]) -> Self {
        Self {
            source,
            reserved,
            addresses: HashMap::new(),
            nicks: HashMap::new(),
        }
    }

    fn read(&mut self, root: &'a DeTable<'a>) -> Vec<Entry> {
        let Some(value) = root.get("contact") else {
            return Vec::new();
        };
        let DeValue::Array(elements) = value.get_ref() else {
            let what = wrong_type(value.get_ref(), "").what;
            let remedy = "begin each entry with a line [[contact]], in double brackets";
            self.source
                .report(&value.span(), format!("contact {what}"), remedy);
            return Vec::new();
        };
        let mut entries = Vec::with_capacity(elements.len());
        for element in elements {
            match element.get_ref() {
                DeValue::Table(table) => entries.push(self.entry(table, &element.span())),
                other => {
                    let what = format!("a contact {}", wrong_type(other, "").what);
                    let remedy = "begin each entry with a line [[contact]]";
                    self.source.report(&element.span(), what, remedy);
                }
            }
        }
        entries
    }

    fn entry(&mut self, table: &'a DeTable<'a>, place: &Range<usize>) -> Entry {
        let section = Section::open(self.source, ENTRY, Some(table));
        let name = section.take("name", |value| {
            valid_name(text(value, "John Smith")?)
                .map(str::to_owned)
                .map_err(|reason| Mistake::new(reason, "write what you call them"))
        });
        let address = section.take("address", address);
        let nick = section.take("nick", |value| self.nick(text(value, "JohnSmith")?));
        let blocked = section.take("blocked", |value| {
            let remedy = "write true or false, without quotes";
            value.as_bool().ok_or_else(|| wrong_type(value, remedy))
        });

        let has = |key: &str| section.span(key).is_some();
        let missing = |key: &str, remedy: &str| {
            self.source
                .report(place, format!("a contact without {key}"), remedy);
        };
        if !has("address") {
            missing("an address", "write address = \"…\" below [[contact]]");
        }
        // Only a blocked stranger needs no name. Where `blocked` is wrong, it may be one.
        let stranger = blocked.unwrap_or(has("blocked")) && !has("nick");
        if !has("name") && !stranger {
            missing("a name", "write name = \"…\" below [[contact]]");
        }
        if let (Some(address), Some(span)) = (address, section.span("address")) {
            let earlier = self.addresses.insert(address, self.source.line(&span));
            self.only_once(earlier, &span, &format!("the address {address}"));
        }
        if let (Some(nick), Some(span)) = (&nick, section.span("nick")) {
            let earlier = self.nicks.insert(nick.folded(), self.source.line(&span));
            self.only_once(earlier, &span, &format!("the nick {nick}"));
        }
        Entry {
            name,
            address,
            nick,
            blocked: blocked.unwrap_or(false),
        }
    }

    fn only_once(&self, earlier: Option<usize>, span: &Range<usize>, what: &str) {
        if let Some(line) = earlier {
            let what = format!("{what} is already that of the contact in line {line}");
            let remedy = "two contacts cannot share it: change or remove one of them";
            self.source.report(span, what, remedy);
        }
    }

    fn nick(&self, written: &str) -> Result<Nick, Mistake> {
        let remedy = "write another, or leave the line out to have one made from the name";
        let nick = Nick::new(written).ok_or_else(|| {
            Mistake::new(format!("is {written:?}, which cannot be a nick"), remedy)
        })?;
        if is_reserved(nick.as_str(), self.reserved) {
            let what = format!("is {nick}, which means something else here, or looks like it");
            return Err(Mistake::new(what, remedy));
        }
        Ok(nick)
    }
}

fn address(value: &DeValue<'_>) -> Result<Address, Mistake> {
    let remedy = "write the address they gave you, such as \"fc12:3456:789a::1\"";
    let written = value.as_str().ok_or_else(|| wrong_type(value, remedy))?;
    let address: Address = written
        .parse()
        .map_err(|error| Mistake::new(format!("is {error}"), remedy))?;
    match not_of_one_machine(address) {
        Some(reason) => Err(Mistake::new(format!("is {address}, {reason}"), remedy)),
        None => Ok(address),
    }
}

/// Why an address can be no contact's, if it cannot.
pub(super) fn not_of_one_machine(address: Address) -> Option<&'static str> {
    let ip = address.ip();
    (ip.is_unspecified() || ip.is_multicast()).then_some("which belongs to no single machine")
}
