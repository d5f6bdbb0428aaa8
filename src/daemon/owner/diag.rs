//! One row of the kernel's table of TCP sockets, asked for by its two ends (sock_diag(7)).
//!
//! To read the whole table takes as long as it is, a tenth of a second where ten thousand
//! contacts are connected; this takes microseconds. Not every kernel answers, and not every
//! sandbox lets it be asked.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::Row;

/// `SOCK_DIAG_BY_FAMILY`, a question and its answer (`linux/sock_diag.h`).
const BY_FAMILY: u16 = 20;

/// `NLM_F_REQUEST` (`linux/netlink.h`).
const REQUEST: u16 = 1;

/// Length of `struct nlmsghdr`, of `struct inet_diag_req_v2` and of `struct inet_diag_msg`
/// (`linux/inet_diag.h`).
const HEADER: usize = 16;
const QUESTION: usize = 56;
const ANSWER: usize = 72;

/// The kernel answers at once, or not at all.
const PATIENCE: Duration = Duration::from_secs(1);

/// The socket at `far` that is connected to `near`, if there is one.
///
/// # Errors
///
/// Where the kernel cannot be asked.
pub(super) fn find(far: SocketAddr, near: SocketAddr) -> io::Result<Option<Row>> {
    let domain = Domain::from(libc::AF_NETLINK);
    let protocol = Protocol::from(libc::NETLINK_SOCK_DIAG);
    let mut socket = Socket::new(domain, Type::DGRAM, Some(protocol))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.write_all(&question(far, near)?)?;
    let mut answer = [0; 1024];
    let count = socket.read(&mut answer)?;
    Ok(read(&answer[..count]))
}

/// Whether the kernel says who listens here, where somebody does. Then it knows its own
/// sockets, and one that it does not know is not there. (Without the module that answers, it
/// says the same of all: that there is none.)
pub(super) fn knows_listener(here: SocketAddr) -> bool {
    let anywhere = match here.ip() {
        IpAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
    };
    let nobody = SocketAddr::new(anywhere, 0);
    matches!(find(here, nobody), Ok(Some(row)) if row.local.port() == here.port())
}

fn question(far: SocketAddr, near: SocketAddr) -> io::Result<Vec<u8>> {
    let family = match (far, near) {
        (SocketAddr::V4(_), SocketAddr::V4(_)) => libc::AF_INET,
        (SocketAddr::V6(_), SocketAddr::V6(_)) => libc::AF_INET6,
        _ => return Err(io::ErrorKind::InvalidInput.into()),
    };
    let mut out = Vec::with_capacity(HEADER + QUESTION);
    let length = u32::try_from(HEADER + QUESTION).unwrap_or(0);
    out.extend(length.to_ne_bytes());
    out.extend(BY_FAMILY.to_ne_bytes());
    out.extend(REQUEST.to_ne_bytes());
    // Sequence and port: there is one question, and one who asks.
    out.extend([0; 8]);
    let short = |number: libc::c_int| u8::try_from(number).unwrap_or(0);
    // No extension; then padding, and sockets in any state.
    out.extend([short(family), short(libc::IPPROTO_TCP), 0, 0]);
    out.extend(u32::MAX.to_ne_bytes());
    out.extend(far.port().to_be_bytes());
    out.extend(near.port().to_be_bytes());
    for end in [far, near] {
        let mut address = [0; 16];
        match end.ip() {
            IpAddr::V4(four) => address[..4].copy_from_slice(&four.octets()),
            IpAddr::V6(six) => address = six.octets(),
        }
        out.extend(address);
    }
    // Any interface, and no cookie of an earlier answer.
    out.extend(0u32.to_ne_bytes());
    out.extend([u8::MAX; 8]);
    Ok(out)
}

/// Reads an answer; none where it is an error (there is no such socket), or anything else.
fn read(answer: &[u8]) -> Option<Row> {
    let kind = u16::from_ne_bytes(*answer.get(4..)?.first_chunk()?);
    let body = answer.get(HEADER..)?.first_chunk::<ANSWER>()?;
    if kind != BY_FAMILY {
        return None;
    }
    let family = libc::c_int::from(body[0]);
    let end = |port: usize, address: usize| -> Option<SocketAddr> {
        let port = u16::from_be_bytes(*body.get(port..)?.first_chunk()?);
        let address = body.get(address..)?;
        let address: IpAddr = if family == libc::AF_INET {
            (*address.first_chunk::<4>()?).into()
        } else {
            (*address.first_chunk::<16>()?).into()
        };
        Some(super::canonical(SocketAddr::new(address, port)))
    };
    let number = |at: usize| Some(u32::from_ne_bytes(*body.get(at..)?.first_chunk()?));
    Some(Row {
        local: end(4, 8)?,
        remote: end(6, 24)?,
        state: body[1],
        user: number(64)?,
        inode: number(68)?.into(),
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::super::tests::loops;
    use super::*;

    #[test]
    fn a_connection_is_found_as_the_table_has_it() {
        for ends in loops() {
            let (from, here) = (ends.from, ends.here);
            // Not every kernel may be asked.
            let Ok(found) = find(from, here) else {
                continue;
            };
            let rows = super::super::rows().unwrap();
            let expected = rows.into_iter().find(|row| row.is_far_end(from, here));
            assert_eq!(found, expected);
            assert!(found.is_some());
            drop(ends.far);
            let row = find(from, here).unwrap();
            assert!(row.is_none_or(|row| !row.is_far_end(from, here)));
        }
    }

    /// The kernel falls back on who listens there; it is not whom we look for.
    #[test]
    fn one_who_only_listens_there_is_not_the_far_end() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let far = listener.local_addr().unwrap();
        let near = "127.0.0.1:9".parse().unwrap();
        if let Ok(Some(row)) = find(far, near) {
            assert!(!row.is_far_end(far, near), "{row:?}");
        }
    }

    #[test]
    fn what_is_no_answer_says_nothing() {
        for length in 0..HEADER + ANSWER {
            assert_eq!(read(&vec![20; length]), None);
        }
        let mut error = vec![0; HEADER + ANSWER];
        error[4] = 2;
        assert_eq!(read(&error), None);
    }
}
