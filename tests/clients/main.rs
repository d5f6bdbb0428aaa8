//! Real programs, each on a real gateway, as people use them: irssi and weechat, ii and sic in
//! terminals, and the libraries `irc` (Python) and `irc-framework` (Node) in small programs of
//! our own. Through the doors that ask who one is come irssi and catgirl over TLS, as another
//! user with a password where the tests run as root; the library `ws` (Node); and pages of our
//! site and of another one, in Chromium.
//!
//! Bob uses the program that is tried. Alice, on a gateway of her own, is a raw client, so that
//! what reaches her is known to the byte. What happens between them is in [`scenario`], and is
//! the same for every program; how a program is used and read is in its file.
//!
//! They need all these programs, so they run only when asked for. This installs what is missing
//! (the libraries into `target/clients`), and runs them:
//!
//! ```text
//! .ci/run programs && cargo test --test clients -- --ignored
//! ```

// The lints against `unwrap` are for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/mod.rs"]
mod support;

mod browser;
mod catgirl;
mod doors;
mod driver;
mod ii;
mod irc_framework;
mod irssi;
mod person;
mod python_irc;
mod scenario;
mod sic;
mod together;
mod websocket;
mod weechat;
