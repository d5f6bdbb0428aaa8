//! Dialling contacts, where no gateway of ours runs that could be in the way.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::timeout;

use crate::enclave::address::Address;
use crate::enclave::own::Own;
use crate::enclave::packet::Packet;
use crate::enclave::transport;
use crate::offline::doctor::contacts::{Attempt, Then};

/// Contacts that are dialled at one time.
const AT_ONCE: usize = 16;

/// How long one contact may take in all.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait for a handshake. A node sends it at once. One of our kind takes a
/// contact that stays silent for 2 s for one that wants to be asked about, and begins to
/// send what waits for it (`docs/protocol.md`); nobody is here to take that.
const HANDSHAKE: Duration = Duration::from_millis(1500);

/// Dials contacts, a few at a time.
pub(in super::super) struct Dialler {
    port: u16,
    max_frame: usize,
    places: Rc<Semaphore>,
}

impl Dialler {
    /// `port` is every node's; no packet is longer than `max_frame` bytes.
    pub fn new(port: u16, max_frame: usize) -> Self {
        Self {
            port,
            max_frame,
            places: Rc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Begins to, as soon as there is a place. To be called on a local task set.
    pub fn dial(&self, from: Own, to: Address) -> JoinHandle<Attempt> {
        let places = Rc::clone(&self.places);
        let (port, max_frame) = (self.port, self.max_frame);
        spawn_local(async move {
            // Nobody closes it.
            let _place = places.acquire().await;
            attempt(&from, to, port, max_frame).await
        })
    }
}

async fn attempt(from: &Own, to: Address, port: u16, max_frame: usize) -> Attempt {
    let started = Instant::now();
    let dial = transport::dial(Some(from), to, port);
    let mut stream = match timeout(DEADLINE.saturating_sub(HANDSHAKE), dial).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return failure(&error),
        Err(_) => return Attempt::TimedOut,
    };
    let after = started.elapsed();
    let connected = Instant::now();
    let then = match timeout(HANDSHAKE, first_packet(&mut stream, max_frame)).await {
        Err(_) => Then::Silence,
        Ok(Ok(true)) => Then::Handshake(connected.elapsed()),
        Ok(Ok(false)) => Then::Garbage,
        Ok(Err(_)) => Then::HungUp,
    };
    // Broken off rather than closed: should they have begun to send more than a handshake,
    // they shall not believe that it has arrived.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    Attempt::Connected { after, then }
}

/// Reads the first packet and nothing of what follows. Whether it is one.
async fn first_packet(stream: &mut TcpStream, max_frame: usize) -> io::Result<bool> {
    let length = stream.read_u32().await?;
    let wanted = usize::try_from(length).unwrap_or(usize::MAX);
    if wanted > max_frame {
        return Ok(false);
    }
    // Memory is taken for what has come, not for what is announced.
    let mut content = Vec::new();
    stream
        .take(u64::from(length))
        .read_to_end(&mut content)
        .await?;
    match content.len() < wanted {
        true => Err(io::ErrorKind::UnexpectedEof.into()),
        false => Ok(Packet::parse(&content).is_ok()),
    }
}

fn failure(error: &io::Error) -> Attempt {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Attempt::Refused,
        io::ErrorKind::TimedOut => Attempt::TimedOut,
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown => Attempt::Unreachable,
        _ => Attempt::Local,
    }
}
