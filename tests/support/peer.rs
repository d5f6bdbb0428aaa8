//! An Enclave node as a raw socket, written from the Enclave specification alone.

use std::fmt::Display;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use socket2::{Domain, Socket, Type};

use super::PATIENCE;
use super::daemon::{Daemon, Setup};
use super::network::Network;

/// A node: an address of its own, on which it listens.
pub struct Peer {
    /// Its address.
    pub address: Ipv4Addr,
    port: u16,
    listener: Option<Socket>,
}

impl Peer {
    /// A node that listens.
    pub fn listen(network: &Network) -> Self {
        Self::listen_on(network, network.address())
    }

    /// A node that listens on a given address: one that was away and is back.
    pub fn listen_on(network: &Network, address: Ipv4Addr) -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.set_reuse_address(true).unwrap();
        listener
            .bind(&SocketAddrV4::new(address, network.port).into())
            .unwrap();
        listener.listen(16).unwrap();
        Self {
            address,
            port: network.port,
            listener: Some(listener),
        }
    }

    /// A node that can only be called from, as behind a firewall.
    pub fn silent(network: &Network, address: Ipv4Addr) -> Self {
        Self {
            address,
            port: network.port,
            listener: None,
        }
    }

    /// Waits until somebody connects.
    pub fn accept(&self) -> Link {
        self.accept_within(PATIENCE)
            .expect("nobody connected to the peer")
    }

    /// Waits until somebody connects, or says that nobody did.
    pub fn accept_within(&self, patience: Duration) -> Option<Link> {
        let listener = self.listener.as_ref().expect("the peer does not listen");
        listener.set_read_timeout(Some(patience)).unwrap();
        let (socket, _) = listener.accept().ok()?;
        Some(Link::over(socket))
    }

    /// Connects to a gateway, from this node's address, as soon as it listens.
    pub fn dial(&self, gateway: &Daemon) -> Link {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.try_dial(&gateway.setup) {
                Ok(link) => return link,
                Err(error) => assert!(Instant::now() < deadline, "it does not listen: {error}"),
            }
            // Nothing tells us when somebody begins to listen but asking.
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a gateway no longer listens.
    pub fn expect_refused(&self, gateway: &Setup) {
        let deadline = Instant::now() + PATIENCE;
        while self.try_dial(gateway).is_ok() {
            assert!(Instant::now() < deadline, "the gateway still listens");
            // Nothing tells us when somebody ceases to listen but asking.
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Connects to a gateway, or says why it could not.
    pub fn try_dial(&self, gateway: &Setup) -> std::io::Result<Link> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddrV4::new(self.address, 0).into())?;
        let address = SocketAddr::from((gateway.address, self.port));
        socket.connect_timeout(&address.into(), PATIENCE)?;
        Ok(Link::over(socket))
    }
}

/// A connection between a peer and a gateway, from the peer's side.
pub struct Link {
    stream: TcpStream,
    unread: Vec<u8>,
    transcript: Vec<String>,
}

impl Link {
    fn over(socket: Socket) -> Self {
        let stream = TcpStream::from(socket);
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            unread: Vec::new(),
            transcript: Vec::new(),
        }
    }

    /// Sends one packet: its length in 4 bytes, big-endian, and its content.
    pub fn send(&mut self, content: impl Display) {
        self.send_content(content.to_string().as_bytes());
    }

    /// Sends one packet whose content need not be text.
    pub fn send_content(&mut self, content: &[u8]) {
        self.send_bytes(&frame(content));
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let shown = &bytes[..bytes.len().min(400)];
        self.transcript.push(format!("> {}", shown.escape_ascii()));
        if let Err(error) = self.stream.write_all(bytes) {
            // The gateway may close first; what the test then expects to read tells.
            self.transcript.push(format!("> ({error})"));
        }
    }

    /// Says that no more is coming; what the gateway says can still be read.
    pub fn finish(&mut self) {
        self.transcript.push("> FIN".to_owned());
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
    }

    /// The next packet, as it came.
    pub fn read(&mut self) -> String {
        match self.read_within(PATIENCE) {
            Ok(Some(content)) => content,
            Ok(None) => self.fail("expected a packet, but the connection was closed"),
            Err(()) => self.fail("expected a packet, which did not come"),
        }
    }

    /// Checks the exact bytes of the next packet, as far as the specification names its
    /// attributes: what is an extension is ignored, as anybody ignores it who does not know
    /// it. `N` stands for the time.
    pub fn expect(&mut self, content: &str) {
        let packet = self.read();
        let masked = without_extensions(&mask_timestamp(&packet));
        if masked != content {
            self.fail(&format!(
                "expected the packet\n  {content}\nbut got\n  {masked}"
            ));
        }
    }

    /// Reads packets until one says something with `text` in it. Others, of presence, may
    /// come before it.
    pub fn expect_message(&mut self, text: &str) -> Value {
        loop {
            let packet = self.read_json();
            match packet["message"].as_str() {
                Some(message) if message == text => return packet,
                Some(other) => self.fail(&format!("expected {text:?}, but got {other:?}")),
                None => {}
            }
        }
    }

    /// The next packet as JSON.
    pub fn read_json(&mut self) -> Value {
        let packet = self.read();
        mask_timestamp(&packet);
        serde_json::from_str(&packet).unwrap()
    }

    /// Checks that the connection ends, and that nothing comes before that.
    pub fn expect_end(&mut self) {
        match self.read_within(PATIENCE) {
            Ok(None) => {}
            Ok(Some(content)) => self.fail(&format!("expected the end, but got {content}")),
            Err(()) => self.fail("expected the end, but the connection stays open"),
        }
    }

    /// Checks that no byte has come. To be asked when something that the gateway does later
    /// has been seen.
    pub fn expect_no_byte(&mut self) {
        self.stream.set_nonblocking(true).unwrap();
        let mut byte = [0];
        let result = self.stream.peek(&mut byte);
        self.stream.set_nonblocking(false).unwrap();
        match result {
            Err(error) if error.kind() == ErrorKind::WouldBlock && self.unread.is_empty() => {}
            other => self.fail(&format!("expected nothing, but got {other:?}")),
        }
    }

    /// What the system hands over at once when the next bytes come. The reader spins instead
    /// of sleeping, so that bytes written one after the other are seen apart.
    pub fn read_at_once(&mut self) -> Vec<u8> {
        assert!(self.unread.is_empty(), "something came before");
        self.stream.set_nonblocking(true).unwrap();
        let deadline = Instant::now() + PATIENCE;
        let mut buffer = vec![0; 65_536];
        let length = loop {
            match self.stream.read(&mut buffer) {
                Ok(length) => break length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => self.fail(&format!("expected bytes, but: {error}")),
            }
            assert!(
                Instant::now() < deadline,
                "expected bytes, which did not come"
            );
            std::hint::spin_loop();
        };
        self.stream.set_nonblocking(false).unwrap();
        buffer.truncate(length);
        buffer
    }

    /// The next packet; `None` at the end of the connection; an error after the deadline.
    pub fn read_within(&mut self, patience: Duration) -> Result<Option<String>, ()> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some((length, rest)) = self.unread.split_first_chunk::<4>() {
                let length = u32::from_be_bytes(*length) as usize;
                if rest.len() >= length {
                    let content = String::from_utf8(rest[..length].to_vec()).expect("UTF-8");
                    self.unread.drain(..4 + length);
                    self.transcript.push(format!("< {content}"));
                    return Ok(Some(content));
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(());
            }
            self.stream.set_read_timeout(Some(left)).unwrap();
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer) {
                Ok(0) => {
                    assert!(
                        self.unread.is_empty(),
                        "the connection ended inside a frame"
                    );
                    return Ok(None);
                }
                Ok(length) => self.unread.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(None),
                Err(_) => {}
            }
        }
    }

    fn fail(&self, why: &str) -> ! {
        panic!(
            "{why}\n--- the peer's transcript:\n{}\n---",
            self.transcript.join("\n")
        );
    }
}

/// A frame: the length of the content, and the content.
pub fn frame(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_be_bytes(), content].concat()
}

/// The packet, its time masked, without the attributes of extensions, which stand behind it.
/// There are no others than those that are described.
fn without_extensions(masked: &str) -> String {
    let (known, extensions) = masked.split_once("\"timestamp\":N").expect("a time");
    if let Some(extensions) = extensions.strip_prefix(',') {
        let extensions: Value = serde_json::from_str(&format!("{{{extensions}")).unwrap();
        for name in extensions.as_object().unwrap().keys() {
            assert!(
                ["features", "id", "tags"].contains(&name.as_str()),
                "{masked}"
            );
        }
    }
    format!("{known}\"timestamp\":N}}")
}

/// Checks that the packet has a timestamp of now, in whole seconds, and puts `N` in its place.
pub fn mask_timestamp(packet: &str) -> String {
    let key = "\"timestamp\":";
    let start = packet
        .find(key)
        .unwrap_or_else(|| panic!("no timestamp in {packet}"))
        + key.len();
    let length = packet[start..].find([',', '}']).expect("an end");
    let value = &packet[start..start + length];
    let seconds: u64 = value
        .parse()
        .unwrap_or_else(|_| panic!("not an integer: {value}"));
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert!(now.abs_diff(seconds) <= 60, "{packet} is not of now, {now}");
    format!("{}N{}", &packet[..start], &packet[start + length..])
}
