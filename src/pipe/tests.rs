use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::codec::Decoder;

use super::*;

/// Every byte is an item.
struct Bytes;

impl Decoder for Bytes {
    type Item = u8;
    type Error = io::Error;

    fn decode(&mut self, source: &mut BytesMut) -> io::Result<Option<u8>> {
        Ok((!source.is_empty()).then(|| source.get_u8()))
    }
}

impl Limited for Bytes {
    fn set_limit(&mut self, _: usize) {}
}

/// Two ends of a TCP connection.
async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let theirs = TcpStream::connect(listener.local_addr().unwrap()).await;
    (listener.accept().await.unwrap().0, theirs.unwrap())
}

/// A peer says something and resets the connection; what we have to say to it meanwhile
/// finds nobody, and the peer was heard all the same.
#[tokio::test]
async fn what_came_before_a_reset_is_heard_although_writing_fails() {
    let (mut ours, mut theirs) = pair().await;
    theirs.write_all(b"goodbye").await.unwrap();
    theirs.set_zero_linger().unwrap();
    drop(theirs);
    ours.readable().await.unwrap();
    let pipe = Pipe::new(0);
    pipe.push(b"hello");
    let mut heard = Vec::new();
    let ended = pump(&mut ours, &mut Bytes, &pipe, async |byte| heard.push(byte)).await;
    assert!(matches!(ended, Ended::Failed(_)), "{ended:?}");
    assert_eq!(heard, b"goodbye");
}

#[tokio::test]
async fn nothing_is_heard_any_more_once_it_is_to_be_closed() {
    let (mut ours, mut theirs) = duplex(64);
    theirs.write_all(b"abc").await.unwrap();
    let pipe = Pipe::new(0);
    let mut heard = Vec::new();
    let ended = pump(&mut ours, &mut Bytes, &pipe, async |byte| {
        heard.push(byte);
        pipe.abort();
    })
    .await;
    assert!(matches!(ended, Ended::ByUs));
    assert_eq!(heard, b"a");
}

#[tokio::test]
async fn who_waits_for_room_is_woken_when_the_other_side_reads() {
    let (mut ours, mut theirs) = duplex(10);
    let pipe = Pipe::new(0);
    pipe.push(&[b'x'; 100]);
    let others = async {
        assert!(
            timeout(Duration::from_millis(20), pipe.drained_to(20))
                .await
                .is_err()
        );
        let mut read = [0; 80];
        let drained = pipe.drained_to(20);
        let (_, ()) = tokio::join!(theirs.read_exact(&mut read), drained);
        assert!((80..=90).contains(&pipe.taken()), "{}", pipe.taken());
        pipe.abort();
    };
    let mut decoder = Bytes;
    tokio::join!(pump(&mut ours, &mut decoder, &pipe, async |_| {}), others);
}

#[tokio::test]
async fn what_is_queued_goes_out_and_orders_are_obeyed_while_an_item_waits() {
    let (mut ours, mut theirs) = duplex(64);
    theirs.write_all(b"a").await.unwrap();
    let pipe = Pipe::new(0);
    let others = async {
        let mut read = [0; 5];
        theirs.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"hello");
        pipe.abort();
    };
    let mut decoder = Bytes;
    let deliver = async |_| {
        pipe.push(b"hello");
        std::future::pending::<()>().await;
    };
    let (ended, ()) = tokio::join!(pump(&mut ours, &mut decoder, &pipe, deliver), others);
    assert!(matches!(ended, Ended::ByUs));
}
