//! What happens between us and one contact.

use super::super::HELLO;
use super::super::tags::HELLO_TAGS;

/// What a message is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Words,
    WordsWithTags,
    OnlyTags,
}

/// What the peer says that it can do.
#[derive(Clone, Copy, Debug)]
pub struct Features {
    pub receipts: bool,
    pub tags: bool,
}

impl Features {
    pub(super) fn hello(self) -> &'static str {
        match (self.receipts, self.tags) {
            (true, true) => HELLO_TAGS,
            (true, false) => HELLO,
            (false, true) => r#"{"features":["tags"]}"#,
            (false, false) => "{}",
        }
    }
}

/// One thing that happens. Connections are named by their place among those that are open.
#[derive(Clone, Debug)]
pub enum Event {
    Send {
        kind: Kind,
        length: usize,
    },
    Signal,
    Open {
        dialled: bool,
    },
    Hear {
        which: usize,
        features: Features,
    },
    Acknowledge {
        which: usize,
        quarters: u64,
    },
    Confirm {
        which: usize,
        first: u64,
        count: u64,
    },
    End {
        which: usize,
    },
    Goodbye {
        which: usize,
    },
    Cancel {
        keys: Vec<u64>,
    },
    Pass {
        tenths: u64,
    },
}
