//! Enclave for people who live in an IRC client.

pub mod book;
pub mod cli;
pub mod clock;
pub mod columns;
pub mod config;
pub mod enclave;
pub mod irc;
pub mod nearest;
pub mod offline;
pub mod pipe;
pub mod problem;
pub mod source;
