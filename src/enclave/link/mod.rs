//! The life of one contact's link, as a pure state machine: what the contact says of
//! itself, the connections it has with us, and when to dial it again.
//!
//! A link is more than a connection. It begins with the first one that opens, it is *real*
//! once a packet of the peer has arrived (a connection alone says little: we may be
//! unknown to the peer, and waiting for its person), *stable* half a minute later, and it
//! ends with the last connection. What happens in between, a second connection that takes
//! over for instance, is nobody's business.
//!
//! A link knows nothing of other links, of slots for dialling, of strangers: that is
//! [`mesh`](super::mesh), which owns all links and puts what they decide into orders.

mod backoff;
#[cfg(any(test, fuzzing))]
mod census;
mod connections;
mod delivery;
mod dial;
mod outbox;
mod parting;
mod presence;
mod view;

use std::time::Duration;

use super::ConnectionId;
use super::address::Address;
use super::news::News;
use super::order::Outcome;
use super::packet::{Packet, Status};
use crate::clock::{Now, Timestamp};

pub(crate) use backoff::Backoff;
pub(crate) use connections::{Connection, Connections, RECEIPTS, RIVALRY, TAGS};
pub(crate) use dial::{Dial, Redial};
use outbox::Outbox;
pub(crate) use outbox::WINDOW;
pub use outbox::{Outgoing, Standing};
use parting::Parting;
pub(crate) use presence::{ALIAS_MAX, SaidPresence, TEXT_MAX, kept};
pub use view::{ConnectionView, LinkView};

/// A link that has lived this long since the peer's first packet is stable: failures of
/// the past are forgotten.
const STABLE: Duration = Duration::from_secs(30);

/// A contact that has said goodbye is not dialled for this long: it means it.
const AFTER_FAREWELL: Duration = Duration::from_secs(30);

/// The person writing makes a contact be dialled at most this often.
const EAGER_PAUSE: Duration = Duration::from_secs(1);

/// A goodbye on one of several connections; see [`Connections::is_spare`].
#[derive(Clone, Debug, Hash)]
struct Farewell {
    text: String,
    said: Duration,
}

/// What is to be done after a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Nothing.
    Stay,
    /// Close the connection it came on; others stay.
    CloseOne,
    /// The contact has gone offline: close all connections.
    CloseAll,
}

/// The life of one contact's link.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Link {
    pub(crate) peer: Address,
    pub(crate) connections: Connections,
    pub(crate) said: SaidPresence,
    pub(crate) backoff: Backoff,
    pub(crate) dial: Dial,
    pub(crate) last_linked: Option<Timestamp>,
    /// When the mesh shall look at it next; kept by the mesh.
    pub(crate) alarm: Option<Duration>,
    /// When the peer's first packet on this link came; `None` while it is not real.
    real: Option<Duration>,
    stable: bool,
    farewell: Option<Farewell>,
    /// There is a link, whose end has to be noticed.
    open: bool,
    /// We have the lower address, as far as the last connection tells.
    we_are_lower: bool,
    /// When it was last dialled because the person wrote.
    eager: Option<Duration>,
    /// What waits to reach the contact.
    pub(crate) outbox: Outbox,
    /// Connections on which the contact said goodbye, and that wait for our receipts.
    pub(crate) parting: Parting,
}

impl Link {
    /// A contact without a link.
    pub(crate) fn new(peer: Address, last_linked: Option<Timestamp>) -> Self {
        Self {
            peer,
            connections: Connections::default(),
            said: SaidPresence::default(),
            backoff: Backoff::default(),
            dial: Dial::Rest,
            last_linked,
            alarm: None,
            real: None,
            stable: false,
            farewell: None,
            open: false,
            we_are_lower: false,
            eager: None,
            outbox: Outbox::default(),
            parting: Parting::default(),
        }
    }

    /// A connection has opened. Where there are too many now, one comes back, to be
    /// aborted.
    pub(crate) fn opened(&mut self, connection: Connection) -> Option<ConnectionId> {
        self.open = true;
        self.we_are_lower = connection.dialled_by_lower == connection.dialled_by_us;
        self.connections.admit(connection)
    }

    /// A packet has arrived on one of the connections. `confirms` says whether we confirm
    /// what we are sent, and so believe that others do.
    pub(crate) fn hear(
        &mut self,
        on: ConnectionId,
        mut packet: Packet,
        confirms: bool,
        now: Now,
        out: &mut Outcome,
    ) -> Reaction {
        let on_winner = self
            .connections
            .winner()
            .is_some_and(|winner| winner.id == on);
        let Some(connection) = self.connections.get_mut(on) else {
            return Reaction::Stay;
        };
        connection.heard = true;
        if let Some(features) = packet.features.as_ref().filter(|_| confirms) {
            connection.hear_features(features);
        }
        self.become_real(now, out);
        if let Some(received) = &packet.received {
            let keys = self.outbox.confirmed(received);
            self.tell_delivered(keys, out);
        }
        self.take_acknowledged(out);
        let goodbye = packet.status == Some(Status::Offline);
        if let Some(alias) = &packet.alias {
            self.hear_alias(alias, out);
        }
        // Nobody speaks before being there, and nobody comes only to say goodbye.
        let mut changed = !goodbye && self.said.appear();
        // A text with a new status belongs to it, so they make one change, and that comes
        // after the message; but all comes first from one who was not there.
        let late = !changed && packet.status.is_some();
        if !goodbye {
            changed |= self.said.hear(&packet, on, on_winner);
        }
        if changed && !late {
            self.tell_presence(None, out);
        }
        self.hear_words(on, &mut packet, out);
        if changed && late {
            self.tell_presence(None, out);
        }
        if !goodbye {
            self.farewell = None;
            return Reaction::Stay;
        }
        let text = packet.status_message.unwrap_or_default();
        self.farewell = Some(Farewell {
            text: kept(&text, TEXT_MAX),
            said: now.monotonic,
        });
        if self.connections.is_spare(on, now.monotonic) {
            Reaction::CloseOne
        } else {
            Reaction::CloseAll
        }
    }

    fn become_real(&mut self, now: Now, out: &mut Outcome) {
        if self.real.is_none() {
            self.real = Some(now.monotonic);
            self.last_linked = Some(now.wall);
            out.tell(News::Linked { peer: self.peer });
        }
    }

    /// The contact calls itself this.
    fn hear_alias(&mut self, alias: &str, out: &mut Outcome) {
        if self.said.set_alias(alias) {
            out.tell(News::Alias {
                peer: self.peer,
                alias: self.said.alias().to_owned(),
            });
        }
    }

    fn tell_presence(&self, farewell: Option<String>, out: &mut Outcome) {
        out.tell(News::Presence {
            peer: self.peer,
            presence: self.said.presence().clone(),
            farewell,
        });
    }

    /// Has the link ended, with the last connection gone? True once for each link.
    pub(crate) fn take_end(&mut self) -> bool {
        self.connections.is_empty() && std::mem::take(&mut self.open)
    }

    /// What follows from the end of the link: the contact is offline, and is dialled in a
    /// while.
    pub(crate) fn end(&mut self, now: Now, rng: &mut fastrand::Rng, out: &mut Outcome) -> Redial {
        // A goodbye long ago on one connection, and nothing since, was not the reason.
        let farewell = self
            .farewell
            .take()
            .filter(|farewell| now.monotonic.saturating_sub(farewell.said) <= RIVALRY);
        let was_real = self.real.is_some();
        self.forget(farewell.as_ref().map(|farewell| &*farewell.text), out);
        let wait = if farewell.is_some() {
            AFTER_FAREWELL
        } else if was_real {
            self.redial_after_break(self.we_are_lower, now, rng)
        } else {
            self.backoff.failed(self.last_linked, now.wall, rng)
        };
        Redial {
            wait,
            regardless: farewell.is_some(),
        }
    }

    /// How long to wait before dialling after a real link broke.
    fn redial_after_break(&mut self, at_once: bool, now: Now, rng: &mut fastrand::Rng) -> Duration {
        self.backoff.broke(at_once, self.last_linked, now.wall, rng)
    }

    /// Nothing can be written any more, because all that is left of the link is losers
    /// that we have half-closed: how long to wait before dialling. `None` where it is not
    /// so, or a dial is on its way.
    pub(crate) fn replace(&mut self, now: Now, rng: &mut fastrand::Rng) -> Option<Duration> {
        let mute = !self.connections.is_empty() && self.connections.winner().is_none();
        (mute && self.dial == Dial::Rest).then(|| self.redial_after_break(true, now, rng))
    }

    /// The link is no more, for whatever reason: the contact is offline for us.
    pub(crate) fn forget(&mut self, farewell: Option<&str>, out: &mut Outcome) {
        self.open = false;
        self.real = None;
        self.stable = false;
        self.farewell = None;
        if self.said.vanish() {
            let farewell = farewell.filter(|text| !text.is_empty());
            self.tell_presence(farewell.map(str::to_owned), out);
        }
    }

    /// Notes that the link is stable, if it is by now.
    pub(crate) fn settle(&mut self, now: Duration) {
        if !self.stable && self.real.is_some_and(|real| real + STABLE <= now) {
            self.stable = true;
            self.backoff.reset();
        }
    }

    /// The person writes: when to dial, at the earliest.
    pub(crate) fn eager_at(&self, now: Duration) -> Duration {
        self.eager.map_or(now, |last| now.max(last + EAGER_PAUSE))
    }

    /// Notes that it is dialled because the person wrote.
    pub(crate) fn dialled_eagerly(&mut self, now: Duration) {
        self.eager = Some(now);
    }

    /// When the link has something to do next.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let stable = self.real.filter(|_| !self.stable).map(|real| real + STABLE);
        let outbox = self.outbox.deadline(&self.connections);
        let parting = self.parting.deadline();
        let connections = self.connections.deadline();
        [self.dial.deadline(), connections, stable, outbox, parting]
            .into_iter()
            .flatten()
            .min()
    }

    /// What holds now, for whoever wants to show it.
    pub(crate) fn view(&self) -> LinkView {
        LinkView::of(self)
    }
}
