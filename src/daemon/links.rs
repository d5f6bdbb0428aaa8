//! The sockets of the peer side: carries out the mesh's orders.

use std::collections::HashMap;
use std::io;

use bytes::BytesMut;
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tracing::{debug, warn};

use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::mesh::DialFailure;
use crate::enclave::order::Order;
use crate::enclave::own::Own;
use crate::enclave::transport::{self, Watch};
use crate::gateway::event::Event;
use crate::pipe::{Ended, Pipe};

use super::descriptors;
use super::hearing::{Hearing, HearingOfOne};
use super::input::{Alive, Inbox, report};
use super::ports::Ports;
use super::tasks;

/// What may wait for a peer that does not take it, bytes. One that is this far behind is
/// dropped and dialled anew. Of messages no more is on its way than a window and the one that
/// reaches its end, about 1 MiB; the rest is for receipts, of which there can be many at once.
const SEND_QUEUE: usize = 16 * 1024 * 1024;

/// One connection with a peer, or one attempt to make it.
struct Link {
    pipe: Pipe,
    watch: Watch,
    /// The attempt, until it has succeeded.
    dialling: Option<AbortHandle>,
}

/// All sockets of the peer side.
pub struct Links {
    ports: Ports,
    inbox: Inbox,
    /// Where frames go, and what is acknowledged, and ends behind them.
    hearing: Hearing,
    alive: Alive,
    open: HashMap<ConnectionId, Link>,
    /// How many there may be: what the system allows, less what all else needs.
    most: usize,
    /// There are that many, and it has been said.
    is_full: bool,
}

impl Links {
    /// No socket yet. `port` is everybody's, ours and the peers'. Into `hearing` goes what
    /// peers say, into `inbox` all else.
    pub fn new(port: u16, freebind: bool, inbox: Inbox, hearing: Hearing, alive: Alive) -> Self {
        Self {
            ports: Ports::new(port, freebind, inbox.clone()),
            inbox,
            hearing,
            alive,
            open: HashMap::new(),
            most: descriptors::for_peers(),
            is_full: false,
        }
    }

    /// Whether there is room for one more connection. Where there is none, a caller is
    /// closed at once, and dials later again by itself; that is better than being taken by
    /// the kernel and never answered, and it leaves the person's clients a way in.
    pub fn has_room(&mut self) -> bool {
        let was_full = self.is_full;
        self.is_full = self.open.len() >= self.most;
        if self.is_full && !was_full {
            warn!(
                "no room for more than {} connections with peers; raise the limit on open \
                 files (ulimit -Hn, or LimitNOFILE= of the service)",
                self.most
            );
        }
        !self.is_full
    }

    /// Takes over a peer's connection to us. It is not read until the mesh says so.
    pub fn accepted(&mut self, connection: ConnectionId, stream: TcpStream) {
        let (pipe, watch) = (waiting_pipe(), Watch::default());
        let (hearing, alive) = (self.hearing.of_one(), self.alive.clone());
        let task = run(
            connection,
            stream,
            pipe.clone(),
            watch.clone(),
            hearing,
            alive,
        );
        tasks::spawn(task);
        let dialling = None;
        self.open.insert(
            connection,
            Link {
                pipe,
                watch,
                dialling,
            },
        );
    }

    /// A dial has ended; to be called before the mesh hears of it.
    pub fn dialled(&mut self, connection: ConnectionId, succeeded: bool) {
        if !succeeded {
            self.open.remove(&connection);
        } else if let Some(link) = self.open.get_mut(&connection) {
            link.dialling = None;
        }
    }

    /// A connection is over; to be called before the mesh hears of it.
    pub fn ended(&mut self, connection: ConnectionId) {
        self.open.remove(&connection);
    }

    /// Carries out one order. What comes of it at once is added to `aftermath`.
    pub fn obey(&mut self, order: Order, aftermath: &mut Vec<Event>) {
        match order {
            Order::Listen { addresses } => {
                self.ports.want(addresses, aftermath);
            }
            Order::Dial {
                connection,
                from,
                to,
            } => self.dial(connection, from, to, aftermath),
            Order::Read {
                connection,
                max_frame,
            } => self.with(connection, |pipe| {
                pipe.set_limit(max_frame);
                pipe.set_paused(false);
            }),
            Order::Pause { connection } => self.with(connection, |pipe| pipe.set_paused(true)),
            Order::Write { connection, frame } => self.with(connection, |pipe| {
                pipe.push(&frame);
                if pipe.queued() > SEND_QUEUE {
                    warn!("a peer takes nothing of what is sent; its connection is dropped");
                    pipe.abort();
                }
            }),
            Order::Watch { connection } => {
                if let Some(link) = self.open.get(&connection) {
                    link.watch.order();
                }
            }
            Order::HalfClose { connection } => self.with(connection, Pipe::half_close),
            Order::Close { connection } => self.with(connection, Pipe::close),
            Order::Abort { connection } => self.abort(connection),
        }
    }

    /// Our addresses, or what carries them, have changed. The mesh is told of addresses;
    /// a port that was bound to an interface which has been made anew is opened again
    /// without its knowing.
    pub fn set_own(&mut self, own: Vec<Own>, aftermath: &mut Vec<Event>) {
        self.ports.set_own(own, aftermath);
    }

    /// Tries again what could not be opened.
    pub fn retry(&mut self, aftermath: &mut Vec<Event>) {
        self.ports.retry(aftermath);
    }

    /// Closes every port, gives up every dial, and sends what is queued.
    pub fn close_all(&mut self) {
        self.ports.close_all();
        for link in self.open.values() {
            match &link.dialling {
                Some(task) => task.abort(),
                None => link.pipe.close(),
            }
        }
    }

    fn with(&self, connection: ConnectionId, act: impl FnOnce(&Pipe)) {
        // It may have ended, and the mesh not heard of it yet.
        if let Some(link) = self.open.get(&connection) {
            act(&link.pipe);
        }
    }

    fn abort(&mut self, connection: ConnectionId) {
        let Some(link) = self.open.get(&connection) else {
            return;
        };
        match &link.dialling {
            Some(task) => {
                task.abort();
                self.open.remove(&connection);
            }
            None => link.pipe.abort(),
        }
    }

    fn dial(
        &mut self,
        connection: ConnectionId,
        from: Address,
        to: Address,
        aftermath: &mut Vec<Event>,
    ) {
        // The address may have gone since the mesh last heard.
        let own = self.ports.carrier(from).cloned();
        let Some(own) = own.filter(|_| self.has_room()) else {
            let outcome = Err(DialFailure::Local);
            aftermath.push(Event::Dialled {
                connection,
                outcome,
            });
            return;
        };
        let (pipe, watch) = (waiting_pipe(), Watch::default());
        let (inbox, hearing) = (self.inbox.clone(), self.hearing.of_one());
        let alive = self.alive.clone();
        let (port, connected, watched) = (self.ports.port(), pipe.clone(), watch.clone());
        let task = tasks::spawn(async move {
            let outcome = transport::dial(Some(&own), to, port).await;
            let outcome = outcome.and_then(|stream| {
                transport::prepare(&stream)?;
                Ok(stream)
            });
            match outcome {
                Ok(stream) => {
                    let outcome = Ok(());
                    let event = Event::Dialled {
                        connection,
                        outcome,
                    };
                    report(&inbox, event).await;
                    run(connection, stream, connected, watched, hearing, alive).await;
                }
                Err(error) => {
                    debug!(%to, "cannot connect: {error}");
                    let outcome = Err(failure(&error));
                    let event = Event::Dialled {
                        connection,
                        outcome,
                    };
                    report(&inbox, event).await;
                }
            }
        });
        let dialling = Some(task.abort_handle());
        self.open.insert(
            connection,
            Link {
                pipe,
                watch,
                dialling,
            },
        );
    }
}

/// A connection is not read until the mesh orders it, which also sets the limit.
fn waiting_pipe() -> Pipe {
    let pipe = Pipe::new(0);
    pipe.set_paused(true);
    pipe
}

/// What kind of failure it was. The texts of the system say more, but go to the log only.
fn failure(error: &io::Error) -> DialFailure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => DialFailure::Refused,
        io::ErrorKind::TimedOut => DialFailure::TimedOut,
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown => DialFailure::Unreachable,
        _ => DialFailure::Local,
    }
}

/// Runs one connection until it ends, and says so.
async fn run(
    connection: ConnectionId,
    stream: TcpStream,
    pipe: Pipe,
    watch: Watch,
    hearing: HearingOfOne,
    _alive: Alive,
) {
    let deliver = async |frame: BytesMut| hearing.frame(connection, frame).await;
    let acknowledged = async |bytes| {
        let event = Event::Acknowledged { connection, bytes };
        hearing.event(event).await;
    };
    let ended = async |ended: Ended| {
        match ended {
            Ended::ByUs | Ended::ByOther => {}
            Ended::Failed(error) => debug!("a peer's connection has failed: {error}"),
            // Says how long a frame was, nothing of what was in it.
            Ended::Broken(why) => warn!("a peer's connection was closed: {why}"),
        }
        hearing.end(Event::LinkEnded { connection }).await;
    };
    transport::run(stream, pipe, watch, deliver, acknowledged, ended).await;
}

#[cfg(test)]
mod tests;
