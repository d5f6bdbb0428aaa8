//! What the store is asked, and what it answers.

use super::Message;
use crate::clock::Timestamp;

/// A message that a client names, in one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// By its `msgid`.
    Id(String),
    /// By its `time`. Where no message of the conversation has exactly that, it is the place
    /// in the order of arrival that this time has.
    Time(Timestamp),
}

/// Which messages of one conversation are wanted; those that are named are not among them,
/// but for `Around`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The newest, and none up to this one.
    Latest(Option<Reference>),
    /// The newest before it.
    Before(Reference),
    /// The oldest after it.
    After(Reference),
    /// About half of them before it, and it among them.
    Around(Reference),
    /// Those between the two, as many as there is room for, beginning at the first named.
    Between(Reference, Reference),
}

/// What is searched for: messages with a text that fulfil all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// With whom; anybody where `None`.
    pub contact: Option<u32>,
    /// Written by the person (`true`) or by the contact; by either where `None`.
    pub own: Option<bool>,
    /// Arrived at this time or later; then the oldest of them are wanted, otherwise the
    /// newest.
    pub after: Option<Timestamp>,
    /// Arrived at this time or earlier.
    pub before: Option<Timestamp>,
    /// What its text contains: every word of this, in any case and any place. Empty: anything.
    pub text: String,
    /// How many at most.
    pub most: u32,
    /// Bytes of text at most; one message comes all the same.
    pub bytes: usize,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Has this contact said this, under this id, before?
    Known {
        /// Who.
        contact: u32,
        /// The id that it gave.
        id: String,
        /// What.
        text: String,
    },
    /// What a client has missed, conversation by conversation, the one that goes back
    /// furthest first: of each the newest messages after `after` up to `through`, in order.
    Backlog {
        /// The last message that it has acknowledged.
        after: u64,
        /// The newest message to play.
        through: u64,
        /// The client's name; what was written by it is left out.
        client: String,
        /// Messages of each conversation at most.
        each: u32,
        /// Bytes of text in all at most; at least one message of each conversation comes
        /// all the same.
        bytes: usize,
    },
    /// All messages after `after` up to `through`, oldest first, as many as fit: at least
    /// one, if there is any. What was written by `client` is left out.
    Next {
        /// See above.
        after: u64,
        /// See above.
        through: u64,
        /// See above.
        client: String,
        /// Messages at most.
        most: u32,
        /// Bytes of text at most.
        bytes: usize,
    },
    /// The newest messages, with one contact or with all, in order. The newest of all comes
    /// however long it is.
    Log {
        /// With whom; all where `None`.
        contact: Option<u32>,
        /// How many at most.
        most: u32,
        /// Bytes of text at most.
        bytes: usize,
    },
    /// Messages of one conversation that have a text.
    History {
        /// With whom.
        contact: u32,
        /// Which.
        selection: Selection,
        /// How many at most.
        most: u32,
        /// Bytes of text at most; one message comes all the same.
        bytes: usize,
        /// Those that are nothing but tags, too.
        tag_only: bool,
    },
    /// The conversations whose newest message arrived between these two times, neither of
    /// them included: as many as there is room for, beginning at the first time, whichever
    /// of them is earlier.
    Targets {
        /// See above.
        between: (Timestamp, Timestamp),
        /// How many at most.
        most: u32,
    },
    /// What was said somewhere.
    Search(Search),
    /// Which message of a conversation, whether it still has a text or not, a time stands
    /// for: the newest with exactly that `time`, else the last that had arrived by then.
    Position {
        /// With whom.
        contact: u32,
        /// When.
        time: Timestamp,
    },
    /// Where a client has missed something: as [`Ask::Backlog`], without the messages.
    Missed {
        /// The last message that it has acknowledged.
        after: u64,
        /// The newest that counts.
        through: u64,
        /// The client's name; what was written by it is left out.
        client: String,
        /// Whether those that are nothing but tags count.
        tag_only: bool,
    },
}

/// What a contact has said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// The id is new in the conversation.
    New,
    /// It has said exactly that, under that id.
    Repeat,
    /// The id is taken in the conversation, by something else.
    Taken,
}

/// One conversation's share of a backlog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// With whom.
    pub contact: u32,
    /// Messages that were left out, older than the ones here.
    pub more: u64,
    /// In order. All have a text.
    pub messages: Vec<Message>,
}

/// What a client has missed of one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// With whom.
    pub contact: u32,
    /// The place of the oldest message that it has missed.
    pub first: u64,
    /// And of the newest.
    pub last: u64,
    /// How many there are.
    pub count: u64,
}

/// The answer to an [`Ask`], of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To [`Ask::Known`].
    Known(Known),
    /// To [`Ask::Backlog`].
    Backlog(Vec<Conversation>),
    /// To [`Ask::Next`]: the messages that have a text, and up to where they reach:
    /// `through`, or the last of them where not all fit.
    Next {
        /// In order.
        messages: Vec<Message>,
        /// See above.
        through: u64,
    },
    /// To [`Ask::Log`]: those that have a text, oldest first.
    Log(Vec<Message>),
    /// To [`Ask::History`]: oldest first; `None` where a message that is named by its id is
    /// not known.
    History(Option<Vec<Message>>),
    /// To [`Ask::Targets`]: with whom, and when the newest message arrived; oldest first.
    Targets(Vec<(u32, Timestamp)>),
    /// To [`Ask::Search`]: oldest first.
    Search(Vec<Message>),
    /// To [`Ask::Position`]: its place, and its `time`.
    Position(Option<(u64, Timestamp)>),
    /// To [`Ask::Missed`]: the one that goes back furthest first.
    Missed(Vec<Missed>),
}
