mod time;

use super::*;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::task::{LocalSet, spawn_local};

use crate::clock::Now;
use crate::daemon::input;
use crate::daemon::watch::Search;
use crate::enclave::ConnectionId;
use crate::gateway::effect::Effect;
use crate::irc::codec::Line;
use crate::irc::listener::{Origin, Place};
use crate::irc::stream::Stream;

/// A middle that writes down what happens, and obeys what clients say.
#[derive(Clone, Default)]
struct Scripted {
    happened: Rc<RefCell<Vec<String>>>,
    alarm: Rc<RefCell<Option<Duration>>>,
    /// Has a deadline that is over and stays.
    in_circles: Rc<Cell<bool>>,
}

/// More than a client may leave waiting.
const FLOOD: usize = 9 * 1024 * 1024;

impl Middle for Scripted {
    fn start(&mut self, _: Now, _: &mut Effects) {
        self.note("start");
    }

    fn handle(&mut self, event: Event, now: Now, effects: &mut Effects) {
        match event {
            Event::ClientConnected { client, .. } => self.note(&format!("{} came", client.0)),
            Event::ClientEnded { client, reason } => {
                self.note(&format!("{} went: {reason}", client.0));
            }
            Event::ClientLine {
                client,
                line: Line::Text(text),
            } => {
                self.note(&text);
                match text.as_str() {
                    "QUIT" => {
                        effects.to_client(client, |lines| lines.extend(b"ERROR :bye\r\n"));
                        effects.push(Effect::CloseClient { client });
                    }
                    "FLOOD" => {
                        effects.to_client(client, |lines| lines.resize(FLOOD, b'x'));
                        effects.to_client(client, |lines| lines.extend(b"\r\n"));
                    }
                    "CIRCLE" => self.in_circles.set(true),
                    "ALARM" => {
                        let due = now.monotonic + Duration::from_millis(20);
                        *self.alarm.borrow_mut() = Some(due);
                    }
                    _ => effects.to_client(client, |lines| {
                        lines.extend(format!("you: {text}\r\n").bytes());
                    }),
                }
            }
            Event::Deadline if self.in_circles.get() => {}
            Event::Deadline => {
                let due = self.alarm.take();
                assert!(due.is_some_and(|due| due <= now.monotonic), "too early");
                self.note("alarm");
            }
            Event::Shutdown => {
                self.note("shutdown");
                let client = crate::irc::ClientId(1);
                effects.to_client(client, |lines| lines.extend(b"ERROR :the end\r\n"));
            }
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Duration> {
        let over = self.in_circles.get().then_some(Duration::ZERO);
        over.or(*self.alarm.borrow())
    }

    fn next_connection(&mut self) -> ConnectionId {
        ConnectionId(1)
    }
}

impl Scripted {
    fn note(&self, what: &str) {
        self.happened.borrow_mut().push(what.to_owned());
    }

    fn happened(&self) -> Vec<String> {
        self.happened.borrow().clone()
    }
}

/// A driver with nothing but a client side, running.
fn running(middle: &Scripted) -> (Inbox, tokio::task::JoinHandle<()>) {
    let (inbox, inputs) = input::channel();
    let peers = PeerSide {
        port: 0,
        freebind: false,
        watch: Watch::new(Search {
            networks: Vec::new(),
            fixed: None,
            interface: None,
        }),
    };
    let driver = Driver::new(middle.clone(), Timepiece::start(), peers, &inbox, inputs);
    (inbox, spawn_local(async { driver.run().await.unwrap() }))
}

async fn attach(inbox: &Inbox) -> BufReader<UnixStream> {
    let (theirs, ours) = UnixStream::pair().unwrap();
    let client = Input::Client {
        stream: Stream::Unix(ours),
        origin: Origin::trusted(Place::Unix { uid: None }),
    };
    assert!(inbox.send(client).await.is_ok());
    BufReader::new(theirs)
}

async fn hear(client: &mut BufReader<UnixStream>) -> String {
    let mut line = String::new();
    client.read_line(&mut line).await.unwrap();
    line
}

async fn local<T>(test: impl Future<Output = T>) -> T {
    LocalSet::new().run_until(test).await
}

#[tokio::test]
async fn a_client_is_heard_answered_and_let_go() {
    local(async {
        let middle = Scripted::default();
        let (inbox, driver) = running(&middle);
        let mut client = attach(&inbox).await;
        client.write_all(b"one\r\ntwo\r\n").await.unwrap();
        assert_eq!(hear(&mut client).await, "you: one\r\n");
        assert_eq!(hear(&mut client).await, "you: two\r\n");
        client.write_all(b"QUIT\r\n").await.unwrap();
        assert_eq!(hear(&mut client).await, "ERROR :bye\r\n");
        assert_eq!(hear(&mut client).await, "");
        drop(client);
        assert!(inbox.send(Input::Stop).await.is_ok());
        driver.await.unwrap();
        let happened = middle.happened();
        assert_eq!(happened[..5], ["start", "1 came", "one", "two", "QUIT"]);
        assert_eq!(happened.last().unwrap(), "shutdown");
    })
    .await;
}

/// What is still queued when a client has closed its half is sent (`printf … | nc -N`).
#[tokio::test]
async fn a_client_that_has_said_all_still_hears_the_answer() {
    local(async {
        let middle = Scripted::default();
        let (inbox, _driver) = running(&middle);
        let mut client = attach(&inbox).await;
        client.write_all(b"hello\r\n").await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(hear(&mut client).await, "you: hello\r\n");
    })
    .await;
}

#[tokio::test]
async fn http_is_not_heard_and_not_answered() {
    local(async {
        let middle = Scripted::default();
        let (inbox, driver) = running(&middle);
        let mut browser = attach(&inbox).await;
        let request = b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nPRIVMSG bob :hello\r\n";
        browser.write_all(request).await.unwrap();
        let mut heard = Vec::new();
        browser.read_to_end(&mut heard).await.unwrap_or_default();
        assert!(heard.is_empty());

        // Only the first line of a connection is looked at so.
        let mut client = attach(&inbox).await;
        client
            .write_all(b"one\r\nGET / HTTP/1.1\r\n")
            .await
            .unwrap();
        hear(&mut client).await;
        assert_eq!(hear(&mut client).await, "you: GET / HTTP/1.1\r\n");
        drop(client);
        assert!(inbox.send(Input::Stop).await.is_ok());
        driver.await.unwrap();
        let happened = middle.happened();
        assert!(happened.contains(&"1 went: Connection closed".to_owned()));
        assert!(
            !happened
                .iter()
                .any(|what| what.contains("POST") || what.contains("PRIVMSG"))
        );
    })
    .await;
}

/// The page that makes a browser send it chooses the path, and so the length of the line.
#[tokio::test]
async fn a_first_line_that_is_too_long_or_no_text_hides_nothing_behind_it() {
    local(async {
        let middle = Scripted::default();
        let (inbox, driver) = running(&middle);
        let long = format!("POST /{} HTTP/1.1", "a".repeat(5000));
        for first in [long.as_bytes(), b"\x16\x03\x01 hello", b"\xff\xfe"] {
            let mut browser = attach(&inbox).await;
            browser.write_all(first).await.unwrap();
            let rest = b"\r\nPRIVMSG bob :hello\r\n";
            browser.write_all(rest).await.unwrap_or_default();
            let mut heard = Vec::new();
            browser.read_to_end(&mut heard).await.unwrap_or_default();
            assert!(heard.is_empty());
        }
        assert!(inbox.send(Input::Stop).await.is_ok());
        driver.await.unwrap();
        let happened = middle.happened();
        assert!(!happened.iter().any(|what| what.contains("PRIVMSG")));
    })
    .await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_closed_and_told_so() {
    local(async {
        let middle = Scripted::default();
        let (inbox, driver) = running(&middle);
        let mut client = attach(&inbox).await;
        client.write_all(b"FLOOD\r\n").await.unwrap();
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        drop(client);
        let last = String::from_utf8_lossy(&heard[FLOOD..]);
        assert!(last.ends_with("ERROR :Closing link: SendQ exceeded\r\n"));
        // Another one is not disturbed by it.
        let mut other = attach(&inbox).await;
        other.write_all(b"hello\r\n").await.unwrap();
        assert_eq!(hear(&mut other).await, "you: hello\r\n");
        drop(other);
        assert!(inbox.send(Input::Stop).await.is_ok());
        driver.await.unwrap();
        assert!(
            middle
                .happened()
                .contains(&"1 went: SendQ exceeded".to_owned())
        );
    })
    .await;
}
