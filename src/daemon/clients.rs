//! The sockets of the IRC side: runs each client's connection, and bounds them.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use crate::gateway::event::Event;
use crate::irc::ClientId;
use crate::irc::codec::{BODY_LIMIT, Line, looks_like_http};
use crate::irc::connection;
use crate::pipe::{Ended, Pipe};

use super::input::{Alive, Inbox, report, report_end};
use super::tasks;
use super::turn_away::TurnAway;

/// How many clients may be connected at once. One person has a handful; a program that
/// connects in a loop must not take the descriptors that the mesh needs.
pub const MOST: usize = 128;

/// What may wait for a client that does not take it, bytes: far more than any backlog,
/// and little enough for every client to be stuck at once.
const SEND_QUEUE: usize = 8 * 1024 * 1024;

/// What a client is told that is closed for not taking what it is sent.
const TOO_SLOW: &str = "SendQ exceeded";

/// What every TLS connection begins with (RFC 8446, section 5.1: `handshake`).
const TLS_HANDSHAKE: char = '\x16';

/// A client with more than this waiting for it, bytes, is behind: peers have to wait.
/// Otherwise one contact that talks without end would have every client closed. It is a
/// second or two of a fast client's work.
const BEHIND: usize = 256 * 1024;

/// A client has taken nearly all once no more than this waits for it, bytes: so much is still
/// there to be sent while the next is made.
const DRAINED: usize = 16 * 1024;

/// How long everybody waits for a client that is behind and takes nothing at all: it may be
/// stopped, or its terminal. After that it is on its own, until it takes something.
const PATIENCE: Duration = Duration::from_secs(2);

struct Client {
    pipe: Pipe,
    too_slow: bool,
    /// Until when it is waited for, and what it had taken when that was decided.
    waited_for: Option<(Instant, u64)>,
    /// Tells the middle when it has taken what it was sent.
    draining: Option<AbortHandle>,
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(draining) = &self.draining {
            draining.abort();
        }
    }
}

impl Client {
    /// Until when it is to be waited for; none where it is not behind, or takes nothing.
    fn is_behind_until(&mut self) -> Option<Instant> {
        if self.too_slow || self.pipe.queued() <= BEHIND {
            self.waited_for = None;
            return None;
        }
        let (now, taken) = (Instant::now(), self.pipe.taken());
        let (until, taken_then) = *self.waited_for.get_or_insert((now + PATIENCE, taken));
        if taken != taken_then {
            self.waited_for = Some((now + PATIENCE, taken));
            return Some(now + PATIENCE);
        }
        (now < until).then_some(until)
    }
}

/// All clients that have been let in.
pub struct Clients {
    inbox: Inbox,
    alive: Alive,
    turn_away: TurnAway,
    next: u64,
    open: HashMap<ClientId, Client>,
    /// Nobody is read: the disk has to catch up.
    paused: bool,
}

impl Clients {
    /// Nobody yet.
    pub fn new(inbox: Inbox, alive: Alive) -> Self {
        Self {
            inbox,
            alive,
            turn_away: TurnAway::default(),
            next: 1,
            open: HashMap::new(),
            paused: false,
        }
    }

    /// Takes over a client's connection, if there is room; otherwise it is told that there
    /// is none.
    pub fn admit<S>(&mut self, stream: S) -> Option<ClientId>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        if self.open.len() >= MOST {
            warn!("{MOST} clients are connected; another one was turned away");
            let reason = format!("Closing link: {MOST} clients are connected already");
            self.turn_away.tell(stream, format!("ERROR :{reason}\r\n"));
            return None;
        }
        let id = ClientId(self.next);
        self.next += 1;
        let pipe = Pipe::new(BODY_LIMIT);
        pipe.set_paused(self.paused);
        let (inbox, alive) = (self.inbox.clone(), self.alive.clone());
        tasks::spawn(run(id, stream, pipe.clone(), inbox, alive));
        self.open.insert(
            id,
            Client {
                pipe,
                too_slow: false,
                waited_for: None,
                draining: None,
            },
        );
        Some(id)
    }

    /// Sends lines to a client, or closes it if it does not take them.
    pub fn send(&mut self, id: ClientId, lines: &[u8]) {
        // It may have gone, and the middle not heard of it yet.
        let Some(client) = self.open.get_mut(&id) else {
            return;
        };
        client.pipe.push(lines);
        if client.pipe.queued() > SEND_QUEUE && !client.too_slow {
            info!(
                client = id.0,
                "{TOO_SLOW}: the client takes nothing of what it is sent"
            );
            client.too_slow = true;
            let last = format!("ERROR :Closing link: {TOO_SLOW}\r\n");
            client.pipe.push(last.as_bytes());
            client.pipe.close();
        }
    }

    /// Has the middle told when a client has taken nearly all that was sent.
    pub fn tell_when_drained(&mut self, id: ClientId) {
        let Some(client) = self.open.get_mut(&id) else {
            return;
        };
        let (pipe, inbox) = (client.pipe.clone(), self.inbox.clone());
        let waits = tasks::spawn(async move {
            pipe.drained_to(DRAINED).await;
            report(&inbox, Event::ClientDrained { client: id }).await;
        });
        let before = client.draining.replace(waits.abort_handle());
        if let Some(before) = before {
            before.abort();
        }
    }

    /// Has all clients wait with what they say, or not any more.
    pub fn set_paused(&mut self, paused: bool) {
        if self.paused != paused {
            self.paused = paused;
            for client in self.open.values() {
                client.pipe.set_paused(paused);
            }
        }
    }

    /// Whether a client has so much to read that peers should not add to it now.
    pub fn is_behind(&mut self) -> bool {
        let mut clients = self.open.values_mut();
        clients.any(|client| client.is_behind_until().is_some())
    }

    /// Waits until a client is not behind any more, or not waited for. May be dropped and
    /// called again.
    pub async fn catch_up(&mut self) {
        let mut clients = self.open.values_mut();
        let behind = clients.find_map(|client| Some((client.is_behind_until()?, &client.pipe)));
        if let Some((until, pipe)) = behind {
            // Either way it is looked at again.
            let _ = timeout_at(until, pipe.drained_to(BEHIND)).await;
        }
    }

    /// Sends what is queued, then closes.
    pub fn close(&self, id: ClientId) {
        if let Some(client) = self.open.get(&id) {
            client.pipe.close();
        }
    }

    /// Does the same with all.
    pub fn close_all(&self) {
        for client in self.open.values() {
            client.pipe.close();
        }
    }

    /// A client's connection is over; to be called before the middle hears of it. Returns
    /// the reason that people are told.
    pub fn ended(&mut self, id: ClientId, reason: String) -> String {
        match self.open.remove(&id) {
            Some(client) if client.too_slow => TOO_SLOW.to_owned(),
            _ => reason,
        }
    }
}

async fn run<S>(client: ClientId, stream: S, pipe: Pipe, inbox: Inbox, _alive: Alive)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let mut first = true;
    let mut is_heard = true;
    let orders = pipe.clone();
    let deliver = async |line: Line| {
        if std::mem::take(&mut first)
            && let Some(what) = foreign(&line)
        {
            warn!("closed a connection that {what}");
            is_heard = false;
            orders.abort();
        }
        if is_heard {
            report(&inbox, Event::ClientLine { client, line }).await;
        }
    };
    let ended = async |ended: Ended| {
        let reason = reason(&ended);
        report_end(&inbox, Event::ClientEnded { client, reason }).await;
    };
    connection::run(stream, pipe, deliver, ended).await;
}

/// What speaks to us, where the first line says that it is no IRC client.
///
/// A web page can make a browser send lines of its choosing to a port on this machine, as
/// the body of a request over HTTP, or inside a TLS handshake. Not one of them may be
/// obeyed, and nothing is answered. The page also chooses how long the request line is, and
/// a handshake is no text; no client begins with a line that cannot be read.
fn foreign(first: &Line) -> Option<&'static str> {
    match first {
        Line::Text(text) if looks_like_http(text) => Some("speaks HTTP"),
        Line::Text(text) if text.starts_with(TLS_HANDSHAKE) => Some("speaks TLS"),
        Line::Text(_) => None,
        Line::TooLong => Some("began with a line that is too long"),
        Line::NotUtf8(_) => Some("began with a line that is no text (TLS?)"),
    }
}

/// Why a client has gone, in the words of other IRC servers.
fn reason(ended: &Ended) -> String {
    match ended {
        Ended::ByOther | Ended::ByUs => "Connection closed".to_owned(),
        Ended::Failed(error) => match error.kind() {
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                "Connection reset by peer".to_owned()
            }
            ErrorKind::TimedOut => "Connection timed out".to_owned(),
            _ => error.to_string(),
        },
        Ended::Broken(why) => why.clone(),
    }
}

#[cfg(test)]
mod tests;
