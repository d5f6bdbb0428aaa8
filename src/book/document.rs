//! The text of the address book while one change is made in it: everything that the change
//! does not mean stays as the person wrote it.

use toml_edit::{
    Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value,
};

use super::Contact;
use crate::enclave::address::Address;

/// A valid address book as text that can be changed. Entries count from 0 in the order of
/// the file, as those of the book that was read from it.
pub(super) struct Document(DocumentMut);

impl Document {
    /// Takes the text of a file that has been found to be valid.
    pub(super) fn parse(text: &str) -> Result<Self, toml_edit::TomlError> {
        text.parse().map(Self)
    }

    /// The text as it is now.
    pub(super) fn text(&self) -> String {
        self.0.to_string()
    }

    /// The address in each entry.
    pub(super) fn addresses(&self) -> Vec<Option<Address>> {
        let of = |entry: &dyn TableLike| entry.get("address")?.as_str()?.parse().ok();
        match self.0.get("contact") {
            Some(Item::ArrayOfTables(tables)) => tables.iter().map(|table| of(table)).collect(),
            Some(item) => (item.as_array().into_iter().flatten())
                .map(|entry| of(entry.as_inline_table()?))
                .collect(),
            None => Vec::new(),
        }
    }

    /// Which entry has the address.
    pub(super) fn position(&self, address: Address) -> Option<usize> {
        let addresses = self.addresses();
        addresses.iter().position(|own| *own == Some(address))
    }

    /// Sets a key of an entry; what is written around the value stays.
    pub(super) fn set(&mut self, index: usize, key: &str, new: impl Into<Value>) {
        let Some(entry) = self.entry(index) else {
            return;
        };
        let mut new = new.into();
        match entry.get_mut(key).and_then(Item::as_value_mut) {
            Some(old) => {
                *new.decor_mut() = old.decor().clone();
                *old = new;
            }
            None => {
                entry.insert(key, Item::Value(new));
            }
        }
    }

    /// Whether an entry has a key.
    pub(super) fn has(&mut self, index: usize, key: &str) -> bool {
        self.entry(index)
            .is_some_and(|entry| entry.contains_key(key))
    }

    fn entry(&mut self, index: usize) -> Option<&mut dyn TableLike> {
        match self.0.get_mut("contact")? {
            Item::ArrayOfTables(tables) => Some(tables.get_mut(index)?),
            item => Some(item.as_array_mut()?.get_mut(index)?.as_inline_table_mut()?),
        }
    }

    /// Adds an entry at the end of the file, below whatever is written there.
    pub(super) fn add(&mut self, contact: &Contact) {
        self.push(&[
            ("name", contact.name.as_str().into()),
            ("address", contact.address.to_string().into()),
            ("nick", contact.nick.as_str().into()),
        ]);
    }

    /// Adds an entry that shuts an address out.
    pub(super) fn add_blocked(&mut self, address: Address) {
        self.push(&[
            ("address", address.to_string().into()),
            ("blocked", true.into()),
        ]);
    }

    fn push(&mut self, keys: &[(&str, Value)]) {
        let keys = keys.iter().cloned();
        if let Some(array) = self.0.get_mut("contact").and_then(Item::as_array_mut) {
            return array.push(keys.collect::<InlineTable>());
        }
        let mut table: Table = keys.map(|(key, plain)| (key, value(plain))).collect();
        // What stands at the end of the file would otherwise come behind the new entry.
        let mut before = self.take_trailing();
        if !before.is_empty() && !before.ends_with('\n') {
            before.push('\n');
        }
        let first = self.tables().is_none_or(|tables| tables.is_empty());
        let begins_the_file = first && before.is_empty();
        if !begins_the_file && !before.ends_with("\n\n") {
            before.push('\n');
        }
        table.decor_mut().set_prefix(before);
        let contacts = self.0.entry("contact");
        let contacts = contacts.or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        if let Some(tables) = contacts.as_array_of_tables_mut() {
            tables.push(table);
        }
    }

    /// Takes an entry out. Comments above it stay: they may be about more than that entry.
    pub(super) fn remove(&mut self, index: usize) {
        if let Some(array) = self.0.get_mut("contact").and_then(Item::as_array_mut) {
            remove_from_array(array, index);
            return;
        }
        let Some(tables) = self.tables() else {
            return;
        };
        let Some(removed) = tables.get(index) else {
            return;
        };
        let above = prefix(removed);
        tables.remove(index);
        let above = above.trim_end_matches([' ', '\t']);
        if let Some(next) = tables.get_mut(index) {
            let joined = join(above, &prefix(next));
            next.decor_mut().set_prefix(joined);
            return;
        }
        let mut end = join(above, &self.take_trailing());
        end.truncate(end.trim_end().len());
        if !end.is_empty() {
            end.push('\n');
        }
        self.0.set_trailing(end);
    }

    fn tables(&mut self) -> Option<&mut ArrayOfTables> {
        self.0.get_mut("contact")?.as_array_of_tables_mut()
    }

    fn take_trailing(&mut self) -> String {
        let trailing = self.0.trailing().as_str().unwrap_or_default().to_owned();
        self.0.set_trailing("");
        trailing
    }
}

/// The text between the entry before and the heading of this one.
fn prefix(table: &Table) -> String {
    let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
    prefix.unwrap_or_default().to_owned()
}

/// Two pieces of text between entries become one, without a heap of empty lines.
fn join(above: &str, below: &str) -> String {
    match (above.trim().is_empty(), below.trim().is_empty()) {
        (true, _) if above.is_empty() => below.trim_start_matches('\n').to_owned(),
        (true, _) => below.to_owned(),
        (false, true) => above.to_owned(),
        (false, false) => format!("{}\n\n{}", above.trim_end(), below.trim_start_matches('\n')),
    }
}

fn remove_from_array(array: &mut Array, index: usize) {
    if index >= array.len() {
        return;
    }
    let removed = array.remove(index);
    let text = |piece: Option<&toml_edit::RawString>| {
        piece
            .and_then(|piece| piece.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let above = text(removed.decor().prefix()) + &text(removed.decor().suffix());
    if !above.contains('#') {
        return;
    }
    match array.get_mut(index) {
        Some(next) => {
            let joined = above + &text(next.decor().prefix());
            next.decor_mut().set_prefix(joined);
        }
        None => {
            let joined = above + array.trailing().as_str().unwrap_or_default();
            array.set_trailing(joined);
        }
    }
}
