//! Networks: which addresses we believe. An address proves who its owner is only inside a
//! network where addresses are derived from keys, so nobody outside is talked to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::address::Address;

/// A range of addresses, such as cjdns' `fc00::/8`: all that share the first `length`
/// bits with `prefix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// No bit beyond `length` is set.
    prefix: IpAddr,
    /// At most 32 for IPv4, 128 for IPv6.
    length: u8,
}

impl Network {
    /// Whether the address is inside.
    pub fn contains(&self, address: Address) -> bool {
        self.prefix.is_ipv4() == address.ip().is_ipv4()
            && truncated(address.ip(), self.length) == self.prefix
    }

    /// Whether there are addresses that are inside both.
    pub fn overlaps(&self, other: &Self) -> bool {
        // Of two networks that share an address, one lies inside the other.
        self.contains(other.prefix.into()) || other.contains(self.prefix.into())
    }

    /// Whether it holds loopback addresses only.
    pub fn is_loopback(&self) -> bool {
        let least = if self.prefix.is_ipv4() { 8 } else { 128 };
        self.prefix.is_loopback() && self.length >= least
    }
}

/// The address with every bit beyond the first `length` cleared.
fn truncated(ip: IpAddr, length: u8) -> IpAddr {
    // A shift by the full width is what `checked_shl` refuses; nothing is left of it.
    let cleared = |width: u8| u32::from(width.saturating_sub(length));
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(cleared(32)).unwrap_or(0);
            Ipv4Addr::from_bits(ip.to_bits() & mask).into()
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(cleared(128)).unwrap_or(0);
            Ipv6Addr::from_bits(ip.to_bits() & mask).into()
        }
    }
}

/// As `prefix/length`, the prefix in the form of RFC 5952.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.prefix, self.length)
    }
}

/// From `prefix/length`, as in `fc00::/8`.
impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let malformed = || NotANetwork::Malformed(text.to_owned());
        let (prefix, length) = text.trim().split_once('/').ok_or_else(malformed)?;
        let mut prefix: IpAddr = prefix.parse().map_err(|_| malformed())?;
        let mut length: u8 = length.parse().map_err(|_| malformed())?;
        if let (IpAddr::V4(mapped), 96..=128) = (prefix.to_canonical(), length)
            && prefix.is_ipv6()
        {
            // Addresses are IPv4 here wherever they can be, so their networks are too.
            prefix = mapped.into();
            length -= 96;
        }
        let longest = if prefix.is_ipv4() { 32 } else { 128 };
        if length > longest {
            return Err(NotANetwork::TooLong {
                text: text.to_owned(),
                longest,
            });
        }
        let network = Self {
            prefix: truncated(prefix, length),
            length,
        };
        if network.prefix != prefix {
            return Err(NotANetwork::HostBits {
                text: text.to_owned(),
                right: network,
            });
        }
        Ok(network)
    }
}

/// A text that should have been a [`Network`]. Its display is made for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotANetwork {
    /// Not of the form `prefix/length`.
    Malformed(String),
    /// The length is more than the address has bits.
    TooLong {
        /// What was given.
        text: String,
        /// The number of bits there are.
        longest: u8,
    },
    /// Bits are set that the length cuts off: perhaps another length was meant, so it is
    /// asked rather than guessed.
    HostBits {
        /// What was given.
        text: String,
        /// The network in which that address is.
        right: Network,
    },
}

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) => {
                write!(
                    f,
                    "not a network: {text:?} (one looks like \"fc00::/8\": an address, a slash, a number of bits)"
                )
            }
            Self::TooLong { text, longest } => {
                write!(
                    f,
                    "not a network: {text:?} (its length is at most {longest})"
                )
            }
            Self::HostBits { text, right } => {
                write!(
                    f,
                    "not a network: {text:?} has bits set beyond its length; write \"{right}\""
                )
            }
        }
    }
}

impl std::error::Error for NotANetwork {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn contains(of: &str, address: &str) -> bool {
        network(of).contains(address.parse().unwrap())
    }

    fn error(text: &str) -> String {
        text.parse::<Network>().unwrap_err().to_string()
    }

    #[test]
    fn cjdns_is_fc_and_not_all_unique_local_addresses() {
        assert!(contains(
            "fc00::/8",
            "fcec:ae97:8902:d810:6c92:ec67:efb2:3ec5"
        ));
        assert!(!contains("fc00::/8", "fd00::1"));
        assert!(!contains("fc00::/8", "252.0.0.1"));
    }

    #[test]
    fn a_length_need_not_end_at_a_byte() {
        assert!(contains("200::/7", "3ff::1"));
        assert!(!contains("200::/7", "400::1"));
        assert!(contains("::/0", "fc00::1"));
        assert!(!contains("::/0", "127.0.0.1"));
        assert!(contains("0.0.0.0/0", "127.0.0.1"));
        assert!(contains("10.0.0.1/32", "10.0.0.1"));
        assert!(!contains("10.0.0.1/32", "10.0.0.2"));
    }

    #[test]
    fn a_mapped_network_is_an_ipv4_network() {
        assert_eq!(network("::ffff:127.0.0.0/104"), network("127.0.0.0/8"));
        assert!(error("::ffff:127.0.0.0/64").contains("write \"::/64\""));
    }

    #[test]
    fn networks_overlap_where_one_lies_in_the_other() {
        let overlap = |one, other| network(one).overlaps(&network(other));
        assert!(overlap("fc00::/8", "fc00::/8"));
        assert!(overlap("fc00::/7", "fc00::/8") && overlap("fc00::/8", "fc00::/7"));
        assert!(overlap("200::/7", "300::/8") && overlap("300::/8", "200::/7"));
        assert!(!overlap("fc00::/8", "fd00::/8"));
        assert!(!overlap("::/0", "0.0.0.0/0"));
    }

    #[test]
    fn only_what_is_wholly_loopback_is_loopback() {
        assert!(network("127.0.0.0/8").is_loopback());
        assert!(network("127.3.0.0/16").is_loopback());
        assert!(network("::1/128").is_loopback());
        assert!(!network("126.0.0.0/7").is_loopback());
        assert!(!network("::/127").is_loopback());
        assert!(!network("fc00::/8").is_loopback());
    }

    #[test]
    fn errors_say_what_would_be_right() {
        assert_eq!(
            error("fc00::1/8"),
            "not a network: \"fc00::1/8\" has bits set beyond its length; write \"fc00::/8\""
        );
        assert_eq!(
            error("10.0.0.0/33"),
            "not a network: \"10.0.0.0/33\" (its length is at most 32)"
        );
        for text in ["", "fc00::", "fc00::/", "/8", "fc00::/x", "fc00::/-1"] {
            assert!(error(text).contains("looks like \"fc00::/8\""), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_network_reads_back_and_holds_its_addresses(bits: u128, other: u128, length in 0..=128u8) {
            let prefix = truncated(Ipv6Addr::from_bits(bits).into(), length);
            let network = Network { prefix, length };
            prop_assert_eq!(network.to_string().parse(), Ok(network));
            let host = other.checked_shr(length.into()).unwrap_or(0);
            let inside = Ipv6Addr::from_bits(match prefix {
                IpAddr::V6(prefix) => prefix.to_bits() | host,
                IpAddr::V4(_) => unreachable!(),
            });
            if inside.to_ipv4_mapped().is_none() {
                prop_assert!(network.contains(IpAddr::from(inside).into()));
            }
        }
    }
}
