//! What we say of ourselves, and where: our addresses, our presence, and the frames that
//! carry it.

use std::ops::Bound;

use bytes::Bytes;

use super::{Alarm, Mesh};
use crate::clock::{Now, Timestamp};
use crate::enclave::address::Address;
use crate::enclave::link::{RECEIPTS, TAGS};
use crate::enclave::network::Network;
use crate::enclave::order::{Order, Outcome};
use crate::enclave::own;
use crate::enclave::packet::{Packet, Status};

/// What contacts are told of our human.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OwnPresence {
    /// Not [`Status::Offline`]: for that see [`Mesh::go_dark`].
    pub status: Status,
    /// The status text, empty for none.
    pub text: String,
    /// What we call ourselves; nothing is sent of an empty one.
    pub alias: String,
}

/// What we say of ourselves, and where.
#[derive(Clone, Debug, Hash)]
pub(super) struct Own {
    /// Those inside the trusted networks, sorted.
    pub(super) addresses: Vec<Address>,
    pub(super) presence: OwnPresence,
    pub(super) dark: bool,
    /// Counts the changes of presence.
    pub(super) version: u64,
    /// The latest handshake, and the second it carries: a thousand links that open in one
    /// second share it.
    handshake: Option<(i64, Bytes)>,
    /// Whether it says that we confirm messages and know tags.
    receipts: bool,
    /// A change that not all contacts have been told yet.
    change: Option<Change>,
}

/// A change of presence on its way to all contacts, in the order of their addresses.
#[derive(Clone, Debug, Hash)]
struct Change {
    /// The status or its text is another; the alias is.
    stated: bool,
    renamed: bool,
    frame: Bytes,
    /// Who was looked at last.
    reached: Option<Address>,
}

/// Contacts that are told of a change at once. Writing to one takes some ten microseconds, and
/// to thousands in one go so long that a message would be seen to wait.
const TOLD_AT_ONCE: usize = 128;

impl Own {
    /// Without addresses or a word to say, not dark.
    pub(super) fn new(receipts: bool) -> Self {
        Self {
            addresses: Vec::new(),
            presence: OwnPresence {
                status: Status::Away,
                text: String::new(),
                alias: String::new(),
            },
            dark: false,
            version: 0,
            handshake: None,
            receipts,
            change: None,
        }
    }

    /// Whether a change is on its way to contacts.
    pub(super) fn is_telling(&self) -> bool {
        self.change.is_some()
    }

    /// See [`own::address_towards`].
    pub(super) fn address_towards(&self, networks: &[Network], peer: Address) -> Option<Address> {
        own::address_towards(&self.addresses, networks, peer)
    }

    /// The packet that every connection with a contact begins with (Enclave specification,
    /// "Handshake").
    pub(super) fn handshake(&mut self, wall: Timestamp) -> Bytes {
        let second = wall.seconds();
        match &self.handshake {
            Some((made, frame)) if *made == second => frame.clone(),
            _ => {
                let alias = &self.presence.alias;
                let frame = Packet {
                    status: Some(self.presence.status),
                    status_message: Some(self.presence.text.clone()),
                    alias: (!alias.is_empty()).then(|| alias.clone()),
                    timestamp: Some(wall),
                    features: self
                        .receipts
                        .then(|| [RECEIPTS, TAGS].map(str::to_owned).into()),
                    ..Packet::default()
                }
                .to_frame();
                self.handshake = Some((second, frame.clone()));
                frame
            }
        }
    }
}

/// The goodbye of a node, to one contact or to all (Enclave specification, `status` 0).
pub(super) fn farewell(text: &str, wall: Timestamp) -> Bytes {
    Packet {
        status: Some(Status::Offline),
        status_message: Some(text.to_owned()),
        timestamp: Some(wall),
        ..Packet::default()
    }
    .to_frame()
}

impl Mesh {
    /// Our own addresses, all of them, are these now; those outside the trusted networks
    /// do not count. They are listened on, and contacts in the network of a new one are
    /// dialled, even beside a link that still seems to be there: the mesh has been away.
    pub fn set_own_addresses(&mut self, addresses: Vec<Address>, now: Now, out: &mut Outcome) {
        let networks = &self.policy.networks;
        let mut addresses: Vec<Address> = addresses
            .into_iter()
            .filter(|&address| networks.iter().any(|network| network.contains(address)))
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        if addresses == self.own.addresses {
            return;
        }
        let before = std::mem::replace(&mut self.own.addresses, addresses);
        if self.own.dark {
            return;
        }
        self.listen(out);
        let appeared: Vec<Address> = self
            .contacts()
            .filter(|&peer| {
                let from = self.own.address_towards(&self.policy.networks, peer);
                from.is_some_and(|from| !before.contains(&from))
            })
            .collect();
        self.dial_all(&appeared, false, now, out);
    }

    /// Tells all linked contacts what holds of our human now, as far as it differs from
    /// what they were told last. While the node is dark it is only noted.
    pub fn set_presence(&mut self, presence: OwnPresence, now: Now, out: &mut Outcome) {
        let own = &mut self.own;
        let stated = (presence.status, &presence.text) != (own.presence.status, &own.presence.text);
        let renamed = presence.alias != own.presence.alias && !presence.alias.is_empty();
        own.presence = presence;
        own.handshake = None;
        if !stated && !renamed {
            return;
        }
        own.version += 1;
        // Some may not have been told of the change before this one.
        let before = own.change.take();
        let stated = stated || before.as_ref().is_some_and(|change| change.stated);
        let renamed = renamed || before.is_some_and(|change| change.renamed);
        let said = &own.presence;
        let frame = Packet {
            status: stated.then_some(said.status),
            status_message: stated.then(|| said.text.clone()),
            alias: renamed.then(|| said.alias.clone()),
            timestamp: Some(now.wall),
            ..Packet::default()
        }
        .to_frame();
        own.change = Some(Change {
            stated,
            renamed,
            frame,
            reached: None,
        });
        self.tell_change(now, out);
    }

    /// Tells some contacts of the change that is on its way, and the rest right after whatever
    /// else there is to do.
    pub(super) fn tell_change(&mut self, now: Now, out: &mut Outcome) {
        let own = &mut self.own;
        let Some(change) = &mut own.change else {
            return;
        };
        let after = change.reached.map_or(Bound::Unbounded, Bound::Excluded);
        let mut left = TOLD_AT_ONCE;
        for (peer, link) in self.links.range_mut((after, Bound::Unbounded)) {
            let Some(winner) = link.connections.winner_mut() else {
                continue;
            };
            if left == 0 {
                self.alarms.insert((now.monotonic, Alarm::Change));
                return;
            }
            change.reached = Some(*peer);
            // One that has opened since was told in its handshake.
            if winner.told != own.version {
                winner.told = own.version;
                winner.write(change.frame.clone(), out);
                left -= 1;
            }
        }
        own.change = None;
    }

    /// Goes offline without ending: says goodbye to all linked contacts with this text,
    /// closes everything, and neither listens nor dials until [`light`](Self::light).
    /// Requests of strangers stay, their connections do not.
    pub fn go_dark(&mut self, text: &str, now: Now, out: &mut Outcome) {
        if self.own.dark {
            return;
        }
        self.own.dark = true;
        self.own.change = None;
        self.listen(out);
        let goodbye = farewell(text, now.wall);
        let contacts: Vec<Address> = self.contacts().collect();
        for peer in contacts {
            self.cut_off(peer, Some(&goodbye), out);
            self.reschedule(peer);
        }
        for connection in self.strangers.disconnect_all(out) {
            self.abort(connection, out);
        }
        self.schedule_strangers();
    }

    /// Comes back from the dark: listens and dials.
    pub fn light(&mut self, now: Now, out: &mut Outcome) {
        if !self.own.dark {
            return;
        }
        self.own.dark = false;
        self.listen(out);
        let contacts: Vec<Address> = self.contacts().collect();
        self.dial_all(&contacts, false, now, out);
    }

    /// Whether the node is dark.
    pub fn is_dark(&self) -> bool {
        self.own.dark
    }

    /// The program ends: says goodbye to all linked contacts and closes everything.
    pub fn shutdown(&mut self, now: Now, out: &mut Outcome) {
        self.go_dark("", now, out);
    }

    fn listen(&self, out: &mut Outcome) {
        let addresses = if self.own.dark {
            Vec::new()
        } else {
            self.own.addresses.clone()
        };
        out.order(Order::Listen { addresses });
    }

    /// Ends a contact's link and any dial, with a goodbye or without a word.
    pub(super) fn cut_off(&mut self, peer: Address, goodbye: Option<&Bytes>, out: &mut Outcome) {
        self.cancel_dial(peer, out);
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let winner = link.connections.winner().map(|winner| winner.id);
        let open = link.connections.take();
        link.forget(None, out);
        let parting = link.parting.take();
        for mut connection in open {
            let id = connection.id;
            let Some(frame) = goodbye else {
                self.abort(id, out);
                continue;
            };
            if Some(id) == winner {
                connection.write(frame.clone(), out);
            }
            self.close(id, out);
        }
        for connection in parting {
            self.close(connection, out);
        }
    }
}
