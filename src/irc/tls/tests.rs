use std::sync::Arc;

use jiff::Timestamp;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::ResolvesClientCert;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SignatureScheme};

use super::*;

/// A certificate for `localhost` until 2050 and its key, in PEM.
pub(crate) fn pair() -> (String, String) {
    pair_until(2050)
}

/// The same, until the beginning of this year.
pub(crate) fn pair_until(year: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    parameters.not_after = date_time_ymd(year, 1, 2);
    let certificate = parameters.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn identity(certificate: &str, key: &str) -> Result<Identity, IdentityError> {
    Identity::from_pem(certificate.as_bytes(), key.as_bytes())
}

fn der(certificate: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()
}

fn private_key(key: &str) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap()
}

#[test]
fn a_pair_is_read_with_its_end() {
    let (certificate, key) = pair();
    let identity = identity(&certificate, &key).unwrap();
    let expires: Timestamp = "2050-01-02T00:00:00Z".parse().unwrap();
    assert_eq!(identity.expires(), Some(expires));
    assert_eq!(identity.fingerprint(), fingerprint(&der(&certificate)));
    let shown = format!("{identity:?}");
    assert!(!shown.contains("PRIVATE"), "{shown}");
}

#[test]
fn what_is_wrong_with_a_pair_is_said_of_the_right_file() {
    let (certificate, key) = pair();
    let (_, other_key) = pair();
    let of_key = |result| match result {
        Err(IdentityError::Key(what)) => what,
        other => panic!("{other:?}"),
    };
    let of_certificate = |result| match result {
        Err(IdentityError::Certificate(what)) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        of_key(identity(&certificate, &other_key)),
        "does not fit the certificate"
    );
    assert!(of_key(identity(&certificate, "")).contains("holds no key"));
    assert!(of_key(identity(&certificate, &certificate)).contains("holds no key"));
    assert!(of_certificate(identity("", &key)).contains("holds no certificate"));
    assert!(of_certificate(identity(&key, &key)).contains("holds no certificate"));
    let cut = &certificate[..certificate.len() / 2];
    assert!(of_certificate(identity(cut, &key)).contains("not PEM"));
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(of_certificate(identity(nonsense, &key)).contains("cannot be used"));
}

/// A client that believes this certificate only, and offers these protocols.
fn client(certificate: &str, shown: Option<Arc<dyn ResolvesClientCert>>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(der(certificate)).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    match shown {
        None => client.with_no_client_auth(),
        Some(shown) => client.with_client_cert_resolver(shown),
    }
}

#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Shows a certificate, and signs with a key that need not be the one it belongs to.
fn showing(certificate: &str, key: &str) -> Arc<dyn ResolvesClientCert> {
    let key = default_provider()
        .key_provider
        .load_private_key(private_key(key))
        .unwrap();
    Arc::new(Shown(Arc::new(CertifiedKey::new(
        vec![der(certificate)],
        key,
    ))))
}

/// A handshake, after which each has heard the other.
async fn meet(identity: &Identity, client: ClientConfig) -> io::Result<Option<Fingerprint>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let served = async {
        let (stream, _) = listener.accept().await?;
        let mut tls = identity.accept(stream).await?;
        let fingerprint = tls.fingerprint();
        let mut heard = [0; 4];
        tls.read_exact(&mut heard).await?;
        tls.write_all(&heard).await?;
        tls.flush().await?;
        // The client goes without the goodbye of TLS.
        assert_eq!(tls.read(&mut heard).await?, 0);
        io::Result::Ok(fingerprint)
    };
    let asked = async {
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut tls = TlsConnector::from(Arc::new(client))
            .connect(name, stream)
            .await?;
        tls.write_all(b"PING").await?;
        tls.flush().await?;
        let mut heard = [0; 4];
        tls.read_exact(&mut heard).await?;
        assert_eq!(&heard, b"PING");
        let (stream, _) = tls.into_inner();
        drop(stream);
        io::Result::Ok(())
    };
    let (served, asked) = tokio::join!(served, asked);
    asked.and(served)
}

#[tokio::test(flavor = "current_thread")]
async fn a_client_needs_no_certificate_and_is_known_by_one() {
    let (certificate, key) = pair();
    let identity = identity(&certificate, &key).unwrap();
    let met = meet(&identity, client(&certificate, None)).await.unwrap();
    assert_eq!(met, None);
    let (own, own_key) = pair();
    let shown = showing(&own, &own_key);
    let met = meet(&identity, client(&certificate, Some(shown)))
        .await
        .unwrap();
    assert_eq!(met, Some(fingerprint(&der(&own))));
}

/// A certificate is public: only who holds its key is whom it names.
#[tokio::test(flavor = "current_thread")]
async fn somebody_elses_certificate_is_not_believed() {
    let (certificate, key) = pair();
    let identity = identity(&certificate, &key).unwrap();
    let ((theirs, _), (_, own_key)) = (pair(), pair());
    for version in [
        &tokio_rustls::rustls::version::TLS12,
        &tokio_rustls::rustls::version::TLS13,
    ] {
        let mut roots = RootCertStore::empty();
        roots.add(der(&certificate)).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_client_cert_resolver(showing(&theirs, &own_key));
        assert!(meet(&identity, client).await.is_err(), "{version:?}");
    }
}

/// A page can have a browser connect, with a request over HTTP in the handshake's wake.
#[tokio::test(flavor = "current_thread")]
async fn a_browser_is_refused_in_the_handshake() {
    let (certificate, key) = pair();
    let identity = identity(&certificate, &key).unwrap();
    let offering = |protocols: &[&[u8]]| {
        let mut client = client(&certificate, None);
        client.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        client
    };
    assert!(
        meet(&identity, offering(&[b"h2", b"http/1.1"]))
            .await
            .is_err()
    );
    assert!(meet(&identity, offering(&[b"irc"])).await.is_ok());
}
