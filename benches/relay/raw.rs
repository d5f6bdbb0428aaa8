//! Two bare relays in a row: each a process that passes lines on and does nothing else.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufWriter};

use super::chain::{Chain, End};

/// With this and an address the program is one of the relays.
pub const ARGUMENT: &str = "--raw-relay";

/// The two processes. Dropping this ends them.
pub struct Relays {
    first: Relay,
    _second: Relay,
    far_end: TcpListener,
}

struct Relay {
    process: Child,
    address: SocketAddr,
}

impl Relays {
    /// Starts them: what is said to the first goes to the second, and on to the far end.
    pub fn start() -> Self {
        let far_end = TcpListener::bind("127.0.0.1:0").unwrap();
        let second = Relay::start(far_end.local_addr().unwrap());
        let first = Relay::start(second.address);
        Self {
            first,
            _second: second,
            far_end,
        }
    }

    /// A client at either end. Its lines are those that a client of a gateway writes.
    pub fn chain(&self) -> Chain {
        let writer = TcpStream::connect(self.first.address).unwrap();
        let (reader, _) = self.far_end.accept().unwrap();
        Chain {
            writer: End::new(writer, "PRIVMSG there :"),
            reader: End::new(reader, "PRIVMSG here :"),
        }
    }
}

impl Relay {
    fn start(next: SocketAddr) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args([ARGUMENT, &next.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().parse().unwrap();
        Self { process, address }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Is a relay: prints where it listens, and passes on the lines of the one connection it
/// takes, both ways. What waits to be read goes out in one write, as it would in any relay
/// that was written with care.
pub fn serve(next: SocketAddr) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(async {
        let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", door.local_addr().unwrap());
        let (here, _) = door.accept().await.unwrap();
        let there = tokio::net::TcpStream::connect(next).await.unwrap();
        here.set_nodelay(true).unwrap();
        there.set_nodelay(true).unwrap();
        let (here_out, here_in) = here.into_split();
        let (there_out, there_in) = there.into_split();
        tokio::join!(pass(here_out, there_in), pass(there_out, here_in));
    });
}

async fn pass(from: tokio::net::tcp::OwnedReadHalf, to: tokio::net::tcp::OwnedWriteHalf) {
    let mut lines = tokio::io::BufReader::new(from).lines();
    let mut to = BufWriter::new(to);
    while let Ok(Some(line)) = lines.next_line().await {
        to.write_all(line.as_bytes()).await.unwrap();
        to.write_all(b"\r\n").await.unwrap();
        if !lines.get_ref().buffer().contains(&b'\n') {
            to.flush().await.unwrap();
        }
    }
}
