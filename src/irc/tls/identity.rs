//! Our certificate with its key: what a door needs to speak TLS.

use std::fmt;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{Error, InconsistentKeys, ServerConfig};

use super::any_client::AnyClient;
use super::{Tls, fingerprint, validity};
use crate::irc::listener::Fingerprint;

/// The name of IRC in the list of what is spoken inside TLS (IANA's registry of ALPN
/// protocol ids). A browser that was sent here by some page offers HTTP only, and is refused
/// before it can say a word; clients that offer nothing are welcome.
const PROTOCOL: &[u8] = b"irc";

/// A certificate and the key that fits it.
#[derive(Clone)]
pub struct Identity {
    config: Arc<ServerConfig>,
    fingerprint: Fingerprint,
    expires: Option<Timestamp>,
}

/// Which of the two files is wrong.
#[derive(Debug, PartialEq, Eq)]
pub enum IdentityError {
    /// The certificate: what is wrong with it.
    Certificate(String),
    /// The key: what is wrong with it. Shows nothing of what is in it.
    Key(String),
}

impl Identity {
    /// Reads a certificate, with those of its issuers behind it, and its key, all in PEM.
    ///
    /// # Errors
    ///
    /// If one is not what it should be, or they do not fit.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let wrong = |what: &str| IdentityError::Certificate(what.to_owned());
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<_, _>>()
            .map_err(|_| wrong("is damaged: a part of it is not PEM"))?;
        let own = chain
            .first()
            .ok_or_else(|| wrong("holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"))?;
        let (fingerprint, expires) = (fingerprint(own), validity::not_after(own));
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
            let what = "holds no key in PEM (-----BEGIN PRIVATE KEY-----) that has no passphrase";
            IdentityError::Key(what.to_owned())
        })?;
        let provider = Arc::new(default_provider());
        let pair = CertifiedKey::from_der(chain, key, &provider).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                IdentityError::Key("does not fit the certificate".to_owned())
            }
            Error::InvalidCertificate(error) => wrong(&format!("cannot be used ({error:?})")),
            error => IdentityError::Key(format!("cannot be used ({error})")),
        })?;
        let verifier = AnyClient {
            algorithms: provider.signature_verification_algorithms,
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&format!("cannot be used ({error})")))?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        // A client connects once a day: nothing is remembered of it to make that quicker.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            config: Arc::new(config),
            fingerprint,
            expires,
        })
    }

    /// Greets a client in TLS.
    ///
    /// # Errors
    ///
    /// If the two find no common language, or the client breaks off. It has been told.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<Tls> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
        acceptor.accept(stream).await.map(Tls)
    }

    /// By which a person can compare our certificate with what their client shows.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// When the certificate expires, where that can be read.
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }
}

/// Without the key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.fingerprint)
    }
}
