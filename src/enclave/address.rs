//! Mesh addresses: who a peer is. On a mesh an address is derived from a key, so it is
//! the identity itself; a name is only what a person calls it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::ops::Range;
use std::str::FromStr;

/// A peer's address in canonical form: an IPv4-mapped IPv6 address is the IPv4 address.
/// Ordered numerically, which decides between two simultaneous connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The address as the network stack takes it.
    pub fn ip(self) -> IpAddr {
        self.0
    }

    /// The address with a port, as a socket takes it.
    pub fn with_port(self, port: u16) -> SocketAddr {
        SocketAddr::new(self.0, port)
    }

    /// Whether it is in 127.0.0.0/8 or is ::1, so that only this machine has it.
    pub fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }

    /// The address that stands for everything its owner owns. A Yggdrasil node with an
    /// address inside 300::/8 owns the whole /64 around it, so limits and silences that
    /// are meant for the node must count by /64 there.
    pub fn owner(self) -> Self {
        match self.0 {
            IpAddr::V6(ip) if ip.segments()[0] >> 8 == 0x03 => {
                let [a, b, c, d, ..] = ip.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            _ => self,
        }
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self(ip.to_canonical())
    }
}

/// In the form of RFC 5952.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(ip) => ip.fmt(f),
            IpAddr::V6(ip) => f.pad(&in_words(ip.segments())),
        }
    }
}

/// As the standard library writes it, in a tenth of the time: every line that a client is
/// shown of a contact's begins with its address.
fn in_words(segments: [u16; 8]) -> String {
    let mut text = String::with_capacity("fc9f:990d:2b0f:75ad:8783:5d59:7c84:520b".len());
    let left_out = longest_zeros(segments);
    for (index, segment) in segments.into_iter().enumerate() {
        if left_out.contains(&index) {
            if index == left_out.start {
                text.push_str("::");
            }
            continue;
        }
        if index > 0 && index != left_out.end {
            text.push(':');
        }
        let digits = (16 - segment.leading_zeros()).div_ceil(4).max(1);
        for digit in (0..digits).rev() {
            let digit = u32::from(segment >> (4 * digit) & 0xf);
            text.extend(char::from_digit(digit, 16));
        }
    }
    text
}

/// Where `::` stands: for the first of the longest rows of zeros, of two at least.
fn longest_zeros(segments: [u16; 8]) -> Range<usize> {
    let (mut longest, mut row) = (0..0, 0..0);
    for (index, segment) in segments.into_iter().enumerate() {
        if segment == 0 {
            row.end = index + 1;
        } else {
            row = index + 1..index + 1;
        }
        if row.len() > longest.len().max(1) {
            longest = row.clone();
        }
    }
    longest
}

/// Any form of the address that RFC 4291 allows, or of an IPv4 address; also in brackets
/// and with spaces around it, as it comes out of a browser or a mail.
impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let bare = text.trim();
        let bare = bare
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(bare);
        bare.parse::<IpAddr>()
            .map(Self::from)
            .map_err(|_| NotAnAddress(text.to_owned()))
    }
}

/// A text that should have been an [`Address`]. Its display is made for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnAddress(String);

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an address: {:?}", self.0)?;
        if self.0.contains('%') {
            // A zone says which link an address is meant on; a mesh address means the
            // same node everywhere, so one with a zone is not one.
            write!(f, " (a mesh address has no zone, the part after %)")?;
        }
        Ok(())
    }
}

impl std::error::Error for NotAnAddress {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn every_spelling_is_one_address() {
        let canonical = address("fc00::1");
        for text in [
            "fc00:0:0::1",
            "FC00::0001",
            "[fc00::1]",
            " fc00::1\n",
            "fc00:0000:0000:0000:0000:0000:0000:0001",
        ] {
            assert_eq!(address(text), canonical, "{text:?}");
        }
        assert_eq!(canonical.to_string(), "fc00::1");
        assert_eq!(address("::ffff:127.0.0.1"), address("127.0.0.1"));
    }

    #[test]
    fn what_is_no_address_is_named() {
        for text in [
            "",
            "John",
            "fc00::1/8",
            "[fc00::1]:7776",
            "[fc00::1",
            "127.1",
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert_eq!(error, format!("not an address: {text:?}"));
        }
        let error = "fe80::1%eth0".parse::<Address>().unwrap_err().to_string();
        assert!(error.contains("has no zone"), "{error}");
    }

    #[test]
    fn a_yggdrasil_node_owns_its_64() {
        assert_eq!(address("300:1:2:3:4:5:6:7").owner(), address("300:1:2:3::"));
        assert_eq!(address("3ff::1:2:3:4").owner(), address("3ff::"));
        assert_eq!(address("200:1:2:3:4::").owner(), address("200:1:2:3:4::"));
        assert_eq!(address("fc00::1").owner(), address("fc00::1"));
    }

    proptest! {
        #[test]
        fn an_address_reads_back(bits: u128) {
            let address = Address::from(IpAddr::from(Ipv6Addr::from_bits(bits)));
            prop_assert_eq!(address.to_string().parse(), Ok(address));
        }

        #[test]
        fn it_is_written_as_by_everybody(
            segments in prop::array::uniform8(prop_oneof![Just(0), 0..0x1000_u16, any::<u16>()]),
        ) {
            let ip = Ipv6Addr::from(segments);
            // Such is an IPv4 address to us.
            prop_assume!(ip.to_ipv4_mapped().is_none());
            prop_assert_eq!(in_words(segments), ip.to_string());
            prop_assert_eq!(format!("{:>45}", Address(ip.into())), format!("{ip:>45}"));
        }
    }
}
