//! What peers do: they call, speak, hang up, and are dialled.

use enclave_irc::enclave::ConnectionId;
use enclave_irc::enclave::mesh::DialFailure;

use super::client::Cause;
use super::peer::Connection;
use super::script::number;
use super::*;

/// Connections at a time.
const CONNECTIONS: usize = 80;

impl World {
    pub(super) fn call(&mut self, whom: u8) {
        if self.connections.len() < CONNECTIONS {
            let connection = self.gateway.next_connection();
            let remote = address(whom);
            self.connections
                .insert(connection, Connection::new(remote, true));
            let local = address(OWN);
            self.event(
                Event::Accepted {
                    connection,
                    remote,
                    local,
                },
                Cause::Unasked,
            );
        }
    }

    /// The newest connection of a peer.
    fn connection(&self, whom: u8) -> Option<ConnectionId> {
        let remote = address(whom);
        let mut open = self.connections.iter().rev();
        let found = open.find(|(_, one)| one.is_open && one.remote == remote);
        found.map(|(connection, _)| *connection)
    }

    pub(super) fn send(&mut self, whom: u8, send: impl FnOnce(&mut Connection)) {
        if let Some(id) = self.connection(whom)
            && let Some(connection) = self.connections.get_mut(&id)
        {
            send(connection);
            self.deliver(id);
        }
    }

    /// What a peer has sent is heard, as far as it is read.
    fn deliver(&mut self, connection: ConnectionId) {
        while let Some(one) = self.connections.get_mut(&connection) {
            match one.next() {
                Ok(Some(frame)) => {
                    self.said.entry(one.remote).or_default().say(&frame);
                    self.event(Event::Frame { connection, frame }, Cause::Unasked);
                }
                Ok(None) => break,
                Err(()) => {
                    self.connections.remove(&connection);
                    self.event(Event::LinkEnded { connection }, Cause::Unasked);
                }
            }
        }
    }

    /// What peers have sent before they were read is heard once they are.
    pub(super) fn deliver_all(&mut self) {
        let all: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for connection in all {
            self.deliver(connection);
        }
    }

    pub(super) fn come_late(&mut self, what: u8, text: &[u8]) {
        let index = number(text.first());
        let Some(&connection) = self.given_up.get(index % self.given_up.len().max(1)) else {
            return;
        };
        let event = match what {
            b'0' => Event::Dialled {
                connection,
                outcome: Ok(()),
            },
            b'1' => Event::Dialled {
                connection,
                outcome: Err(DialFailure::TimedOut),
            },
            b'2' => Event::LinkEnded { connection },
            b'3' => Event::Acknowledged {
                connection,
                bytes: index as u64,
            },
            _ => Event::Frame {
                connection,
                frame: text.into(),
            },
        };
        self.event(event, Cause::Unasked);
    }

    pub(super) fn hang_up(&mut self, whom: u8) {
        if let Some(connection) = self.connection(whom) {
            self.connections.remove(&connection);
            self.event(Event::LinkEnded { connection }, Cause::Unasked);
        }
    }

    pub(super) fn acknowledge(&mut self, whom: u8, part: usize) {
        let id = self.connection(whom);
        if let Some(connection) = id
            && let Some(one) = self.connections.get_mut(&connection)
        {
            let parts = (part % 4 + 1) as u64;
            one.acknowledged = one.acknowledged.max(one.written / parts);
            let bytes = one.acknowledged;
            self.event(Event::Acknowledged { connection, bytes }, Cause::Unasked);
        }
    }

    pub(super) fn end_dial(&mut self, how: u8) {
        let mut dials = self.connections.iter_mut().filter(|(_, one)| !one.is_open);
        let Some((&connection, one)) = dials.next() else {
            return;
        };
        let outcome = match how {
            b'1' => Err(DialFailure::Refused),
            b'2' => Err(DialFailure::Local),
            _ => Ok(()),
        };
        one.is_open = outcome.is_ok();
        if outcome.is_err() {
            self.connections.remove(&connection);
        }
        self.event(
            Event::Dialled {
                connection,
                outcome,
            },
            Cause::Unasked,
        );
    }
}
