//! The sockets of the IRC side: runs each client's connection, and bounds them.

use std::collections::BTreeMap;
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

/// Clients at one time that have been told to go and are waited for, so that they read why.
/// They take no place from others; beyond, the one that was told first is not waited for any
/// more.
const CLOSING: usize = 32;

/// What may wait for a client that does not take it, bytes: far more than any backlog,
/// and little enough for every client to be stuck at once.
const SEND_QUEUE: usize = 8 * 1024 * 1024;

/// What a client is told that is closed for not taking what it is sent.
const TOO_SLOW: &str = "SendQ exceeded";

/// What every TLS connection begins with (RFC 8446, section 5.1: `handshake`).
const TLS_HANDSHAKE: char = '\x16';

/// A client with more than this waiting for it, bytes, is behind: peers that say much have to
/// wait. Otherwise one contact that talks without end would have every client closed. It is a
/// second or two of a fast client's work.
const BEHIND: usize = 256 * 1024;

/// With more than this it is far behind, and all peers have to wait: many who say little are
/// too much, too, or one whose every word is a thousand lines.
const FAR_BEHIND: usize = SEND_QUEUE / 2;

/// A client has taken nearly all once no more than this waits for it, bytes: so much is still
/// there to be sent while the next is made.
const DRAINED: usize = 16 * 1024;

/// How long everybody waits for a client that is behind and takes nothing at all, or next to
/// nothing: it may be stopped, or its terminal. After that it is on its own, until it has taken
/// more in the same time. Tests are in a hurry.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 300 } else { 2000 });

/// How much a client has to take in that time to be waited for again, bytes: as much as a slow
/// telephone line carries. For one that takes a byte now and then, nobody should wait.
const PROGRESS: u64 = 64 * 1024;

/// Until when a client that is behind is waited for, or left alone.
struct Wait {
    until: Instant,
    /// What it had taken when that was decided.
    taken: u64,
    is_waited_for: bool,
}

struct Client {
    pipe: Pipe,
    too_slow: bool,
    /// It is to go, and nobody waits for it but to have read its last words.
    closing: bool,
    /// None while it is not behind.
    wait: Option<Wait>,
    /// It is not read.
    is_paused: bool,
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
    /// Until when it is to be waited for; none where it is not behind, or takes too little.
    fn is_behind_until(&mut self) -> Option<Instant> {
        if self.too_slow || self.pipe.queued() <= BEHIND {
            self.wait = None;
            return None;
        }
        let (now, taken) = (Instant::now(), self.pipe.taken());
        let anew = |is_waited_for| Wait {
            until: now + PATIENCE,
            taken,
            is_waited_for,
        };
        let wait = self.wait.get_or_insert_with(|| anew(true));
        if wait.until <= now {
            *wait = anew(taken - wait.taken >= PROGRESS);
        }
        wait.is_waited_for.then_some(wait.until)
    }
}

/// All clients that have been let in.
pub struct Clients {
    inbox: Inbox,
    alive: Alive,
    turn_away: TurnAway,
    next: u64,
    open: BTreeMap<ClientId, Client>,
    /// Somebody is not read.
    any_paused: bool,
}

impl Clients {
    /// Nobody yet.
    pub fn new(inbox: Inbox, alive: Alive) -> Self {
        Self {
            inbox,
            alive,
            turn_away: TurnAway::default(),
            next: 1,
            open: BTreeMap::new(),
            any_paused: false,
        }
    }

    /// Takes over a client's connection, if there is room; otherwise it is told that there
    /// is none.
    pub fn admit<S>(&mut self, stream: S) -> Option<ClientId>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        if self.open.len() - self.closing().count() >= MOST {
            warn!("{MOST} clients are connected; another one was turned away");
            let reason = format!("Closing link: {MOST} clients are connected already");
            self.turn_away.tell(stream, format!("ERROR :{reason}\r\n"));
            return None;
        }
        let id = ClientId(self.next);
        self.next += 1;
        let pipe = Pipe::new(BODY_LIMIT);
        let (inbox, alive) = (self.inbox.clone(), self.alive.clone());
        tasks::spawn(run(id, stream, pipe.clone(), inbox, alive));
        self.open.insert(
            id,
            Client {
                pipe,
                too_slow: false,
                closing: false,
                wait: None,
                is_paused: false,
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
            self.close(id);
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

    /// Has these clients wait with what they say, and no others.
    pub fn set_paused(&mut self, has_to_wait: impl Fn(ClientId) -> bool) {
        self.any_paused = false;
        for (id, client) in &mut self.open {
            let has_to_wait = has_to_wait(*id);
            self.any_paused |= has_to_wait;
            if client.is_paused != has_to_wait {
                client.is_paused = has_to_wait;
                client.pipe.set_paused(has_to_wait);
            }
        }
    }

    /// Has nobody wait any more.
    pub fn set_paused_none(&mut self) {
        if self.any_paused {
            self.set_paused(|_| false);
        }
    }

    /// Whether a client has so much to read that peers should not add much to it now.
    pub fn is_behind(&mut self) -> bool {
        let mut clients = self.open.values_mut();
        clients.any(|client| client.is_behind_until().is_some())
    }

    /// Whether it has so much that they should not add anything.
    pub fn is_far_behind(&mut self) -> bool {
        let clients = self.open.values_mut();
        let mut far = clients.filter(|client| client.pipe.queued() > FAR_BEHIND);
        far.any(|client| client.is_behind_until().is_some())
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
    pub fn close(&mut self, id: ClientId) {
        let Some(client) = self.open.get_mut(&id) else {
            return;
        };
        client.closing = true;
        client.pipe.close();
        let beyond = self.closing().count().saturating_sub(CLOSING);
        for client in self.closing().take(beyond) {
            client.pipe.abort();
        }
    }

    /// Those that are to go.
    fn closing(&self) -> impl Iterator<Item = &Client> {
        self.open.values().filter(|client| client.closing)
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
///
/// Programs that are older than UTF-8 say who they are in another encoding, and may begin with
/// that. No page can have a browser begin with such a word and with bytes that are no UTF-8.
fn foreign(first: &Line) -> Option<&'static str> {
    match first {
        Line::Text(text) if looks_like_http(text) => Some("speaks HTTP"),
        Line::Text(text) if text.starts_with(TLS_HANDSHAKE) => Some("speaks TLS"),
        Line::Text(_) => None,
        Line::TooLong => Some("began with a line that is too long"),
        Line::NotUtf8(text) if looks_like_http(text) => Some("speaks HTTP"),
        Line::NotUtf8(text) if begins_as_a_client(text) => None,
        Line::NotUtf8(_) => Some("began with a line that is no text (TLS?)"),
    }
}

/// Whether a line is one of those with which clients begin.
fn begins_as_a_client(line: &str) -> bool {
    let first = line.split(' ').next().unwrap_or_default();
    ["CAP", "PASS", "NICK", "USER"].contains(&first)
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
