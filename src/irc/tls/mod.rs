//! TLS at a door: our certificate, and a client's, if it has one.
//!
//! A client's certificate is not a matter of who signed it: it is known by its
//! [`Fingerprint`], as IRC networks know them.

mod any_client;
mod identity;
mod validity;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

pub use identity::{Identity, IdentityError};

use super::listener::Fingerprint;

/// A client's connection inside TLS.
#[derive(Debug)]
pub struct Tls(TlsStream<TcpStream>);

impl Tls {
    /// Of the certificate that the client has presented.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        let (_, session) = self.0.get_ref();
        let certificate = session.peer_certificates()?.first()?;
        Some(fingerprint(certificate))
    }
}

/// The fingerprint of a certificate in DER.
pub fn fingerprint(certificate: &[u8]) -> Fingerprint {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    let mut bytes = [0; 32];
    // Both are 32 bytes long; that is what SHA-256 is.
    for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    Fingerprint(bytes)
}

impl AsyncRead for Tls {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.get_mut().0).poll_read(cx, buffer) {
            // Many clients close without the goodbye of TLS. It would tell a connection that
            // was cut from one that was closed; to us they are the same, because a line
            // without its end is never obeyed.
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl AsyncWrite for Tls {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(cx)
    }
}

#[cfg(test)]
pub(crate) mod tests;
