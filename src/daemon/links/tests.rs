#![cfg(target_os = "linux")]

use super::*;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::Receiver;
use tokio::task::{LocalSet, spawn_local};

use crate::daemon::input::{self, Input};
use crate::daemon::ports::tests::{free_port, own};
use crate::enclave::own::Own;

fn links(port: u16) -> (Links, Receiver<Input>) {
    let (inbox, inputs) = input::channel();
    let (alive, _) = Alive::new();
    let (hearing, mut heard) = Hearing::new();
    let also = inbox.clone();
    spawn_local(async move {
        while let Some(input) = heard.recv().await {
            let _ = also.send(input).await;
        }
    });
    (Links::new(port, false, inbox, hearing, alive), inputs)
}

fn listen(own: &Own) -> Order {
    Order::Listen {
        addresses: vec![own.address],
    }
}

async fn event(inputs: &mut Receiver<Input>) -> Event {
    match inputs.recv().await {
        Some(Input::Event(event) | Input::Ended { event, .. }) => event,
        _ => panic!("something else"),
    }
}

#[tokio::test]
async fn a_dial_and_an_accept_make_a_link_that_is_read_when_ordered() {
    let test = async {
        let (caller, called) = (own(1), own(2));
        let port = free_port(&called);
        let (mut calling, mut heard_by_caller) = links(port);
        let (mut listening, mut heard_by_called) = links(port);
        let mut aftermath = Vec::new();
        listening.set_own(vec![called.clone()], &mut aftermath);
        listening.obey(listen(&called), &mut aftermath);
        calling.set_own(vec![caller.clone()], &mut aftermath);
        let connection = ConnectionId(7);
        let dial = Order::Dial {
            connection,
            from: caller.address,
            to: called.address,
        };
        calling.obey(dial, &mut aftermath);
        let frame = Bytes::from_static(b"\0\0\0\x02{}");
        // Queued before the connection is there.
        calling.obey(
            Order::Write {
                connection,
                frame: frame.clone(),
            },
            &mut aftermath,
        );
        let Some(Input::Peer {
            stream,
            remote,
            local,
        }) = heard_by_called.recv().await
        else {
            panic!("nobody came");
        };
        assert_eq!((remote, local), (caller.address, called.address));
        listening.accepted(connection, stream);
        let max_frame = 2;
        listening.obey(
            Order::Read {
                connection,
                max_frame,
            },
            &mut aftermath,
        );
        let outcome = event(&mut heard_by_caller).await;
        assert!(matches!(
            outcome,
            Event::Dialled {
                outcome: Ok(()),
                ..
            }
        ));
        calling.dialled(connection, true);
        let heard = event(&mut heard_by_called).await;
        assert!(matches!(heard, Event::Frame { frame, .. } if frame == "{}"));

        // Not read until it is ordered, so its end is not seen either.
        listening.obey(Order::Write { connection, frame }, &mut aftermath);
        listening.obey(Order::Close { connection }, &mut aftermath);
        calling.obey(
            Order::Read {
                connection,
                max_frame,
            },
            &mut aftermath,
        );
        let heard = event(&mut heard_by_caller).await;
        assert!(matches!(heard, Event::Frame { frame, .. } if frame == "{}"));
        let heard = event(&mut heard_by_caller).await;
        assert!(matches!(
            heard,
            Event::LinkEnded {
                connection: ConnectionId(7)
            }
        ));
        assert!(aftermath.is_empty());
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn a_dial_that_was_given_up_is_not_heard_of() {
    let test = async {
        let (caller, called) = (own(1), own(2));
        let (mut links, mut inputs) = links(free_port(&called));
        let mut aftermath = Vec::new();
        links.set_own(vec![caller.clone()], &mut aftermath);
        for (number, given_up) in [(1, true), (2, false)] {
            let connection = ConnectionId(number);
            let (from, to) = (caller.address, called.address);
            let dial = Order::Dial {
                connection,
                from,
                to,
            };
            links.obey(dial, &mut aftermath);
            if given_up {
                links.obey(Order::Abort { connection }, &mut aftermath);
            }
        }
        assert!(matches!(
            event(&mut inputs).await,
            Event::Dialled {
                connection: ConnectionId(2),
                outcome: Err(DialFailure::Refused),
            }
        ));
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn dialling_from_an_address_that_has_gone_fails_at_once() {
    let test = async {
        let (mut links, _inputs) = links(1);
        let mut aftermath = Vec::new();
        let order = Order::Dial {
            connection: ConnectionId(1),
            from: own(1).address,
            to: own(2).address,
        };
        links.obey(order, &mut aftermath);
        assert!(matches!(
            aftermath[..],
            [Event::Dialled {
                outcome: Err(DialFailure::Local),
                ..
            }]
        ));
        assert!(links.open.is_empty());
    };
    LocalSet::new().run_until(test).await;
}

/// What the system allows is kept for those who are connected, and for the person's clients.
#[tokio::test]
async fn where_there_is_no_room_nobody_is_dialled_until_one_has_gone() {
    let test = async {
        let (ours, theirs) = (own(1), own(2));
        let (mut links, _inputs) = links(free_port(&theirs));
        let mut aftermath = Vec::new();
        links.set_own(vec![ours.clone()], &mut aftermath);
        links.most = 1;
        let mut dial = |links: &mut Links, number| {
            let order = Order::Dial {
                connection: ConnectionId(number),
                from: ours.address,
                to: theirs.address,
            };
            links.obey(order, &mut aftermath);
            aftermath.drain(..).count()
        };
        assert!(links.has_room());
        assert_eq!(dial(&mut links, 1), 0, "it is under way");
        assert!(!links.has_room());
        assert_eq!(dial(&mut links, 2), 1, "it has failed at once");
        links.ended(ConnectionId(1));
        assert!(links.has_room());
        assert_eq!(dial(&mut links, 3), 0);
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn what_is_acknowledged_is_reported_before_the_end() {
    let test = async {
        let (called, connection) = (own(2), ConnectionId(1));
        let (mut links, mut inputs) = links(free_port(&called));
        let mut aftermath = Vec::new();
        let mut peer = connected(&mut links, &mut inputs, &called, connection).await;
        let frame = Bytes::from_static(b"\0\0\0\x02{}");
        for _ in 0..2 {
            let frame = frame.clone();
            links.obey(Order::Write { connection, frame }, &mut aftermath);
        }
        links.obey(Order::Watch { connection }, &mut aftermath);
        peer.read_exact(&mut [0; 12]).await.unwrap();
        drop(peer);
        let max_frame = 2;
        let read = Order::Read {
            connection,
            max_frame,
        };
        links.obey(read, &mut aftermath);
        let Event::Acknowledged { bytes: 12, .. } = event(&mut inputs).await else {
            panic!("not that all is acknowledged");
        };
        assert!(matches!(event(&mut inputs).await, Event::LinkEnded { .. }));
    };
    LocalSet::new().run_until(test).await;
}

/// A peer's end of a connection that the links have accepted.
async fn connected(
    links: &mut Links,
    inputs: &mut Receiver<Input>,
    called: &Own,
    connection: ConnectionId,
) -> TcpStream {
    let mut aftermath = Vec::new();
    links.set_own(vec![called.clone()], &mut aftermath);
    links.obey(listen(called), &mut aftermath);
    let address = (called.address.ip(), links.ports.port());
    let peer = TcpStream::connect(address).await.unwrap();
    let Some(Input::Peer { stream, .. }) = inputs.recv().await else {
        panic!("nobody came");
    };
    links.accepted(connection, stream);
    peer
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_dropped() {
    let test = async {
        let (called, connection) = (own(2), ConnectionId(1));
        let (mut links, mut inputs) = links(free_port(&called));
        let mut aftermath = Vec::new();
        let mut peer = connected(&mut links, &mut inputs, &called, connection).await;
        let frame = Bytes::from(vec![0; SEND_QUEUE / 4 + 1]);
        for _ in 0..4 {
            let frame = frame.clone();
            links.obey(Order::Write { connection, frame }, &mut aftermath);
        }
        assert!(matches!(event(&mut inputs).await, Event::LinkEnded { .. }));
        assert_eq!(peer.read(&mut [0]).await.unwrap_or(0), 0);
        peer.shutdown().await.unwrap_or_default();
    };
    LocalSet::new().run_until(test).await;
}
