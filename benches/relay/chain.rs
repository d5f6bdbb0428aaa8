//! Two clients and what is between them, as the measurements have it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long a client waits for something to read until it is said to be lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// Taken from a socket in one read, bytes.
const CHUNK: usize = 256 * 1024;

/// One end: a client that is connected, and how it addresses the other.
pub struct End {
    /// Its connection.
    pub stream: TcpStream,
    /// What stands before a text.
    pub prefix: Vec<u8>,
}

/// Both ends.
pub struct Chain {
    /// The one that writes in a flood.
    pub writer: End,
    /// The one that reads.
    pub reader: End,
}

impl End {
    /// One whose lines begin with `prefix`.
    pub fn new(stream: TcpStream, prefix: &str) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self {
            stream,
            prefix: prefix.as_bytes().to_vec(),
        }
    }

    /// The line that says `text`, with its end.
    pub fn line(&self, text: &[u8], to: &mut Vec<u8>) {
        to.extend_from_slice(&self.prefix);
        to.extend_from_slice(text);
        to.extend_from_slice(b"\r\n");
    }

    /// Says one thing.
    pub fn say(&self, text: &[u8]) {
        let mut line = Vec::new();
        self.line(text, &mut line);
        (&self.stream).write_all(&line).unwrap();
    }

    /// What comes in.
    pub fn lines(&self) -> Lines {
        Lines {
            stream: self.stream.try_clone().unwrap(),
            buffer: vec![0; CHUNK],
            filled: 0,
        }
    }
}

/// Reads lines, a chunk at a time.
pub struct Lines {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Lines {
    /// Waits for more, and gives each whole line, without its end, to `take`. Returns false
    /// where nothing came for too long.
    pub fn read(&mut self, mut take: impl FnMut(&[u8])) -> bool {
        match self.stream.read(&mut self.buffer[self.filled..]) {
            Ok(0) => panic!("the chain has closed a client's connection"),
            Ok(count) => self.filled += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
            Err(error) => panic!("a client cannot read: {error}"),
        }
        let mut from = 0;
        while let Some(length) = self.buffer[from..self.filled]
            .iter()
            .position(|&byte| byte == b'\n')
        {
            let line = &self.buffer[from..from + length];
            take(line.strip_suffix(b"\r").unwrap_or(line));
            from += length + 1;
        }
        self.buffer.copy_within(from..self.filled, 0);
        self.filled -= from;
        true
    }
}
