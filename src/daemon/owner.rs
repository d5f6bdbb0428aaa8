//! Whose process is at the other end of a loopback connection, from the kernel's table
//! of TCP sockets (Linux: `/proc/self/net/tcp` and `tcp6`, described in proc(5)).
//!
//! Loopback itself protects nobody: every user of the machine, and everything that a
//! sandboxed program may still reach, can connect to it. Unix sockets tell who connects;
//! for TCP the table must be searched for the very connection.

#[cfg(target_os = "linux")]
mod diag;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The tables to search. An IPv4 connection may stand in either: a program may have made
/// it with an IPv6 socket. `self` instead of `/proc/net`, because a service manager may
/// show a service only the parts of `/proc` that belong to processes.
const TABLES: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

/// How often the tables are searched before a connection counts as gone. They are not
/// read in one piece, so a row can be missed while others come and go.
const SEARCHES: usize = 3;

/// `ESTABLISHED`, and `FIN_WAIT1`/`FIN_WAIT2`: the program at the other end has the
/// connection, and may already have said all it wanted (`printf … | nc -N`).
const LIVE_STATES: [u8; 3] = [0x01, 0x04, 0x05];

/// One row of a table: a socket of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The socket's own end.
    pub local: SocketAddr,
    /// The end it is connected to.
    pub remote: SocketAddr,
    /// The TCP state, as the kernel numbers them.
    pub state: u8,
    /// The user who made the socket. Meaningless (0!) where [`inode`](Self::inode) is 0.
    pub user: u32,
    /// The socket's inode; 0 once no process holds the socket.
    pub inode: u64,
}

impl Row {
    /// Whether this is the far end of our connection, and a process still holds it.
    ///
    /// A socket that its process has closed lives on in the kernel for a while, and its
    /// row then claims to belong to root. Whoever connects, speaks and closes at once
    /// must not become root by that, so such a row says nothing.
    fn is_far_end(&self, far: SocketAddr, near: SocketAddr) -> bool {
        self.local == far
            && self.remote == near
            && self.inode != 0
            && LIVE_STATES.contains(&self.state)
    }
}

/// Whether this system has the tables. Where it has not, users cannot be told apart.
pub fn can_be_told() -> bool {
    TABLES.iter().any(|table| File::open(table).is_ok())
}

/// The user whose process holds the other end of a TCP connection within this machine:
/// `far` is that end's address, `near` ours. None if no process holds it any more.
///
/// Where the kernel cannot be asked for one row, this reads a table of every TCP socket of the
/// machine: call it where waiting is allowed. `near` is where we listen.
///
/// # Errors
///
/// If no table can be read.
pub fn find(far: SocketAddr, near: SocketAddr) -> io::Result<Option<u32>> {
    let (far, near) = (canonical(far), canonical(near));
    #[cfg(target_os = "linux")]
    match diag::find(far, near) {
        Ok(Some(row)) if row.is_far_end(far, near) => return Ok(Some(row.user)),
        // Whoever connects and goes at once, in a loop, must not have us read the whole table
        // for each time, or others would wait at the door for minutes.
        Ok(_) if diag::knows_listener(near) => return Ok(None),
        _ => {}
    }
    search_tables(far, near)
}

/// Reads all there is, and as often as it takes.
fn search_tables(far: SocketAddr, near: SocketAddr) -> io::Result<Option<u32>> {
    for _ in 0..SEARCHES {
        let mut last_error = None;
        for table in TABLES {
            match search(table, far, near) {
                Ok(Some(user)) => return Ok(Some(user)),
                Ok(None) => {}
                Err(error) => last_error = Some(error),
            }
        }
        // A system without IPv6 lacks one of the two; that is no reason to give up.
        if let Some(error) = last_error
            && !can_be_told()
        {
            return Err(error);
        }
    }
    Ok(None)
}

/// All TCP sockets of this machine, as far as the system tells of them.
///
/// # Errors
///
/// If no table can be read.
pub fn rows() -> io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut outcome = Err(io::ErrorKind::Unsupported.into());
    for table in TABLES {
        match File::open(table) {
            Ok(file) => {
                let lines = BufReader::new(file).lines().map_while(Result::ok);
                rows.extend(lines.filter_map(|line| parse(&line)));
                outcome = Ok(());
            }
            Err(error) if outcome.is_err() => outcome = Err(error),
            Err(_) => {}
        }
    }
    outcome.map(|()| rows)
}

fn search(table: &str, far: SocketAddr, near: SocketAddr) -> io::Result<Option<u32>> {
    let mut lines = BufReader::new(File::open(table)?);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        if let Some(row) = parse(&line)
            && row.is_far_end(far, near)
        {
            return Ok(Some(row.user));
        }
        line.clear();
    }
    Ok(None)
}

/// Reads one line of a table; none for the heading, and for anything else that is no row.
pub fn parse(line: &str) -> Option<Row> {
    let mut fields = line.split_ascii_whitespace();
    let number = fields.next()?;
    number.strip_suffix(':')?;
    let local = parse_end(fields.next()?)?;
    let remote = parse_end(fields.next()?)?;
    let state = u8::from_str_radix(fields.next()?, 16).ok()?;
    // Queues, timer, retransmissions.
    let mut fields = fields.skip(3);
    let user = fields.next()?.parse().ok()?;
    // Timeout.
    let inode = fields.nth(1)?.parse().ok()?;
    Some(Row {
        local,
        remote,
        state,
        user,
        inode,
    })
}

/// `0100007F:1A0B`: the address as 32-bit words in the machine's own byte order, each in
/// hexadecimal; the port as a number.
fn parse_end(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let address: IpAddr = match address.len() {
        8 => Ipv4Addr::from(parse_word(address)?).into(),
        32 => {
            let mut octets = [0; 16];
            for (index, octets) in octets.chunks_exact_mut(4).enumerate() {
                let word = parse_word(address.get(index * 8..index * 8 + 8)?)?;
                octets.copy_from_slice(&word);
            }
            Ipv6Addr::from(octets).into()
        }
        _ => return None,
    };
    Some(canonical(SocketAddr::new(address, port)))
}

fn parse_word(digits: &str) -> Option<[u8; 4]> {
    Some(u32::from_str_radix(digits, 16).ok()?.to_ne_bytes())
}

/// Without the several forms one address can have: IPv4-mapped, with a scope or flow.
fn canonical(end: SocketAddr) -> SocketAddr {
    SocketAddr::new(end.ip().to_canonical(), end.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// Rows as a little-endian Linux 6.1 wrote them.
    #[cfg(target_endian = "little")]
    #[test]
    fn real_rows() {
        assert_eq!(
            parse(
                "   2: 0100007F:D51C 0100007F:959F 01 00000000:00000000 00:00000000 00000000  1000        0 14711 2 00000000d890bf00 21 0 0 10 -1                     \n"
            ),
            Some(Row {
                local: end("127.0.0.1:54556"),
                remote: end("127.0.0.1:38303"),
                state: 1,
                user: 1000,
                inode: 14711,
            })
        );
        let mapped = parse(
            "   0: 0000000000000000FFFF00000100007F:D512 0000000000000000FFFF00000100007F:959F 01 00000000:00000000 00:00000000 00000000     0        0 14709 2 00000000eae7e1b8 21 0 0 10 -1",
        )
        .unwrap();
        assert_eq!(mapped.local, end("127.0.0.1:54546"));
        let six = parse(
            "   3: 00000000000000000000000001000000:966A 00000000000000000000000001000000:AF11 01 00000000:00000000 00:00000000 00000000     0        0 14715 2 000000002b4b27d8 20 0 0 10 -1",
        )
        .unwrap();
        assert_eq!(six.local, end("[::1]:38506"));
        assert_eq!(six.remote, end("[::1]:44817"));
        assert_eq!(
            parse(
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
            ),
            None
        );
    }

    /// The row of a socket that its process has closed says user 0.
    #[cfg(target_endian = "little")]
    #[test]
    fn a_closed_socket_does_not_belong_to_root() {
        let row = parse(
            "   2: 0100007F:D51C 0100007F:959F 04 00000001:00000000 01:00000014 00000000     0        0 0 2 00000000d890bf00 21 0 0 10 -1",
        )
        .unwrap();
        assert_eq!(row.user, 0);
        assert!(!row.is_far_end(row.local, row.remote));
        let held = Row { inode: 7, ..row };
        assert!(held.is_far_end(row.local, row.remote));
        assert!(!held.is_far_end(row.remote, row.local));
        let time_wait = Row { state: 6, ..held };
        assert!(!time_wait.is_far_end(row.local, row.remote));
    }

    proptest! {
        #[test]
        fn any_line_is_survived(line in "\\PC{0,200}") {
            let _ = parse(&line);
        }

        #[test]
        fn what_the_kernel_writes_is_read(
            local in any::<u128>(), remote in any::<u32>(), ports in any::<(u16, u16)>(),
            state in any::<u8>(), user in any::<u32>(), inode in any::<u64>(),
        ) {
            let words = local.to_ne_bytes();
            let mut six = String::new();
            for word in words.chunks_exact(4) {
                let word = u32::from_ne_bytes(word.try_into().unwrap());
                six.push_str(&format!("{word:08X}"));
            }
            let line = format!(
                " 9: {six}:{:04X} {remote:08X}:{:04X} {state:02X} 0:0 00:0 0 {user} 0 {inode} 2 0",
                ports.0, ports.1,
            );
            let row = parse(&line).unwrap();
            let expected = IpAddr::from(Ipv6Addr::from(words)).to_canonical();
            prop_assert_eq!(row.local, SocketAddr::new(expected, ports.0));
            let expected = Ipv4Addr::from(remote.to_ne_bytes());
            prop_assert_eq!(row.remote, SocketAddr::new(expected.into(), ports.1));
            prop_assert_eq!((row.state, row.user, row.inode), (state, user, inode));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_live_connection_is_ours_and_a_closed_one_nobodys() {
        use std::net::{TcpListener, TcpStream};
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // A machine may have no IPv6.
            let Ok(listener) = TcpListener::bind(address) else {
                continue;
            };
            let far = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (near, from) = listener.accept().unwrap();
            let here = near.local_addr().unwrap();
            let us = rustix::process::geteuid().as_raw();
            assert_eq!(find(from, here).unwrap(), Some(us));
            far.shutdown(std::net::Shutdown::Write).unwrap();
            assert_eq!(find(from, here).unwrap(), Some(us));
            assert_eq!(search_tables(from, here).unwrap(), Some(us));
            drop(far);
            assert_eq!(find(from, here).unwrap(), None);
            assert_eq!(search_tables(from, here).unwrap(), None);
        }
    }

    /// Somebody else may connect and go at once ten thousand times, and all that while the
    /// person's own programs wait at the door.
    #[cfg(target_os = "linux")]
    #[test]
    fn one_that_has_gone_already_costs_no_search_of_the_tables() {
        use std::net::{TcpListener, TcpStream};
        use std::time::Instant;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        if !diag::knows_listener(here) {
            return;
        }
        let gone = || {
            let far = TcpStream::connect(here).unwrap();
            let from = far.local_addr().unwrap();
            drop(far);
            listener.accept().unwrap();
            from
        };
        // Of the machine's own speed, whatever else runs on it: the quickest of a few.
        let quickest = |look: &dyn Fn(SocketAddr)| {
            let time = |from| {
                let start = Instant::now();
                look(from);
                start.elapsed()
            };
            (0..8).map(|_| time(gone())).min().unwrap()
        };
        let asked = quickest(&|from| assert_eq!(find(from, here).unwrap(), None));
        let searched = quickest(&|from| assert_eq!(search_tables(from, here).unwrap(), None));
        assert!(asked < searched / 2, "{asked:?}, {searched:?}");
    }

    /// A program may reach an IPv4 door with a socket of IPv6.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_over_the_other_kind_of_socket_is_found() {
        use std::net::TcpListener;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        let (kind, protocol) = (socket2::Type::STREAM, socket2::Protocol::TCP);
        // A machine may have no IPv6.
        let Ok(far) = socket2::Socket::new(socket2::Domain::IPV6, kind, Some(protocol)) else {
            return;
        };
        let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
        far.connect(&SocketAddr::from((mapped, here.port())).into())
            .unwrap();
        let (_near, from) = listener.accept().unwrap();
        let us = rustix::process::geteuid().as_raw();
        assert_eq!(find(from, here).unwrap(), Some(us));
    }
}
