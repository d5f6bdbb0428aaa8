//! The plumbing that both kinds of connection share: bytes in become items, queued bytes
//! go out, orders are obeyed.
//!
//! A [`Pipe`] is what the rest of the program holds of a connection: a place to put
//! bytes, and a few orders. [`pump()`] runs the connection itself. The two share one thread
//! (`Rc`, no lock). All that is queued when the socket can take it goes out in one
//! `write`; a connection with nothing to say and nothing to hear holds no buffer.

mod pump;

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::{Buf, BytesMut};
use tokio::io::AsyncWrite;
use tokio::sync::Notify;

pub use pump::{Limited, linger, pump};

/// A buffer that grew beyond this is given back once it is empty, bytes.
const KEPT_CAPACITY: usize = 4 * 1024;

/// What a buffer that has to grow beyond that grows by, bytes: where so much is queued, more
/// is coming, and what stands in it already should not be copied again and again.
const GROWTH: usize = 32 * 1024;

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
    /// Bytes that the socket has taken since the beginning.
    taken: Cell<u64>,
    has_taken: Notify,
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
            taken: Cell::new(0),
            has_taken: Notify::new(),
            closing: Cell::new(Closing::Open),
            paused: Cell::new(false),
            limit: Cell::new(limit),
            waker: RefCell::new(None),
        }))
    }

    /// Queues bytes behind what is already queued. After a close they go nowhere.
    pub fn push(&self, bytes: &[u8]) {
        if self.0.closing.get() == Closing::Open {
            let mut outgoing = self.0.outgoing.borrow_mut();
            let needed = outgoing.len() + bytes.len();
            if needed > outgoing.capacity() && needed > KEPT_CAPACITY {
                outgoing.reserve(bytes.len().max(GROWTH));
            }
            outgoing.extend_from_slice(bytes);
            drop(outgoing);
            self.wake();
        }
    }

    /// Bytes queued that the socket has not taken yet.
    pub fn queued(&self) -> usize {
        self.0.outgoing.borrow().len()
    }

    /// Bytes that the socket has taken since the beginning.
    pub fn taken(&self) -> u64 {
        self.0.taken.get()
    }

    /// Waits until at most so many bytes are queued. Never for a connection that is over.
    pub async fn drained_to(&self, most: usize) {
        loop {
            let mut taken = pin!(self.0.has_taken.notified());
            taken.as_mut().enable();
            if self.queued() <= most {
                return;
            }
            taken.await;
        }
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

    /// Whether it is to be closed both ways.
    fn is_closing(&self) -> bool {
        self.0.closing.get() >= Closing::Full
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
            self.0.taken.set(self.taken() + written as u64);
            self.0.has_taken.notify_waiters();
        }
        if outgoing.capacity() > KEPT_CAPACITY {
            *outgoing = BytesMut::new();
        }
        Pin::new(stream).poll_flush(cx)
    }
}

#[cfg(test)]
mod tests;
