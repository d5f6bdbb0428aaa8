//! What the gateway needs to know of the configuration.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::config::{Config, Delivery, Secret};
pub use crate::config::{Detached, History};
use crate::enclave::network::Network;
use crate::irc::listener::Fingerprint;

use super::Gateway;

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

impl Settings {
    /// What a configuration says. `book` and `store` are where the files are.
    pub fn of(config: &Config, zone: TimeZone, book: String, store: String) -> Self {
        let Config { enclave, irc, .. } = config;
        Self {
            server_name: irc.server_name.clone(),
            channel: irc.channel.clone().unwrap_or_default(),
            alias: enclave.alias.clone(),
            detached: enclave.detached,
            grace: enclave.grace,
            networks: enclave.networks.clone(),
            max_frame: enclave.max_frame,
            receipts: enclave.delivery == Delivery::Receipts,
            password: irc.password.clone(),
            fingerprints: irc.fingerprints.clone(),
            history: config.store.history,
            zone,
            book,
            store,
        }
    }
}

/// What holds without a configuration, for one who is nowhere: made-up worlds begin with it.
impl Default for Settings {
    fn default() -> Self {
        let [book, store] = ["contacts.toml", "state.db"].map(str::to_owned);
        Self::of(&Config::default(), TimeZone::UTC, book, store)
    }
}

impl Gateway {
    /// The configuration was read anew.
    pub(super) fn settings_changed(&mut self, settings: Settings) {
        // What the doors, the mesh and the channel were made with needs a restart; the
        // one who read the file has said so.
        self.settings.alias = settings.alias;
        self.settings.detached = settings.detached;
        self.settings.grace = settings.grace;
        self.settings.history = settings.history;
        self.calendar.keep_for(settings.history, self.now);
        let had_keys = self.has_keys();
        self.settings.password = settings.password;
        self.settings.fingerprints = settings.fingerprints;
        self.tell_if_keys_changed(had_keys);
        self.expire();
        self.update_presence();
    }
}
