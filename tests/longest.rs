//! A contact that says the longest there is, in words that are all different, has nobody else
//! wait while that is searched: what another contact says is shown at once and confirmed soon, and
//! what the person writes is echoed.
//!
//! It prints what it found (`-- --nocapture`).

// The lints against `unwrap` are for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use support::{Daemon, Link, Network, Peer, Setup};

/// Round trips that are measured.
const ROUNDS: usize = 5;

/// Long messages before each of them.
const LONG: usize = 6;

/// Searches before each of them. Each has to know of what was said before it.
const SEARCHES: usize = 8;

/// The most that the median may take. To wait for all of these to be indexed took up to four
/// seconds, and twenty and more where SQLite is built without optimisation, as for the tests.
const SOON: Duration = Duration::from_secs(1);

/// How a node begins that confirms, and is told what is stored.
const HELLO: &str =
    r#"{"status":1,"status-message":"","timestamp":1700000000,"features":["receipts"]}"#;

/// A client that reads whatever comes as fast as it can, and says which marks it has seen.
struct Reader {
    stream: TcpStream,
    marks: Receiver<String>,
}

impl Reader {
    fn attach(gateway: &Daemon) -> Self {
        let stream = TcpStream::connect((gateway.setup.address, gateway.setup.port)).unwrap();
        stream.set_nodelay(true).unwrap();
        let (seen, marks) = mpsc::channel();
        let mut answers = stream.try_clone().unwrap();
        let mut lines = BufReader::with_capacity(65_536, stream.try_clone().unwrap());
        thread::spawn(move || {
            let mut line = Vec::new();
            while lines
                .read_until(b'\n', &mut line)
                .is_ok_and(|length| length > 0)
            {
                let text = String::from_utf8_lossy(&line);
                if let Some(token) = text.strip_prefix("PING ") {
                    let _ = answers.write_all(format!("PONG {token}").as_bytes());
                }
                if let Some((_, mark)) = text.split_once("mark-") {
                    let _ = seen.send(mark.trim_end().to_owned());
                }
                line.clear();
            }
        });
        let mut reader = Self { stream, marks };
        reader.send("CAP REQ :echo-message");
        reader.send("NICK reader");
        reader.send("USER reader 0 * :reader");
        reader.send("CAP END");
        reader.settle("attached");
        reader
    }

    fn send(&mut self, line: &str) {
        self.stream
            .write_all(format!("{line}\r\n").as_bytes())
            .unwrap();
    }

    /// Waits until all that was sent before was heard.
    fn settle(&mut self, mark: &str) {
        self.send(&format!("PING :mark-{mark}"));
        self.sees(mark);
    }

    fn sees(&self, mark: &str) {
        while self.marks.recv_timeout(support::PATIENCE).unwrap() != mark {}
    }
}

/// Reads until this id is confirmed.
fn is_confirmed(link: &mut Link, id: &str) {
    loop {
        let packet = link.read_json();
        let mut received = packet["received"].as_array().into_iter().flatten();
        if received.any(|one| one == id) {
            return;
        }
    }
}

/// A megabyte in which no three characters in a row come again soon.
fn long_text(seed: usize) -> String {
    let mut state = seed as u64;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let offset = u32::try_from((state >> 33) % 20_000).unwrap();
        char::from_u32(0x4e00 + offset).unwrap()
    };
    std::iter::repeat_with(next).take(340_000).collect()
}

#[test]
fn while_the_longest_texts_are_searched_nobody_else_waits() {
    let network = Network::new();
    let [john, mary] = [(); 2].map(|()| Peer::silent(&network, network.address()));
    let gateway = Daemon::start(
        Setup::on(&network)
            .contact("John Smith", john.address)
            .contact("Mary", mary.address),
    );
    let mut reader = Reader::attach(&gateway);
    let mut john = john.dial(&gateway);
    john.send(HELLO);
    let mut mary = mary.dial(&gateway);
    mary.send(HELLO);
    let (mut shown, mut confirmed, mut echoed) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for number in 0..LONG {
            let (id, text) = (
                format!("long-{round}-{number}"),
                long_text(round * LONG + number),
            );
            mary.send(format!(r#"{{"id":"{id}","message":"{text}"}}"#));
            is_confirmed(&mut mary, &id);
        }
        for _ in 0..SEARCHES {
            reader.send("PRIVMSG enclave :search nobodyhassaidthis");
        }
        reader.settle(&format!("asked-{round}"));
        let begun = Instant::now();
        john.send(format!(
            r#"{{"id":"short-{round}","message":"mark-here-{round}"}}"#
        ));
        reader.sees(&format!("here-{round}"));
        shown.push(begun.elapsed());
        is_confirmed(&mut john, &format!("short-{round}"));
        confirmed.push(begun.elapsed());
        let begun = Instant::now();
        reader.send(&format!("PRIVMSG JohnSmith :mark-there-{round}"));
        reader.sees(&format!("there-{round}"));
        echoed.push(begun.elapsed());
    }
    for (what, mut times) in [
        ("shown", shown),
        ("confirmed", confirmed),
        ("echoed", echoed),
    ] {
        times.sort();
        println!("{what}: {times:.1?}");
        let median = times[ROUNDS / 2];
        assert!(median < SOON, "{what} after {median:?}");
    }
}
