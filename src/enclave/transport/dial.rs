//! Dialling a peer.

use std::io;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpSocket, TcpStream};

use super::socket::{explained, socket_for};
use crate::enclave::address::Address;
use crate::enclave::own::Own;

/// Connects to the peer, from our own address and through its interface, so that the peer
/// sees the address by which it knows us. Without `from` the system chooses.
///
/// It takes as long as the system lets it, which is minutes where nothing answers: the
/// caller gives up by dropping the future. The stream is not [`prepare`](super::prepare())d.
///
/// # Errors
///
/// The system's own where the peer cannot be reached; with a text that names our address
/// where that one cannot be used.
pub async fn dial(from: Option<&Own>, to: Address, port: u16) -> io::Result<TcpStream> {
    let socket = match from {
        Some(own) => {
            // What there is to note was said when listening on the same address.
            let (socket, _note) = socket_for(own)?;
            socket
                .bind(&own.address.with_port(0).into())
                .map_err(|error| explained(&error, own, 0))?;
            socket
        }
        None => {
            let domain = Domain::for_address(to.with_port(port));
            let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
            socket.set_nonblocking(true)?;
            socket
        }
    };
    TcpSocket::from_std_stream(socket.into())
        .connect(to.with_port(port))
        .await
}
