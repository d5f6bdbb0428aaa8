//! The door for clients that run in a browser (IRCv3 `websocket`).
// The lint is for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "websocket")]

mod support;

use std::net::TcpStream;
use std::time::Duration;

use support::network::free_port;
use support::web::Lines;
use support::{Client, Daemon, Network, PATIENCE, Setup};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::HandshakeError;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, WebSocket, client};

/// A gateway with a plain door, and one for WebSocket on another port.
struct Doors {
    daemon: Daemon,
    port: u16,
}

impl Doors {
    fn open(more: &str) -> Self {
        let setup = Setup::on(&Network::new());
        let (address, plain, port) = (setup.address, setup.port, free_port());
        let doors = format!("listen = [\"{address}:{plain}\", \"ws://{address}:{port}\"]\n{more}");
        let daemon = Daemon::start(setup.set("irc", &doors));
        Self { daemon, port }
    }

    fn tcp(&self) -> TcpStream {
        let stream = self.daemon.stream_to(self.port);
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Knocks with these headers: a connection and the subprotocol, or the HTTP status.
    fn knock(
        &self,
        headers: &[(&'static str, &str)],
    ) -> Result<(WebSocket<TcpStream>, Option<String>), u16> {
        let url = format!("ws://{}:{}/", self.daemon.setup.address, self.port);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().append(*name, value);
        }
        match client(request, self.tcp()) {
            Ok((socket, response)) => {
                let chosen = response.headers().get("sec-websocket-protocol");
                Ok((socket, chosen.map(|name| name.to_str().unwrap().to_owned())))
            }
            Err(HandshakeError::Failure(Error::Http(response))) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    fn client(&self, subprotocol: &str) -> Client {
        let (socket, chosen) = self
            .knock(&[("sec-websocket-protocol", subprotocol)])
            .unwrap();
        assert_eq!(chosen.as_deref(), Some(subprotocol));
        let is_text = subprotocol.starts_with("text");
        Client::over(Box::new(Lines::over(socket, is_text)))
    }
}

#[test]
fn a_client_registers_and_talks_in_either_kind_of_message() {
    let doors = Doors::open("");
    for subprotocol in ["text.ircv3.net", "binary.ircv3.net"] {
        let mut alice = doors.client(subprotocol);
        alice.register("alice", &["server-time", "message-tags"]);
        alice.send("PRIVMSG enclave :whoami");
        alice.expect_text("enclave", &doors.daemon.setup.address.to_string());
        assert!(alice.ask_service("clients").contains("over WebSocket"));
        // A quick succession: each of the answers is one line.
        for _ in 0..50 {
            alice.send("PRIVMSG enclave :help");
        }
        assert!(alice.settle().len() > 50);
        let long = format!("PRIVMSG enclave :{}", "x".repeat(9000));
        alice.send(&long);
        alice.expect_numeric("417");
        alice.quit("bye");
    }
}

#[test]
fn pages_of_other_sites_are_refused() {
    let doors = Doors::open("origins = [\"https://web.example.org\"]");
    let own = format!("http://{}:8000", doors.daemon.setup.address);
    for site in [&own, "http://localhost", "https://web.example.org"] {
        assert!(doors.knock(&[("origin", site)]).is_ok(), "{site}");
    }
    assert!(doors.knock(&[]).is_ok());
    for site in [
        "http://evil.example",
        "null",
        "https://web.example.org.evil.example",
    ] {
        assert_eq!(doors.knock(&[("origin", site)]).err(), Some(403), "{site}");
    }
    doors
        .daemon
        .wait_for_output("it comes from a page of \"http://evil.example\"");
}

#[test]
fn the_sites_that_are_allowed_can_be_changed() {
    let mut doors = Doors::open("");
    let site = [("origin", "https://web.example.org")];
    assert_eq!(doors.knock(&site).err(), Some(403));
    let (address, plain) = (doors.daemon.setup.address, doors.daemon.setup.port);
    let lines = format!(
        "listen = [\"{address}:{plain}\", \"ws://{address}:{}\"]\norigins = [\"https://web.example.org\"]\n",
        doors.port
    );
    let file = doors.daemon.setup.configuration();
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, behind) = text.split_once("[irc]").unwrap();
    let (_, behind) = behind.split_once("[store]").unwrap();
    std::fs::write(&file, format!("{before}[irc]\n{lines}[store]{behind}")).unwrap();
    doors.daemon.signal(rustix::process::Signal::HUP);
    doors.daemon.wait_for_output("read again");
    let mut tries = 0;
    while doors.knock(&site).is_err() {
        tries += 1;
        assert!(tries < 200, "still refused");
        // Nothing tells when the doors know but that they do.
        std::thread::sleep(Duration::from_millis(5));
    }
    doors.daemon.signal(rustix::process::Signal::TERM);
    assert_eq!(doors.daemon.wait(PATIENCE), Some(0));
}

/// What came through another server may come from anywhere, though that one is ours.
#[test]
fn what_another_server_passes_on_is_not_trusted() {
    let doors = Doors::open("");
    let (socket, _) = doors.knock(&[("x-forwarded-for", "192.0.2.1")]).unwrap();
    let mut client = Client::over(Box::new(Lines::over(socket, true)));
    let lines = client.expect_end();
    assert_eq!(lines[0].command, "464", "{lines:?}");
    assert_eq!(lines[1].command, "ERROR", "{lines:?}");
}

#[test]
fn what_is_no_websocket_is_told_apart() {
    let doors = Doors::open("");
    let mut irc = Client::over_tcp(doors.tcp());
    irc.send("CAP LS 302");
    let told = irc.expect_end();
    assert!(told[0].text().contains("WebSocket"), "{told:?}");
    doors
        .daemon
        .wait_for_output("speaks plain IRC to a door that is ws://");
    for (request, log) in [
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "it is no WebSocket"),
        (
            "POST / HTTP/1.1\r\n\r\nNICK evil\r\n",
            "speaks HTTP to a door that is ws://",
        ),
        (
            "\x16\x03\x01\x00\x05hello",
            "speaks TLS to a door that is ws://",
        ),
    ] {
        let mut web = Client::over_tcp(doors.tcp());
        web.send_bytes(request.as_bytes());
        assert!(web.expect_end().is_empty(), "{request}");
        doors.daemon.wait_for_output(log);
    }
}

#[test]
fn what_others_can_reach_does_not_start_without_a_password() {
    let setup = Setup::on(&Network::new()).set("irc", "listen = [\"ws://0.0.0.0:1\"]");
    setup.write();
    let refused = setup.run(&[]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.output.contains("needs a password"), "{refused:?}");
}
