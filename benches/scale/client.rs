//! An IRC client that costs little itself.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use crate::support::Daemon;

/// How long anything may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// What most clients ask for, as far as it concerns what is counted here.
pub const USUAL: &str = "away-notify batch echo-message message-tags multi-prefix server-time";

/// What the person is called by all their clients: contacts are told when it changes.
const NICK: &str = "person";

/// A connection to the gateway's door.
pub struct Client {
    stream: TcpStream,
    lines: BufReader<TcpStream>,
}

impl Client {
    /// Connects, registers under this name, and reads what it is told until there is no more.
    pub fn attach(gateway: &Daemon, name: &str, capabilities: &str) -> Self {
        let mut client = Self::register(gateway, name, capabilities);
        client.settle();
        client
    }

    /// As [`attach`](Self::attach), without reading the answers.
    pub fn register(gateway: &Daemon, name: &str, capabilities: &str) -> Self {
        Self::over(gateway.stream_to(gateway.setup.port), name, capabilities)
    }

    /// As [`attach`](Self::attach), with so little room in the system that what is not read
    /// stays with the gateway.
    pub fn attach_narrow(gateway: &Daemon, name: &str, capabilities: &str) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let door = SocketAddr::from((gateway.setup.address, gateway.setup.port));
        socket.connect(&door.into()).unwrap();
        let mut client = Self::over(socket.into(), name, capabilities);
        client.settle();
        client
    }

    fn over(stream: TcpStream, name: &str, capabilities: &str) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        let mut client = Self { stream, lines };
        client.send(&format!(
            "CAP REQ :{capabilities}\r\nNICK {NICK}\r\nUSER {name} 0 * :{name}\r\nCAP END"
        ));
        client
    }

    /// Says one line, or several.
    pub fn send(&mut self, line: &str) {
        self.stream
            .write_all(format!("{line}\r\n").as_bytes())
            .unwrap();
    }

    /// The next line, without its end.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line);
        assert!(read.is_ok_and(|read| read > 0), "the gateway is silent");
        line.truncate(line.trim_end().len());
        line
    }

    /// Reads until a line fulfils this; how many lines that took.
    pub fn until(&mut self, wanted: impl Fn(&str) -> bool) -> (String, usize) {
        let mut count = 0;
        loop {
            let line = self.line();
            count += 1;
            if wanted(&line) {
                return (line, count);
            }
        }
    }

    /// Reads all that was said before now.
    pub fn settle(&mut self) {
        self.send("PING :settled");
        self.until(|line| line.ends_with(" :settled") || line.ends_with(" settled"));
    }

    /// How many contacts are online, as the gateway tells.
    pub fn online(&mut self) -> usize {
        self.send("LUSERS");
        let (line, _) = self.until(|line| line.contains(" 251 "));
        self.until(|line| line.contains(" 266 "));
        let (_, text) = line.rsplit_once(" :").expect("a text");
        text.split(' ').next().unwrap().parse().expect("a number")
    }

    /// Waits until so many contacts are online; when that was seen.
    pub fn until_online(&mut self, count: usize) -> Instant {
        let deadline = Instant::now() + PATIENCE;
        while self.online() < count {
            assert!(Instant::now() < deadline, "not all came online");
            // It can only be asked.
            std::thread::sleep(Duration::from_millis(10));
        }
        Instant::now()
    }

    /// The nicks of the roster channel, as NAMES tells them.
    pub fn names(&mut self, channel: &str) -> Vec<String> {
        self.send(&format!("NAMES {channel}"));
        let mut names = Vec::new();
        loop {
            let line = self.line();
            if line.contains(" 353 ") {
                let (_, nicks) = line.rsplit_once(" :").unwrap();
                names.extend(
                    nicks
                        .split(' ')
                        .map(|nick| nick.trim_start_matches(['@', '+']).to_owned()),
                );
            } else if line.contains(" 366 ") {
                return names;
            }
        }
    }

    /// The next line; none once the gateway has gone.
    pub fn last_line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line);
        let is_there = read.is_ok_and(|read| read > 0);
        is_there.then(|| line.trim_end().to_owned())
    }

    /// A hand that writes, for another thread than the one that reads.
    pub fn writer(&self) -> TcpStream {
        self.stream.try_clone().unwrap()
    }

    /// The next line, if one comes in this time.
    pub fn line_within(&mut self, patience: Duration) -> Option<String> {
        self.stream.set_read_timeout(Some(patience)).unwrap();
        let mut line = String::new();
        let read = self.lines.read_line(&mut line);
        self.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        match read {
            Ok(0) => panic!("the gateway has closed a client"),
            Ok(_) => Some(line.trim_end().to_owned()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                None
            }
            Err(error) => panic!("{error}"),
        }
    }
}
