//! WebSocket as a client speaks it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

use super::client::Stream;

/// Lines, as messages. Checks that what comes is of the one kind, and one line each.
pub struct Lines {
    socket: WebSocket<TcpStream>,
    is_text: bool,
    unread: Vec<u8>,
}

impl Lines {
    /// Over a connection that is open, in messages of text or of bytes.
    pub fn over(socket: WebSocket<TcpStream>, is_text: bool) -> Self {
        Self {
            socket,
            is_text,
            unread: Vec::new(),
        }
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.unread.is_empty() {
            let line = match self.socket.read() {
                Ok(Message::Text(text)) if self.is_text => text.as_bytes().to_vec(),
                Ok(Message::Binary(bytes)) if !self.is_text => bytes.to_vec(),
                Ok(Message::Close(_)) => continue,
                Ok(other) => panic!("{other:?}"),
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => return Ok(0),
                Err(Error::Io(error)) => return Err(error),
                Err(error) => return Err(io::Error::new(ErrorKind::ConnectionReset, error)),
            };
            assert!(!line.is_empty() && !line.contains(&b'\n') && !line.contains(&b'\r'));
            self.unread = line;
            self.unread.extend_from_slice(b"\r\n");
        }
        let count = self.unread.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.unread[..count]);
        self.unread.drain(..count);
        Ok(count)
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).unwrap();
        for line in text.lines() {
            let message = match self.is_text {
                true => Message::text(line),
                false => Message::binary(line.as_bytes().to_vec()),
            };
            self.socket.send(message).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Lines {
    fn patience(&self, patience: Duration) {
        self.socket
            .get_ref()
            .set_read_timeout(Some(patience))
            .unwrap();
    }

    fn write_patience(&self, patience: Duration) {
        self.socket
            .get_ref()
            .set_write_timeout(Some(patience))
            .unwrap();
    }
}
