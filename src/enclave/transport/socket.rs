//! What every socket of a link has in common.

use std::io;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::TcpStream;

use crate::enclave::own::Own;

/// Silence after which the other side's kernel is asked whether it is still there. The
/// longest that still finds a dead peer in time; an idle link costs three packets a minute.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(20);

/// Time between two such questions.
#[cfg_attr(target_os = "openbsd", allow(dead_code))]
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Questions without an answer after which the other side is dead: found 50 s after its
/// last word. The protocol itself has no ping.
#[cfg_attr(target_os = "openbsd", allow(dead_code))]
const KEEPALIVE_PROBES: u32 = 3;

/// How long what we have sent may go unacknowledged. The same 50 s, because keepalive asks
/// nothing while data is on its way, and retransmission alone would take a quarter of an
/// hour. On Linux it also ends a connection whose other side is alive but has not taken a
/// byte for this long.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
const USER_TIMEOUT: Duration = Duration::from_secs(50);

/// Sets what the socket of a link needs: every packet goes out at once, and a dead peer is
/// found within a minute.
///
/// # Errors
///
/// Where the system refuses one of the settings, or the connection is already gone.
pub fn prepare(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_IDLE);
    // OpenBSD has these two for the whole system only.
    #[cfg(not(target_os = "openbsd"))]
    let keepalive = keepalive
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
    Ok(())
}

/// A socket for our own address, not yet bound to it, and a note for the person where it
/// could not be bound to the interface.
pub(super) fn socket_for(own: &Own) -> io::Result<(Socket, Option<String>)> {
    let domain = Domain::for_address(own.address.with_port(0));
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if domain == Domain::IPV6 {
        socket.set_only_v6(true)?;
    }
    let note = match bind_to_interface(&socket, own) {
        Ok(()) => None,
        Err(error) if is_refusal(&error) => Some(format!(
            "sockets for {} are not bound to the interface {} ({error}): \
             make sure that no other network routes to that address",
            own.address, own.interface
        )),
        Err(error) => {
            let text = format!("cannot use the interface {}: {error}", own.interface);
            return Err(io::Error::new(error.kind(), text));
        }
    };
    Ok((socket, note))
}

/// Whether the system does not let us, as against: there is no such interface. Before
/// version 5.7 Linux lets only privileged programs.
fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported
    )
}

/// Ties the socket to the interface that carries our address. An address proves its owner
/// only on the mesh; a LAN may carry packets that claim the same one. What comes from a
/// loopback address cannot come from elsewhere.
fn bind_to_interface(socket: &Socket, own: &Own) -> io::Result<()> {
    if own.address.is_loopback() || own.interface.is_empty() {
        return Ok(());
    }
    tie(socket, own)
}

#[cfg(target_os = "linux")]
fn tie(socket: &Socket, own: &Own) -> io::Result<()> {
    socket.bind_device(Some(own.interface.as_bytes()))
}

#[cfg(target_os = "macos")]
fn tie(socket: &Socket, own: &Own) -> io::Result<()> {
    if own.address.ip().is_ipv4() {
        socket.bind_device_by_index_v4(own.index)
    } else {
        socket.bind_device_by_index_v6(own.index)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn tie(_socket: &Socket, _own: &Own) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this system cannot do it",
    ))
}

/// Says what went wrong with our own address, and what to do about it.
pub(super) fn explained(error: &io::Error, own: &Own, port: u16) -> io::Error {
    let address = own.address;
    let text = match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {port} on {address} is taken: is another Enclave node running?")
        }
        io::ErrorKind::AddrNotAvailable => {
            format!("this machine does not have the address {address}: is the mesh up?")
        }
        io::ErrorKind::PermissionDenied => format!(
            "port {port} on {address} is not for this user: below 1024 a port needs privileges"
        ),
        _ => format!("port {port} on {address} cannot be used: {error}"),
    };
    io::Error::new(error.kind(), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    fn own(address: &str, interface: &str) -> Own {
        Own {
            address: address.parse().unwrap(),
            index: NonZeroU32::new(1),
            interface: interface.to_owned(),
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_socket_is_bound_to_the_interface_of_its_address() {
        let (socket, note) = socket_for(&own("10.0.0.1", "lo")).unwrap();
        match note {
            None => assert_eq!(socket.device().unwrap().as_deref(), Some(b"lo".as_slice())),
            Some(note) => assert!(note.contains("10.0.0.1"), "{note}"),
        }
        let (socket, note) = socket_for(&own("127.0.0.1", "lo")).unwrap();
        assert_eq!((socket.device().unwrap(), note), (None, None));
        let (socket, note) = socket_for(&own("10.0.0.1", "")).unwrap();
        assert_eq!((socket.device().unwrap(), note), (None, None));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_interface_that_went_away_is_an_error() {
        let error = socket_for(&own("10.0.0.1", "gone0")).unwrap_err();
        assert!(error.to_string().contains("the interface gone0"), "{error}");
    }

    #[test]
    fn a_dead_peer_is_found_within_a_minute() {
        let by_keepalive = KEEPALIVE_IDLE + KEEPALIVE_INTERVAL * KEEPALIVE_PROBES;
        assert!(by_keepalive < Duration::from_secs(60));
        assert!(USER_TIMEOUT < Duration::from_secs(60));
    }

    #[tokio::test]
    async fn a_prepared_stream_has_the_settings() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        prepare(&stream).unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        {
            assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE_IDLE);
            assert_eq!(socket.tcp_keepalive_interval().unwrap(), KEEPALIVE_INTERVAL);
            assert_eq!(socket.tcp_keepalive_retries().unwrap(), KEEPALIVE_PROBES);
            assert_eq!(socket.tcp_user_timeout().unwrap(), Some(USER_TIMEOUT));
        }
    }
}
