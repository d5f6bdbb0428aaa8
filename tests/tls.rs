//! The door that speaks TLS, and the certificate that `enclave-irc certificate` makes.
// The lint is for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "tls")]

mod support;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use rustix::process::Signal;
use support::network::free_port;
use support::{Client, Daemon, Network, PATIENCE, Setup};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// A gateway with a plain door, and one for TLS on another port.
struct Doors {
    daemon: Daemon,
    port: u16,
}

/// Its files, with a certificate that the program has made.
fn setup() -> (Setup, u16) {
    let setup = Setup::on(&Network::new());
    let (address, plain, port) = (setup.address, setup.port, free_port());
    let setup = setup.set(
        "irc",
        &format!("listen = [\"{address}:{plain}\", \"tls://{address}:{port}\"]"),
    );
    setup.write();
    (setup, port)
}

fn make_certificate(setup: &Setup) {
    let made = setup.run(&["certificate"]);
    assert_eq!(made.code, Some(0), "{made:?}");
}

impl Doors {
    fn open() -> Self {
        let (setup, port) = setup();
        make_certificate(&setup);
        let daemon = Daemon::start(setup);
        Self { daemon, port }
    }

    fn certificate(&self) -> CertificateDer<'static> {
        certificate(&self.daemon.setup)
    }

    fn tcp(&self) -> TcpStream {
        let stream = self.daemon.stream_to(self.port);
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// A client that believes this certificate only, and the name in it.
    fn client(&self, believed: &CertificateDer<'static>) -> io::Result<Client> {
        let stream = Box::new(self.tcp());
        support::tls::client(stream, self.daemon.setup.address, believed, None)
    }
}

fn certificate(setup: &Setup) -> CertificateDer<'static> {
    let file = setup.configuration().with_file_name("certificate.pem");
    CertificateDer::from_pem_file(file).unwrap()
}

#[test]
fn a_client_registers_and_talks_over_tls() {
    let doors = Doors::open();
    let mut alice = doors.client(&doors.certificate()).unwrap();
    alice.register("alice", &["server-time", "message-tags"]);
    alice.send("PRIVMSG enclave :whoami");
    alice.expect_text("enclave", &doors.daemon.setup.address.to_string());
    assert!(alice.ask_service("clients").contains("over TLS"));
    // What is much goes through as well.
    let all = alice.ask_service("help");
    assert!(!all.is_empty());
    // Beside the plain door, and with the same person behind it.
    let mut bob = doors.daemon.client("bob", &[]);
    bob.settle();
    alice.quit("bye");
    bob.quit("bye");
}

#[test]
fn the_certificate_is_for_its_owner_and_is_never_overwritten() {
    let (setup, _) = setup();
    make_certificate(&setup);
    let folder = setup.configuration();
    let key = folder.with_file_name("key.pem");
    let mode = fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = fs::read(&key).unwrap();
    let again = setup.run(&["certificate"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.output.contains("nothing is overwritten"), "{again:?}");
    fs::remove_file(folder.with_file_name("certificate.pem")).unwrap();
    assert_eq!(setup.run(&["certificate"]).code, Some(1));
    assert_eq!(fs::read(&key).unwrap(), before);
    assert!(!folder.with_file_name("certificate.pem").exists());
    let wrong = setup.run(&["certificate", "not a name"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}

#[test]
fn check_shows_the_certificate_or_what_is_wrong_with_it() {
    let (setup, _) = setup();
    let missing = setup.run(&["check"]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    for text in ["certificate.pem", "key.pem", "enclave-irc certificate"] {
        assert!(missing.output.contains(text), "{missing:?}");
    }
    // The start fails in the same words.
    let start = setup.run(&[]);
    assert_eq!(start.code, Some(2), "{start:?}");
    assert!(
        start.output.contains("enclave-irc certificate"),
        "{start:?}"
    );

    let made = setup.run(&["certificate"]);
    let fingerprint = made
        .output
        .lines()
        .find_map(|line| line.strip_prefix("SHA-256:"));
    let fingerprint = fingerprint.expect("a fingerprint").trim();
    assert_eq!(fingerprint.len(), 64);
    let shown = setup.run(&["check"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.output.contains(fingerprint), "{shown:?}");
    assert!(shown.output.contains(", until 20"), "{shown:?}");
}

#[test]
fn a_new_certificate_is_taken_up_and_a_bad_one_is_not() {
    let doors = Doors::open();
    let old = doors.certificate();
    let setup = &doors.daemon.setup;
    let key = setup.configuration().with_file_name("key.pem");
    let good_key = fs::read(&key).unwrap();

    fs::write(&key, "nonsense").unwrap();
    doors.daemon.signal(Signal::HUP);
    doors.daemon.wait_for_output("Nothing has been changed");
    doors.daemon.wait_for_output("key.pem: holds no key");
    doors.client(&old).unwrap().register("alice", &[]);

    fs::write(&key, good_key).unwrap();
    for file in ["certificate.pem", "key.pem"] {
        fs::remove_file(setup.configuration().with_file_name(file)).unwrap();
    }
    make_certificate(setup);
    let mut before = doors.client(&old).unwrap();
    doors.daemon.signal(Signal::HUP);
    doors
        .daemon
        .wait_for_output("configuration and address book read again");
    let new = doors.certificate();
    assert_ne!(old, new);
    // Nothing tells when the doors know but that they do.
    let mut tries = 0;
    while doors.client(&new).is_err() {
        tries += 1;
        assert!(tries < 200, "the old certificate is still shown");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(doors.client(&old).is_err());
    // Who was connected stays.
    before.register("bob", &[]);
}

#[test]
fn what_speaks_no_tls_is_told_apart() {
    let doors = Doors::open();
    let mut irc = Client::over_tcp(doors.tcp());
    irc.send("CAP LS 302");
    let told = irc.expect_end();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].command, "ERROR");
    assert!(told[0].text().contains("TLS"), "{told:?}");
    doors
        .daemon
        .wait_for_output("speaks plain IRC to a door that is tls://");

    let mut web = Client::over_tcp(doors.tcp());
    web.send("GET / HTTP/1.1");
    assert!(web.expect_end().is_empty());
    doors
        .daemon
        .wait_for_output("speaks HTTP to a door that is tls://");

    let mut broken = Client::over_tcp(doors.tcp());
    broken.send_bytes(b"\x16\x03\x01\x00\x05hello");
    // It is answered in TLS, which is no line.
    doors.daemon.wait_for_output("its TLS handshake has failed");
}

/// Somebody who connects and says nothing is in nobody's way, and is not kept for ever.
#[test]
fn a_silent_connection_delays_nobody_and_ends() {
    let doors = Doors::open();
    let mut silent: Vec<TcpStream> = (0..20).map(|_| doors.tcp()).collect();
    // The last of them is in the middle of its handshake.
    silent[19].write_all(b"\x16\x03\x01").unwrap();
    doors
        .client(&doors.certificate())
        .unwrap()
        .register("alice", &[]);
    for stream in &mut silent {
        let mut rest = Vec::new();
        // However it is closed, and whatever it is told.
        let _ = stream.read_to_end(&mut rest);
    }
    doors
        .daemon
        .wait_for_output("has not finished its handshake within 10 s");
}

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2g";

/// The door does not open, whatever it speaks; one line says why.
#[test]
fn what_others_can_reach_does_not_start_without_a_password() {
    for door in ["tls://0.0.0.0:1", "0.0.0.0:1", "tls://irc.example.org:1"] {
        let setup = Setup::on(&Network::new()).set("irc", &format!("listen = [\"{door}\"]"));
        setup.write();
        let refused = setup.run(&[]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert_eq!(refused.output.lines().count(), 1, "{refused:?}");
        assert!(refused.output.contains("needs a password"), "{refused:?}");
    }
    let port = free_port();
    let setup = Setup::on(&Network::new())
        .set("irc", &format!("listen = [\"tls://0.0.0.0:{port}\"]"))
        .set("irc", &format!("password = \"{HASH}\""));
    setup.write();
    make_certificate(&setup);
    let good = setup.run(&["check"]);
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(!good.output.contains("argon2"), "{good:?}");
}
