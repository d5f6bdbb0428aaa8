//! A person who writes as fast as they are allowed to, through a raw IRC client that comes
//! back whenever it was thrown out.

use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::watch;

use crate::judge::{Direction, Seen};
use crate::support::Line;

/// Messages that were sent and not echoed yet, at most.
const IN_FLIGHT: usize = 64;

/// Messages that the other has yet to be shown, at most. A client that comes back is played
/// the newest 500; with this and those in flight it is all that it can have missed.
const UNSEEN: usize = 300;

/// A person who is held up writes one more all the same after this time, as people do: it
/// makes the gateway dial at once, where it would otherwise take its time after a few
/// broken connections.
const IMPATIENCE: Duration = Duration::from_secs(1);

/// What a person wrote to the other, and how far it has come.
#[derive(Default)]
pub struct Words {
    /// What was seen of it.
    pub seen: Direction,
    written: u32,
    accepted: HashSet<u32>,
    shown: HashSet<u32>,
    /// How many were accepted that the other has not been shown.
    unseen: usize,
    /// How many were sent on a connection that ended before they were echoed.
    pub unknown: usize,
}

impl Words {
    /// How many were accepted.
    pub fn accepted(&self) -> usize {
        self.accepted.len()
    }

    /// How many were accepted that the other has not been shown.
    pub fn unseen(&self) -> usize {
        self.unseen
    }

    /// Whether the other has to be shown some before more may be written, or nearly so.
    pub fn is_held_up(&self) -> bool {
        self.unseen + IN_FLIGHT >= UNSEEN
    }

    fn accept(&mut self, seen: Seen) {
        if self.accepted.insert(seen.number) && !self.shown.contains(&seen.number) {
            self.unseen += 1;
        }
        self.seen.echoed.last_mut().unwrap().push(seen);
    }

    fn show(&mut self, seen: Seen) {
        if self.shown.insert(seen.number) && self.accepted.contains(&seen.number) {
            self.unseen -= 1;
        }
        self.seen.shown.last_mut().unwrap().push(seen);
    }
}

/// What has to be for the client to be there.
#[derive(Clone, Copy)]
pub struct Weather {
    /// The gateway runs.
    pub gateway: bool,
    /// The person has not left.
    pub client: bool,
}

impl Weather {
    fn is_fair(self) -> bool {
        self.gateway && self.client
    }
}

/// One of two people.
pub struct Person {
    /// Their nick, which is the name of their client, too.
    pub nick: &'static str,
    /// The nick of the other.
    pub other: &'static str,
    door: SocketAddr,
    /// How many messages are to be accepted.
    goal: usize,
    /// Whether they can be there.
    pub weather: watch::Sender<Weather>,
}

/// Both directions; `words[0]` was written by the first person. And the news that something
/// in them has changed.
pub struct Table {
    /// What was written.
    pub words: [RefCell<Words>; 2],
    changed: watch::Sender<()>,
}

impl Table {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            words: Default::default(),
            changed: watch::Sender::new(()),
        }
    }

    /// Waits until `holds`; panics where nothing at all happens for too long.
    pub async fn until(&self, what: &str, holds: impl Fn(&Words, &Words) -> bool) {
        let mut changed = self.changed.subscribe();
        let [first, second] = &self.words;
        while !holds(&first.borrow(), &second.borrow()) {
            let change = tokio::time::timeout(3 * crate::support::PATIENCE, changed.changed());
            assert!(change.await.is_ok(), "waited for {what}; {}", self.state());
        }
    }

    fn state(&self) -> String {
        let each = self.words.each_ref().map(|words| {
            let words = words.borrow();
            format!("{} accepted, {} unseen", words.accepted(), words.unseen())
        });
        each.join("; ")
    }
}

impl Person {
    /// Somebody who is to write so many messages.
    pub fn new(nick: &'static str, other: &'static str, door: SocketAddr, goal: usize) -> Self {
        let fair = Weather {
            gateway: true,
            client: true,
        };
        Self {
            nick,
            other,
            door,
            goal,
            weather: watch::Sender::new(fair),
        }
    }

    /// Connects whenever that is possible, for ever. `me` is whose turn it is at the table.
    pub async fn live(&self, table: &Table, me: usize) {
        let mut weather = self.weather.subscribe();
        loop {
            weather.wait_for(|now| now.is_fair()).await.unwrap();
            let ended = self.attend(table, me, &mut weather).await;
            assert!(
                !self.weather.borrow().is_fair(),
                "{} was thrown out: {ended:?}",
                self.nick
            );
        }
    }

    /// One connection, until it ends or the person leaves.
    async fn attend(
        &self,
        table: &Table,
        me: usize,
        weather: &mut watch::Receiver<Weather>,
    ) -> io::Result<()> {
        let stream = TcpStream::connect(self.door).await?;
        stream.set_nodelay(true)?;
        if fastrand::bool() {
            // Ends with a reset instead of a farewell.
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        }
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        let hello = format!(
            "CAP LS 302\r\nNICK {0}\r\nUSER {0} 0 * :{0}\r\n\
             CAP REQ :echo-message message-tags server-time\r\nCAP END\r\n",
            self.nick
        );
        writing.write_all(hello.as_bytes()).await?;
        let mine = &table.words[me];
        mine.borrow_mut().seen.echoed.push(Vec::new());
        table.words[1 - me].borrow_mut().seen.shown.push(Vec::new());

        let mut in_flight = VecDeque::new();
        let mut changed = table.changed.subscribe();
        let mut registered = false;
        let ended = loop {
            if registered && let Err(error) = self.write(&mut writing, mine, &mut in_flight).await {
                break Err(error);
            }
            tokio::select! {
                _ = weather.wait_for(|now| !now.is_fair()) => break Ok(()),
                line = lines.next_line() => match line {
                    Ok(Some(line)) => {
                        let line = Line::parse(&line);
                        registered |= ["376", "422"].contains(&line.command.as_str());
                        if let Err(error) = self.hear(&line, table, me, &mut writing, &mut in_flight).await {
                            break Err(error);
                        }
                    }
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                },
                _ = changed.changed() => {}
                () = tokio::time::sleep(IMPATIENCE), if registered => {
                    if mine.borrow().accepted() + in_flight.len() < self.goal
                        && in_flight.len() < IN_FLIGHT
                        && let Err(error) = self.write_one(&mut writing, mine, &mut in_flight).await
                    {
                        break Err(error);
                    }
                }
            }
        };
        mine.borrow_mut().unknown += in_flight.len();
        ended
    }

    /// Writes what may be written now.
    async fn write(
        &self,
        writing: &mut OwnedWriteHalf,
        mine: &RefCell<Words>,
        in_flight: &mut VecDeque<u32>,
    ) -> io::Result<()> {
        loop {
            let (accepted, unseen) = (mine.borrow().accepted(), mine.borrow().unseen());
            let count = in_flight.len();
            if count >= IN_FLIGHT || accepted + count >= self.goal || unseen + count >= UNSEEN {
                return Ok(());
            }
            self.write_one(writing, mine, in_flight).await?;
        }
    }

    async fn write_one(
        &self,
        writing: &mut OwnedWriteHalf,
        mine: &RefCell<Words>,
        in_flight: &mut VecDeque<u32>,
    ) -> io::Result<()> {
        let number = {
            let mut mine = mine.borrow_mut();
            mine.written += 1;
            mine.written
        };
        in_flight.push_back(number);
        let padding = ".".repeat(fastrand::usize(0..120));
        let line = format!("PRIVMSG {} :{number} {padding}\r\n", self.other);
        writing.write_all(line.as_bytes()).await
    }

    /// A line has come.
    async fn hear(
        &self,
        line: &Line,
        table: &Table,
        me: usize,
        writing: &mut OwnedWriteHalf,
        in_flight: &mut VecDeque<u32>,
    ) -> io::Result<()> {
        match line.command.as_str() {
            "PING" => {
                let answer = format!("PONG :{}\r\n", line.text());
                return writing.write_all(answer.as_bytes()).await;
            }
            "PRIVMSG" if line.nick() == self.nick && line.parameter(0) == self.other => {
                let seen = seen(line);
                in_flight.retain(|number| *number != seen.number);
                table.words[me].borrow_mut().accept(seen);
            }
            "PRIVMSG" if line.nick() == self.other => {
                table.words[1 - me].borrow_mut().show(seen(line));
            }
            "401" | "404" | "FAIL" => panic!("{} was refused something: {line}", self.nick),
            _ => return Ok(()),
        }
        table.changed.send_replace(());
        Ok(())
    }
}

/// A message in a line of IRC.
pub fn seen(line: &Line) -> Seen {
    let number = line.text().split(' ').next();
    let number = number.and_then(|number| number.parse().ok());
    Seen {
        number: number.unwrap_or_else(|| panic!("nobody wrote {line}")),
        msgid: line.tag("msgid").expect("a msgid").to_owned(),
    }
}
