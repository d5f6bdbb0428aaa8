//! A network that can be torn: stands between two nodes, and to each of them at an address
//! that is the other's for all it knows.
//!
//! The system has no way to break one connection of two others that works everywhere. And
//! this one breaks them as badly as a network does: bytes that a node has seen acknowledged
//! are gone, in the middle of a frame.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use crate::support::Network;

/// The way between two nodes.
pub struct Relay {
    port: u16,
    /// Their own addresses.
    nodes: [Ipv4Addr; 2],
    /// Where each of them is seen by the other.
    seen_at: [Ipv4Addr; 2],
    torn: watch::Sender<()>,
}

impl Relay {
    /// A way between two nodes, of which the first has the lower address, as it is to have
    /// in the eyes of the other, too: a node tells by that which of two connections is kept.
    pub fn between(network: &Network, nodes: [Ipv4Addr; 2]) -> Self {
        let [low, high] = nodes;
        let until = |good: &dyn Fn(Ipv4Addr) -> bool| {
            let mut all = std::iter::repeat_with(|| network.address());
            all.find(|address| good(*address)).unwrap()
        };
        Self {
            port: network.port,
            nodes,
            seen_at: [
                until(&|address| address < high && address != low),
                until(&|address| address > low && address != high),
            ],
            torn: watch::Sender::new(()),
        }
    }

    /// Where the other sees each node.
    pub fn seen_at(&self) -> [Ipv4Addr; 2] {
        self.seen_at
    }

    /// Breaks every connection.
    pub fn tear(&self) {
        self.torn.send_replace(());
    }

    /// Carries what is said, for ever.
    pub async fn run(&self) {
        tokio::join!(self.lead_to(0), self.lead_to(1));
    }

    /// Listens where a node is seen, for the other one.
    async fn lead_to(&self, node: usize) {
        let listener = TcpListener::bind((self.seen_at[node], self.port));
        let listener = listener.await.unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let to = SocketAddr::from((self.nodes[node], self.port));
            let from = SocketAddr::from((self.seen_at[1 - node], 0));
            tokio::spawn(carry(stream, from, to, self.torn.subscribe()));
        }
    }
}

/// Carries one connection until an end closes or breaks it, or it is torn.
async fn carry(
    mut here: TcpStream,
    from: SocketAddr,
    to: SocketAddr,
    mut torn: watch::Receiver<()>,
) {
    // A stream that is dropped is reset.
    reset_at_end(&here);
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(from).unwrap();
    let Ok(mut there) = socket.connect(to).await else {
        return;
    };
    reset_at_end(&there);
    tokio::select! {
        _ = copy_bidirectional(&mut here, &mut there) => {}
        _ = torn.changed() => {}
    }
}

fn reset_at_end(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
    socket.set_tcp_nodelay(true).unwrap();
}
