//! What a process does with its connections, and hears of them.

use std::time::Duration;

use bytes::Bytes;
use enclave_irc::enclave::ConnectionId;
use enclave_irc::enclave::order::Order;

use crate::what::What;
use crate::wire::State;
use crate::world::World;

/// How long a connection that was closed waits for the other side to close it, too.
const LINGERING: Duration = Duration::from_secs(3);

impl World {
    /// Carries out what a gateway orders.
    pub fn obey(&mut self, node: usize, order: Order) {
        if let Order::Listen { addresses } = order {
            if let Some(process) = &mut self.nodes[node].process {
                process.listening = addresses;
            }
            return;
        }
        if let Order::Dial {
            connection,
            from,
            to,
        } = order
        {
            return self.obey_dial(node, connection, from, to);
        }
        let (Order::Read { connection, .. }
        | Order::Pause { connection }
        | Order::Write { connection, .. }
        | Order::Watch { connection }
        | Order::HalfClose { connection }
        | Order::Close { connection }
        | Order::Abort { connection }) = order
        else {
            return;
        };
        let place = (self.nodes[node].process.as_ref())
            .and_then(|process| process.ends.get(&connection).copied());
        let Some((wire, at)) = place else {
            if matches!(order, Order::Abort { .. }) {
                // Of a dial that has failed already, as is about to be heard.
                return;
            }
            return self
                .violate(|| format!("n{node} gives an order about no connection: {order:?}"));
        };
        let end = &mut self.wires[wire].ends[at];
        let dials = end.state == State::Waiting && matches!(order, Order::Abort { .. });
        if !end.is_open() && !dials {
            return self
                .violate(|| format!("n{node} gives an order about a dead connection: {order:?}"));
        }
        match order {
            Order::Read { max_frame, .. } => {
                end.reading = Some(max_frame);
                self.plan(Duration::ZERO, What::Read { wire, at });
            }
            Order::Pause { .. } => end.reading = None,
            Order::Write { frame, .. } => self.write(wire, at, frame),
            Order::Watch { .. } => {
                end.watched = Some(end.written);
                let after = self.chance.milliseconds(1, 200);
                self.plan(after, What::Report { wire, at });
            }
            Order::HalfClose { .. } => self.finish(wire, at),
            Order::Close { .. } => {
                self.finish(wire, at);
                self.drop_inbox(wire, at);
                let end = &mut self.wires[wire].ends[at];
                end.state = State::Lingering;
                end.lingers_until = self.now + LINGERING;
                self.forget(node, connection);
                self.plan(LINGERING, What::Read { wire, at });
            }
            _ => {
                self.vanish(wire, at, true);
                self.forget(node, connection);
            }
        }
    }

    /// A frame goes out.
    pub fn write(&mut self, wire: usize, at: usize, frame: Bytes) {
        let (node, to) = (
            self.wires[wire].ends[at].node,
            self.wires[wire].ends[1 - at].node,
        );
        self.note(|| {
            let text = String::from_utf8_lossy(&frame[4..]).into_owned();
            format!("n{node} → n{to} on wire {wire}: {text}")
        });
        if self.wires[wire].ends[at].has_ended {
            return self
                .violate(|| format!("n{node} writes to wire {wire} after closing its half"));
        }
        let frame = self.tamper_with_written(frame);
        self.check_written(wire, at, &frame);
        self.send(wire, at, frame);
    }

    pub fn forget(&mut self, node: usize, connection: ConnectionId) {
        if let Some(process) = &mut self.nodes[node].process {
            process.ends.remove(&connection);
        }
    }
}
