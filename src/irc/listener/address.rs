//! Where to listen, as a person writes it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where to listen, as it is written: `host:port`, `[address]:port` or `unix:/path`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A TCP port on every address that the host has.
    Tcp {
        /// A name or an IP address, without brackets.
        host: String,
        /// The port; 0 takes any that is free.
        port: u16,
    },
    /// A unix socket.
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = String;

    /// What is wrong is said for people.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            if !path.starts_with('/') {
                return Err(format!(
                    "`{text}`: a unix socket needs a whole path, as in `unix:/run/irc`"
                ));
            }
            return Ok(Self::Unix(path.into()));
        }
        let wrong =
            || format!("`{text}` is not `host:port`, as in `localhost:6667`, nor `unix:/path`");
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        if host.is_empty()
            || host.contains('/')
            || (bare.is_none() && host.contains([':', '[', ']']))
        {
            return Err(wrong());
        }
        Ok(Self::Tcp {
            host: bare.unwrap_or(host).to_owned(),
            port: port.parse().map_err(|_| wrong())?,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_alike() {
        for text in [
            "localhost:6667",
            "127.0.0.2:0",
            "[::1]:6697",
            "unix:/run/irc.sock",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        let Ok(Address::Tcp { host, port }) = "[fc00::1]:6667".parse() else {
            panic!("a TCP address");
        };
        assert_eq!((host.as_str(), port), ("fc00::1", 6667));
    }

    #[test]
    fn what_is_no_address_is_named() {
        for text in [
            "",
            "localhost",
            ":6667",
            "localhost:",
            "localhost:65536",
            "::1:6667",
            "::1",
            "[::1]",
            "unix:",
            "unix:irc",
            "tls://localhost:6697",
            "http://a:1",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
