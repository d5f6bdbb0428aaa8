//! What happens at a door before the first line: nothing, TLS, or a WebSocket.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::irc::codec::looks_like_http;
use crate::irc::listener::{Fingerprint, Transport};
use crate::irc::stream::Stream;

use super::Policy;

/// How long a handshake may take. It is a few round trips, and some machines are far away.
const DEADLINE: Duration = Duration::from_secs(10);

/// How much of what comes first is looked at, bytes: enough for a request line.
const FIRST_LOOK: usize = 256;

/// What every TLS connection begins with (RFC 8446, section 5.1: `handshake`).
const TLS_HANDSHAKE: u8 = 0x16;

/// What every WebSocket begins with (RFC 6455, section 4.1).
const REQUEST: &[u8] = b"GET ";

/// A client that can be spoken with.
pub(super) struct Greeted {
    pub(super) stream: Stream,
    pub(super) fingerprint: Option<Fingerprint>,
    /// It came through another server that says so.
    pub(super) forwarded: bool,
}

impl Greeted {
    fn new(stream: Stream) -> Self {
        Self {
            stream,
            fingerprint: None,
            forwarded: false,
        }
    }
}

/// Why one cannot.
pub(super) enum NotGreeted {
    /// It has gone before it said anything.
    Gone,
    /// It is nothing that should be here, and has been told what can be told.
    Foreign(String),
    /// An IRC client that was set up wrong, and understands plain words.
    Confused {
        stream: Stream,
        what: String,
        tell: &'static str,
    },
}

/// Does what the transport demands before the first line. Takes no longer than a deadline.
pub(super) async fn greet(
    stream: Stream,
    transport: Transport,
    hosts: &[String],
    policy: &Policy,
) -> Result<Greeted, NotGreeted> {
    let stream = match (stream, transport) {
        (Stream::Tcp(stream), Transport::Tls | Transport::WebSocket) => stream,
        (stream, _) => return Ok(Greeted::new(stream)),
    };
    let shaken = async {
        let stream = look(stream, transport).await?;
        match transport {
            Transport::Plain => Ok(Greeted::new(Stream::Tcp(stream))),
            Transport::Tls => tls(stream, policy).await,
            Transport::WebSocket => websocket(stream, hosts, policy).await,
        }
    };
    timeout(DEADLINE, shaken).await.unwrap_or_else(|_| {
        let seconds = DEADLINE.as_secs();
        let what = format!("it has not finished its handshake within {seconds} s");
        Err(NotGreeted::Foreign(what))
    })
}

/// Looks at what comes first, without taking it.
async fn look(stream: TcpStream, transport: Transport) -> Result<TcpStream, NotGreeted> {
    let mut first = [0; FIRST_LOOK];
    let count = stream.peek(&mut first).await.unwrap_or(0);
    let first = &first[..count];
    let Some(&byte) = first.first() else {
        return Err(NotGreeted::Gone);
    };
    let (expected, name, tell) = match transport {
        Transport::Plain => return Ok(stream),
        Transport::Tls => (
            byte == TLS_HANDSHAKE,
            "tls://",
            "This port speaks TLS only; set your client to use TLS, or choose another port",
        ),
        Transport::WebSocket => (
            first
                .iter()
                .zip(REQUEST)
                .all(|(came, wanted)| came == wanted),
            "ws://",
            "This port speaks WebSocket only; choose another port",
        ),
    };
    if expected {
        return Ok(stream);
    }
    let line = first.split(|byte| b"\r\n".contains(byte)).next();
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    let foreign = |speaks: &str| {
        let what = format!("it speaks {speaks} to a door that is {name}");
        Err(NotGreeted::Foreign(what))
    };
    if byte == TLS_HANDSHAKE {
        foreign("TLS")
    } else if looks_like_http(&line) {
        foreign("HTTP")
    } else if !byte.is_ascii() || byte.is_ascii_control() {
        foreign("something unknown")
    } else {
        Err(NotGreeted::Confused {
            stream: Stream::Tcp(stream),
            what: format!("it speaks plain IRC to a door that is {name}"),
            tell,
        })
    }
}

#[cfg(feature = "tls")]
async fn tls(stream: TcpStream, policy: &Policy) -> Result<Greeted, NotGreeted> {
    let Some(identity) = &policy.identity else {
        // The program does not start without one.
        let what = "there is no certificate for it".to_owned();
        return Err(NotGreeted::Foreign(what));
    };
    let stream = identity
        .accept(stream)
        .await
        .map_err(|error| NotGreeted::Foreign(format!("its TLS handshake has failed: {error}")))?;
    Ok(Greeted {
        fingerprint: stream.fingerprint(),
        ..Greeted::new(Stream::Tls(Box::new(stream)))
    })
}

#[cfg(feature = "websocket")]
async fn websocket(
    stream: TcpStream,
    hosts: &[String],
    policy: &Policy,
) -> Result<Greeted, NotGreeted> {
    use crate::irc::websocket::{Pages, Refused, upgrade};
    let pages = Pages {
        hosts,
        sites: &policy.sites,
    };
    let upgraded = upgrade(stream, pages).await.map_err(|refused| {
        NotGreeted::Foreign(match refused {
            Refused::Page(site) => {
                format!("it comes from a page of {site:?}, which is not among origins in [irc]")
            }
            Refused::Broken(why) => format!("it is no WebSocket: {why}"),
        })
    })?;
    Ok(Greeted {
        forwarded: upgraded.forwarded,
        ..Greeted::new(Stream::WebSocket(Box::new(upgraded.stream)))
    })
}

/// No such door can be configured in a program that was built without it.
#[cfg(not(feature = "tls"))]
async fn tls(_: TcpStream, _: &Policy) -> Result<Greeted, NotGreeted> {
    Err(NotGreeted::Foreign(
        "this program was built without TLS".to_owned(),
    ))
}

/// No such door can be configured in a program that was built without it.
#[cfg(not(feature = "websocket"))]
async fn websocket(_: TcpStream, _: &[String], _: &Policy) -> Result<Greeted, NotGreeted> {
    let what = "this program was built without WebSocket".to_owned();
    Err(NotGreeted::Foreign(what))
}
