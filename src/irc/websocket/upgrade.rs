//! From a request over HTTP to a WebSocket, or to a refusal.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request, Response,
};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::http::header::{
    FORWARDED, HeaderMap, HeaderValue, ORIGIN, SEC_WEBSOCKET_PROTOCOL, VIA,
};

use super::lines::WebSocket;
use super::{Subprotocol, configuration, page};

/// The pages that may connect at a door.
#[derive(Clone, Copy, Debug)]
pub struct Pages<'a> {
    /// The names of the door itself, as they stand in a URL.
    pub hosts: &'a [String],
    /// Sites that are allowed besides, such as `https://irc.example.org`.
    pub sites: &'a [String],
}

/// A connection that may come in.
#[derive(Debug)]
pub struct Upgraded<S> {
    /// It.
    pub stream: WebSocket<S>,
    /// Whether it came through another server, which says so: then the process at the other
    /// end is not the client.
    pub forwarded: bool,
}

/// Why one may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It comes from a page of this site, which is not among those allowed. The browser has
    /// been told (403).
    Page(String),
    /// It is no WebSocket: what is missing.
    Broken(String),
}

/// Reads the request and answers it.
///
/// # Errors
///
/// With why the connection has come to nothing.
pub async fn upgrade<S>(stream: S, pages: Pages<'_>) -> Result<Upgraded<S>, Refused>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut read = Read::default();
    let look = Look {
        pages,
        read: &mut read,
    };
    let socket = accept_hdr_async_with_config(stream, look, Some(configuration())).await;
    match (socket, read.foreign) {
        (_, Some(site)) => Err(Refused::Page(site)),
        (Err(error), None) => Err(Refused::Broken(error.to_string())),
        (Ok(socket), None) => Ok(Upgraded {
            stream: WebSocket::new(socket, read.subprotocol),
            forwarded: read.forwarded,
        }),
    }
}

/// What a request has told.
#[derive(Default)]
struct Read {
    subprotocol: Subprotocol,
    forwarded: bool,
    foreign: Option<String>,
}

struct Look<'a> {
    pages: Pages<'a>,
    read: &'a mut Read,
}

impl Callback for Look<'_> {
    #[allow(clippy::result_large_err, reason = "the library wants it so")]
    fn on_request(
        self,
        request: &Request,
        mut response: Response,
    ) -> Result<Response, ErrorResponse> {
        let headers = request.headers();
        if let Some(site) = foreign(headers, self.pages) {
            self.read.foreign = Some(site);
            let mut refusal = ErrorResponse::new(Some(
                "Pages of this site may not connect; see origins in [irc]\r\n".to_owned(),
            ));
            *refusal.status_mut() = StatusCode::FORBIDDEN;
            return Err(refusal);
        }
        self.read.forwarded = [
            FORWARDED.as_str(),
            VIA.as_str(),
            "x-forwarded-for",
            "x-real-ip",
        ]
        .iter()
        .any(|name| headers.contains_key(*name));
        if let Some(chosen) = choose(headers) {
            self.read.subprotocol = chosen;
            let name = HeaderValue::from_static(chosen.name());
            response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, name);
        }
        Ok(response)
    }
}

/// The site of the page that asks, if it may not. No `Origin` at all is no page: only a
/// browser sends one, and no page can keep it from that.
fn foreign(headers: &HeaderMap, pages: Pages<'_>) -> Option<String> {
    headers
        .get_all(ORIGIN)
        .iter()
        .map(|site| String::from_utf8_lossy(site.as_bytes()))
        .find(|site| !page::is_allowed(site, pages.hosts, pages.sites))
        .map(|site| site.into_owned())
}

/// The first subprotocol of the client's list that we know. Where there is none, the client
/// is taken as it is: it may be older than the specification.
fn choose(headers: &HeaderMap) -> Option<Subprotocol> {
    headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
        .find_map(|wanted| {
            let mut known = Subprotocol::NAMES.iter();
            known.find(|(name, _)| *name == wanted.trim())
        })
        .map(|(_, subprotocol)| *subprotocol)
}
