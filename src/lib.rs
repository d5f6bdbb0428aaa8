//! Enclave for people who live in an IRC client.

pub mod clock;
pub mod enclave;
pub mod irc;
pub mod pipe;
