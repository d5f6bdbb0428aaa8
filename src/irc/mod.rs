//! The IRC server protocol as spoken: how it is *said*, not what it means here.
//!
//! Nothing in this room knows of contacts, peers or an address book; another server
//! could be built on it. From the wire inwards:
//!
//! - [`listener`] opens the doors, [`stream`] is what comes through them,
//!   [`connection`] runs one client's. [`tls`] and `websocket` are what may lie between.
//! - [`codec`] cuts the bytes into lines, [`request`] a line into verb and parameters.
//! - [`reply`] is whatever we say, made so that it cannot be malformed, with the words of
//!   [`numeric`], [`capability`] and [`isupport`].
//! - [`nick`], [`channel`] and [`mask`] are about names, [`text`] about what stands inside
//!   a line.
//!
//! References in the comments: "modern IRC" is the Modern IRC Client Protocol document,
//! the names of extensions are those of the IRCv3 specifications.

pub mod capability;
pub mod channel;
pub mod codec;
pub mod connection;
pub mod isupport;
pub mod listener;
pub mod lookalike;
pub mod mask;
pub mod nick;
pub mod numeric;
pub mod reply;
pub mod request;
pub mod sasl;
pub mod stream;
pub mod text;
#[cfg(feature = "tls")]
pub mod tls;
#[cfg(not(feature = "tls"))]
#[path = "without_tls.rs"]
pub mod tls;
#[cfg(feature = "websocket")]
pub mod websocket;

/// Names one client's connection for as long as the program runs; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);
