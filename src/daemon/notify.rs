//! What the service manager is told, if there is one: that the program is ready, that it
//! is reading its files, that it is ending, and how many contacts are online.
//!
//! The protocol is systemd's (sd_notify(3)): a datagram of `NAME=value` lines to the unix
//! socket that `$NOTIFY_SOCKET` names. One datagram needs no library.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tracing::{debug, warn};

use super::middle::Attendance;

/// The environment variable that names the socket.
const VARIABLE: &str = "NOTIFY_SOCKET";

/// The shortest time between two datagrams that tell nothing but a new number, and until
/// one that could not be sent is tried again. A mesh that comes back brings all contacts
/// at once, and nobody reads that fast.
const INTERVAL: Duration = Duration::from_secs(1);

/// Where the program stands, as far as a service manager cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Starting,
    Ready,
    Reloading,
    Ending,
}

/// The service manager, and what it knows.
///
/// It has no timer of its own: a number that came too soon after another goes out when the
/// program wakes up next, which it does every few seconds in any case.
#[derive(Debug)]
pub struct ServiceManager {
    /// None: nobody wants to know.
    address: Option<SocketAddr>,
    phase: Phase,
    /// The phase that was last tried to be told.
    tried: Phase,
    /// The phase that was told.
    told: Phase,
    /// The numbers that were told.
    counted: Option<Attendance>,
    /// Until then, on the monotonic clock, only a new phase is told.
    rests_until: Duration,
}

impl ServiceManager {
    /// The one that has started this program, if one has and wants to hear from it.
    pub fn from_environment() -> Self {
        let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        Self::at(named.and_then(|name| match address(&name) {
            Ok(address) => Some(address),
            Err(error) => {
                warn!("{VARIABLE} names nothing that can be told anything: {error}");
                None
            }
        }))
    }

    /// None at all.
    pub fn none() -> Self {
        Self::at(None)
    }

    fn at(address: Option<SocketAddr>) -> Self {
        Self {
            address,
            phase: Phase::Starting,
            tried: Phase::Starting,
            told: Phase::Starting,
            counted: None,
            rests_until: Duration::ZERO,
        }
    }

    /// The doors are open.
    pub fn ready(&mut self) {
        self.step(Phase::Starting, Phase::Ready);
    }

    /// The files are being read anew.
    pub fn reloading(&mut self) {
        self.step(Phase::Ready, Phase::Reloading);
    }

    /// They have been read.
    pub fn reloaded(&mut self) {
        self.step(Phase::Reloading, Phase::Ready);
    }

    /// The program ends.
    pub fn ending(&mut self) {
        self.phase = Phase::Ending;
    }

    fn step(&mut self, from: Phase, to: Phase) {
        if self.phase == from {
            self.phase = to;
        }
    }

    /// Tells what it does not know yet. `now` is on the monotonic clock.
    pub fn tell(&mut self, attendance: Attendance, now: Duration) {
        let Some(address) = &self.address else {
            return;
        };
        let text = self.news(attendance);
        if text.is_empty() || (self.tried == self.phase && now < self.rests_until) {
            return;
        }
        self.tried = self.phase;
        self.rests_until = now.saturating_add(INTERVAL);
        match send(address, &text) {
            Ok(()) => {
                self.told = self.phase;
                self.counted = Some(attendance);
            }
            // It is busy, or being replaced by a newer one.
            Err(error) => debug!("the service manager cannot be told: {error}"),
        }
    }

    /// The lines that tell what it does not know; none: it knows all.
    fn news(&self, attendance: Attendance) -> String {
        let mut text = String::new();
        if self.told != self.phase {
            match self.phase {
                Phase::Starting => {}
                Phase::Ready => text.push_str("READY=1\n"),
                // The time tells it which of several orders to reload this belongs to.
                Phase::Reloading => {
                    text = format!("RELOADING=1\nMONOTONIC_USEC={}\n", microseconds());
                }
                Phase::Ending => text.push_str("STOPPING=1\n"),
            }
        }
        if self.phase != Phase::Starting && self.counted != Some(attendance) {
            text.push_str(&format!("STATUS={attendance}\n"));
        }
        text
    }
}

/// For people: what `systemctl status` shows.
impl fmt::Display for Attendance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.contacts {
            0 => f.write_str("no contacts yet")?,
            contacts => write!(f, "{} of {contacts} contacts online", self.online)?,
        }
        match self.store_is_down {
            true => f.write_str("; nothing can be stored"),
            false => Ok(()),
        }
    }
}

/// A path, or `@` and a name in Linux' name space without files.
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes() {
        [b'@', name @ ..] => abstract_address(name),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => Err(unsupported()),
    }
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &[u8]) -> io::Result<SocketAddr> {
    <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name)
}

#[cfg(not(target_os = "linux"))]
fn abstract_address(_: &[u8]) -> io::Result<SocketAddr> {
    Err(unsupported())
}

fn unsupported() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "not a unix socket")
}

/// A socket for each datagram: they are rare, and the other end may have been replaced.
fn send(address: &SocketAddr, text: &str) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    // The one task that does everything waits for nobody.
    socket.set_nonblocking(true)?;
    socket.send_to_addr(text.as_bytes(), address)?;
    Ok(())
}

/// The clock that the service manager compares with, in microseconds.
fn microseconds() -> i128 {
    let now = clock_gettime(ClockId::Monotonic);
    i128::from(now.tv_sec) * 1_000_000 + i128::from(now.tv_nsec) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn online(online: usize) -> Attendance {
        Attendance {
            online,
            contacts: 30,
            ..Attendance::default()
        }
    }

    /// A service manager at a socket of its own, and that socket.
    fn listening() -> (ServiceManager, UnixDatagram, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_nonblocking(true).unwrap();
        let manager = ServiceManager::at(Some(address(path.as_os_str()).unwrap()));
        (manager, socket, folder)
    }

    /// What was sent and has not been read, if anything was.
    fn heard(socket: &UnixDatagram) -> Option<String> {
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer).ok()?;
        Some(String::from_utf8(buffer[..length].to_vec()).unwrap())
    }

    #[test]
    fn nothing_is_said_before_the_doors_are_open() {
        let (mut manager, socket, _folder) = listening();
        manager.reloading();
        manager.tell(online(12), Duration::ZERO);
        assert_eq!(heard(&socket), None);
        manager.ready();
        manager.tell(online(12), Duration::ZERO);
        let expected = "READY=1\nSTATUS=12 of 30 contacts online\n";
        assert_eq!(heard(&socket).as_deref(), Some(expected));
    }

    #[test]
    fn numbers_are_told_once_a_second_at_most_and_phases_at_once() {
        let (mut manager, socket, _folder) = listening();
        manager.ready();
        manager.tell(online(0), Duration::ZERO);
        assert!(heard(&socket).is_some());
        manager.tell(online(1), Duration::from_millis(999));
        assert_eq!(heard(&socket), None);
        manager.tell(online(2), Duration::from_secs(1));
        let expected = "STATUS=2 of 30 contacts online\n";
        assert_eq!(heard(&socket).as_deref(), Some(expected));
        manager.tell(online(2), Duration::from_secs(9));
        assert_eq!(heard(&socket), None, "it knows that already");
        manager.tell(online(3), Duration::from_secs(9));
        assert!(heard(&socket).is_some());
        manager.reloading();
        manager.tell(online(3), Duration::from_secs(9));
        let text = heard(&socket).unwrap();
        assert!(text.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{text}");
        manager.reloaded();
        manager.tell(online(3), Duration::from_secs(9));
        assert_eq!(heard(&socket).as_deref(), Some("READY=1\n"));
        manager.ending();
        manager.tell(online(3), Duration::from_secs(9));
        assert_eq!(heard(&socket).as_deref(), Some("STOPPING=1\n"));
    }

    #[test]
    fn what_could_not_be_told_is_told_later() {
        let (mut manager, socket, folder) = listening();
        drop(socket);
        manager.ready();
        manager.tell(online(1), Duration::ZERO);
        let path = folder.path().join("notify");
        std::fs::remove_file(&path).unwrap();
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_nonblocking(true).unwrap();
        manager.tell(online(1), Duration::from_millis(999));
        assert_eq!(heard(&socket), None, "not as often as anything happens");
        manager.tell(online(1), Duration::from_secs(1));
        assert!(heard(&socket).unwrap().starts_with("READY=1\n"));
    }

    /// A full queue must not stop the one task that does everything.
    #[test]
    fn a_service_manager_that_does_not_read_is_not_waited_for() {
        let (mut manager, socket, _folder) = listening();
        manager.ready();
        let mut number = 0;
        // How many datagrams a queue holds is the system's business.
        while number < 100_000 && manager.counted.is_none_or(|told| told.online + 1 == number) {
            manager.tell(online(number), Duration::from_secs(number as u64));
            number += 1;
        }
        assert!(number < 100_000, "the queue was never full");
        while heard(&socket).is_some() {}
        manager.tell(online(number), Duration::from_secs(number as u64));
        let expected = format!("STATUS={number} of 30 contacts online\n");
        assert_eq!(heard(&socket), Some(expected));
    }

    #[test]
    fn what_is_no_unix_socket_is_nothing() {
        for name in ["vsock:2:1234", "notify", ""] {
            assert!(address(OsStr::new(name)).is_err(), "{name}");
        }
        assert_eq!(address(OsStr::new("@a")).is_ok(), cfg!(target_os = "linux"));
    }

    #[test]
    fn an_empty_address_book_is_no_fraction() {
        let nobody = Attendance::default();
        assert_eq!(nobody.to_string(), "no contacts yet");
        let in_trouble = Attendance {
            store_is_down: true,
            ..online(3)
        };
        let text = "3 of 30 contacts online; nothing can be stored";
        assert_eq!(in_trouble.to_string(), text);
    }
}
