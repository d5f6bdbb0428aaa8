//! Whose process is at the other end of a loopback connection, from the kernel's table
//! of TCP sockets (Linux: `/proc/self/net/tcp` and `tcp6`, described in proc(5)).
//!
//! Loopback itself protects nobody: every user of the machine, and everything that a
//! sandboxed program may still reach, can connect to it. Unix sockets tell who connects;
//! for TCP the table must be searched for the very connection.

#[cfg(target_os = "linux")]
mod diag;
mod table;

use std::io;
use std::net::SocketAddr;

pub use table::{can_be_told, rows};

/// `ESTABLISHED`, and `FIN_WAIT1`/`FIN_WAIT2`: the program at the other end has the
/// connection, and may already have said all it wanted (`printf … | nc -N`).
const LIVE_STATES: [u8; 3] = [0x01, 0x04, 0x05];

/// One row of a table: a socket of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The socket's own end.
    pub local: SocketAddr,
    /// The end it is connected to.
    pub remote: SocketAddr,
    /// The TCP state, as the kernel numbers them.
    pub state: u8,
    /// The user who made the socket. Meaningless (0!) where [`inode`](Self::inode) is 0.
    pub user: u32,
    /// The socket's inode; 0 once no process holds the socket.
    pub inode: u64,
}

impl Row {
    /// Whether this is the far end of our connection, and a process still holds it.
    ///
    /// A socket that its process has closed lives on in the kernel for a while, and its
    /// row then claims to belong to root. Whoever connects, speaks and closes at once
    /// must not become root by that, so such a row says nothing.
    fn is_far_end(&self, far: SocketAddr, near: SocketAddr) -> bool {
        self.local == far
            && self.remote == near
            && self.inode != 0
            && LIVE_STATES.contains(&self.state)
    }
}

/// The user whose process holds the other end of a TCP connection within this machine:
/// `far` is that end's address, `near` ours. None if no process holds it any more.
///
/// Where the kernel cannot be asked for one row, this reads a table of every TCP socket of the
/// machine: call it where waiting is allowed. `near` is where we listen.
///
/// # Errors
///
/// If no table can be read.
pub fn find(far: SocketAddr, near: SocketAddr) -> io::Result<Option<u32>> {
    let (far, near) = (canonical(far), canonical(near));
    #[cfg(target_os = "linux")]
    match diag::find(far, near) {
        Ok(Some(row)) if row.is_far_end(far, near) => return Ok(Some(row.user)),
        // Whoever connects and goes at once, in a loop, must not have us read the whole table
        // for each time, or others would wait at the door for minutes.
        Ok(_) if diag::knows_listener(near) => return Ok(None),
        _ => {}
    }
    table::search(far, near)
}

/// Without the several forms one address can have: IPv4-mapped, with a scope or flow.
fn canonical(end: SocketAddr) -> SocketAddr {
    SocketAddr::new(end.ip().to_canonical(), end.port())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    /// A connection to ourselves.
    pub(super) struct Loop {
        /// The end that connected, and its address.
        pub far: TcpStream,
        pub from: SocketAddr,
        /// The other one.
        _near: TcpStream,
        pub here: SocketAddr,
        _listener: TcpListener,
    }

    /// One of each family that this machine has.
    pub(super) fn loops() -> impl Iterator<Item = Loop> {
        let listeners = ["127.0.0.1:0", "[::1]:0"].into_iter();
        listeners
            .filter_map(|at| TcpListener::bind(at).ok())
            .map(|listener| {
                let far = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
                let (near, from) = listener.accept().unwrap();
                let here = near.local_addr().unwrap();
                Loop {
                    far,
                    from,
                    _near: near,
                    here,
                    _listener: listener,
                }
            })
    }

    #[test]
    fn a_live_connection_is_ours_and_a_closed_one_nobodys() {
        for ends in loops() {
            let (from, here) = (ends.from, ends.here);
            let us = rustix::process::geteuid().as_raw();
            assert_eq!(find(from, here).unwrap(), Some(us));
            ends.far.shutdown(std::net::Shutdown::Write).unwrap();
            assert_eq!(find(from, here).unwrap(), Some(us));
            assert_eq!(table::search(from, here).unwrap(), Some(us));
            drop(ends.far);
            assert_eq!(find(from, here).unwrap(), None);
            assert_eq!(table::search(from, here).unwrap(), None);
        }
    }

    /// Somebody else may connect and go at once ten thousand times, and all that while the
    /// person's own programs wait at the door.
    #[test]
    fn one_that_has_gone_already_costs_no_search_of_the_tables() {
        use std::time::Instant;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        if !diag::knows_listener(here) {
            return;
        }
        let gone = || {
            let far = TcpStream::connect(here).unwrap();
            let from = far.local_addr().unwrap();
            drop(far);
            listener.accept().unwrap();
            from
        };
        // Of the machine's own speed, whatever else runs on it: the quickest of a few.
        let quickest = |look: &dyn Fn(SocketAddr)| {
            let time = |from| {
                let start = Instant::now();
                look(from);
                start.elapsed()
            };
            (0..8).map(|_| time(gone())).min().unwrap()
        };
        let asked = quickest(&|from| assert_eq!(find(from, here).unwrap(), None));
        let searched = quickest(&|from| assert_eq!(table::search(from, here).unwrap(), None));
        assert!(asked < searched / 2, "{asked:?}, {searched:?}");
    }

    /// A program may reach an IPv4 door with a socket of IPv6.
    #[test]
    fn a_connection_over_the_other_kind_of_socket_is_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        let (kind, protocol) = (socket2::Type::STREAM, socket2::Protocol::TCP);
        // A machine may have no IPv6.
        let Ok(far) = socket2::Socket::new(socket2::Domain::IPV6, kind, Some(protocol)) else {
            return;
        };
        let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
        far.connect(&SocketAddr::from((mapped, here.port())).into())
            .unwrap();
        let (_near, from) = listener.accept().unwrap();
        let us = rustix::process::geteuid().as_raw();
        assert_eq!(find(from, here).unwrap(), Some(us));
    }
}
