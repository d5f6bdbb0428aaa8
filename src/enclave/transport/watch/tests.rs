//! Over real sockets, because it is about what the kernel says.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::time::Instant;

use tokio::io::{AsyncReadExt, duplex};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::enclave::codec::FrameCodec;
use crate::enclave::transport::run;
use crate::pipe::{Ended, pump};

#[derive(Debug)]
enum Said {
    Acknowledged(u64),
    Ended(Ended),
}

/// More than a peer with a small buffer takes unread, and than fits into ours beside it.
const MUCH: usize = 8 * 1024 * 1024;

/// Two ends of a connection. Theirs can hold very little that it has not read.
async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    let theirs = socket.connect(listener.local_addr().unwrap()).await;
    (listener.accept().await.unwrap().0, theirs.unwrap())
}

struct Bench {
    pipe: Pipe,
    watch: Watch,
    said: UnboundedReceiver<Said>,
}

impl Bench {
    /// The next count.
    async fn count(&mut self) -> u64 {
        match self.said.recv().await {
            Some(Said::Acknowledged(bytes)) => bytes,
            other => panic!("{other:?}"),
        }
    }

    /// All counts until the end.
    async fn rest(&mut self) -> (Vec<u64>, Ended) {
        let mut counts = Vec::new();
        loop {
            match self.said.recv().await.unwrap() {
                Said::Acknowledged(bytes) => counts.push(bytes),
                Said::Ended(ended) => return (counts, ended),
            }
        }
    }
}

/// Runs our end while the test goes on.
async fn during<S>(stream: S, test: impl AsyncFnOnce(Bench))
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Acknowledging + Unpin,
{
    let (pipe, watch) = (Pipe::new(100), Watch::default());
    let (say, said) = unbounded_channel();
    let ours = run(
        stream,
        pipe.clone(),
        watch.clone(),
        async |_| {},
        async |bytes| drop(say.send(Said::Acknowledged(bytes))),
        async |ended| drop(say.send(Said::Ended(ended))),
    );
    let both = async { tokio::join!(ours, test(Bench { pipe, watch, said })) };
    timeout(Duration::from_secs(30), both).await.unwrap();
}

#[tokio::test]
async fn a_peer_that_reads_acknowledges_everything() {
    let (ours, mut theirs) = pair().await;
    during(ours, async |mut bench| {
        for round in 1..=3 {
            bench.pipe.push(b"hello");
            bench.watch.order();
            theirs.read_exact(&mut [0; 5]).await.unwrap();
            assert_eq!(bench.count().await, 5 * round);
        }
        // What was not watched counts all the same.
        bench.pipe.push(b"you");
        theirs.read_exact(&mut [0; 3]).await.unwrap();
        bench.pipe.push(b"!");
        bench.watch.order();
        theirs.read_exact(&mut [0]).await.unwrap();
        while bench.count().await < 19 {}
        drop(theirs);
        let (counts, ended) = bench.rest().await;
        assert!(counts.is_empty() && matches!(ended, Ended::ByOther));
    })
    .await;
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn what_a_peer_does_not_take_is_not_acknowledged_until_it_does() {
    let (ours, mut theirs) = pair().await;
    during(ours, async |mut bench| {
        bench.pipe.push(&vec![0; MUCH]);
        bench.watch.order();
        let first = bench.count().await;
        assert!(0 < first && first < bench.pipe.taken(), "{first}");
        let mut read = vec![0; MUCH];
        let mut last = first;
        let reading = theirs.read_exact(&mut read);
        let counting = async {
            while last < MUCH as u64 {
                let count = bench.count().await;
                assert!(count > last, "{count} after {last}");
                last = count;
            }
        };
        let (result, ()) = tokio::join!(reading, counting);
        assert_eq!((result.unwrap(), last), (MUCH, MUCH as u64));
        assert!(!bench.watch.0.is_on.get());
        bench.pipe.abort();
    })
    .await;
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn what_a_reset_destroyed_is_not_acknowledged() {
    let (ours, theirs) = pair().await;
    during(ours, async |mut bench| {
        bench.pipe.push(&vec![0; MUCH]);
        bench.watch.order();
        let first = bench.count().await;
        theirs.set_zero_linger().unwrap();
        drop(theirs);
        let (counts, ended) = bench.rest().await;
        assert!(matches!(ended, Ended::Failed(_)), "{ended:?}");
        let last = counts.last().copied().unwrap_or(first);
        assert!(last < bench.pipe.taken(), "{last}");
    })
    .await;
}

/// The acknowledgement may come in the very packet that ends the connection.
#[tokio::test]
async fn the_last_count_comes_before_the_end() {
    let (ours, mut theirs) = pair().await;
    during(ours, async |mut bench| {
        bench.pipe.push(b"hello");
        bench.watch.order();
        theirs.read_exact(&mut [0; 5]).await.unwrap();
        drop(theirs);
        let (counts, ended) = bench.rest().await;
        assert_eq!(counts, [5]);
        assert!(matches!(ended, Ended::ByOther), "{ended:?}");
    })
    .await;
}

#[tokio::test]
async fn the_end_of_our_half_is_no_byte() {
    let (ours, mut theirs) = pair().await;
    during(ours, async |mut bench| {
        bench.pipe.push(&vec![0; MUCH]);
        bench.pipe.half_close();
        bench.watch.order();
        let mut read = Vec::new();
        theirs.read_to_end(&mut read).await.unwrap();
        let mut last = 0;
        while last < MUCH as u64 {
            last = bench.count().await;
        }
        assert_eq!((read.len(), last), (MUCH, MUCH as u64));
        drop(theirs);
        let (counts, _) = bench.rest().await;
        assert!(counts.is_empty(), "{counts:?}");
    })
    .await;
}

/// Answers what it is told to, and no more often.
struct Told(RefCell<VecDeque<u64>>);

impl Acknowledging for Told {
    fn unacknowledged(&self) -> u64 {
        self.0.borrow_mut().pop_front().expect("asked in vain")
    }
}

#[tokio::test]
async fn it_is_asked_at_growing_intervals_and_only_until_all_is_acknowledged() {
    let (mut ours, _theirs) = duplex(64);
    let (pipe, watch) = (Pipe::new(100), Watch::default());
    let told = RefCell::new(Told(RefCell::default()));
    let answer = |answers: &[u64]| told.borrow().0.borrow_mut().extend(answers);
    let (say, mut said) = unbounded_channel();
    let mut report = async |bytes| say.send(bytes).unwrap();
    let mut codec = FrameCodec::new(100);
    let test = async {
        let started = Instant::now();
        pipe.push(b"hello");
        answer(&[3, 1, 1, 0]);
        watch.order();
        for count in [2, 4, 5] {
            assert_eq!(said.recv().await, Some(count));
        }
        assert!(started.elapsed() >= FIRST_INTERVAL * (1 + 2 + 4 + 8));
        assert!(told.borrow().0.borrow().is_empty());
        // Now it would panic if it were asked; and it does not go back where it is.
        pipe.push(b"you");
        pipe.drained_to(0).await;
        answer(&[4, 0]);
        watch.order();
        assert_eq!(said.recv().await, Some(8));
    };
    tokio::select! {
        _ = pump(&mut ours, &mut codec, &pipe, async |_| {}) => panic!("it has ended"),
        never = watch.obey(&told, &pipe, &mut report) => match never {},
        outcome = timeout(Duration::from_secs(30), test) => outcome.unwrap(),
    }
}

/// What is written anew is not kept waiting because something older is slow.
#[tokio::test]
async fn another_order_is_asked_about_at_once() {
    let (mut ours, _theirs) = duplex(64);
    let (pipe, watch) = (Pipe::new(100), Watch::default());
    let told = RefCell::new(Told(RefCell::default()));
    let answer = |answers: &[u64]| told.borrow().0.borrow_mut().extend(answers);
    let (say, mut said) = unbounded_channel();
    let mut report = async |bytes| say.send(bytes).unwrap();
    let mut codec = FrameCodec::new(100);
    let test = async {
        pipe.push(b"hello");
        answer(&[4, 3, 2, 1]);
        watch.order();
        for count in 1..=4 {
            assert_eq!(said.recv().await, Some(count));
        }
        // By now it would be 80 ms to the next time.
        pipe.push(b"you");
        answer(&[3]);
        watch.order();
        tokio::task::yield_now().await;
        assert_eq!(said.try_recv(), Ok(5));
        answer(&[0]);
        assert_eq!(said.recv().await, Some(8));
    };
    tokio::select! {
        biased;
        _ = pump(&mut ours, &mut codec, &pipe, async |_| {}) => panic!("it has ended"),
        never = watch.obey(&told, &pipe, &mut report) => match never {},
        outcome = timeout(Duration::from_secs(30), test) => outcome.unwrap(),
    }
}
