//! A client's connection: lines, over whatever there is.

use std::io;
use std::path::Path;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::support::{Line, PATIENCE};

/// What a client asks for that knows everything.
pub const EVERYTHING: &str = "account-tag away-notify batch draft/chathistory \
    draft/event-playback draft/multiline draft/read-marker echo-message extended-join \
    extended-monitor labeled-response message-tags multi-prefix server-time setname \
    soju.im/search standard-replies userhost-in-names";

/// A connection.
pub struct Wire {
    reader: Reader,
    writer: Writer,
    pings: u32,
}

/// The half that is read.
pub struct Reader(BufReader<Box<dyn AsyncRead + Unpin>>);

impl Reader {
    /// The next line; an error at the end of the connection.
    pub async fn line(&mut self) -> io::Result<Line> {
        let mut raw = Vec::new();
        if self.0.read_until(b'\n', &mut raw).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let raw = String::from_utf8(raw).expect("UTF-8");
        Ok(Line::parse(raw.trim_end()))
    }
}

/// The half that is written.
pub struct Writer(Box<dyn AsyncWrite + Unpin>);

impl Writer {
    /// Sends a line.
    pub async fn send(&mut self, line: &str) -> io::Result<()> {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await
    }
}

impl Wire {
    /// Over TCP. Where `is_abrupt`, it ends with a reset.
    pub async fn tcp(door: std::net::SocketAddr, is_abrupt: bool) -> io::Result<Self> {
        let stream = TcpStream::connect(door).await?;
        stream.set_nodelay(true)?;
        if is_abrupt {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        }
        Ok(Self::over(stream))
    }

    /// Over TCP, with so little room in the system that what is not read stays with the
    /// gateway.
    pub fn narrow(door: std::net::SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_recv_buffer_size(4096)?;
        socket.connect(&door.into())?;
        socket.set_nonblocking(true)?;
        Ok(Self::over(TcpStream::from_std(socket.into())?))
    }

    /// Over a unix socket.
    pub async fn unix(path: &Path) -> io::Result<Self> {
        Ok(Self::over(UnixStream::connect(path).await?))
    }

    fn over(stream: impl AsyncRead + AsyncWrite + Unpin + 'static) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            reader: Reader(BufReader::new(Box::new(reader))),
            writer: Writer(Box::new(writer)),
            pings: 0,
        }
    }

    /// Says one line, or several.
    pub async fn send(&mut self, line: &str) -> io::Result<()> {
        self.send_bytes(format!("{line}\r\n").as_bytes()).await
    }

    /// Sends bytes as they are.
    pub async fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.0.write_all(bytes).await
    }

    /// Registers, and reads to the end of the MOTD.
    pub async fn register(&mut self, nick: &str, name: &str, wants: &str) -> io::Result<()> {
        let introduction = format!("NICK {nick}\r\nUSER {name} 0 * :{name}");
        if wants.is_empty() {
            self.send(&introduction).await?;
        } else {
            let lines = format!("CAP LS 302\r\n{introduction}\r\nCAP REQ :{wants}\r\nCAP END");
            self.send(&lines).await?;
        }
        self.until(|line| ["376", "422"].contains(&line.command.as_str()))
            .await?;
        Ok(())
    }

    /// Both halves.
    pub fn split(self) -> (Reader, Writer) {
        (self.reader, self.writer)
    }

    /// The next line; an error at the end of the connection. A PING is answered.
    pub async fn line(&mut self) -> io::Result<Line> {
        loop {
            let line = self.reader.line().await?;
            if line.command == "PING" {
                self.send(&format!("PONG :{}", line.text())).await?;
            } else {
                return Ok(line);
            }
        }
    }

    /// Reads until a line fulfils this.
    pub async fn until(&mut self, wanted: impl Fn(&Line) -> bool) -> io::Result<Line> {
        let found = async {
            loop {
                let line = self.line().await?;
                if wanted(&line) {
                    return Ok(line);
                }
            }
        };
        // Long: floods may lie before it.
        timeout(3 * PATIENCE, found)
            .await
            .unwrap_or_else(|_| panic!("the gateway does not answer"))
    }

    /// Reads all that was said before now.
    pub async fn settle(&mut self) -> io::Result<()> {
        self.pings += 1;
        let token = format!("settle-{}", self.pings);
        self.send(&format!("PING {token}")).await?;
        self.until(|line| line.command == "PONG" && line.text() == token)
            .await?;
        Ok(())
    }
}
