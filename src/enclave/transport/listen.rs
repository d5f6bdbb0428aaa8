//! Listening on one of our own addresses.

use std::io;

use socket2::Socket;
use tokio::net::TcpListener;

use super::socket::{explained, socket_for};
use crate::enclave::own::Own;

/// Connections the kernel keeps for us until they are accepted: when a mesh comes back,
/// everybody dials at once.
const BACKLOG: i32 = 1024;

/// An open port.
#[derive(Debug)]
pub struct Listening {
    /// Where [`accept`](super::accept()) takes connections from.
    pub listener: TcpListener,
    /// What the person ought to know, although it works.
    pub note: Option<String>,
}

/// Opens the port on our address, for what comes through the interface of that address.
///
/// With `freebind`, which is for an address from the configuration, the address need not
/// be there yet (on Linux; elsewhere it makes no difference). Has to be called inside the
/// runtime.
///
/// # Errors
///
/// With a text for the person that names the address, the port and the remedy: the port
/// is taken ([`AddrInUse`](io::ErrorKind::AddrInUse)), the address is not there
/// ([`AddrNotAvailable`](io::ErrorKind::AddrNotAvailable)), or the interface is not.
pub fn listen(own: &Own, port: u16, freebind: bool) -> io::Result<Listening> {
    let (socket, note) = socket_for(own)?;
    open(socket, own, port, freebind)
        .map(|listener| Listening { listener, note })
        .map_err(|error| explained(&error, own, port))
}

fn open(socket: Socket, own: &Own, port: u16, freebind: bool) -> io::Result<TcpListener> {
    // After a restart the port is still held by connections that are closing.
    socket.set_reuse_address(true)?;
    if freebind {
        set_freebind(&socket, own)?;
    }
    socket.bind(&own.address.with_port(port).into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

#[cfg(target_os = "linux")]
fn set_freebind(socket: &Socket, own: &Own) -> io::Result<()> {
    if own.address.ip().is_ipv4() {
        socket.set_freebind_v4(true)
    } else {
        socket.set_freebind_v6(true)
    }
}

#[cfg(not(target_os = "linux"))]
fn set_freebind(_socket: &Socket, _own: &Own) -> io::Result<()> {
    Ok(())
}
