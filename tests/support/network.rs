//! Loopback addresses that no other test uses.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};

/// A mesh of the tests' own: one port for all nodes, as on a real one, and an address for
/// each of them.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// The port on which every node of this network listens for peers.
    pub port: u16,
}

impl Network {
    /// A network with a port of its own.
    pub fn new() -> Self {
        Self { port: free_port() }
    }

    /// An address in 127.0.0.0/8 that is nobody else's.
    pub fn address(&self) -> Ipv4Addr {
        fresh_address()
    }
}

/// A random loopback address: with 16 million of them, the same one twice at the same time
/// is not a thing that happens.
fn fresh_address() -> Ipv4Addr {
    Ipv4Addr::new(
        127,
        fastrand::u8(1..255),
        fastrand::u8(0..255),
        fastrand::u8(1..255),
    )
}

/// A port on which nobody listens on all addresses, below those that the system hands out
/// for dialling.
///
/// It is tried on an address that nobody is going to use: a process that another test
/// starts at this moment may hold the tried socket open a little longer than we do.
pub fn free_port() -> u16 {
    loop {
        let port = fastrand::u16(10_000..30_000);
        if TcpListener::bind(SocketAddrV4::new(fresh_address(), port)).is_ok() {
            return port;
        }
    }
}
