//! What a client can count on in any dialogue: batches that are opened and closed, and
//! one answer to each label.

use std::collections::{BTreeMap, BTreeSet};

/// What one client has heard of batches and labels.
#[derive(Default)]
pub(super) struct Dialogue {
    open: BTreeSet<String>,
    closed: BTreeSet<String>,
    /// How often each label that was sent was answered.
    answered: BTreeMap<String, usize>,
}

impl Dialogue {
    /// The client says something with this label.
    pub fn ask(&mut self, label: &str) {
        self.answered.insert(label.to_owned(), 0);
    }

    pub fn hear(&mut self, line: &str) {
        let (tags, rest) = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').unwrap(),
            None => ("", line),
        };
        let tag = |key: &str| {
            let mut tags = tags.split(';');
            tags.find_map(|tag| tag.strip_prefix(key)?.strip_prefix('='))
        };
        if let Some(label) = tag("label") {
            let count = self.answered.get_mut(label);
            *count.unwrap_or_else(|| panic!("nobody asked {label}: {line}")) += 1;
        }
        if let Some(batch) = tag("batch") {
            assert!(self.open.contains(batch), "{batch} is not open: {line}");
        }
        let words: Vec<&str> = rest.split(' ').collect();
        if words.get(1) == Some(&"BATCH") {
            let name = &words[2][1..];
            if words[2].starts_with('+') {
                assert!(!self.closed.contains(name), "{name} was used before");
                assert!(self.open.insert(name.to_owned()), "{name} is open already");
            } else {
                assert!(self.open.remove(name), "{name} is not open");
                self.closed.insert(name.to_owned());
            }
        }
        for (label, count) in &self.answered {
            assert!(*count <= 1, "{label} was answered {count} times");
        }
    }

    /// All that could be answered has been.
    pub fn check_end(&self) {
        assert!(self.open.is_empty(), "never closed: {:?}", self.open);
        for (label, count) in &self.answered {
            assert_eq!(*count, 1, "{label} was not answered");
        }
    }
}
