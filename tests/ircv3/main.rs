//! Each extension of IRCv3 that we offer, by dialogues that are built on the examples in its
//! specification, with the real binary. How to read them: [`transcript`].

// The lints against `unwrap` are for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/mod.rs"]
mod support;

mod scene;
mod transcript;

mod account_tag;
mod away_notify;
mod batch;
mod bot_mode;
mod capability_negotiation;
mod chathistory;
mod chathistory_clients;
mod client_batch;
mod echo_message;
mod extended_isupport;
mod labeled_response;
mod message_tags;
mod monitor;
mod multiline;
mod multiline_limits;
mod names;
mod no_implicit_names;
mod pre_away;
mod react;
mod read_marker;
mod reply;
mod search;
mod self_message;
mod server_time;
mod setname;
mod standard_replies;
mod typing;
mod utf8_only;
mod whox;
