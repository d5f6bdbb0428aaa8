//! A WebSocket as a stream of bytes: the lines of its messages, each with its end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Subprotocol;

/// What ends a line in a stream, and is left out of a message.
const LINE_END: &[u8] = b"\r\n";

/// Reads as the lines that come in messages, and sends each line that is written as a
/// message of its own.
#[derive(Debug)]
pub struct WebSocket<S> {
    socket: WebSocketStream<S>,
    subprotocol: Subprotocol,
    /// What has come and has not been read yet: the rest of one line.
    incoming: BytesMut,
    /// The beginning of a line whose end has not been written yet.
    outgoing: BytesMut,
}

impl<S> WebSocket<S> {
    pub(super) fn new(socket: WebSocketStream<S>, subprotocol: Subprotocol) -> Self {
        Self {
            socket,
            subprotocol,
            incoming: BytesMut::new(),
            outgoing: BytesMut::new(),
        }
    }

    /// In what messages lines travel.
    pub fn subprotocol(&self) -> Subprotocol {
        self.subprotocol
    }

    /// Takes a message that has come. Some clients end the line although they must not.
    fn take(&mut self, message: &[u8]) -> io::Result<()> {
        let line = without_end(message);
        if line.iter().any(|byte| LINE_END.contains(byte)) {
            let what = "a message with more than one line";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        self.incoming.extend_from_slice(line);
        self.incoming.extend_from_slice(LINE_END);
        Ok(())
    }

    /// A line, as the client wants it.
    fn message(&self, line: &[u8]) -> Message {
        let line = without_end(line);
        match self.subprotocol {
            // All that we say is UTF-8 already.
            Subprotocol::Text => Message::text(&*String::from_utf8_lossy(line)),
            Subprotocol::Binary => Message::binary(Bytes::copy_from_slice(line)),
        }
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.incoming.is_empty() {
            match ready!(Pin::new(&mut this.socket).poll_next(cx)) {
                Some(Ok(Message::Text(text))) => this.take(text.as_bytes())?,
                Some(Ok(Message::Binary(bytes))) => this.take(&bytes)?,
                // The library answers pings and a goodbye, when it is asked for more.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(io_error(error))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = this.incoming.len().min(buffer.remaining());
        buffer.put_slice(&this.incoming[..count]);
        this.incoming.advance(count);
        if this.incoming.is_empty() {
            // Who is silent holds no memory.
            this.incoming = BytesMut::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocket<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let mut taken = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.ends_with(b"\n") {
                match Pin::new(&mut this.socket).poll_ready(cx) {
                    Poll::Ready(ready) => ready.map_err(io_error)?,
                    Poll::Pending if taken == 0 => return Poll::Pending,
                    Poll::Pending => break,
                }
                let message = if this.outgoing.is_empty() {
                    this.message(line)
                } else {
                    let mut whole = std::mem::take(&mut this.outgoing);
                    whole.extend_from_slice(line);
                    this.message(&whole)
                };
                let sent = Pin::new(&mut this.socket).start_send(message);
                sent.map_err(io_error)?;
            } else {
                this.outgoing.extend_from_slice(line);
            }
            taken += line.len();
        }
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.get_mut().socket).poll_flush(cx);
        flushed.map_err(io_error)
    }

    /// Says goodbye. That the client says it too is seen when its end is read.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = Pin::new(&mut self.get_mut().socket).poll_close(cx);
        closed.map_err(io_error)
    }
}

fn io_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed | Error::AlreadyClosed => io::ErrorKind::BrokenPipe.into(),
        error => io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
    }
}
