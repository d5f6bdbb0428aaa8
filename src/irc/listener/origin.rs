//! Where a client comes from, and how sure the door is of who it is.

use std::collections::BTreeMap;
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
    /// The user at the far end, where the system told with the connection.
    pub fn user(self) -> Option<u32> {
        match self {
            Self::Tcp { .. } => None,
            Self::Unix { uid } => uid,
        }
    }
}

/// Where somebody comes from, as far as one person can hardly come from several: for counting
/// what those from there have done or hold. An IPv6 address stands for its /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    network: Option<IpAddr>,
    user: Option<u32>,
}

impl Quarter {
    /// The quarter of a place, and of the user whose process is there, if that is known.
    pub fn of(place: Place, user: Option<u32>) -> Self {
        let network = match place {
            Place::Tcp { peer, .. } => Some(match peer.ip() {
                IpAddr::V6(ip) => {
                    let network = ip.to_bits() & (u128::MAX << 64);
                    IpAddr::V6(network.into())
                }
                v4 => v4,
            }),
            Place::Unix { .. } => None,
        };
        Self { network, user }
    }

    /// Which of those who hold a place, in the order in which they came, has to give it up when
    /// there are none left: the first one from where the most are. So whoever takes all places
    /// takes them from themselves.
    pub fn gives_way(inside: &[Self]) -> Option<usize> {
        let mut counts: BTreeMap<Self, usize> = BTreeMap::new();
        for quarter in inside {
            *counts.entry(*quarter).or_default() += 1;
        }
        let most = *counts.values().max()?;
        inside.iter().position(|quarter| counts[quarter] == most)
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
    /// The user of this machine whose process it is, where the system has told. Several have the
    /// address 127.0.0.1, and one must not spoil it for the others.
    pub user: Option<u32>,
}

impl Origin {
    /// A client whom the door knows for the person, on a door that is plain.
    pub fn trusted(place: Place) -> Self {
        Self {
            place,
            transport: Transport::Plain,
            fingerprint: None,
            trusted: true,
            user: place.user(),
        }
    }

    /// Where it comes from, for counting.
    pub fn quarter(&self) -> Quarter {
        Quarter::of(self.place, self.user)
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
    fn whoever_takes_all_places_has_to_give_one_up() {
        let at = |ip: &str, user| {
            let peer = SocketAddr::new(ip.parse().unwrap(), 5);
            Quarter::of(Place::Tcp { peer, local: peer }, user)
        };
        let (eve, bob) = (at("127.0.0.1", Some(1)), at("127.0.0.1", Some(2)));
        assert_eq!(Quarter::gives_way(&[]), None);
        assert_eq!(Quarter::gives_way(&[bob, eve, eve]), Some(1));
        assert_eq!(Quarter::gives_way(&[eve, bob]), Some(0));
        // Who has a network has many addresses.
        let neighbours = [at("2001:db8::1", None), at("2001:db8::2", None)];
        assert_eq!(neighbours[0], neighbours[1]);
        assert_eq!(
            Quarter::gives_way(&[bob, neighbours[0], neighbours[1]]),
            Some(1)
        );
        assert_ne!(at("192.0.2.1", None), at("192.0.2.2", None));
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
