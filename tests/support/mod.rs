//! What the integration tests share: the real binary as a process, IRC clients and Enclave
//! peers as raw sockets, and terminals with real programs in them.
//!
//! Nothing here uses the library under test. A mistake that the library makes both when it
//! writes and when it reads would go unseen if the tests read with the same code; so the
//! peer frames and parses by itself, from the Enclave specification alone, and so does the
//! client, from RFC 1459 and the IRCv3 documents.
//!
//! Every wait is for an event and has a deadline, and what was said until then is printed
//! when the deadline passes. Every gateway has a loopback address of its own (127.a.b.c), on
//! which all its ports are, so that tests run side by side without sharing any.

// Each test crate uses its own part of this module, and the rest is dead code to it. The
// lints against `unwrap` are for the program: here a panic is how a test fails.
#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

pub mod client;
pub mod daemon;
pub mod friend;
pub mod line;
pub mod network;
pub mod peer;
pub mod person;
pub mod process;
pub mod screen;
pub mod stranger;
pub mod tls;
pub mod web;

pub use client::Client;
pub use daemon::{Daemon, Setup};
pub use friend::Friend;
pub use line::Line;
pub use network::Network;
pub use peer::{Link, Peer};
pub use person::{Person, Program};
pub use screen::Screen;

/// How long an event may take that happens at once on an idle machine. Long, because the
/// machine that runs all tests at the same time is not idle, and a test that passes never
/// waits for it.
pub const PATIENCE: Duration = Duration::from_secs(20);
