use std::io;

use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::*;

type Client = WebSocketStream<DuplexStream>;

/// The two ends of a handshake with these headers; bytes held on the way: `room`.
async fn meet(
    room: usize,
    headers: &[(&'static str, &str)],
) -> (
    Result<Upgraded<DuplexStream>, Refused>,
    Result<(Client, Option<String>), Error>,
) {
    let (ours, theirs) = duplex(room);
    let hosts = ["localhost".to_owned()];
    let sites = ["https://irc.example.org".to_owned()];
    let pages = Pages {
        hosts: &hosts,
        sites: &sites,
    };
    let mut request = "ws://localhost:6680/".into_client_request().unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().append(*name, value);
    }
    let connect = async {
        let (client, response) = client_async(request, theirs).await?;
        let chosen = response.headers().get("sec-websocket-protocol");
        Ok((client, chosen.map(|name| name.to_str().unwrap().to_owned())))
    };
    tokio::join!(upgrade(ours, pages), connect)
}

async fn met(headers: &[(&'static str, &str)]) -> (WebSocket<DuplexStream>, Client) {
    let (upgraded, client) = meet(64 * 1024, headers).await;
    (upgraded.unwrap().stream, client.unwrap().0)
}

const PROTOCOL: &str = "sec-websocket-protocol";

#[tokio::test(flavor = "current_thread")]
async fn the_clients_first_choice_is_taken() {
    for (wanted, chosen, subprotocol) in [
        (
            vec!["text.ircv3.net"],
            Some("text.ircv3.net"),
            Subprotocol::Text,
        ),
        (
            vec!["binary.ircv3.net"],
            Some("binary.ircv3.net"),
            Subprotocol::Binary,
        ),
        (
            vec!["chat, binary.ircv3.net,text.ircv3.net"],
            Some("binary.ircv3.net"),
            Subprotocol::Binary,
        ),
        (
            vec!["text.ircv3.net", "binary.ircv3.net"],
            Some("text.ircv3.net"),
            Subprotocol::Text,
        ),
        (vec![], None, Subprotocol::Text),
    ] {
        let headers: Vec<_> = wanted.iter().map(|name| (PROTOCOL, *name)).collect();
        let (upgraded, client) = meet(4096, &headers).await;
        assert_eq!(
            upgraded.unwrap().stream.subprotocol(),
            subprotocol,
            "{wanted:?}"
        );
        assert_eq!(client.unwrap().1.as_deref(), chosen, "{wanted:?}");
    }
}

/// The client's library breaks off by itself then, as a browser does.
#[tokio::test(flavor = "current_thread")]
async fn an_unknown_subprotocol_is_not_confirmed() {
    let (upgraded, _) = meet(4096, &[(PROTOCOL, "chat")]).await;
    assert_eq!(upgraded.unwrap().stream.subprotocol(), Subprotocol::Text);
}

#[tokio::test(flavor = "current_thread")]
async fn a_page_of_another_site_is_refused_with_403() {
    for site in ["http://evil.example", "null", "http://irc.example.org"] {
        let (upgraded, client) = meet(4096, &[("origin", site)]).await;
        assert_eq!(upgraded.unwrap_err(), Refused::Page(site.to_owned()));
        let Err(Error::Http(response)) = client else {
            panic!("let in");
        };
        assert_eq!(response.status(), 403);
    }
    // Two are one too many, in either order.
    let own = ("origin", "http://localhost:8000");
    let evil = ("origin", "http://evil.example");
    for both in [[own, evil], [evil, own]] {
        assert!(meet(4096, &both).await.0.is_err());
    }
    for site in ["http://localhost:8000", "https://irc.example.org"] {
        assert!(meet(4096, &[("origin", site)]).await.0.is_ok(), "{site}");
    }
}

/// What the page's server is called is the page's own choice.
#[tokio::test(flavor = "current_thread")]
async fn the_host_header_is_not_believed() {
    let (ours, mut theirs) = duplex(4096);
    let request = "GET / HTTP/1.1\r\nHost: evil.example:6680\r\nOrigin: http://evil.example:6680\r\n\
                   Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    theirs.write_all(request.as_bytes()).await.unwrap();
    let hosts = ["localhost".to_owned()];
    let pages = Pages {
        hosts: &hosts,
        sites: &[],
    };
    let refused = upgrade(ours, pages).await.unwrap_err();
    assert_eq!(
        refused,
        Refused::Page("http://evil.example:6680".to_owned())
    );
}

#[tokio::test(flavor = "current_thread")]
async fn another_server_on_the_way_is_noticed() {
    let (upgraded, _) = meet(4096, &[]).await;
    assert!(!upgraded.unwrap().forwarded);
    for (name, value) in [
        ("x-forwarded-for", "192.0.2.1"),
        ("forwarded", "for=192.0.2.1"),
        ("via", "1.1 proxy"),
    ] {
        let (upgraded, _) = meet(4096, &[(name, value)]).await;
        assert!(upgraded.unwrap().forwarded, "{name}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_no_websocket_is_refused() {
    let (ours, mut theirs) = duplex(4096);
    theirs
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let pages = Pages {
        hosts: &[],
        sites: &[],
    };
    let refused = upgrade(ours, pages).await.unwrap_err();
    assert!(matches!(refused, Refused::Broken(_)), "{refused:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn each_message_is_a_line_and_each_line_a_message() {
    for (name, expected) in [
        ("text.ircv3.net", Message::text("PING é")),
        ("binary.ircv3.net", Message::binary("PING é".as_bytes())),
    ] {
        let (mut server, mut client) = met(&[(PROTOCOL, name)]).await;
        // The end does not belong there, but some clients send it.
        for line in ["NICK a", "USER a\r\n", "QUIT\n", ""] {
            client.send(Message::text(line)).await.unwrap();
        }
        client.send(Message::binary(&b"A \xff"[..])).await.unwrap();
        client.close(None).await.unwrap();
        let mut heard = Vec::new();
        server.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"NICK a\r\nUSER a\r\nQUIT\r\n\r\nA \xff\r\n");

        let (mut server, mut client) = met(&[(PROTOCOL, name)]).await;
        // However the bytes are cut.
        for part in ["PIN", "G é", "\r", "\nPING é\r\nPING é\r\n"] {
            server.write_all(part.as_bytes()).await.unwrap();
        }
        server.flush().await.unwrap();
        for _ in 0..3 {
            assert_eq!(client.next().await.unwrap().unwrap(), expected);
        }
        let (closed, goodbye) = tokio::join!(server.shutdown(), client.next());
        closed.unwrap();
        assert!(
            matches!(goodbye, Some(Ok(Message::Close(_)))),
            "{goodbye:?}"
        );
        // The client's own goodbye ends it; the client waits for us to close.
        let mut end = std::pin::pin!(client.next());
        let read = tokio::select! {
            read = server.read_u8() => read,
            end = &mut end => panic!("{end:?}"),
        };
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        drop(server);
        assert!(end.await.is_none());
    }
}

#[tokio::test(flavor = "current_thread")]
async fn one_message_cannot_be_two_lines() {
    for message in ["NICK a\r\nQUIT", "NICK a\nQUIT\r\n", "NICK a\rQUIT"] {
        let (mut server, mut client) = met(&[]).await;
        client.send(Message::text(message)).await.unwrap();
        let error = server.read_u8().await.unwrap_err();
        assert!(error.to_string().contains("more than one line"), "{error}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_line_that_is_too_long_is_for_the_codec_to_refuse_and_a_huge_one_ends_it() {
    let (mut server, mut client) = met(&[]).await;
    let long = "x".repeat(BODY_LIMIT + TAGS_LIMIT);
    client.send(Message::text(long.as_str())).await.unwrap();
    let mut heard = vec![0; long.len() + 2];
    server.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, format!("{long}\r\n").as_bytes());
    let huge = "x".repeat(MESSAGE_LIMIT + 1);
    client.send(Message::text(huge)).await.unwrap();
    assert!(server.read_u8().await.is_err());
}

#[tokio::test(flavor = "current_thread")]
async fn a_ping_is_answered() {
    let (mut server, mut client) = met(&[]).await;
    client.send(Message::Ping(vec![1].into())).await.unwrap();
    client.send(Message::text("A")).await.unwrap();
    assert_eq!(server.read_u8().await.unwrap(), b'A');
    server.flush().await.unwrap();
    assert_eq!(
        client.next().await.unwrap().unwrap(),
        Message::Pong(vec![1].into())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever the room on the way and wherever a write ends, each line arrives once.
    #[test]
    fn a_client_that_reads_slowly_hears_every_line(
        lines in prop::collection::vec("[a-z]{1,600}", 1..80),
        room in 16..5000usize,
        chunk in 1..3000usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (upgraded, client) = meet(room, &[]).await;
            let (mut server, mut client) = (upgraded.unwrap().stream, client.unwrap().0);
            let all: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let write = async {
                for chunk in all.as_bytes().chunks(chunk) {
                    server.write_all(chunk).await.unwrap();
                }
                server.flush().await.unwrap();
            };
            let read = async {
                for line in &lines {
                    let message = client.next().await.unwrap().unwrap();
                    assert_eq!(message, Message::text(line.as_str()));
                }
            };
            tokio::join!(write, read);
        });
    }
}
