//! The kernel's table of TCP sockets, all of it, as text (proc(5)).

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{Row, canonical};

/// The tables to search. An IPv4 connection may stand in either: a program may have made
/// it with an IPv6 socket. `self` instead of `/proc/net`, because a service manager may
/// show a service only the parts of `/proc` that belong to processes.
const TABLES: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

/// How often the tables are searched before a connection counts as gone. They are not
/// read in one piece, so a row can be missed while others come and go.
const SEARCHES: usize = 3;

/// Whether this system has the tables. Where it has not, users cannot be told apart.
pub fn can_be_told() -> bool {
    TABLES.iter().any(|table| File::open(table).is_ok())
}

/// Reads all there is, and as often as it takes.
pub(super) fn search(far: SocketAddr, near: SocketAddr) -> io::Result<Option<u32>> {
    for _ in 0..SEARCHES {
        let mut last_error = None;
        for table in TABLES {
            match search_one(table, far, near) {
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

fn search_one(table: &str, far: SocketAddr, near: SocketAddr) -> io::Result<Option<u32>> {
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
fn parse(line: &str) -> Option<Row> {
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
}
