use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;
use crate::enclave::address::Address;
use crate::enclave::own::Own;

fn own(ip: impl Into<IpAddr>) -> Own {
    Own {
        address: Address::from(ip.into()),
        index: None,
        interface: "lo".to_owned(),
    }
}

/// A loopback address that no other test uses at the same time. Only Linux carries all of
/// them without being told.
fn somewhere() -> Own {
    if cfg!(target_os = "linux") {
        own(Ipv4Addr::new(
            127,
            fastrand::u8(1..),
            fastrand::u8(..),
            fastrand::u8(1..),
        ))
    } else {
        own(Ipv4Addr::LOCALHOST)
    }
}

#[tokio::test]
async fn a_dial_comes_from_our_own_address() {
    let (here, there) = (somewhere(), somewhere());
    let listening = listen(&there, 0, false).unwrap();
    assert_eq!(listening.note, None);
    let port = listening.listener.local_addr().unwrap().port();
    let (dialled, accepted) = tokio::join!(
        dial(Some(&here), there.address, port),
        accept(&listening.listener)
    );
    let dialled = dialled.unwrap();
    assert_eq!(dialled.peer_addr().unwrap(), there.address.with_port(port));
    assert_eq!(accepted.remote, here.address);
    assert_eq!(accepted.local, there.address);
    prepare(&dialled).unwrap();
    prepare(&accepted.stream).unwrap();
}

#[tokio::test]
async fn without_an_own_address_the_system_chooses_one() {
    let listening = listen(&own(Ipv4Addr::LOCALHOST), 0, false).unwrap();
    let to = listening.listener.local_addr().unwrap();
    let (dialled, accepted) = tokio::join!(
        dial(None, to.ip().into(), to.port()),
        accept(&listening.listener)
    );
    assert!(accepted.remote.is_loopback());
    dialled.unwrap();
}

#[tokio::test]
async fn nobody_there_is_the_systems_own_error() {
    let there = somewhere();
    let listening = listen(&there, 0, false).unwrap();
    let port = listening.listener.local_addr().unwrap().port();
    drop(listening);
    let error = dial(Some(&somewhere()), there.address, port)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_remedy() {
    let here = somewhere();
    let listening = listen(&here, 0, false).unwrap();
    let port = listening.listener.local_addr().unwrap().port();
    let error = listen(&here, port, false).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    assert_eq!(
        error.to_string(),
        format!(
            "port {port} on {} is taken: is another Enclave node running?",
            here.address
        )
    );
}

#[tokio::test]
async fn a_port_opens_again_while_old_connections_are_closing() {
    let there = somewhere();
    let listening = listen(&there, 0, false).unwrap();
    let port = listening.listener.local_addr().unwrap().port();
    let (dialled, accepted) =
        tokio::join!(dial(None, there.address, port), accept(&listening.listener));
    // The side that closes first is the one whose port is held.
    drop((accepted, listening));
    assert_eq!(dialled.unwrap().read(&mut [0]).await.unwrap(), 0);
    listen(&there, port, false).unwrap();
}

/// An address from the block for documentation (RFC 5737): nobody has it.
const NOWHERE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 77);

#[tokio::test]
async fn an_address_that_is_not_there_is_named() {
    let nowhere = Own {
        interface: String::new(),
        ..own(NOWHERE)
    };
    let error = listen(&nowhere, 0, false).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
    assert!(error.to_string().contains("address 192.0.2.77:"), "{error}");
    let error = dial(Some(&nowhere), nowhere.address, 1).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_configured_address_may_come_later() {
    let mut nowhere = Own {
        interface: String::new(),
        ..own(NOWHERE)
    };
    listen(&nowhere, 0, true).unwrap();
    nowhere.address = "2001:db8::77".parse().unwrap();
    match listen(&nowhere, 0, true) {
        Ok(_) => {}
        // A system without IPv6.
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::Other, "{error}"),
    }
}

impl Acknowledging for DuplexStream {
    fn unacknowledged(&self) -> u64 {
        0
    }
}

async fn nobody_asked(bytes: u64) {
    panic!("reports {bytes} bytes although nothing is watched");
}

#[tokio::test]
async fn frames_are_delivered_in_order_and_pushed_bytes_are_sent() {
    let (stream, mut other) = tokio::io::duplex(64);
    let pipe = Pipe::new(100);
    pipe.push(b"hello");
    let delivered = RefCell::new(Vec::new());
    let ended = RefCell::new(None);
    let ours = run(
        stream,
        pipe,
        Watch::default(),
        async |frame| delivered.borrow_mut().push(frame),
        nobody_asked,
        async |how| *ended.borrow_mut() = Some(how),
    );
    let theirs = async move {
        other.write_all(b"\0\0\0\x02{}\0\0\0\0\0\0").await.unwrap();
        other.write_all(b"\0\x03abc").await.unwrap();
        let mut heard = [0; 5];
        other.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello");
    };
    tokio::join!(ours, theirs);
    assert_eq!(*delivered.borrow(), ["{}", "", "abc"]);
    assert!(matches!(*ended.borrow(), Some(Ended::ByOther)));
}

#[tokio::test]
async fn the_end_is_reported_before_the_last_words_are_sent() {
    let (stream, mut other) = tokio::io::duplex(4);
    let pipe = Pipe::new(100);
    pipe.push(b"more than fits");
    let (reported, report) = tokio::sync::oneshot::channel();
    let ours = run(
        stream,
        pipe,
        Watch::default(),
        async |_| {},
        nobody_asked,
        async |how| {
            reported.send(how).unwrap();
        },
    );
    let theirs = async move {
        other.shutdown().await.unwrap();
        assert!(matches!(report.await.unwrap(), Ended::ByOther));
        let mut heard = String::new();
        other.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "more than fits");
    };
    tokio::join!(ours, theirs);
}

#[tokio::test]
async fn a_frame_over_the_limit_ends_it_and_says_so() {
    let (stream, mut other) = tokio::io::duplex(64);
    let pipe = Pipe::new(4);
    let raise = pipe.clone();
    let delivered = RefCell::new(0);
    let ended = RefCell::new(None);
    let ours = run(
        stream,
        pipe,
        Watch::default(),
        async |_| {
            // A stranger that is accepted may say more from then on.
            raise.set_limit(6);
            *delivered.borrow_mut() += 1;
        },
        nobody_asked,
        async |how| *ended.borrow_mut() = Some(how),
    );
    let theirs = async move {
        let frames = b"\0\0\0\x04four\0\0\0\x06sixsix\0\0\0\x07seven!!";
        other.write_all(frames).await.unwrap();
        // Held open, so that it is we who end it.
        let _ = other.read(&mut [0]).await;
    };
    tokio::join!(ours, theirs);
    assert_eq!(*delivered.borrow(), 2);
    match ended.take() {
        Some(Ended::Broken(why)) => assert_eq!(why, "a frame of 7 bytes, over the limit of 6"),
        other => panic!("{other:?}"),
    }
}
