//! Mesh addresses: who a peer is. On a mesh an address is derived from a key, so it is
//! the identity itself; a name is only what a person calls it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};


/// A peer's address in canonical form: an IPv4-mapped IPv6 address is the IPv4 address.
/// Ordered numerically, which decides between two simultaneous connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The address as the network stack takes it.
    pub fn ip(self) -> IpAddr {
        self.0
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
        self.0.fmt(f)
    }
}
