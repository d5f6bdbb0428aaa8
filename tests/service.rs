//! What the program tells a service manager (sd_notify(3)).

// The lints against `expect` are for the program: here a panic is how a test fails.
#![allow(clippy::expect_used)]

mod support;

use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use rustix::process::Signal;
use support::process::Process;
use support::{Friend, Network, PATIENCE, Setup};

/// A service manager as far as the program can see: a socket.
struct Manager {
    socket: UnixDatagram,
    path: String,
    _folder: tempfile::TempDir,
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self {
            socket,
            path: path.to_str().expect("a name").to_owned(),
            _folder: folder,
        }
    }

    /// Starts what `setup` describes.
    fn starts(&self, setup: Setup) -> Setup {
        setup.after(&format!(
            "NOTIFY_SOCKET='{}'; export NOTIFY_SOCKET",
            self.path
        ))
    }

    /// The next datagram, as its lines.
    fn hears(&self) -> Vec<String> {
        hear(&self.socket)
    }

    /// Waits until one of the lines is this one.
    fn expect(&self, line: &str) {
        while !self.hears().iter().any(|heard| heard == line) {}
    }
}

fn hear(socket: &UnixDatagram) -> Vec<String> {
    let mut buffer = [0; 4096];
    let length = socket.recv(&mut buffer).expect("a datagram");
    let text = std::str::from_utf8(&buffer[..length]).expect("text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn ready_means_that_the_doors_are_open() {
    let manager = Manager::new();
    let setup = manager.starts(Setup::on(&Network::new()));
    setup.write();
    let _gateway = Process::start(setup.command(&[]));
    assert_eq!(manager.hears(), ["READY=1", "STATUS=no contacts yet"]);
    // Not tried again and again: at once.
    TcpStream::connect((setup.address, setup.port)).expect("the door for clients");
    TcpStream::connect((setup.address, setup.network.port)).expect("the port for peers");
}

#[test]
fn a_gateway_that_cannot_start_is_never_ready() {
    let manager = Manager::new();
    let setup = manager.starts(Setup::on(&Network::new()).set("irc", "allow = \"nobody\""));
    setup.write();
    assert_eq!(setup.run(&[]).code, Some(2));
    manager.socket.set_nonblocking(true).expect("a mode");
    assert!(manager.socket.recv(&mut [0; 1]).is_err());
}

#[test]
fn the_status_line_counts_contacts_that_are_online() {
    let manager = Manager::new();
    let mut friend = Friend::with(&[], |setup| manager.starts(setup));
    manager.expect("STATUS=1 of 1 contacts online");
    friend.link.finish();
    manager.expect("STATUS=0 of 1 contacts online");
    friend.gateway.signal(Signal::TERM);
    manager.expect("STOPPING=1");
    assert_eq!(friend.gateway.wait(PATIENCE), Some(0));
}

#[test]
fn reading_the_files_anew_has_a_beginning_and_an_end() {
    let manager = Manager::new();
    let mut friend = Friend::with(&[], |setup| manager.starts(setup));
    manager.expect("STATUS=1 of 1 contacts online");
    for round in ["good", "bad"] {
        friend.gateway.signal(Signal::HUP);
        let heard = manager.hears();
        assert_eq!(heard[0], "RELOADING=1", "{round}");
        let told = heard[1].strip_prefix("MONOTONIC_USEC=").expect("a time");
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let now = Duration::new(now.tv_sec as u64, now.tv_nsec as u32).as_micros();
        let age = now - told.parse::<u128>().expect("a number");
        assert!(age < PATIENCE.as_micros(), "{age} µs ago");
        assert_eq!(manager.hears(), ["READY=1"], "{round}");
        std::fs::write(friend.gateway.setup.configuration(), "nonsense").expect("a file");
    }
    friend.still_talks();
}

#[cfg(target_os = "linux")]
#[test]
fn the_socket_may_be_in_the_name_space_without_files() {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::SocketAddr;
    let setup = Setup::on(&Network::new());
    let name = format!("enclave-irc-test-{}", setup.home().display());
    let address = SocketAddr::from_abstract_name(&name).expect("an address");
    let socket = UnixDatagram::bind_addr(&address).expect("a socket");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let setup = setup.after(&format!("NOTIFY_SOCKET='@{name}'; export NOTIFY_SOCKET"));
    setup.write();
    let _gateway = Process::start(setup.command(&[]));
    assert_eq!(hear(&socket)[0], "READY=1");
}

/// Where nobody listens any more, the gateway is there for its person all the same.
#[test]
fn a_service_manager_that_is_gone_does_no_harm() {
    for named in ["/nowhere/notify", "vsock:2:1", "nonsense"] {
        let prelude = format!("NOTIFY_SOCKET='{named}'; export NOTIFY_SOCKET");
        let mut friend = Friend::with(&[], |setup| setup.after(&prelude));
        friend.still_talks();
    }
}
