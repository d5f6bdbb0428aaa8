//! Where a client comes from, and how sure the door is of who it is.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// What is spoken at a door, below IRC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Lines, as they are.
    #[default]
    Plain,
    /// Lines inside TLS.
    Tls,
    /// One line in each message (IRCv3 `websocket`).
    WebSocket,
}

impl Transport {
    /// What stands before host and port where it is written.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Tls => "tls://",
            Self::WebSocket => "ws://",
        }
    }
}

/// The far end of a client's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Over TCP. IPv4 addresses are IPv4 addresses, whatever kind of socket they came through.
    Tcp {
        /// The client's end.
        peer: SocketAddr,
        /// Our end.
        local: SocketAddr,
    },
    /// Over a unix socket.
    Unix {
        /// The user that the client's process runs as, where the system tells.
        uid: Option<u32>,
    },
}

impl Place {
    /// What of it one person has, who may have many addresses there: an IPv4 address, or the
    /// /64 of an IPv6 address. None for a unix socket.
    pub fn network(&self) -> Option<IpAddr> {
        match self {
            Self::Tcp { peer, .. } => Some(match peer.ip() {
                IpAddr::V6(ip) => {
                    let network = ip.to_bits() & (u128::MAX << 64);
                    IpAddr::V6(network.into())
                }
                v4 => v4,
            }),
            Self::Unix { .. } => None,
        }
    }

    /// The network of one who is not on this machine. Here, where everybody shares one address,
    /// the system tells people apart.
    pub fn distant_network(&self) -> Option<IpAddr> {
        match self {
            Self::Tcp { peer, .. } if peer.ip().is_loopback() => None,
            other => other.network(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { peer, .. } => peer.fmt(f),
            Self::Unix { .. } => f.write_str("a unix socket"),
        }
    }
}

/// The SHA-256 of a certificate in DER. Written in lower-case hexadecimal, as IRC services
/// and `openssl` have it, without colons.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    /// Reads 64 hexadecimal digits in any case, with or without colons between pairs.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| *c != ':')
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or(())?;
        let pairs: Vec<u8> = digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect();
        match (digits.len(), pairs.try_into()) {
            (64, Ok(bytes)) => Ok(Self(bytes)),
            _ => Err(()),
        }
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a client comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The far end.
    pub place: Place,
    /// What is spoken there.
    pub transport: Transport,
    /// Of the certificate that the client has presented, if it has. It has proved to hold
    /// the key; who signed the certificate was not looked at.
    pub fingerprint: Option<Fingerprint>,
    /// Whether the door itself is sure that this is the person who runs the program. Who is
    /// not trusted has to show a key before it may do anything.
    pub trusted: bool,
}

impl Origin {
    /// A client whom the door knows for the person, on a door that is plain.
    pub fn trusted(place: Place) -> Self {
        Self {
            place,
            transport: Transport::Plain,
            fingerprint: None,
            trusted: true,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)?;
        match self.transport {
            Transport::Plain => Ok(()),
            Transport::Tls => f.write_str(" over TLS"),
            Transport::WebSocket => f.write_str(" over WebSocket"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_written_as_others_write_it() {
        let mut bytes = [0; 32];
        bytes[0] = 0xab;
        bytes[31] = 1;
        let text = Fingerprint(bytes).to_string();
        assert_eq!(text, format!("ab{}01", "00".repeat(30)));
        assert_eq!(text.parse(), Ok(Fingerprint(bytes)));
        let pairs: Vec<&str> = (0..32)
            .map(|index| &text[2 * index..2 * index + 2])
            .collect();
        let as_openssl = pairs.join(":").to_uppercase();
        assert_eq!(as_openssl.parse(), Ok(Fingerprint(bytes)));
        for wrong in ["", "ab", "xyz", &text[1..], &format!("{text}0")] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn people_are_told_how_a_client_has_come() {
        let mut origin = Origin::trusted(Place::Tcp {
            peer: "127.0.0.1:5".parse().unwrap(),
            local: "127.0.0.1:6".parse().unwrap(),
        });
        assert_eq!(origin.to_string(), "127.0.0.1:5");
        origin.transport = Transport::Tls;
        assert_eq!(origin.to_string(), "127.0.0.1:5 over TLS");
        let origin = Origin::trusted(Place::Unix { uid: None });
        assert_eq!(origin.to_string(), "a unix socket");
    }
}
