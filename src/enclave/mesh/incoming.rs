//! Connections, packets and ends, as they come.

use std::time::Duration;

use super::strangers::Heard;
use super::{Alarm, Mesh, Whose};
use crate::clock::Now;
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::link::{Connection, Dial, Reaction};
use crate::enclave::news::News;
use crate::enclave::order::{Order, Outcome};
use crate::enclave::packet::Packet;

/// Garbage is told about at most this often.
const GARBAGE_PAUSE: Duration = Duration::from_secs(60);

/// Frames that held no packet.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Garbage {
    /// How many since they were told about last.
    count: u64,
    latest: Option<Address>,
    /// Nothing is told before this.
    quiet_until: Option<Duration>,
}

impl Mesh {
    /// A caller has connected, from `remote` to our address `local`. The connection is
    /// aborted before a byte is read, or taken in, as a contact's or a stranger's.
    pub fn accepted(
        &mut self,
        connection: ConnectionId,
        remote: Address,
        local: Address,
        now: Now,
        out: &mut Outcome,
    ) {
        let ours = self.own.addresses.contains(&remote) || remote == local;
        let trusted = self.policy.networks.iter().any(|n| n.contains(remote));
        if self.own.dark || ours || !trusted || self.blocked.contains(&remote) {
            out.order(Order::Abort { connection });
        } else if self.links.contains_key(&remote) {
            self.connections.insert(connection, Whose::Contact(remote));
            self.open(remote, connection, false, local < remote, now, out);
            self.settle(remote, now, out);
        } else if self.is_unwelcome(remote, now) {
            out.order(Order::Abort { connection });
        } else {
            self.accept_stranger(connection, remote, local, now, out);
        }
    }

    fn accept_stranger(
        &mut self,
        connection: ConnectionId,
        remote: Address,
        local: Address,
        now: Now,
        out: &mut Outcome,
    ) {
        let we_are_lower = local < remote;
        let arrival = Connection::new(connection, false, we_are_lower, now.monotonic);
        let admission = self.strangers.admit(arrival, remote, now, out);
        if let Some(given_up) = admission.given_up {
            self.abort(given_up, out);
        }
        if admission.taken {
            let owner = remote.owner();
            self.connections.insert(connection, Whose::Stranger(owner));
        }
        self.schedule_strangers();
    }

    /// A connection with a contact has opened: it competes, is read, and begins with our
    /// handshake. The caller settles the link.
    pub(super) fn open(
        &mut self,
        peer: Address,
        connection: ConnectionId,
        dialled_by_us: bool,
        we_are_lower: bool,
        now: Now,
        out: &mut Outcome,
    ) {
        let opened = Connection::new(connection, dialled_by_us, we_are_lower, now.monotonic);
        self.take_in(peer, opened, now, out);
    }

    /// As [`open`](Self::open), for a connection that may have waited.
    pub(super) fn take_in(
        &mut self,
        peer: Address,
        mut opened: Connection,
        now: Now,
        out: &mut Outcome,
    ) {
        let confirms = self.policy.receipts;
        let Some(link) = self.links.get(&peer) else {
            return;
        };
        if !matches!(link.dial, Dial::Underway { .. }) {
            // One that is under way is not given up: the peer may have seen it open
            // already, and have closed the other for it.
            self.cancel_dial(peer, out);
        }
        let connection = opened.id;
        opened.told = self.own.version;
        out.order(Order::Read {
            connection,
            max_frame: self.policy.max_frame,
        });
        opened.receipts &= confirms;
        opened.tags &= confirms;
        opened.write(self.own.handshake(now.wall), out);
        if let Some(link) = self.links.get_mut(&peer)
            && let Some(surplus) = link.opened(opened)
        {
            self.abort(surplus, out);
        }
    }

    /// A frame has arrived: its content, without the length. What holds no packet is
    /// dropped and counted.
    pub fn frame(&mut self, connection: ConnectionId, frame: &[u8], now: Now, out: &mut Outcome) {
        let Some(&whose) = self.connections.get(&connection) else {
            return;
        };
        let packet = Packet::parse(frame);
        match whose {
            Whose::Contact(peer) => match packet {
                Ok(packet) => self.hear(peer, connection, packet, now, out),
                Err(_) => self.garbage(peer, now, out),
            },
            Whose::Stranger(owner) => {
                if packet.is_err() {
                    self.garbage(owner, now, out);
                }
                let packet = packet.ok();
                match self
                    .strangers
                    .hear(owner, packet.as_ref(), frame.len(), now, out)
                {
                    Heard::Held => {}
                    Heard::Full => out.order(Order::Pause { connection }),
                    Heard::Left => {
                        self.strangers.left(owner, connection, out);
                        self.close(connection, out);
                    }
                }
                self.schedule_strangers();
            }
        }
    }

    fn hear(
        &mut self,
        peer: Address,
        connection: ConnectionId,
        packet: Packet,
        now: Now,
        out: &mut Outcome,
    ) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        match link.hear(connection, packet, self.policy.receipts, now, out) {
            Reaction::Stay => {}
            Reaction::CloseOne => {
                link.connections.remove(connection);
                self.close(connection, out);
            }
            Reaction::CloseAll => {
                let (owed, others): (Vec<_>, Vec<_>) = link
                    .connections
                    .take()
                    .into_iter()
                    .partition(|connection| connection.unconfirmed > 0);
                let kept = owed.into_iter();
                let surplus = kept.filter_map(|one| link.parting.keep(one, now.monotonic));
                let surplus: Vec<ConnectionId> = surplus.collect();
                for connection in others.iter().map(|one| one.id).chain(surplus) {
                    self.close(connection, out);
                }
            }
        }
        self.settle(peer, now, out);
    }

    /// A connection is over: the peer closed it, it broke, or its framing was broken.
    /// What is queued for it the driver sends by itself where that is still possible.
    pub fn ended(&mut self, connection: ConnectionId, now: Now, out: &mut Outcome) {
        match self.connections.remove(&connection) {
            None => {}
            Some(Whose::Stranger(owner)) => {
                self.strangers.left(owner, connection, out);
                self.schedule_strangers();
            }
            Some(Whose::Contact(peer)) => {
                if let Some(link) = self.links.get_mut(&peer) {
                    link.connections.remove(connection);
                    link.parting.remove(connection);
                }
                self.settle(peer, now, out);
            }
        }
    }

    fn garbage(&mut self, peer: Address, now: Now, out: &mut Outcome) {
        self.garbage.count += 1;
        self.garbage.latest = Some(peer);
        match self.garbage.quiet_until {
            Some(until) if until > now.monotonic => {
                self.alarms.insert((until, Alarm::Garbage));
            }
            _ => self.garbage_due(now, out),
        }
    }

    pub(super) fn garbage_due(&mut self, now: Now, out: &mut Outcome) {
        let Some(peer) = self.garbage.latest.take() else {
            return;
        };
        let count = std::mem::take(&mut self.garbage.count);
        self.garbage.quiet_until = Some(now.monotonic + GARBAGE_PAUSE);
        out.tell(News::Garbage { peer, count });
    }
}
