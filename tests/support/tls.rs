//! TLS as a client speaks it.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::client::{Client, Stream};

/// A certificate of a client's own, signed by itself, and its key.
pub struct Identity {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Identity {
    /// A new one.
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["client".to_owned()]).unwrap();
        Self {
            certificate: made.cert.der().clone(),
            key: made.signing_key.serialize_der(),
        }
    }
}

/// A client that believes this certificate only, and the address in it; it shows an identity
/// of its own where it has one.
pub fn client(
    mut stream: Box<dyn Stream>,
    address: Ipv4Addr,
    believed: &CertificateDer<'static>,
    own: Option<&Identity>,
) -> io::Result<Client> {
    let mut roots = RootCertStore::empty();
    roots.add(believed.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match own {
        None => config.with_no_client_auth(),
        Some(own) => {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.key.clone()));
            let chain = vec![own.certificate.clone()];
            config.with_client_auth_cert(chain, key).unwrap()
        }
    };
    let name = IpAddr::from(address).into();
    let mut session = ClientConnection::new(Arc::new(config), name).unwrap();
    while session.is_handshaking() {
        session.complete_io(&mut stream)?;
    }
    Ok(Client::over(Box::new(Tls(StreamOwned::new(
        session, stream,
    )))))
}

struct Tls(StreamOwned<ClientConnection, Box<dyn Stream>>);

impl Read for Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Stream for Tls {
    fn patience(&self, patience: Duration) {
        self.0.sock.patience(patience);
    }

    fn write_patience(&self, patience: Duration) {
        self.0.sock.write_patience(patience);
    }
}
