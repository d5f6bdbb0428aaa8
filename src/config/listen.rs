//! Where IRC clients are let in: `localhost:6667`, `[::1]:6667`, `unix:/run/user/1000/irc`,
//! `tls://0.0.0.0:6697`, `ws://localhost:6680`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;

use crate::irc::listener::Transport;
use crate::problem::Mistake;

/// The longest path of a unix socket, bytes: what the address structure of macOS and the
/// BSDs holds, less its terminating zero. Linux would take four more.
const MAXIMUM_SOCKET_PATH: usize = 103;

/// What is written instead of one of the two loopback addresses, for both.
const LOCALHOST: &str = "localhost";

/// One door for IRC clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A TCP port.
    Tcp {
        /// What is spoken there.
        transport: Transport,
        /// On which addresses.
        host: Host,
        /// The port, never 0.
        port: u16,
    },
    /// A unix socket with this absolute path.
    Unix(PathBuf),
}

/// The addresses of a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// 127.0.0.1 and ::1; either may be missing on a machine (IPv6 switched off).
    Localhost,
    /// One address; an unspecified one stands for all of the machine.
    Address(IpAddr),
    /// Those that a name stands for when the program starts.
    Name(String),
}

impl Host {
    /// Whether only programs on this machine can reach it. What a name stands for is not
    /// known here, so it counts as reachable.
    fn is_loopback(&self) -> bool {
        match self {
            Self::Localhost => true,
            Self::Address(address) => address.is_loopback(),
            Self::Name(_) => false,
        }
    }
}

/// As it is written in a URL, in front of a port.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Localhost => f.write_str(LOCALHOST),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Listen {
    /// A plain door on `localhost`.
    pub fn localhost(port: u16) -> Self {
        Self::Tcp {
            transport: Transport::Plain,
            host: Host::Localhost,
            port,
        }
    }

    /// What is spoken there.
    pub fn transport(&self) -> Transport {
        match self {
            Self::Tcp { transport, .. } => *transport,
            Self::Unix(_) => Transport::Plain,
        }
    }

    /// Whether others than programs on this machine can reach it, so that it needs a
    /// password.
    pub fn is_reachable(&self) -> bool {
        match self {
            Self::Tcp { host, .. } => !host.is_loopback(),
            Self::Unix(_) => false,
        }
    }

    /// What the door's host is called in the URL of a page or in a certificate, with the
    /// brackets of IPv6 addresses. None for all addresses of the machine: it cannot be known
    /// by which of its names it is called.
    pub fn host_names(&self) -> Vec<String> {
        let Self::Tcp { host, .. } = self else {
            return Vec::new();
        };
        let mut names = Vec::new();
        if host.is_loopback() {
            names.extend([LOCALHOST, "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        let own = host.to_string();
        let is_every = matches!(host, Host::Address(address) if address.is_unspecified());
        if !is_every && !names.contains(&own) {
            names.push(own);
        }
        names
    }

    /// Whether both want the same address or the same path.
    pub fn collides_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unix(own), Self::Unix(other)) => own == other,
            (
                Self::Tcp { host, port, .. },
                Self::Tcp {
                    host: other_host,
                    port: other_port,
                    ..
                },
            ) => {
                let others = other_host.addresses();
                port == other_port
                    && (host == other_host
                        || host.addresses().iter().any(|own| others.contains(own)))
            }
            _ => false,
        }
    }
}

impl Host {
    fn addresses(&self) -> Vec<IpAddr> {
        match self {
            Self::Localhost => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            Self::Address(address) => vec![*address],
            Self::Name(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp {
                transport,
                host,
                port,
            } => write!(f, "{}{host}:{port}", transport.scheme()),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl FromStr for Listen {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Self, Mistake> {
        let example = "write host:port, such as \"localhost:6667\", or unix:/path";
        let wrong = |what: &str| Mistake::new(format!("is {text:?}, {what}"), example);
        if let Some(path) = text.strip_prefix("unix:") {
            return socket_path(text, path).map(Self::Unix);
        }
        let (transport, place) = match text.split_once("://") {
            None => (Transport::Plain, text),
            Some((scheme, place)) => (transport(text, scheme)?, place),
        };
        let (host, port) = place
            .rsplit_once(':')
            .ok_or_else(|| wrong("which has no port"))?;
        let port = match port.parse() {
            Ok(0) | Err(_) => return Err(wrong("whose port is not a number from 1 to 65535")),
            Ok(port) => port,
        };
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = match (bracketed, host.parse()) {
            (Some(inner), _) => match inner.parse() {
                Ok(address) => Host::Address(IpAddr::V6(address)),
                Err(_) => return Err(wrong("which holds no IPv6 address")),
            },
            (None, Ok(address)) => Host::Address(IpAddr::V4(address)),
            _ if host.eq_ignore_ascii_case(LOCALHOST) => Host::Localhost,
            _ if host.is_empty() => return Err(wrong("which has no host")),
            _ if host.contains(':') => {
                let what = format!("is {text:?}, an IPv6 address without brackets");
                let remedy = "write it like this: \"[::1]:6667\"";
                return Err(Mistake::new(what, remedy));
            }
            _ if is_name(host) => Host::Name(host.to_ascii_lowercase()),
            _ => return Err(wrong("whose host is neither an address nor a name")),
        };
        Ok(Self::Tcp {
            transport,
            host,
            port,
        })
    }
}

/// What a scheme stands for, if this program can speak it.
fn transport(text: &str, scheme: &str) -> Result<Transport, Mistake> {
    let (transport, feature, is_there) = match scheme {
        "tls" => (Transport::Tls, "tls", cfg!(feature = "tls")),
        "ws" => (
            Transport::WebSocket,
            "websocket",
            cfg!(feature = "websocket"),
        ),
        _ => {
            return Err(Mistake::new(
                format!("is {text:?}: {scheme}:// is not supported in this version"),
                "known are host:port, tls://host:port, ws://host:port and unix:/path",
            ));
        }
    };
    if !is_there {
        return Err(Mistake::new(
            format!("is {text:?}, but this program was built without {scheme}://"),
            format!("build it with the feature {feature:?}, or leave that out"),
        ));
    }
    Ok(transport)
}

/// Whether something looks like the name of a machine. One of digits and dots only would be
/// an address that is mistyped.
fn is_name(host: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    host.bytes().all(valid) && host.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn socket_path(text: &str, path: &str) -> Result<PathBuf, Mistake> {
    let problem = if !path.starts_with('/') {
        "whose path does not begin with /".to_owned()
    } else if path.ends_with('/') {
        "which names a folder".to_owned()
    } else if path.contains('\0') {
        "whose path holds a NUL".to_owned()
    } else if path.len() > MAXIMUM_SOCKET_PATH {
        format!("whose path is longer than the {MAXIMUM_SOCKET_PATH} bytes a socket may have")
    } else {
        return Ok(PathBuf::from(path));
    };
    let remedy = "write the whole path of the socket, such as unix:/run/user/1000/enclave-irc";
    Err(Mistake::new(format!("is {text:?}, {problem}"), remedy))
}

#[cfg(test)]
mod tests;
