//! How much of what a socket has taken is still on its way.

use tokio::net::TcpStream;

/// A connection of which one can ask how far the other side has got.
pub trait Acknowledging {
    /// Bytes that the socket has taken and the peer's kernel has not acknowledged.
    ///
    /// Once our half is closed, the end itself counts as one byte until it is acknowledged,
    /// so for a moment this may be one too many, never one too few. It stays right when the
    /// connection has failed. Only Linux is asked; for any other system this is 0: what the
    /// socket has taken is as much as is known there.
    fn unacknowledged(&self) -> u64;
}

impl Acknowledging for TcpStream {
    #[cfg(target_os = "linux")]
    fn unacknowledged(&self) -> u64 {
        // A Linux that cannot answer (there are programs that pass for one) is like a
        // system that does not know the question.
        ask(self).unwrap_or(0)
    }

    #[cfg(not(target_os = "linux"))]
    fn unacknowledged(&self) -> u64 {
        0
    }
}

/// Linux's answer to `SIOCOUTQ`, which is `TIOCOUTQ` by another name (tcp(7)).
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn ask(stream: &TcpStream) -> std::io::Result<u64> {
    use std::os::fd::AsRawFd;

    let mut count: libc::c_int = 0;
    // SAFETY: the descriptor is open and a TCP socket, because the stream is borrowed. For
    // such a one this request makes the kernel write one `int` where the pointer points to,
    // which is `count`, and it keeps nothing of the pointer.
    let result = unsafe { libc::ioctl(stream.as_raw_fd(), libc::TIOCOUTQ, &raw mut count) };
    if result == -1 {
        return Err(std::io::Error::last_os_error());
    }
    // Never negative; a send buffer is smaller than 2 GiB.
    Ok(u64::try_from(count).unwrap_or(0))
}
