//! The doors: where clients come in, over TCP or a unix socket.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream, UnixListener, lookup_host};

pub use address::Address;
pub use origin::{Fingerprint, Origin, Place, Quarter, Transport};

use super::stream::Stream;

mod address;
mod origin;
mod unix;

/// How long to wait before the next try when a connection could not be accepted: the usual
/// reason is that the process has no file descriptor left, which the next moment will not
/// change, and the listener stays readable all the while.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Why a door could not be opened: which one, and what to do about it.
#[derive(Debug)]
pub struct BindError {
    address: String,
    remedy: String,
    source: io::Error,
}

impl BindError {
    fn new(address: impl fmt::Display, remedy: impl Into<String>, source: io::Error) -> Self {
        Self {
            address: address.to_string(),
            remedy: remedy.into(),
            source,
        }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address,
            remedy,
            source,
        } = self;
        write!(f, "cannot listen on {address}: {source}; {remedy}")
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

const IN_USE: &str = "is another IRC server or another enclave-irc running? \
                      Stop it, or choose another with `[irc] listen`";

/// One open door.
#[derive(Debug)]
pub struct Listener(Socketed);

#[derive(Debug)]
enum Socketed {
    Tcp(TcpListener, SocketAddr),
    Unix(UnixListener, unix::SocketFile),
}

/// Opens every door that an address stands for: `localhost` is two where the machine has
/// both IPv4 and IPv6. One that the machine lacks is passed over if another opens.
pub async fn bind(address: &Address) -> Result<Vec<Listener>, BindError> {
    match address {
        Address::Tcp { host, port } => bind_tcp(address, host, *port).await,
        Address::Unix(path) => bind_unix(address, path)
            .await
            .map(|listener| vec![listener]),
    }
}

async fn bind_tcp(address: &Address, host: &str, port: u16) -> Result<Vec<Listener>, BindError> {
    let unknown = "is the name right? See `[irc] listen`";
    let found = lookup_host((host, port)).await;
    let found = found.map_err(|error| BindError::new(address, unknown, error))?;
    let mut open: Vec<Listener> = Vec::new();
    let mut tried: Vec<SocketAddr> = Vec::new();
    let mut lacking = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for mut socket_address in found {
        if tried.contains(&socket_address) {
            continue;
        }
        tried.push(socket_address);
        // With port 0 all doors of one name get the port that the first one was given.
        if let (0, Some(first)) = (port, open.first().and_then(Listener::local_address)) {
            socket_address.set_port(first.port());
        }
        match TcpListener::bind(socket_address).await {
            Ok(listener) => {
                let local = listener.local_addr().unwrap_or(socket_address);
                open.push(Listener(Socketed::Tcp(listener, local)));
            }
            Err(error) if is_lacking(&error) => lacking = error,
            Err(error) => {
                let remedy = match error.kind() {
                    io::ErrorKind::AddrInUse => IN_USE,
                    io::ErrorKind::PermissionDenied => {
                        "ports below 1024 are for root; choose another with `[irc] listen`"
                    }
                    _ => "choose another with `[irc] listen`",
                };
                return Err(BindError::new(socket_address, remedy, error));
            }
        }
    }
    if open.is_empty() {
        let remedy = "this machine does not have that address; choose another with `[irc] listen`";
        return Err(BindError::new(address, remedy, lacking));
    }
    Ok(open)
}

/// Whether the machine has no such address, or no such family of addresses at all.
fn is_lacking(error: &io::Error) -> bool {
    use rustix::io::Errno;
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(Errno::AFNOSUPPORT.raw_os_error())
}

async fn bind_unix(address: &Address, path: &Path) -> Result<Listener, BindError> {
    let failed = |remedy: &str, error| BindError::new(address, remedy, error);
    unix::remove_stale(path).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => failed(IN_USE, error),
        _ => failed("is there something else at that path? Move it, or choose another with `[irc] listen`", error),
    })?;
    let (listener, file) = unix::open(path).map_err(|error| {
        failed(
            "the folder must exist and be ours to write to; see `[irc] listen`",
            error,
        )
    })?;
    Ok(Listener(Socketed::Unix(listener, file)))
}

impl Listener {
    /// The address and port that a TCP door has; none for a unix socket.
    pub fn local_address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Socketed::Tcp(_, local) => Some(*local),
            Socketed::Unix(..) => None,
        }
    }

    /// Awaits the next client. What goes wrong with one is no reason to close the door to
    /// others: it is logged, and after a pause the next is awaited.
    pub async fn accept(&self) -> (Stream, Place) {
        let mut failed_before = false;
        loop {
            match self.try_accept().await {
                Ok(accepted) => return accepted,
                // The client has gone again; the next may be waiting already.
                Err(error) if is_of_client(&error) => {}
                Err(error) => {
                    if !failed_before {
                        tracing::warn!("a client at {self} cannot be accepted: {error}");
                    }
                    failed_before = true;
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn try_accept(&self) -> io::Result<(Stream, Place)> {
        match &self.0 {
            Socketed::Tcp(listener, bound) => {
                let (stream, peer) = listener.accept().await?;
                // Where these two fail, the client has gone already, as reading will show.
                let _ = stream.set_nodelay(true);
                keep_little(&stream);
                let local = canonical(stream.local_addr().unwrap_or(*bound));
                let peer = canonical(peer);
                Ok((Stream::Tcp(stream), Place::Tcp { peer, local }))
            }
            Socketed::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                let uid = stream.peer_cred().ok().map(|credentials| credentials.uid());
                Ok((Stream::Unix(stream), Place::Unix { uid }))
            }
        }
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Socketed::Tcp(_, local) => write!(f, "{local}"),
            Socketed::Unix(_, file) => write!(f, "unix:{}", file.path().display()),
        }
    }
}

/// Has the system keep little that a client does not take. What waits with us can still become
/// shorter: of a contact that came and went nothing need be told.
fn keep_little(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    {
        /// What may wait there, bytes: enough to keep a fast client busy.
        const UNSENT: u32 = 64 * 1024;
        // Without it all works, and there is more to read.
        let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
}

/// Whether one client's end is what failed, rather than something all of them share.
fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::ConnectionAborted | Kind::ConnectionReset | Kind::Interrupted | Kind::NotConnected
    )
}

/// An IPv4 address that an IPv6 socket shows as `::ffff:a.b.c.d` as what it is.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests;
