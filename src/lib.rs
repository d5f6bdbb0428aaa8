//! Enclave for people who live in an IRC client.

pub mod clock;
pub mod irc;
pub mod pipe;
