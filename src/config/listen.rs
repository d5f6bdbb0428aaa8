//! Where IRC clients are let in: `localhost:6667`, `[::1]:6667`, `unix:/run/user/1000/irc`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use crate::problem::Mistake;

/// The longest path of a unix socket, bytes: what the address structure of macOS and the
/// BSDs holds, less its terminating zero. Linux would take four more.
const MAXIMUM_SOCKET_PATH: usize = 103;

/// One door for IRC clients. Only loopback and unix sockets are let through in this
/// version: anything else needs passwords, which are not supported yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// The port on `localhost`, that is on 127.0.0.1 and on ::1.
    Localhost(u16),
    /// One loopback address and port.
    Loopback(SocketAddr),
    /// A unix socket with this absolute path.
    Unix(PathBuf),
}

impl Listen {
    /// The addresses to bind to; none for a unix socket. Of `localhost`, either may be
    /// missing on a machine (IPv6 switched off).
    pub fn socket_addresses(&self) -> Vec<SocketAddr> {
        match self {
            Self::Localhost(port) => {
                let both: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
                both.map(|ip| SocketAddr::new(ip, *port)).into()
            }
            Self::Loopback(address) => vec![*address],
            Self::Unix(_) => Vec::new(),
        }
    }

    /// Whether both want the same address or the same path.
    pub fn collides_with(&self, other: &Self) -> bool {
        let others = other.socket_addresses();
        self == other || (self.socket_addresses().iter()).any(|own| others.contains(own))
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Localhost(port) => write!(f, "localhost:{port}"),
            Self::Loopback(address) => address.fmt(f),
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
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(Mistake::new(
                format!("is {text:?}: {scheme}:// is not supported in this version"),
                "listen on \"localhost:6667\" or unix:/path",
            ));
        }
        let (host, port) = text
            .rsplit_once(':')
            .ok_or_else(|| wrong("which has no port"))?;
        let port = match port.parse() {
            Ok(0) | Err(_) => return Err(wrong("whose port is not a number from 1 to 65535")),
            Ok(port) => port,
        };
        if host.eq_ignore_ascii_case("localhost") {
            return Ok(Self::Localhost(port));
        }
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let ip = match bracketed {
            Some(host) => host.parse().map(IpAddr::V6).ok(),
            None => host.parse().map(IpAddr::V4).ok(),
        };
        match ip {
            Some(ip) if ip.is_loopback() => Ok(Self::Loopback(SocketAddr::new(ip, port))),
            None if host.is_empty() => Err(wrong("which has no host")),
            None if bracketed.is_none() && host.contains(':') => {
                let what = format!("is {text:?}, an IPv6 address without brackets");
                Err(Mistake::new(what, "write it like this: \"[::1]:6667\""))
            }
            _ => Err(Mistake::new(
                format!(
                    "is {text:?}, which others can reach; that needs a password, and passwords \
                     are not supported in this version"
                ),
                "listen on localhost or a unix socket, and reach it through ssh from elsewhere",
            )),
        }
    }
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
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        text.parse::<Listen>().unwrap_err().to_string()
    }

    #[test]
    fn doors_are_written_as_they_are_read() {
        for text in [
            "localhost:6667",
            "127.0.0.1:7000",
            "[::1]:6667",
            "unix:/run/irc",
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn localhost_is_both_loopback_addresses() {
        let addresses = Listen::Localhost(6667).socket_addresses();
        assert_eq!(
            addresses,
            ["127.0.0.1:6667", "[::1]:6667"].map(|a| a.parse().unwrap())
        );
    }

    #[test]
    fn the_same_door_twice_is_noticed() {
        let loopback: Listen = "127.0.0.1:6667".parse().unwrap();
        assert!(loopback.collides_with(&Listen::Localhost(6667)));
        assert!(!loopback.collides_with(&Listen::Localhost(6668)));
        let unix = Listen::Unix("/run/irc".into());
        assert!(unix.collides_with(&unix.clone()));
        assert!(!unix.collides_with(&loopback));
    }

    #[test]
    fn each_wrong_door_is_told_apart() {
        assert!(wrong("localhost").contains("has no port"));
        assert!(wrong(":6667").contains("has no host"));
        assert!(wrong("localhost:0").contains("1 to 65535"));
        assert!(wrong("localhost:irc").contains("1 to 65535"));
        assert!(wrong("::1:6667").contains("[::1]:6667"));
        assert!(wrong("0.0.0.0:6667").contains("passwords are not supported"));
        assert!(wrong("[::]:6667").contains("passwords are not supported"));
        assert!(wrong("irc.example.org:6667").contains("passwords are not supported"));
        assert!(wrong("tls://0.0.0.0:6697").contains("tls:// is not supported in this version"));
        assert!(wrong("ws://localhost:8080").contains("ws:// is not supported in this version"));
        assert!(wrong("unix:irc").contains("begin with /"));
        assert!(wrong("unix:/run/").contains("names a folder"));
        assert!(wrong(&format!("unix:/{}", "x".repeat(103))).contains("103 bytes"));
    }
}
