//! One connection of a peer's: frames, in a task of its own.

use std::cell::{Cell, RefCell};
use std::io;
use std::time::{Duration, Instant};

use serde_json::Value;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::support::peer::frame;

/// How a connection ends from the peer's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is closed.
    Close,
    /// It is reset: what was not read is lost.
    Reset,
    /// Nothing more is said on it, but it is read until the gateway closes it.
    Half,
}

/// A connection.
pub struct Link {
    stream: TcpStream,
    queue: RefCell<Vec<u8>>,
    woken: Notify,
    paused: Cell<bool>,
    ending: Cell<Option<End>>,
    /// A packet has come on it.
    pub heard: Cell<bool>,
    /// The one that has the lower address has dialled, and whether that is the peer.
    by_lower: bool,
    by_peer: bool,
    opened: Instant,
}

/// Two connections that were opened within this time by different sides are rivals.
const RIVALRY: Duration = Duration::from_secs(10);

impl Link {
    /// A connection that is open, which the peer has dialled, or the gateway.
    pub fn over(stream: TcpStream, by_peer: bool) -> Self {
        let ip = |end: io::Result<std::net::SocketAddr>| end.map(|end| end.ip()).ok();
        let is_lower = ip(stream.local_addr()) < ip(stream.peer_addr());
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            queue: RefCell::default(),
            woken: Notify::new(),
            paused: Cell::new(false),
            ending: Cell::new(None),
            heard: Cell::new(false),
            by_lower: by_peer == is_lower,
            by_peer,
            opened: Instant::now(),
        }
    }

    /// Whether this one is written to, rather than an older one.
    pub fn beats(&self, older: &Self) -> bool {
        let apart = self.opened.duration_since(older.opened);
        let are_rivals = self.by_peer != older.by_peer && apart <= RIVALRY;
        !are_rivals || self.by_lower
    }

    /// Whether it is to be ended from this side.
    pub fn is_ending(&self) -> bool {
        self.ending.get().is_some()
    }

    /// Says a packet.
    pub fn say(&self, packet: &Value) {
        self.push(&frame(packet.to_string().as_bytes()));
    }

    /// Sends bytes.
    pub fn push(&self, bytes: &[u8]) {
        self.queue.borrow_mut().extend_from_slice(bytes);
        self.woken.notify_one();
    }

    /// Ends it. It counts for nothing any more.
    pub fn end(&self, how: End) {
        self.heard.set(false);
        self.ending.set(Some(how));
        self.woken.notify_one();
    }

    /// Something has come on it.
    pub fn hears(&self) {
        self.heard.set(self.ending.get().is_none());
    }

    /// Reads no more, or again.
    pub fn set_paused(&self, paused: bool) {
        self.paused.set(paused);
        self.woken.notify_one();
    }

    /// Reads and writes until it has ended, from whichever side. What comes is handed over in
    /// as large pieces as it comes.
    pub async fn run(&self, mut hear: impl FnMut(Vec<Value>)) {
        let mut unread = Vec::new();
        let mut is_half = false;
        loop {
            let writes = !is_half && !self.queue.borrow().is_empty();
            tokio::select! {
                () = self.woken.notified() => {}
                ready = self.stream.writable(), if writes => {
                    if ready.is_err() || self.write().is_err() {
                        return;
                    }
                }
                ready = self.stream.readable(), if !self.paused.get() => {
                    match ready.and_then(|()| self.read(&mut unread)) {
                        Ok(true) => {}
                        Ok(false) | Err(_) => return,
                    }
                    let packets = take_packets(&mut unread);
                    if !packets.is_empty() {
                        hear(packets);
                    }
                }
            }
            let socket = SockRef::from(&self.stream);
            match self.ending.get() {
                None => {}
                Some(End::Close) => return,
                Some(End::Reset) => {
                    // It fails only where it has ended anyway.
                    let _ = socket.set_linger(Some(Duration::ZERO));
                    return;
                }
                Some(End::Half) if is_half || !self.queue.borrow().is_empty() => {}
                Some(End::Half) => {
                    is_half = true;
                    let _ = socket.shutdown(std::net::Shutdown::Write);
                }
            }
        }
    }

    fn write(&self) -> io::Result<()> {
        let mut queue = self.queue.borrow_mut();
        match self.stream.try_write(&queue) {
            Ok(count) => {
                queue.drain(..count);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether there may be more.
    fn read(&self, unread: &mut Vec<u8>) -> io::Result<bool> {
        let mut chunk = [0; 16 * 1024];
        match self.stream.try_read(&mut chunk) {
            Ok(0) => Ok(false),
            Ok(count) => {
                unread.extend_from_slice(&chunk[..count]);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// Takes whole packets from the beginning of what was read.
fn take_packets(unread: &mut Vec<u8>) -> Vec<Value> {
    let (mut packets, mut taken) = (Vec::new(), 0);
    while let Some((length, rest)) = unread[taken..].split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some(content) = rest.get(..length) else {
            break;
        };
        packets.push(serde_json::from_slice(content).expect("a packet of JSON"));
        taken += 4 + length;
    }
    unread.drain(..taken);
    packets
}
