//! What a client can count on in any dialogue: batches that are opened and closed, and one
//! answer to each request with a label.

use std::collections::{BTreeMap, BTreeSet};

use enclave_irc::irc::request::parse_tags;

use super::client::Heard;

/// What one client has said and heard of labels and batches.
#[derive(Default)]
pub struct Dialogue {
    open: BTreeSet<String>,
    closed: BTreeSet<String>,
    /// How often each label was sent, and how often answered.
    labels: BTreeMap<String, (usize, usize)>,
    /// It is owed nothing any more.
    gave_up: bool,
}

impl Dialogue {
    /// A request with this label is sent, by a client that is `able` to use it.
    pub fn ask(&mut self, label: &str, able: bool) {
        if able && (1..=64).contains(&label.len()) {
            self.labels.entry(label.to_owned()).or_default().0 += 1;
        }
    }

    /// The client has given up what labels need.
    pub fn give_up(&mut self) {
        self.gave_up = true;
    }

    /// Something is heard.
    pub fn hear(&mut self, heard: &Heard<'_>) {
        if let Some(written) = heard.tag("label") {
            // As it was before it was escaped.
            let tag = format!("label={written}");
            let (_, label) = parse_tags(&tag).next().expect("a label");
            let known = self.labels.get_mut(&*label);
            let (asked, answered) = known.unwrap_or_else(|| panic!("nobody asked: {heard:?}"));
            *answered += 1;
            assert!(answered <= asked, "answered again: {heard:?}");
        }
        if let Some(batch) = heard.tag("batch") {
            assert!(self.open.contains(batch), "it is not open: {heard:?}");
        }
        if heard.verb == "BATCH" {
            let name = heard.param(0);
            if let Some(name) = name.strip_prefix('+') {
                assert!(
                    !self.closed.contains(name),
                    "its name was used before: {heard:?}"
                );
                assert!(self.open.insert(name.to_owned()), "it is open: {heard:?}");
            } else {
                let name = name.strip_prefix('-').expect("it begins or ends");
                assert!(self.open.remove(name), "it is not open: {heard:?}");
                self.closed.insert(name.to_owned());
            }
        }
    }

    /// All that could be answered has been.
    pub fn check_end(&self) {
        if self.gave_up {
            return;
        }
        assert!(self.open.is_empty(), "never closed: {:?}", self.open);
        for (label, (asked, answered)) in &self.labels {
            assert_eq!(asked, answered, "{label} was not answered");
        }
    }
}
