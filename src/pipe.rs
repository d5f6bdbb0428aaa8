//! The plumbing that both kinds of connection share: bytes in become items, queued bytes
//! go out, orders are obeyed.
//!
//! A [`Pipe`] is what the rest of the program holds of a connection: a place to put
//! bytes, and a few orders. [`pump`] runs the connection itself. The two share one thread
//! (`Rc`, no lock). All that is queued when the socket can take it goes out in one
//! `write`; a connection with nothing to say and nothing to hear holds no buffer.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::codec::Decoder;

/// Bytes taken from a socket in one read. It lives on the stack while a read is tried, so
/// its size costs an idle connection nothing.
const READ_CHUNK: usize = 16 * 1024;

/// A buffer that grew beyond this is given back once it is empty, bytes.
const KEPT_CAPACITY: usize = 4 * 1024;

/// How long a connection that was told to close may take to send what is queued, and then
/// to see the other side close too. Without the wait for the other side, data that it has
/// sent and we have not read makes the kernel answer with a reset, which may destroy our
/// last words on their way.
const CLOSE_DEADLINE: Duration = Duration::from_secs(3);

/// Why a connection's life is over.
#[derive(Debug)]
pub enum Ended {
    /// The other side closed its half in an orderly way.
    ByOther,
    /// We were told to close, and did.
    ByUs,
    /// The network failed: a reset, a timeout, an unreachable host.
    Failed(io::Error),
    /// The bytes broke the framing, so nothing after them can be understood.
    Broken(String),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Closing {
    Open,
    /// No more will be written; reading goes on.
    Half,
    /// Send what is queued, then close both ways.
    Full,
    /// Drop everything now.
    Abort,
}

struct Shared {
    outgoing: RefCell<BytesMut>,
    closing: Cell<Closing>,
    paused: Cell<bool>,
    limit: Cell<usize>,
    waker: RefCell<Option<Waker>>,
}

/// The handle to one connection: what to send, and how to end it.
#[derive(Clone)]
pub struct Pipe(Rc<Shared>);

impl Pipe {
    /// A pipe whose decoder accepts items of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self(Rc::new(Shared {
            outgoing: RefCell::new(BytesMut::new()),
            closing: Cell::new(Closing::Open),
            paused: Cell::new(false),
            limit: Cell::new(limit),
            waker: RefCell::new(None),
        }))
    }

    /// Queues bytes behind what is already queued. After a close they go nowhere.
    pub fn push(&self, bytes: &[u8]) {
        if self.0.closing.get() == Closing::Open {
            self.0.outgoing.borrow_mut().extend_from_slice(bytes);
            self.wake();
        }
    }

    /// Bytes queued that the socket has not taken yet.
    pub fn queued(&self) -> usize {
        self.0.outgoing.borrow().len()
    }

    /// Sends what is queued, then tells the other side that no more comes; reading goes on.
    pub fn half_close(&self) {
        self.close_at_least(Closing::Half);
    }

    /// Sends what is queued, then closes. [`pump`] returns within a few seconds.
    pub fn close(&self) {
        self.close_at_least(Closing::Full);
    }

    /// Drops the connection now, with whatever is queued.
    pub fn abort(&self) {
        self.close_at_least(Closing::Abort);
    }

    /// Stops (or resumes) reading, so that the other side's kernel, and in time its
    /// program, is made to wait.
    pub fn set_paused(&self, paused: bool) {
        self.0.paused.set(paused);
        self.wake();
    }

    /// Sets the largest item the decoder accepts from now on, bytes.
    pub fn set_limit(&self, limit: usize) {
        self.0.limit.set(limit);
    }

    /// The largest item the decoder accepts, bytes.
    pub fn limit(&self) -> usize {
        self.0.limit.get()
    }

    fn close_at_least(&self, closing: Closing) {
        if closing > self.0.closing.get() {
            self.0.closing.set(closing);
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(waker) = &*self.0.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Writes what is queued, as far as the socket takes it. Ready when all has gone.
    fn poll_flush<S: AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let mut outgoing = self.0.outgoing.borrow_mut();
        while !outgoing.is_empty() {
            let written = std::task::ready!(Pin::new(&mut *stream).poll_write(cx, &outgoing))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            outgoing.advance(written);
        }
        if outgoing.capacity() > KEPT_CAPACITY {
            *outgoing = BytesMut::new();
        }
        Pin::new(stream).poll_flush(cx)
    }
}

/// A decoder whose largest item can be changed while it runs.
pub trait Limited: Decoder {
    /// Sets the largest item accepted from now on, bytes.
    fn set_limit(&mut self, limit: usize);
}

/// What [`pump`] was woken for.
enum Turn {
    Received(usize),
    WriteClosed,
    CloseNow,
    AbortNow,
    Failed(io::Error),
}

/// Runs one connection until it ends: decodes what arrives and awaits `deliver` for each
/// item (which is how a reader is slowed down to what the program can take), writes what
/// is put into the pipe, obeys its orders.
///
/// Returns at once when the other side has closed; the caller reports it and then calls
/// [`linger`], which sends what is still queued.
pub async fn pump<S, D>(
    stream: &mut S,
    decoder: &mut D,
    pipe: &Pipe,
    mut deliver: impl AsyncFnMut(D::Item),
) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin,
    D: Limited,
    D::Error: std::fmt::Display,
{
    let mut incoming = BytesMut::new();
    let mut write_closed = false;
    loop {
        match poll_fn(|cx| poll_turn(stream, pipe, &mut incoming, write_closed, cx)).await {
            Turn::Received(0) => return Ended::ByOther,
            Turn::Received(_) => loop {
                // The limit may change with each delivered item: a stranger is accepted.
                decoder.set_limit(pipe.limit());
                match decoder.decode(&mut incoming) {
                    Ok(Some(item)) => deliver(item).await,
                    Ok(None) => break,
                    Err(error) => return Ended::Broken(error.to_string()),
                }
            },
            Turn::WriteClosed => write_closed = true,
            Turn::CloseNow => {
                linger(stream, pipe).await;
                return Ended::ByUs;
            }
            Turn::AbortNow => return Ended::ByUs,
            Turn::Failed(error) => return Ended::Failed(error),
        }
        if incoming.is_empty() && incoming.capacity() > 0 {
            incoming = BytesMut::new();
        }
    }
}

fn poll_turn<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    pipe: &Pipe,
    incoming: &mut BytesMut,
    write_closed: bool,
    cx: &mut Context<'_>,
) -> Poll<Turn> {
    remember(&pipe.0.waker, cx);
    match pipe.0.closing.get() {
        Closing::Abort => return Poll::Ready(Turn::AbortNow),
        Closing::Full => return Poll::Ready(Turn::CloseNow),
        Closing::Half | Closing::Open => {}
    }
    if !write_closed {
        match pipe.poll_flush(stream, cx) {
            Poll::Ready(Err(error)) => return Poll::Ready(Turn::Failed(error)),
            Poll::Ready(Ok(())) if pipe.0.closing.get() == Closing::Half => {
                return match Pin::new(&mut *stream).poll_shutdown(cx) {
                    Poll::Ready(Ok(())) => Poll::Ready(Turn::WriteClosed),
                    Poll::Ready(Err(error)) => Poll::Ready(Turn::Failed(error)),
                    Poll::Pending => Poll::Pending,
                };
            }
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
    }
    if !pipe.0.paused.get() {
        match poll_read(stream, incoming, cx) {
            Poll::Ready(Ok(count)) => return Poll::Ready(Turn::Received(count)),
            Poll::Ready(Err(error)) => return Poll::Ready(Turn::Failed(error)),
            Poll::Pending => {}
        }
    }
    Poll::Pending
}

/// Notes whom an order has to wake; spares the clone where it is the same task as before.
fn remember(slot: &RefCell<Option<Waker>>, cx: &Context<'_>) {
    let mut slot = slot.borrow_mut();
    if !slot
        .as_ref()
        .is_some_and(|known| known.will_wake(cx.waker()))
    {
        *slot = Some(cx.waker().clone());
    }
}

/// Reads through a buffer on the stack, so that memory is only held for bytes that came.
fn poll_read<S: AsyncRead + Unpin>(
    stream: &mut S,
    incoming: &mut BytesMut,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let mut chunk = [std::mem::MaybeUninit::<u8>::uninit(); READ_CHUNK];
    let mut buffer = ReadBuf::uninit(&mut chunk);
    std::task::ready!(Pin::new(stream).poll_read(cx, &mut buffer))?;
    incoming.extend_from_slice(buffer.filled());
    Poll::Ready(Ok(buffer.filled().len()))
}

/// Ends a connection in good order: sends what is queued, closes our half, and reads the
/// other side's last bytes away until it closes too. Bounded in time.
pub async fn linger<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, pipe: &Pipe) {
    let in_good_order = async {
        poll_fn(|cx| pipe.poll_flush(stream, cx)).await?;
        poll_fn(|cx| Pin::new(&mut *stream).poll_shutdown(cx)).await?;
        let mut scrap = BytesMut::new();
        while poll_fn(|cx| poll_read(stream, &mut scrap, cx)).await? > 0 {
            scrap.clear();
        }
        io::Result::Ok(())
    };
    // Whatever goes wrong here, the connection is over either way.
    let _ = tokio::time::timeout(CLOSE_DEADLINE, in_good_order).await;
}
