//! Two real gateways that have each other in their address books.

use std::fs;
use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use super::chain::{Chain, End};
use super::support::{Daemon, Network, Setup};

/// How long the two may take to find each other, or to index what was written in a flood.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often it is looked whether they have finished: nothing tells.
const LOOK: Duration = Duration::from_millis(20);

/// What two gateways use while nothing happens: the system's unit of time at most, now and then.
const IDLE: Duration = Duration::from_millis(10);

/// The system's unit of processor time. It has been this on Linux for ever.
const TICKS_A_SECOND: u32 = 100;

/// The two processes. Dropping this ends them.
pub struct Gateways {
    near: Daemon,
    far: Daemon,
}

impl Gateways {
    /// Starts them, in the default configuration but for where they listen.
    pub fn start() -> Self {
        let network = Network::new();
        let (near, far) = (Setup::on(&network), Setup::on(&network));
        let (near_address, far_address) = (near.address, far.address);
        Self {
            near: Daemon::start(near.contact("there", far_address)),
            far: Daemon::start(far.contact("here", near_address)),
        }
    }

    /// A client at either end, when the two gateways are linked.
    pub fn chain(&self) -> Chain {
        let near = attach(&self.near, "near", "there");
        let far = attach(&self.far, "far", "here");
        Chain {
            writer: End::new(near, "PRIVMSG there :"),
            reader: End::new(far, "PRIVMSG here :"),
        }
    }

    /// What one of them takes in memory, KiB, where the system tells: the larger.
    pub fn memory(&self) -> Option<usize> {
        Some(self.near.memory()?.max(self.far.memory()?))
    }

    /// What both have used of the processor, where the system tells.
    pub fn processor_time(&self) -> Duration {
        processor_time(&self.near) + processor_time(&self.far)
    }

    /// Waits until neither has used any processor for so long.
    pub fn wait_until(&self, quiet: Duration) {
        let deadline = Instant::now() + PATIENCE;
        let (mut before, mut since) = (self.processor_time(), Instant::now());
        while since.elapsed() < quiet {
            assert!(Instant::now() < deadline, "the gateways never rest");
            thread::sleep(LOOK);
            let now = self.processor_time();
            if now - before > IDLE {
                (before, since) = (now, Instant::now());
            }
        }
    }
}

/// User and system time of all its threads: the fourteenth and fifteenth fields of
/// `/proc/PID/stat`, counted from behind the name, which may hold anything.
fn processor_time(gateway: &Daemon) -> Duration {
    let path = format!("/proc/{}/stat", gateway.pid().as_raw_nonzero());
    let Ok(text) = fs::read_to_string(path) else {
        return Duration::ZERO;
    };
    let behind_name = text.rsplit(')').next().unwrap();
    let ticks: u32 = behind_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u32>().unwrap())
        .sum();
    Duration::from_secs(ticks.into()) / TICKS_A_SECOND
}

/// A client that has registered, as plain as can be, and sees `contact` online.
fn attach(gateway: &Daemon, nick: &str, contact: &str) -> std::net::TcpStream {
    let stream = gateway.stream_to(gateway.setup.port);
    let end = End::new(stream, "");
    let mut lines = end.lines();
    (&end.stream)
        .write_all(format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n").as_bytes())
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        end.say(format!("ISON {contact}").as_bytes());
        let (mut answered, mut is_online) = (false, false);
        while !answered {
            let something = lines.read(|line| {
                let line = String::from_utf8_lossy(line);
                if line.contains(" 303 ") {
                    answered = true;
                    is_online = line.contains(&format!(":{contact}"));
                }
            });
            assert!(something, "ISON is not answered");
        }
        if is_online {
            return end.stream;
        }
        assert!(Instant::now() < deadline, "{contact} does not come online");
        thread::sleep(Duration::from_millis(20));
    }
}
