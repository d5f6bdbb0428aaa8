//! Running a connection, and ending it in good order.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::codec::Decoder;

use super::{Closing, Ended, Pipe};

/// Bytes taken from a socket in one read. It lives on the stack while a read is tried, so
/// its size costs an idle connection nothing.
const READ_CHUNK: usize = 16 * 1024;

/// How long a connection that was told to close may take to send what is queued, and then
/// to see the other side close too. Without the wait for the other side, data that it has
/// sent and we have not read makes the kernel answer with a reset, which may destroy our
/// last words on their way.
const CLOSE_DEADLINE: Duration = Duration::from_secs(3);

/// A decoder whose largest item can be changed while it runs.
pub trait Limited: Decoder {
    /// Sets the largest item accepted from now on, bytes.
    fn set_limit(&mut self, limit: usize);
}

/// What [`pump`] was woken for.
enum Turn {
    Received(usize),
    WriteClosed,
    WriteFailed(io::Error),
    CloseNow,
    AbortNow,
    Failed(io::Error),
}

/// Whether anything can still be said on a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    Open,
    /// We have closed our half.
    Closed,
    /// The other side takes no more. What it has said before is read all the same: it may
    /// have said something and closed, faster than our handshake could reach it.
    Failed,
}

/// Runs one connection until it ends: decodes what arrives and awaits `deliver` for each
/// item (which is how a reader is slowed down to what the program can take, and is given up
/// where the connection is to be closed meanwhile), writes what is put into the pipe, obeys
/// its orders.
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
    let mut writing = Writing::Open;
    let mut failure = None;
    loop {
        match poll_fn(|cx| poll_turn(stream, pipe, &mut incoming, writing, cx)).await {
            Turn::Received(0) => return failure.map_or(Ended::ByOther, Ended::Failed),
            // Once it is to be closed, nobody wants to hear the rest of what came.
            Turn::Received(_) => {
                while !pipe.is_closing() {
                    // The limit may change with each delivered item: a stranger is accepted.
                    decoder.set_limit(pipe.limit());
                    match decoder.decode(&mut incoming) {
                        Ok(Some(item)) => {
                            let delivery = pin!(deliver(item));
                            while_writing(delivery, stream, pipe, writing).await;
                        }
                        Ok(None) => break,
                        Err(error) => return Ended::Broken(error.to_string()),
                    }
                }
            }
            Turn::WriteClosed => writing = Writing::Closed,
            Turn::WriteFailed(error) => {
                writing = Writing::Failed;
                failure = Some(error);
            }
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

/// Awaits a delivery, which may have to wait for long, and sends meanwhile what is queued.
/// Gives it up once the connection is to be closed.
async fn while_writing<S: AsyncWrite + Unpin>(
    mut delivery: Pin<&mut impl Future<Output = ()>>,
    stream: &mut S,
    pipe: &Pipe,
    writing: Writing,
) {
    poll_fn(|cx| {
        remember(&pipe.0.waker, cx);
        if delivery.as_mut().poll(cx).is_ready() || pipe.is_closing() {
            return Poll::Ready(());
        }
        if writing == Writing::Open {
            // What fails here fails again in the next turn.
            let _ = pipe.poll_flush(stream, cx);
        }
        Poll::Pending
    })
    .await;
}

fn poll_turn<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    pipe: &Pipe,
    incoming: &mut BytesMut,
    writing: Writing,
    cx: &mut Context<'_>,
) -> Poll<Turn> {
    remember(&pipe.0.waker, cx);
    match pipe.0.closing.get() {
        Closing::Abort => return Poll::Ready(Turn::AbortNow),
        Closing::Full => return Poll::Ready(Turn::CloseNow),
        Closing::Half | Closing::Open => {}
    }
    if writing == Writing::Open {
        match pipe.poll_flush(stream, cx) {
            Poll::Ready(Err(error)) => return Poll::Ready(Turn::WriteFailed(error)),
            Poll::Ready(Ok(())) if pipe.0.closing.get() == Closing::Half => {
                return match Pin::new(&mut *stream).poll_shutdown(cx) {
                    Poll::Ready(Ok(())) => Poll::Ready(Turn::WriteClosed),
                    Poll::Ready(Err(error)) => Poll::Ready(Turn::WriteFailed(error)),
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
    if writing == Writing::Failed {
        // All that came before that has been read.
        return Poll::Ready(Turn::Received(0));
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
/// other side's last bytes away until it closes too. Bounded in time, and over at once where it
/// is to be aborted.
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
    let mut in_good_order = pin!(in_good_order);
    let or_aborted = poll_fn(|cx| {
        remember(&pipe.0.waker, cx);
        // What can be sent at once is sent all the same.
        let outcome = in_good_order.as_mut().poll(cx);
        match pipe.0.closing.get() {
            Closing::Abort => Poll::Ready(Ok(())),
            _ => outcome,
        }
    });
    // Whatever goes wrong here, the connection is over either way.
    let _ = tokio::time::timeout(CLOSE_DEADLINE, or_aborted).await;
}
