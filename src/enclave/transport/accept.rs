//! Taking connections from a listener, whatever happens.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use crate::enclave::address::Address;

/// How long to wait when the system has no file descriptor or no memory for another
/// connection. The connection that could not be taken keeps the listener ready, so without
/// the wait this would spin; and it is short enough to be no outage.
const PAUSE: Duration = Duration::from_millis(200);

/// A connection that somebody opened to us.
#[derive(Debug)]
pub struct Accepted {
    /// The connection, not yet [`prepare`](super::prepare())d.
    pub stream: TcpStream,
    /// Who opened it.
    pub remote: Address,
    /// Which of our addresses it came to.
    pub local: Address,
}

/// The next connection. No error ends a listener: a connection that was gone before it
/// could be taken is passed over, and when the system has run out of something, that is
/// logged and waited for.
///
/// Dropping the future loses no connection.
pub async fn accept(listener: &TcpListener) -> Accepted {
    persist(async || {
        let (stream, remote) = listener.accept().await?;
        // macOS and the BSDs no longer know the address of a connection that was reset.
        let local = stream
            .local_addr()
            .map_err(|_| io::ErrorKind::ConnectionAborted)?;
        Ok((stream, remote, local))
    })
    .await
}

async fn persist(
    mut attempt: impl AsyncFnMut() -> io::Result<(TcpStream, SocketAddr, SocketAddr)>,
) -> Accepted {
    let mut is_reported = false;
    loop {
        match attempt().await {
            Ok((stream, remote, local)) => {
                return Accepted {
                    stream,
                    remote: remote.ip().into(),
                    local: local.ip().into(),
                };
            }
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                if !is_reported {
                    tracing::warn!("cannot take connections at the moment: {error}");
                    is_reported = true;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whether the error took the connection it is about off the listener, so that trying
/// again at once cannot spin. Linux passes on what happened to it on the network, see
/// accept(2).
fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::TimedOut
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// Fails with each of the errors in turn, then succeeds; tells how long it took.
    async fn after(mut errors: impl ExactSizeIterator<Item = io::Error>) -> Duration {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let _client = TcpStream::connect(address).await.unwrap();
        let start = Instant::now();
        let accepted = persist(async || {
            if let Some(error) = errors.next() {
                return Err(error);
            }
            let (stream, remote) = listener.accept().await?;
            let local = stream.local_addr()?;
            Ok((stream, remote, local))
        })
        .await;
        assert_eq!(accepted.local, address.ip().into());
        assert_eq!(errors.len(), 0);
        start.elapsed()
    }

    #[tokio::test]
    async fn a_connection_that_was_gone_is_passed_over_at_once() {
        let errors = [io::ErrorKind::ConnectionAborted; 100].map(io::Error::from);
        assert!(after(errors.into_iter()).await < PAUSE);
    }

    #[tokio::test]
    async fn running_out_of_file_descriptors_neither_spins_nor_ends_it() {
        // ENFILE and EMFILE, the same on every Unix.
        let errors = [23, 24].map(io::Error::from_raw_os_error);
        assert!(after(errors.into_iter()).await >= PAUSE * 2);
    }
}
