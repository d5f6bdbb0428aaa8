//! What can happen in a world, and how much of it did.

use enclave_irc::book::Change;
use enclave_irc::enclave::mesh::DialFailure;
use enclave_irc::gateway::ChangeId;
use enclave_irc::gateway::event::Event;

/// Something that will happen.
#[derive(Debug)]
pub enum What {
    /// A dial reaches the other machine.
    Call {
        wire: usize,
        tries: u32,
    },
    /// The process that is called learns of it.
    Accepted {
        wire: usize,
    },
    /// The dialler learns that it is connected.
    Connected {
        wire: usize,
        tries: u32,
    },
    /// The dialler learns that it is not.
    Failed {
        wire: usize,
        why: DialFailure,
    },
    /// Bytes reach the other machine.
    Segment {
        wire: usize,
        from: usize,
    },
    /// So does the word that bytes have arrived.
    Acknowledge {
        wire: usize,
        to: usize,
        through: u64,
    },
    /// And that a connection is no more.
    Reset {
        wire: usize,
        to: usize,
    },
    /// A kernel finds out that the other side is dead or cannot be reached.
    Keepalive {
        wire: usize,
        at: usize,
        since: u64,
    },
    /// A process looks at a socket.
    Read {
        wire: usize,
        at: usize,
    },
    /// A process asks its kernel what has been acknowledged.
    Report {
        wire: usize,
        at: usize,
    },
    /// A process gets something from its own machine.
    Tell {
        node: usize,
        process: u64,
        event: Event,
    },
    /// A gateway wanted to be woken.
    Alarm {
        node: usize,
        process: u64,
    },
    /// A store begins with what is queued.
    Disk {
        node: usize,
        process: u64,
    },
    /// A store makes durable what it has applied.
    Commit {
        node: usize,
        process: u64,
    },
    /// The file of the address book is changed.
    Book {
        node: usize,
        process: u64,
        id: ChangeId,
        change: Change,
    },
    /// The file of the address book is read anew.
    Reload {
        node: usize,
        process: u64,
    },
    /// Lines reach a client.
    Lines {
        client: usize,
        lines: Vec<u8>,
    },
    /// A client's line reaches its gateway.
    Says {
        client: usize,
        line: String,
    },
    /// A client's connection breaks.
    Vanishes {
        client: usize,
    },
    /// A person answers a stranger.
    Admit {
        node: usize,
        whom: usize,
    },
    /// A scripted node looks around.
    Script {
        node: usize,
    },
    /// Chance strikes.
    Whim,
    Boot {
        node: usize,
    },
    Wake {
        node: usize,
    },
    Heal {
        between: (usize, usize),
    },
    AddressBack {
        node: usize,
    },
    DiskWell {
        node: usize,
    },
    /// The next step towards a quiet world.
    Settle {
        step: usize,
    },
}

/// What was done, for the curious.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    pub events: u64,
    pub said: u64,
    pub accepted: u64,
    pub shown: u64,
    pub crashes: u64,
    pub connections: u64,
    pub repeats: u64,
    /// How often a person was told that the disk does not answer.
    pub stalls: u64,
}

impl Numbers {
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.said += other.said;
        self.accepted += other.accepted;
        self.shown += other.shown;
        self.crashes += other.crashes;
        self.connections += other.connections;
        self.repeats += other.repeats;
        self.stalls += other.stalls;
    }
}
