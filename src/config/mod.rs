//! The configuration: what can be set, what holds when it is not, and where it is read.
//!
//! No file is needed. One that is there is read whole: [`load`] tells everything that is
//! wrong with it at once. A key whose feature this version does not have is accepted only
//! with its default, so that no setting is silently without effect.

#[cfg_attr(not(feature = "tls"), path = "no_certificate.rs")]
pub mod certificate;
mod change;
mod listen;
mod paths;
mod read;
mod secret;
mod units;
mod values;

pub use change::{differences, needs_restart};
pub use listen::{Host, Listen};
pub(crate) use paths::create_private_folder;
pub use paths::{Paths, open_to_others};
pub use read::{load, parse};
pub use secret::Secret;
pub use units::{format_duration, format_size, parse_duration, parse_size};

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::enclave::address::Address;
use crate::enclave::network::Network;
use crate::irc::listener::Fingerprint;

/// Everything that can be set. [`Config::default`] is what holds without a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The peer side.
    pub enclave: Enclave,
    /// The IRC side.
    pub irc: Irc,
    /// What is kept.
    pub store: Store,
    /// What is told to whoever runs the program.
    pub log: Log,
}

/// `[enclave]`: the node as its peers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Enclave {
    /// Our own addresses.
    pub address: OwnAddress,
    /// The interface to bind to; empty: the one that carries our address.
    pub interface: String,
    /// The port of every node, ours and theirs.
    pub port: u16,
    /// Whose addresses are cryptographic, so whom we believe. Never empty.
    pub networks: Vec<Network>,
    /// Our name in the handshake; empty: the nick a client last set. At most
    /// [`MAXIMUM_ALIAS`] characters, none of them a control character.
    pub alias: String,
    /// What contacts see while no IRC client is attached.
    pub detached: Detached,
    /// How long a vanished client may take to come back; at most [`MAXIMUM_GRACE`].
    pub grace: Duration,
    /// The largest frame a contact may send, bytes, from [`MINIMUM_FRAME`] to
    /// [`MAXIMUM_FRAME`].
    pub max_frame: usize,
    /// Which attributes go out with a message.
    pub delivery: Delivery,
}

/// `[irc]`: the server as its clients see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Irc {
    /// Where clients are let in. Never empty.
    pub listen: Vec<Listen>,
    /// What the server calls itself.
    pub server_name: String,
    /// The roster channel; none where it was switched off.
    pub channel: Option<String>,
    /// The hash of the password for clients; empty: none is needed.
    pub password: Secret,
    /// Who may connect over loopback.
    pub allow: Allow,
    /// Of the certificates whose holders are let in without a password.
    pub fingerprints: Vec<Fingerprint>,
    /// Our certificate in PEM; none: in the place that [`Paths::certificate`] names.
    pub certificate: Option<PathBuf>,
    /// Its key; none: in the place that [`Paths::key`] names.
    pub key: Option<PathBuf>,
    /// The sites whose pages may connect with a WebSocket, besides the door's own host:
    /// `https://irc.example.org`.
    pub origins: Vec<String>,
}

/// `[store]`: what outlives the program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Store {
    /// The database; none: in the state folder.
    pub path: Option<PathBuf>,
    /// How long the text of messages is kept.
    pub history: History,
}

/// `[log]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// The least important level that is shown. `RUST_LOG` wins over it.
    pub level: Level,
}

/// The longest name we give ourselves, characters. It has to fit the line in which a peer
/// is asked whether to accept us.
pub const MAXIMUM_ALIAS: usize = 64;

/// The longest grace: a client that was gone for a day was gone.
pub const MAXIMUM_GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// The smallest frame limit, bytes: room for a handshake with a status text.
pub const MINIMUM_FRAME: usize = 1024;

/// The largest frame limit, bytes. Every contact may make us hold as much as this.
pub const MAXIMUM_FRAME: usize = 64 * 1024 * 1024;

/// The nick of the control contact, on IRC and in the roster channel.
pub const CONTROL_CONTACT: &str = "enclave";

impl Config {
    /// The nicks that no contact may have: those that mean something else on our server.
    pub fn reserved_nicks(&self) -> [&str; 2] {
        [CONTROL_CONTACT, &self.irc.server_name]
    }
}

impl Default for Enclave {
    fn default() -> Self {
        Self {
            address: OwnAddress::Auto,
            interface: String::new(),
            port: crate::enclave::PORT,
            // The one network, since this text is one; a test holds it to that.
            networks: "fc00::/8".parse().into_iter().collect(),
            alias: String::new(),
            detached: Detached::Away,
            grace: Duration::from_secs(120),
            max_frame: 1024 * 1024,
            delivery: Delivery::Receipts,
        }
    }
}

impl Default for Irc {
    fn default() -> Self {
        Self {
            listen: vec![Listen::localhost(6667)],
            server_name: "enclave.local".to_owned(),
            channel: Some("&enclave".to_owned()),
            password: Secret::default(),
            allow: Allow::SameUser,
            fingerprints: Vec::new(),
            certificate: None,
            key: None,
            origins: Vec::new(),
        }
    }
}

/// Which addresses are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnAddress {
    /// Every address of this machine that lies in one of the networks.
    Auto,
    /// This one, whether it is there already or not.
    Given(Address),
}

impl fmt::Display for OwnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Given(address) => address.fmt(f),
        }
    }
}

/// Values that are one of a few words: the words are what a person writes.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
            /// Every value with the word for it.
            pub const WORDS: &[(&str, Self)] = &[$(($word, Self::$variant)),+];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }
    };
}

words! {
    /// What contacts see while no IRC client is attached.
    Detached {
        /// The node stays up and keeps messages.
        #[default]
        Away = "away",
        /// The node goes dark: no listener, no dials.
        Offline = "offline",
    }
}

words! {
    /// Which attributes go out with a message.
    Delivery {
        /// Those that let a peer confirm what it has received.
        #[default]
        Receipts = "receipts",
        /// Only those of the Enclave specification.
        Plain = "plain",
    }
}

words! {
    /// Who may connect over loopback without a password.
    Allow {
        /// The user who runs the program, and root.
        #[default]
        SameUser = "same-user",
        /// Every user of the machine.
        Anyone = "anyone",
    }
}

words! {
    /// How much the log tells, from least to most.
    Level {
        /// Nothing.
        Off = "off",
        /// What failed.
        Error = "error",
        /// What may need attention.
        Warn = "warn",
        /// What happens from day to day.
        #[default]
        Info = "info",
        /// What helps to find a fault.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

/// How long the text of messages is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// Until it is deleted by hand.
    #[default]
    Forever,
    /// This long.
    For(Duration),
    /// Only until it has been delivered.
    None,
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forever => f.write_str("forever"),
            Self::For(kept) => f.write_str(&format_duration(*kept)),
            Self::None => f.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests;
