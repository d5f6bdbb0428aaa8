//! The sockets of the IRC side: runs each client's connection, and bounds them.

use std::collections::HashMap;
use std::io::ErrorKind;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::spawn_local;
use tracing::{info, warn};

use crate::gateway::event::Event;
use crate::irc::ClientId;
use crate::irc::codec::{BODY_LIMIT, Line, looks_like_http};
use crate::irc::connection;
use crate::pipe::{Ended, Pipe};

use super::input::{Alive, Inbox, report, report_end};

/// How many clients may be connected at once. One person has a handful; a program that
/// connects in a loop must not take the descriptors that the mesh needs.
pub const MOST: usize = 128;

/// What may wait for a client that does not take it, bytes: far more than any backlog,
/// and little enough for every client to be stuck at once.
const SEND_QUEUE: usize = 8 * 1024 * 1024;

/// What a client is told that is closed for not taking what it is sent.
const TOO_SLOW: &str = "SendQ exceeded";

struct Client {
    pipe: Pipe,
    too_slow: bool,
}

/// All clients that have been let in.
pub struct Clients {
    inbox: Inbox,
    alive: Alive,
    next: u64,
    open: HashMap<ClientId, Client>,
}

impl Clients {
    /// Nobody yet.
    pub fn new(inbox: Inbox, alive: Alive) -> Self {
        Self {
            inbox,
            alive,
            next: 1,
            open: HashMap::new(),
        }
    }

    /// Takes over a client's connection, if there is room.
    pub fn admit<S>(&mut self, stream: S) -> Option<ClientId>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        if self.open.len() >= MOST {
            warn!("{MOST} clients are connected; another one was turned away");
            return None;
        }
        let id = ClientId(self.next);
        self.next += 1;
        let pipe = Pipe::new(BODY_LIMIT);
        let (inbox, alive) = (self.inbox.clone(), self.alive.clone());
        spawn_local(run(id, stream, pipe.clone(), inbox, alive));
        self.open.insert(
            id,
            Client {
                pipe,
                too_slow: false,
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
    let mut is_http = false;
    let orders = pipe.clone();
    let deliver = async |line: Line| {
        if std::mem::take(&mut first)
            && let Line::Text(text) = &line
            && looks_like_http(text)
        {
            // A web page can make a browser send lines of its choosing to a port on this
            // machine. Not one of them is obeyed, and nothing is answered.
            warn!("closed a connection that speaks HTTP");
            is_http = true;
            orders.abort();
        }
        if !is_http {
            report(&inbox, Event::ClientLine { client, line }).await;
        }
    };
    let ended = async |ended: Ended| {
        let reason = reason(&ended);
        report_end(&inbox, Event::ClientEnded { client, reason }).await;
    };
    connection::run(stream, pipe, deliver, ended).await;
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
