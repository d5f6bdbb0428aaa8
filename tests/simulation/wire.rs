//! A TCP connection between two nodes: two streams of bytes, each with what is on its way,
//! what has arrived at the other's kernel, and what its process has read.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use enclave_irc::enclave::ConnectionId;

/// What one end's kernel has yet to bring to the other's.
pub struct Segment {
    pub arrives: Duration,
    pub bytes: Bytes,
    pub is_end: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Connect or accept has not returned.
    Waiting,
    Open,
    /// Its process has closed it: the kernel sends what is queued and reads away what comes.
    Lingering,
    /// Only what is on its way from here is left, if anything.
    Gone,
}

/// A message among the bytes that were written.
#[derive(Clone, Copy)]
pub struct Mark {
    /// Where its frame ends.
    pub end: u64,
    pub said: usize,
    /// The kernel on the other side has all of it.
    pub taken: bool,
    /// The process on the other side has read it.
    pub read: bool,
}

/// One end of a connection.
pub struct End {
    pub node: usize,
    /// Which of the node's processes has it.
    pub process: u64,
    pub connection: ConnectionId,
    pub state: State,
    /// Written here, and not yet at the other end.
    pub in_flight: VecDeque<Segment>,
    pub last_arrival: Duration,
    pub written: u64,
    /// Of what was written, what our kernel knows to have arrived.
    pub acknowledged: u64,
    pub has_ended: bool,
    /// When it is closed whatever the other side does.
    pub lingers_until: Duration,
    pub marks: Vec<Mark>,
    /// Our kernel has it, our process does not.
    pub inbox: BytesMut,
    /// Of the other's bytes, how many have arrived here, and how many were read.
    pub taken: u64,
    pub read: u64,
    pub other_has_ended: bool,
    /// The largest frame that is read; none while it is not read.
    pub reading: Option<usize>,
    /// The process wants to know until this much is acknowledged.
    pub watched: Option<u64>,
    pub reported: u64,
    /// A packet of the other has been read here.
    pub heard: bool,
}

impl End {
    fn new(node: usize, process: u64, connection: ConnectionId) -> Self {
        Self {
            node,
            process,
            connection,
            state: State::Waiting,
            in_flight: VecDeque::new(),
            last_arrival: Duration::ZERO,
            written: 0,
            acknowledged: 0,
            has_ended: false,
            lingers_until: Duration::ZERO,
            marks: Vec::new(),
            inbox: BytesMut::new(),
            taken: 0,
            read: 0,
            other_has_ended: false,
            reading: None,
            watched: None,
            reported: 0,
            heard: false,
        }
    }

    /// Whether its process can still say something on it.
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }
}

/// A connection. End 0 has dialled.
pub struct Wire {
    pub ends: [End; 2],
}

impl Wire {
    pub fn new(from: usize, process: u64, connection: ConnectionId, to: usize) -> Self {
        let dialler = End::new(from, process, connection);
        let mut acceptor = End::new(to, 0, ConnectionId(0));
        // Until the other kernel has heard of it there is nothing there.
        acceptor.state = State::Gone;
        Self {
            ends: [dialler, acceptor],
        }
    }

    /// Nothing will ever happen on it again.
    pub fn is_over(&self) -> bool {
        let over = |end: &End| end.state == State::Gone && end.in_flight.is_empty();
        self.ends.iter().all(over)
    }
}
