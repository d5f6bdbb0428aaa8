//! One IRC client: who it says it is, what it can do, what it wants to hear of.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Now;
use crate::config::Secret;
use crate::irc::capability::{Capabilities, Capability};
use crate::irc::listener::Origin;
use crate::irc::nick::{Folded, Nick};
use crate::irc::reply::{Reply, Source};
use crate::irc::sasl::{Mechanism, Response};

use super::history::AllUnfetched;
use super::keys::{Key, Shown};
use super::multiline::OpenBatch;
use super::positions::Progress;
use super::response::Later;
use super::room::Room;

/// How long a client may take to register. Someone who types it by hand needs a while;
/// a connection that never speaks must not stay for ever.
pub(super) const REGISTRATION_TIMEOUT: Duration = Duration::from_secs(60);

/// After this long without a word from a client it is asked whether it is there. Longer
/// than what irssi (61 s), weechat (60 s) and HexChat (30 s) leave between their own pings,
/// so those are never asked.
pub(super) const PING_AFTER: Duration = Duration::from_secs(120);

/// How long a client has to answer that.
pub(super) const PONG_TIMEOUT: Duration = Duration::from_secs(120);

/// The host part of our own clients' masks. The person is at this machine, or at least
/// nobody else may know better.
const OWN_HOST: &str = "localhost";

/// How far a client has come with its registration.
#[derive(Debug, Default)]
pub(super) struct Registration {
    /// Between `CAP LS` or `CAP REQ` and `CAP END` registration waits (IRCv3 capability
    /// negotiation).
    pub negotiating: bool,
    /// Whether all of it is done and the client is attached.
    pub complete: bool,
}

/// What a client said with AWAY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Away {
    /// Its text, never empty.
    pub text: String,
    /// Grows with every AWAY of any client: the newest text wins.
    pub order: u64,
    /// Whether it was `AWAY *` of a client that has `draft/pre-away`: the program connects by
    /// itself, and nobody sits at it.
    pub unattended: bool,
}

/// One client's connection, registered or not.
#[derive(Debug)]
pub(super) struct Session {
    pub origin: Origin,
    pub registration: Registration,
    /// What it called itself last; none before its first valid NICK.
    pub nick: Option<Nick>,
    /// From USER; none before.
    pub user: Option<String>,
    pub realname: String,
    /// By what it is known over reconnects: its user name as it gave it, such as
    /// `alice@laptop`.
    pub name: String,
    pub capabilities: Capabilities,
    /// Whether it asked with `CAP LS 302` or later.
    pub version_302: bool,
    pub away: Option<Away>,
    /// Whether it has said AWAY at all, with a text or without.
    pub away_said: bool,
    /// What it watches with MONITOR: as compared, and as it wrote it.
    pub monitored: BTreeMap<Folded, String>,
    /// Whether it is in the roster channel.
    pub in_channel: bool,
    /// User mode +i, which means nothing here but must be answered.
    pub invisible: bool,
    pub connected: Now,
    /// When it last said anything, on the monotonic clock.
    pub last_heard: Duration,
    /// When its person last wrote something, on the monotonic clock.
    pub last_spoke: Duration,
    /// Whether a PING of ours is unanswered.
    pub pinged: bool,
    /// Where it is in what has been said.
    pub progress: Progress,
    /// What it has missed and will ask for itself.
    pub unfetched: AllUnfetched,
    /// A message of several lines that it has begun.
    pub batch: Option<Box<OpenBatch>>,
    /// What it has shown to be let in, and how.
    pub key: Key,
    pub shown: Shown,
    /// What came with PASS, until it is looked at.
    pub pass: Option<Secret>,
    /// A response of SASL on its way in.
    pub sasl: Option<(Mechanism, Response)>,
    /// The answer that is owed for it.
    pub sasl_answer: Later,
    /// How many of its requests wait for the store.
    pub requests: usize,
    /// How many of its commands are answered when what they did is durable.
    pub unfinished: usize,
    /// What it has yet to take, and to be told of contacts.
    pub room: Room,
}

impl Session {
    pub fn new(origin: Origin, now: Now) -> Self {
        Self {
            origin,
            registration: Registration::default(),
            nick: None,
            user: None,
            realname: String::new(),
            name: String::new(),
            capabilities: Capabilities::NONE,
            version_302: false,
            away: None,
            away_said: false,
            monitored: BTreeMap::new(),
            in_channel: false,
            invisible: false,
            connected: now,
            last_heard: now.monotonic,
            last_spoke: now.monotonic,
            pinged: false,
            progress: Progress::default(),
            unfetched: AllUnfetched::new(),
            batch: None,
            key: Key::None,
            shown: Shown::Pass,
            pass: None,
            sasl: None,
            sasl_answer: Later::default(),
            requests: 0,
            unfinished: 0,
            room: Room::default(),
        }
    }

    /// Whether it is registered.
    pub fn attached(&self) -> bool {
        self.registration.complete
    }

    /// Whether it is registered and a person sits at it, so that it counts for what contacts
    /// are told.
    pub fn attended(&self) -> bool {
        self.attached() && !self.away.as_ref().is_some_and(|away| away.unattended)
    }

    /// How numerics address it: `*` before it has a nick.
    pub fn target(&self) -> &str {
        self.nick.as_ref().map_or("*", Nick::as_str)
    }

    /// It, as the source of a line.
    pub fn source(&self) -> Source<'_> {
        Source::User {
            nick: self.target(),
            user: self.user(),
            host: OWN_HOST,
        }
    }

    /// A line that comes from it, with the tags every such line has. `account` is our
    /// address, while we have one.
    pub fn says(
        &self,
        verb: &'static str,
        params: &[&str],
        time: &str,
        account: Option<&str>,
    ) -> Reply {
        let reply = Reply::from(self.source(), verb, params).tag("time", Some(time));
        match account {
            Some(account) => reply.tag("account", Some(account)),
            None => reply,
        }
    }

    pub fn user(&self) -> &str {
        self.user.as_deref().unwrap_or("user")
    }

    pub fn host(&self) -> &'static str {
        OWN_HOST
    }

    pub fn has(&self, capability: Capability) -> bool {
        self.capabilities.contains(capability)
    }

    /// When it has to be asked whether it is there, or to be given up.
    pub fn deadline(&self) -> Duration {
        if !self.attached() {
            self.connected.monotonic + REGISTRATION_TIMEOUT
        } else if self.pinged {
            self.last_heard + PING_AFTER + PONG_TIMEOUT
        } else {
            self.last_heard + PING_AFTER
        }
    }
}
