//! What must outlive the process: messages both ways, the outbox, how far each client has
//! come, who asks to be let in and what they said, who is silenced, and the little that is
//! remembered besides. SQLite, in one file.
//!
//! | room | what it knows |
//! |---|---|
//! | [`row`] | what is written and asked, as plain data |
//! | [`db`] | the file: each change and each question as SQL |
//! | [`thread`] | a thread that waits for the disk: batches, and what a full disk means |
//!
//! The pure middle never waits for any of this. It numbers its [`Write`]s by counting
//! them, sends them off, and hears later through which one all is durable. An [`Ask`] is
//! answered in its place among the writes, so it sees all that were sent before it,
//! durable or not; a search may be answered later, and see more.

pub mod db;
pub mod row;
pub mod thread;

pub use db::{Db, OpenError};
pub use row::{
    Answer, Ask, Contact, Conversation, Held, Known, Loaded, Marker, Message, Missed, Position,
    Reference, Request, Search, Selection, Tags, Write,
};
pub use thread::{Report, Store};
