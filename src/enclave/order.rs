//! What the sockets shall do: the orders that the pure state gives and a driver carries
//! out, in the order in which they were given.

use bytes::Bytes;

use super::ConnectionId;
use super::address::Address;
use super::news::News;

/// One order. After a `Close` or an `Abort` no other order names that connection, and
/// what the driver still reports about it is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Accept callers on exactly these addresses from now on and on no others: listeners
    /// on other addresses are closed. Empty while the node is dark or has no address.
    Listen {
        /// The complete set.
        addresses: Vec<Address>,
    },
    /// Connect, and report how it went with [`Mesh::dialled`](super::mesh::Mesh::dialled).
    Dial {
        /// The attempt, and the connection that may come of it.
        connection: ConnectionId,
        /// Our own address, by which the peer knows us.
        from: Address,
        /// The peer.
        to: Address,
    },
    /// Read this connection from now on. Until then a connection, dialled or accepted, is
    /// not read. It comes again when the limit is another or after a `Pause`.
    Read {
        /// The connection.
        connection: ConnectionId,
        /// The largest frame to accept from now on, bytes.
        max_frame: usize,
    },
    /// Stop reading until another `Read`. What has been read already is still reported.
    Pause {
        /// The connection.
        connection: ConnectionId,
    },
    /// Send one whole frame, in one write with what else is queued.
    Write {
        /// The connection.
        connection: ConnectionId,
        /// Length and content. Where many peers are told the same, they share it.
        frame: Bytes,
    },
    /// Report how many bytes of what was written on this connection the peer's kernel has
    /// acknowledged, whenever that has changed, until all that was written by then is
    /// acknowledged. The order comes again when more is written.
    Watch {
        /// The connection.
        connection: ConnectionId,
    },
    /// Send what is queued, then tell the peer that no more comes; go on reading.
    HalfClose {
        /// The connection.
        connection: ConnectionId,
    },
    /// Send what is queued, then close, reading away what still arrives.
    Close {
        /// The connection.
        connection: ConnectionId,
    },
    /// Drop the connection, or give up the attempt to dial it, now: nothing more is sent
    /// or read.
    Abort {
        /// The connection.
        connection: ConnectionId,
    },
}

/// What came of one input or of several: filled by every method of
/// [`Mesh`](super::mesh::Mesh), emptied by whoever carries it out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// For the sockets, in order.
    pub orders: Vec<Order>,
    /// For the person's side, in order.
    pub news: Vec<News>,
}

impl Outcome {
    /// Adds an order.
    pub(crate) fn order(&mut self, order: Order) {
        self.orders.push(order);
    }

    /// Adds news.
    pub(super) fn tell(&mut self, news: News) {
        self.news.push(news);
    }
}
