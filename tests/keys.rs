//! Keys: who is not trusted by where it comes from shows a password or a certificate.
//!
//! Whoever comes through another server is not trusted, so there is always somebody to try it
//! with. Over plain TCP and over TLS it takes another user, and that takes root.
// The lint is for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used)]
#![cfg(all(feature = "tls", feature = "websocket"))]

mod support;

use std::fmt::Write as _;

use base64ct::{Base64, Encoding as _};
use support::network::free_port;
use support::process::Process;
use support::tls::{self, Identity};
use support::web::Lines;
use support::{Client, Daemon, Network, PATIENCE, Setup, stranger};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;

const PASSWORD: &str = "correct horse battery";
const WRONG: &str = "correct horse batterie";

/// Of [`PASSWORD`]; made small, so that it takes no time.
const HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$YzI5dFpYTmhiSFE$ChrvQrBBZlmH+bwD/wiWUP2rjRZlYaomGpKr/0sgMgo";

/// How one comes who is not trusted.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Another user, over plain TCP.
    Plain,
    /// Another user, over TLS.
    Tls,
    /// Anybody, through another server.
    Forwarded,
}

fn ways() -> Vec<Way> {
    match stranger::is_possible() {
        true => vec![Way::Forwarded, Way::Plain, Way::Tls],
        false => vec![Way::Forwarded],
    }
}

/// A gateway with a door of each kind, which logs all that it can.
struct Doors {
    daemon: Daemon,
    tls: u16,
    web: u16,
}

impl Doors {
    /// `key` goes into `[irc]`.
    fn open(key: &str) -> Self {
        let setup = Setup::on(&Network::new());
        let (address, plain, tls, web) = (setup.address, setup.port, free_port(), free_port());
        let doors = format!(
            "listen = [\"{address}:{plain}\", \"tls://{address}:{tls}\", \"ws://{address}:{web}\"]"
        );
        let setup = setup.set("irc", &doors).set("irc", key);
        let setup = setup.set("log", "level = \"trace\"");
        setup.write();
        let made = setup.run(&["certificate"]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let daemon = Daemon::start(setup);
        Self { daemon, tls, web }
    }

    fn with_password() -> Self {
        Self::open(&format!("password = \"{HASH}\""))
    }

    /// A client that is not trusted.
    fn stranger(&self, way: Way) -> Client {
        let address = self.daemon.setup.address;
        match way {
            Way::Plain => Client::over_unix(stranger::connect(address, self.daemon.setup.port)),
            Way::Tls => self.over_tls(None),
            Way::Forwarded => {
                let url = format!("ws://{address}:{}/", self.web);
                let mut request = url.into_client_request().unwrap();
                let from = HeaderValue::from_static("192.0.2.1");
                request.headers_mut().insert("x-forwarded-for", from);
                let stream = self.daemon.stream_to(self.web);
                let (socket, _) = tungstenite::client(request, stream).unwrap();
                Client::over(Box::new(Lines::over(socket, true)))
            }
        }
    }

    /// A client over TLS: one that is not trusted, where there can be one.
    fn over_tls(&self, own: Option<&Identity>) -> Client {
        let setup = &self.daemon.setup;
        let file = setup.configuration().with_file_name("certificate.pem");
        let believed = CertificateDer::from_pem_file(file).unwrap();
        let stream: Box<dyn support::client::Stream> = match stranger::is_possible() {
            true => Box::new(stranger::connect(setup.address, self.tls)),
            false => Box::new(self.daemon.stream_to(self.tls)),
        };
        tls::client(stream, setup.address, &believed, own).unwrap()
    }

    /// Nothing that was shown as a password, right or wrong, is in the log.
    fn log_keeps_quiet(self) {
        let log = self.daemon.output();
        assert!(log.contains("TRACE") || log.contains("DEBUG"), "{log}");
        for password in [PASSWORD, WRONG] {
            for secret in [password, &response(password), HASH] {
                assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
            }
        }
    }
}

fn says_who_it_is(client: &mut Client) {
    client.send("NICK eve");
    client.send("USER eve 0 * :Eve");
}

/// What the mechanism PLAIN says with this password.
fn response(password: &str) -> String {
    Base64::encode_string(format!("eve\0eve\0{password}").as_bytes())
}

fn is_let_in(client: &mut Client) {
    client.expect_numeric("001");
    client.expect_command("376");
    client.settle();
}

fn is_turned_away(client: &mut Client, way: Way) {
    let heard = client.expect_end();
    let commands: Vec<&str> = heard.iter().map(|line| line.command.as_str()).collect();
    assert!(commands.ends_with(&["464", "ERROR"]), "{way:?}: {heard:?}");
    assert!(!commands.contains(&"001"), "{way:?}: {heard:?}");
}

/// Asks for `sasl` and begins; the answer to the mechanism is still to be given.
fn begins_sasl(client: &mut Client, mechanism: &str) {
    client.send("CAP LS 302");
    says_who_it_is(client);
    client.expect("sasl to be offered", |line| {
        line.command == "CAP" && line.text().contains("sasl")
    });
    client.send("CAP REQ :sasl");
    client.expect("CAP ACK", |line| line.parameter(1) == "ACK");
    client.send(&format!("AUTHENTICATE {mechanism}"));
    let go_on = client.expect_command("AUTHENTICATE");
    assert_eq!(go_on.text(), "+");
}

#[test]
fn the_right_password_lets_in() {
    for way in ways() {
        let doors = Doors::with_password();
        let mut eve = doors.stranger(way);
        eve.send(&format!("PASS :{PASSWORD}"));
        says_who_it_is(&mut eve);
        is_let_in(&mut eve);
        eve.quit("bye");
        doors.log_keeps_quiet();
    }
}

#[test]
fn a_wrong_password_turns_away_and_the_next_try_has_to_wait() {
    for way in ways() {
        let doors = Doors::with_password();
        let mut eve = doors.stranger(way);
        eve.send(&format!("PASS :{WRONG}"));
        says_who_it_is(&mut eve);
        is_turned_away(&mut eve, way);
        doors.daemon.wait_for_output("a wrong password");
        // The second try comes from the same place, though it is right.
        let mut eve = doors.stranger(way);
        let start = std::time::Instant::now();
        eve.send(&format!("PASS :{PASSWORD}"));
        says_who_it_is(&mut eve);
        is_let_in(&mut eve);
        assert!(start.elapsed().as_millis() >= 900, "{way:?}");
        doors.log_keeps_quiet();
    }
}

#[test]
fn no_password_turns_away_and_says_what_to_do() {
    for way in ways() {
        let doors = Doors::with_password();
        let mut eve = doors.stranger(way);
        says_who_it_is(&mut eve);
        let told = eve.expect_numeric("464");
        assert!(told.text().contains("server password"), "{told}");
        let heard = eve.expect_end();
        assert_eq!(heard[0].command, "ERROR", "{heard:?}");
    }
}

#[test]
fn the_right_password_lets_in_with_sasl() {
    for way in ways() {
        let doors = Doors::with_password();
        let mut eve = doors.stranger(way);
        begins_sasl(&mut eve, "PLAIN");
        eve.send(&format!("AUTHENTICATE {}", response(PASSWORD)));
        eve.expect_numeric("900");
        eve.expect_numeric("903");
        eve.send("CAP END");
        is_let_in(&mut eve);
        doors.log_keeps_quiet();
    }
}

#[test]
fn a_wrong_password_does_not_let_in_with_sasl() {
    for way in ways() {
        let doors = Doors::with_password();
        let mut eve = doors.stranger(way);
        begins_sasl(&mut eve, "PLAIN");
        eve.send(&format!("AUTHENTICATE {}", response(WRONG)));
        eve.expect_numeric("904");
        eve.send("CAP END");
        is_turned_away(&mut eve, way);
        doors.log_keeps_quiet();
    }
}

/// As `openssl x509 -fingerprint -sha256` writes it.
fn fingerprint(identity: &Identity) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, &identity.certificate);
    let mut text = String::new();
    for byte in hash.as_ref() {
        write!(text, "{byte:02X}:").unwrap();
    }
    text.trim_end_matches(':').to_owned()
}

#[test]
fn a_certificate_that_is_known_lets_in_and_another_one_does_not() {
    let (known, other) = (Identity::new(), Identity::new());
    let doors = Doors::open(&format!("fingerprints = [\"{}\"]", fingerprint(&known)));

    let mut eve = doors.over_tls(Some(&known));
    begins_sasl(&mut eve, "EXTERNAL");
    eve.send("AUTHENTICATE +");
    eve.expect_numeric("900");
    eve.expect_numeric("903");
    eve.send("CAP END");
    is_let_in(&mut eve);
    eve.quit("bye");

    for identity in [Some(&other), None] {
        let mut eve = doors.over_tls(identity);
        begins_sasl(&mut eve, "EXTERNAL");
        eve.send("AUTHENTICATE +");
        eve.expect_numeric("904");
        eve.send("CAP END");
        // Ourselves it lets in without one.
        match stranger::is_possible() {
            true => is_turned_away(&mut eve, Way::Tls),
            false => is_let_in(&mut eve),
        }
    }
}

/// With a key among the certificates, there is none that PASS could be.
#[test]
fn where_only_certificates_are_known_no_password_lets_in() {
    let known = Identity::new();
    let key = format!("fingerprints = [\"{}\"]", fingerprint(&known));
    for way in ways() {
        let doors = Doors::open(&key);
        let mut eve = doors.stranger(way);
        eve.send(&format!("PASS :{PASSWORD}"));
        says_who_it_is(&mut eve);
        is_turned_away(&mut eve, way);
        doors.log_keeps_quiet();
    }
}

#[test]
fn the_line_that_the_program_makes_of_a_password_can_be_used() {
    let setup = Setup::on(&Network::new());
    let mut command = Process::interactive(setup.command(&["password"]));
    command.write_line(PASSWORD);
    assert!(command.wait(PATIENCE).success());
    let output = command.output();
    assert!(!output.contains(PASSWORD), "{output}");
    let mut lines = output.lines();
    let line = lines.find(|line| line.starts_with("password = "));
    let doors = Doors::open(line.unwrap());
    let mut eve = doors.stranger(Way::Forwarded);
    eve.send(&format!("PASS :{PASSWORD}"));
    says_who_it_is(&mut eve);
    is_let_in(&mut eve);
}
