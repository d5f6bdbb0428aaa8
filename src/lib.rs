//! `enclave-irc`: a complete Enclave node that a person uses from their IRC client.
//!
//! Enclave is a messenger without servers: every person runs a node, which keeps one TCP
//! connection to each friend in its address book. Here each friend is a nick on a small
//! IRC server that runs beside the person's client.
//!
//! # How it works
//!
//! ```text
//!  IRC clients ──lines──▶ irc ──events──▶ gateway ◀──events── enclave ◀──packets── peers
//!              ◀─replies─      (one task,         ──effects──▶
//!                               all state)
//!                                  ▲ │
//!                           events │ │ effects
//!                                  │ ▼
//!                                daemon (sockets, timers, files, signals) ◀──▶ store
//! ```
//!
//! One task owns all state. [`gateway::Gateway::handle`] takes an event and the time and
//! leaves effects; it does no I/O and reads no clock. The [`daemon`] turns what happens on
//! sockets and timers into events, and carries the effects out. So the whole program can be
//! tested with a made-up clock and network.
//!
//! # The rooms
//!
//! Imports run downwards only; `enclave`, `irc` and `store` have
//! never heard of each other.
//!
//! | room | what it is for |
//! |---|---|
//! | [`cli`], [`offline`], [`demo`] | the command line, and what it does beside the gateway: files, doctor, demo |
//! | [`daemon`] | runs the gateway: sockets, timers, files, signals, the service manager; who may come in |
//! | [`gateway`] | the translator: what a thing said in one protocol means in the other |
//! | [`config`], [`book`] | the configuration, and the address book on disk |
//! | [`enclave`] | the peer protocol: packets, frames, addresses, links |
//! | [`irc`] | the IRC server protocol: lines, requests, replies, capabilities |
//! | [`store`] | what must outlive the process: messages, the outbox, positions of clients |
//! | [`pipe`], [`clock`] | what both kinds of connection share; time as a value |
//! | [`plain_file`], [`source`], [`problem`], [`nearest`], [`columns`] | reading hand-written files, and saying what is wrong with them |
//!
//! # What always holds
//!
//! * No `await` while state is half changed, and no lock: connections are tasks on the same
//!   thread which share nothing but their [`pipe::Pipe`].
//! * What a client is sent goes through [`irc::reply::Reply`], so no CR, LF or NUL of
//!   anybody's can make a second line, and no line is longer than its limit.
//! * Nothing is called accepted, to a client or a contact, before it is durable.
//! * A stranger is sent nothing at all until the person lets them in.
//! * No text of a peer is logged, at any level.
//! * Whatever others can make grow has a named bound.

pub mod book;
pub mod cli;
pub mod clock;
pub mod columns;
pub mod config;
pub mod daemon;
pub mod demo;
pub mod enclave;
pub mod gateway;
pub mod irc;
pub mod nearest;
pub mod offline;
pub mod pipe;
pub mod plain_file;
pub mod problem;
pub mod source;
pub mod store;
