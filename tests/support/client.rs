//! An IRC client as a raw socket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::PATIENCE;
use super::line::Line;

/// One connection to an IRC door. It answers PING by itself and remembers all that was said.
pub struct Client {
    stream: Box<dyn Stream>,
    /// Bytes that came and are not a whole line yet.
    unread: Vec<u8>,
    transcript: Vec<String>,
    pings: usize,
    nick: String,
}

/// What TCP, unix sockets and what runs over them have in common.
pub trait Stream: Read + Write + Send {
    /// How long a read may take.
    fn patience(&self, patience: Duration);
    /// How long a write may take.
    fn write_patience(&self, patience: Duration);
}

impl Stream for TcpStream {
    fn patience(&self, patience: Duration) {
        self.set_read_timeout(Some(patience)).unwrap();
    }

    fn write_patience(&self, patience: Duration) {
        self.set_write_timeout(Some(patience)).unwrap();
    }
}

impl Stream for UnixStream {
    fn patience(&self, patience: Duration) {
        self.set_read_timeout(Some(patience)).unwrap();
    }

    fn write_patience(&self, patience: Duration) {
        self.set_write_timeout(Some(patience)).unwrap();
    }
}

impl Client {
    /// A client over TCP.
    pub fn over_tcp(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self::over(Box::new(stream))
    }

    /// A client over a unix socket.
    pub fn over_unix(stream: UnixStream) -> Self {
        Self::over(Box::new(stream))
    }

    /// A client over anything that carries lines.
    pub fn over(stream: Box<dyn Stream>) -> Self {
        let (unread, transcript) = (Vec::new(), Vec::new());
        Self {
            stream,
            unread,
            transcript,
            pings: 0,
            nick: "*".to_owned(),
        }
    }

    /// Registers as a client does that knows of capabilities, or, where it asks for none, as
    /// one that does not; reads all that it is told at first.
    pub fn register(&mut self, nick: &str, capabilities: &[&str]) {
        self.register_only(nick, capabilities);
        self.settle();
    }

    /// Registers, and reads to the end of the MOTD: what comes after it is still to be read.
    pub fn register_only(&mut self, nick: &str, capabilities: &[&str]) {
        if !capabilities.is_empty() {
            self.send("CAP LS 302");
        }
        self.send(&format!("NICK {nick}"));
        self.send(&format!("USER {nick} 0 * :{nick}"));
        if !capabilities.is_empty() {
            self.send(&format!("CAP REQ :{}", capabilities.join(" ")));
            self.expect("CAP ACK", |line| {
                line.command == "CAP" && line.parameter(1) == "ACK"
            });
            self.send("CAP END");
        }
        self.expect("the end of the MOTD", |line| {
            ["376", "422"].contains(&line.command.as_str())
        });
        self.nick = nick.to_owned();
    }

    /// The nick it registered with.
    pub fn nick(&self) -> &str {
        &self.nick
    }

    /// Sends a line.
    pub fn send(&mut self, line: &str) {
        self.send_bytes(format!("{line}\r\n").as_bytes());
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.transcript
            .push(format!("> {}", String::from_utf8_lossy(bytes).trim_end()));
        if let Err(error) = self.stream.write_all(bytes) {
            // The gateway may close first; what the test then expects to read tells.
            self.transcript.push(format!("> ({error})"));
        }
    }

    /// Sends a line again and again, reading nothing, until the gateway has taken none for a
    /// second: all buffers on the way are full.
    pub fn flood(&mut self, line: &str) {
        self.stream.write_patience(Duration::from_secs(1));
        let line = format!("{line}\r\n");
        while self.stream.write_all(line.as_bytes()).is_ok() {}
    }

    /// Reads until a line fulfils `wanted`, and returns it.
    pub fn expect(&mut self, what: &str, wanted: impl Fn(&Line) -> bool) -> Line {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.read(deadline) {
                Ok(Some(line)) if wanted(&line) => return line,
                Ok(Some(_)) => {}
                Ok(None) => self.fail(&format!("expected {what}, but the connection was closed")),
                Err(()) => self.fail(&format!("expected {what}, which did not come")),
            }
        }
    }

    /// Reads until a line with this command or numeric comes.
    pub fn expect_command(&mut self, command: &str) -> Line {
        self.expect(command, |line| line.command == command)
    }

    /// Reads until this numeric comes, and checks that it is addressed to us, once we have
    /// registered.
    pub fn expect_numeric(&mut self, numeric: &str) -> Line {
        let line = self.expect_command(numeric);
        let target = line.parameter(0);
        if self.nick != "*" && target != self.nick {
            self.fail(&format!(
                "{numeric} is addressed to {target:?}, not to {:?}",
                self.nick
            ));
        }
        line
    }

    /// Reads until a PRIVMSG or NOTICE from `nick` contains `text`.
    pub fn expect_text(&mut self, nick: &str, text: &str) -> Line {
        self.expect(&format!("{text:?} from {nick}"), |line| {
            ["PRIVMSG", "NOTICE"].contains(&line.command.as_str())
                && line.nick() == nick
                && line.text().contains(text)
        })
    }

    /// Sends a line and returns the numeric that answers it.
    pub fn ask(&mut self, line: &str, numeric: &str) -> Line {
        self.send(line);
        self.expect_numeric(numeric)
    }

    /// Asks the control contact something, and returns the last line of its answer.
    pub fn ask_service(&mut self, command: &str) -> String {
        self.send(&format!("PRIVMSG enclave :{command}"));
        let lines = self.settle();
        let mut answers = lines.iter().rev();
        let last = answers.find(|line| line.is("PRIVMSG", "enclave"));
        let last = last.map(|line| line.text().to_owned());
        last.unwrap_or_else(|| self.fail("expected an answer of the control contact"))
    }

    /// Asks the control contact something until this is the last line of its answer: nothing
    /// else tells when it is.
    pub fn ask_service_until(&mut self, command: &str, answer: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.ask_service(command) != answer {
            if Instant::now() > deadline {
                self.fail(&format!(
                    "expected {command} to be answered with {answer:?}"
                ));
            }
        }
    }

    /// Everything that comes before the gateway has answered all that we sent, and all that
    /// it had to tell us by then: it takes events one after the other.
    pub fn settle(&mut self) -> Vec<Line> {
        self.pings += 1;
        let token = format!("settle-{}", self.pings);
        self.send(&format!("PING {token}"));
        let deadline = Instant::now() + PATIENCE;
        let mut lines = Vec::new();
        loop {
            match self.read(deadline) {
                Ok(Some(line)) if line.command == "PONG" && line.text() == token => return lines,
                Ok(Some(line)) => lines.push(line),
                Ok(None) => self.fail("expected PONG, but the connection was closed"),
                Err(()) => self.fail("expected PONG, which did not come"),
            }
        }
    }

    /// Checks that nothing has come and nothing comes before the answer to a PING.
    pub fn expect_silence(&mut self) {
        let lines = self.settle();
        if !lines.is_empty() {
            self.fail(&format!("expected nothing, but {} lines came", lines.len()));
        }
    }

    /// Checks that none of what comes before the answer to a PING fulfils `unwanted`.
    pub fn expect_none(&mut self, what: &str, unwanted: impl Fn(&Line) -> bool) {
        if let Some(line) = self.settle().into_iter().find(unwanted) {
            self.fail(&format!("expected no {what}, but {line} came"));
        }
    }

    /// Reads to the end of the connection; returns the lines that came before it.
    pub fn expect_end(&mut self) -> Vec<Line> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = Vec::new();
        loop {
            match self.read(deadline) {
                Ok(Some(line)) => lines.push(line),
                Ok(None) => return lines,
                Err(()) => self.fail("expected the connection to be closed, but it stays open"),
            }
        }
    }

    /// Ends the connection as a person does.
    pub fn quit(mut self, text: &str) {
        self.send(&format!("QUIT :{text}"));
        self.expect_end();
    }

    /// The next line; `None` at the end of the connection; an error after the deadline.
    fn read(&mut self, deadline: Instant) -> Result<Option<Line>, ()> {
        loop {
            while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let bytes: Vec<u8> = self.unread.drain(..=end).collect();
                let line = self.whole_line(&bytes);
                if line.command == "PING" {
                    self.send(&format!("PONG :{}", line.text()));
                } else {
                    return Ok(Some(line));
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(());
            }
            self.stream.patience(left);
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(None),
                Ok(length) => self.unread.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(None),
                Err(_) => {}
            }
        }
    }

    /// What holds for every line of every gateway is checked here, in every test: CR LF,
    /// UTF-8, at most 512 bytes behind the tags, and no control characters that end a line.
    fn whole_line(&mut self, bytes: &[u8]) -> Line {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.transcript
            .push(format!("< {}", text.trim_end_matches(['\r', '\n'])));
        let Some(raw) = bytes
            .strip_suffix(b"\r\n")
            .and_then(|raw| std::str::from_utf8(raw).ok())
        else {
            self.fail("the line is not UTF-8 ended by CR LF")
        };
        let untagged = match raw.starts_with('@') {
            true => raw.split_once(' ').map_or("", |(_, rest)| rest),
            false => raw,
        };
        if untagged.len() + 2 > 512 || raw.contains(['\0', '\r']) {
            self.fail("the line is longer than 512 bytes or has NUL or CR in it");
        }
        Line::parse(raw)
    }

    fn fail(&self, why: &str) -> ! {
        panic!(
            "{why}\n--- the transcript:\n{}\n---",
            self.transcript.join("\n")
        );
    }
}
