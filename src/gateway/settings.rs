//! What the gateway needs to know of the configuration.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::config::Secret;
use crate::enclave::network::Network;
use crate::irc::listener::Fingerprint;

/// What contacts see while no client is attached (`[enclave] detached`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detached {
    /// The node stays up and is away.
    Away,
    /// The node goes dark: no listener, no dials.
    Offline,
}

/// How long the text of a message is kept (`[store] history`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// For ever.
    Forever,
    /// So long after it arrived.
    For(Duration),
    /// Until it has arrived where it should.
    None,
}

/// The gateway's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `[irc] server_name`.
    pub server_name: String,
    /// `[irc] channel`: the roster channel, empty for none.
    pub channel: String,
    /// `[enclave] alias`; empty: the nick a client last set.
    pub alias: String,
    /// `[enclave] detached`.
    pub detached: Detached,
    /// `[enclave] grace`: how long a client that vanished without QUIT may take to come
    /// back before contacts are told.
    pub grace: Duration,
    /// `[enclave] networks`: whose addresses are believed.
    pub networks: Vec<Network>,
    /// `[enclave] max_frame`, bytes.
    pub max_frame: usize,
    /// `[enclave] delivery`: whether we say and expect receipts; otherwise nothing goes
    /// out but what the Enclave specification names.
    pub receipts: bool,
    /// `[irc] password`: the hash of the password; empty where there is none.
    pub password: Secret,
    /// `[irc] fingerprints`: of the certificates that let a client in.
    pub fingerprints: Vec<Fingerprint>,
    /// `[store] history`.
    pub history: History,
    /// Where the person is, for the times in a log.
    pub zone: TimeZone,
    /// Where the address book is, for messages to the person.
    pub book: String,
    /// Where messages are kept, for the same.
    pub store: String,
}
