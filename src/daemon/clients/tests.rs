use super::*;
use crate::daemon::input::{self, Input};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::task::LocalSet;

/// A client whose program can take a byte at a time, and which has much to read.
fn behind() -> (Clients, DuplexStream, mpsc::Receiver<Input>) {
    let (inbox, inputs) = input::channel();
    let mut clients = Clients::new(inbox, Alive::new().0);
    let (ours, theirs) = duplex(1);
    let id = clients.admit(ours).unwrap();
    assert!(!clients.is_behind());
    clients.send(id, &[b'x'; BEHIND + 1000]);
    assert!(clients.is_behind());
    (clients, theirs, inputs)
}

#[tokio::test]
async fn one_that_is_behind_is_waited_for_until_it_has_caught_up() {
    let test = async {
        let (mut clients, mut client, _inputs) = behind();
        let mut read = [0; 1000];
        let (_, ()) = tokio::join!(client.read_exact(&mut read), clients.catch_up());
        assert!(!clients.is_behind());
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn one_that_takes_nothing_is_not_waited_for_until_it_does() {
    let test = async {
        let (mut clients, mut client, _inputs) = behind();
        clients.catch_up().await;
        assert!(!clients.is_behind());
        let mut read = vec![0; usize::try_from(PROGRESS).unwrap() + 1];
        clients.send(ClientId(1), &vec![b'x'; read.len()]);
        client.read_exact(&mut read).await.unwrap();
        let reads_again = async {
            while !clients.is_behind() {
                // Nothing tells when the time is over that it is left alone but the clock.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let long = Duration::from_secs(20);
        tokio::time::timeout(long, reads_again).await.unwrap();
    };
    LocalSet::new().run_until(test).await;
}

/// A byte now and then is no reason for anybody to wait.
#[tokio::test]
async fn one_that_takes_next_to_nothing_is_not_waited_for_for_long() {
    let test = async {
        let (mut clients, mut client, _inputs) = behind();
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE * 4 {
            client.read_u8().await.unwrap();
            // It is what this client does.
            tokio::time::sleep(PATIENCE / 20).await;
            let is_waited_for = clients.is_behind();
            assert!(!is_waited_for || begun.elapsed() < PATIENCE * 3 / 2);
        }
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn only_those_wait_that_should() {
    let test = async {
        let (inbox, mut inputs) = input::channel();
        let mut clients = Clients::new(inbox, Alive::new().0);
        let ((ours, mut one), (theirs, mut other)) = (duplex(64), duplex(64));
        let waits = clients.admit(ours).unwrap();
        clients.admit(theirs).unwrap();
        let mut heard = async |one: &mut DuplexStream, other: &mut DuplexStream| {
            for (stream, line) in [(one, b"one\r\n" as &[u8]), (other, b"other\r\n")] {
                stream.write_all(line).await.unwrap();
            }
            let mut said = Vec::new();
            while let Ok(Some(Input::Event(Event::ClientLine { line, .. }))) =
                tokio::time::timeout(Duration::from_millis(50), inputs.recv()).await
            {
                said.push(line);
            }
            said.sort_by_key(|line| format!("{line:?}"));
            said
        };
        let line = |text: &str| Line::Text(text.to_owned());
        clients.set_paused(|client| client == waits);
        assert_eq!(heard(&mut one, &mut other).await, [line("other")]);
        clients.set_paused_none();
        let all = [line("one"), line("one"), line("other")];
        assert_eq!(heard(&mut one, &mut other).await, all);
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn one_too_many_is_told_why() {
    let test = async {
        let (inbox, _inputs) = input::channel();
        let mut clients = Clients::new(inbox, Alive::new().0);
        let mut held = Vec::new();
        for _ in 0..MOST {
            let (ours, theirs) = duplex(64);
            assert!(clients.admit(ours).is_some());
            held.push(theirs);
        }
        let (ours, mut theirs) = duplex(64);
        assert!(clients.admit(ours).is_none());
        let mut heard = String::new();
        theirs.read_to_string(&mut heard).await.unwrap();
        assert_eq!(
            heard,
            "ERROR :Closing link: 128 clients are connected already\r\n"
        );
    };
    LocalSet::new().run_until(test).await;
}

/// Somebody may have itself closed again and again, and never read why.
#[tokio::test]
async fn those_that_are_closed_take_no_place_from_others() {
    let test = async {
        let (inbox, inputs) = input::channel();
        let mut clients = Clients::new(inbox, Alive::new().0);
        let mut held = Vec::new();
        for _ in 0..2 * MOST {
            let (ours, theirs) = duplex(64);
            let id = clients.admit(ours).expect("room");
            clients.send(id, b"ERROR :bye\r\n");
            clients.close(id);
            held.push(theirs);
            tokio::task::yield_now().await;
        }
        // Those that were closed first are not even waited for.
        assert_eq!(held[0].read_u8().await.unwrap(), b'E');
        let mut rest = String::new();
        held[0].read_to_string(&mut rest).await.unwrap();
        let (ours, _theirs) = duplex(64);
        assert!(clients.admit(ours).is_some());
        // Nor do they hold a socket, once the driver has heard of it: writing to one fails.
        drop(inputs);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let mut gone = 0;
        for client in &mut held {
            gone += usize::from(client.write_u8(b'x').await.is_err());
        }
        assert_eq!(gone, 2 * MOST - CLOSING);
    };
    LocalSet::new().run_until(test).await;
}

#[test]
fn a_line_in_another_encoding_may_come_first_and_no_handshake_may() {
    let line = |text: &str| Line::NotUtf8(text.to_owned());
    for text in [
        "PASS p\u{fffd}",
        "USER j 0 * :J\u{fffd}rg",
        "NICK j\u{fffd}",
    ] {
        assert_eq!(foreign(&line(text)), None, "{text}");
    }
    for text in [
        "\u{16}\u{3}\u{1}\u{fffd}",
        "NICK /\u{fffd} HTTP/1.1",
        "\u{fffd}NICK a",
        "\u{0}\u{1}!\u{12}\u{fffd}B",
    ] {
        assert!(foreign(&line(text)).is_some(), "{text}");
    }
}
