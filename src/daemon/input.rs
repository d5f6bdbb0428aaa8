//! What reaches the driver from the tasks around it, through bounded channels: one for what
//! peers say, one for all else.

use std::convert::Infallible;

use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use crate::enclave::address::Address;
use crate::gateway::event::Event;
use crate::irc::listener::Origin;
use crate::irc::stream::Stream;

use super::files::BothFiles;

/// How many inputs may wait for the driver. A reader whose input does not fit waits, so
/// this bounds what hostile peers can make us hold: each may be a frame.
pub const WAITING: usize = 64;

/// One input.
pub enum Input {
    /// Something for the pure middle.
    Event(Event),
    /// A connection is over.
    Ended {
        /// Which one, and why.
        event: Event,
        /// Told when the driver has dealt with it, and so with all that the connection
        /// had said before: what there was to answer is then in the pipe.
        dealt_with: oneshot::Sender<()>,
    },
    /// A client has been let in.
    Client {
        /// Its connection.
        stream: Stream,
        /// Where it comes from.
        origin: Origin,
    },
    /// A peer has connected.
    Peer {
        /// Its connection.
        stream: TcpStream,
        /// Its address.
        remote: Address,
        /// Which of ours it connected to.
        local: Address,
    },
    /// Read the files anew (SIGHUP).
    Reload,
    /// The files have been read anew.
    Reloaded(Box<BothFiles>),
    /// End in good order; the second time, at once.
    Stop,
}

/// Where a task puts what it has to say to the driver.
pub type Inbox = mpsc::Sender<Input>;

/// A driver's inbox, and its own end of it.
pub fn channel() -> (Inbox, mpsc::Receiver<Input>) {
    mpsc::channel(WAITING)
}

/// Sends an event. If the driver has gone, so will the task that says this.
pub async fn report(inbox: &Inbox, event: Event) {
    let _ = inbox.send(Input::Event(event)).await;
}

/// The end of a connection, and what tells when the driver has dealt with it.
pub fn ended(event: Event) -> (Input, oneshot::Receiver<()>) {
    let (dealt_with, done) = oneshot::channel();
    (Input::Ended { event, dealt_with }, done)
}

/// Reports the end of a connection, and waits until the driver has dealt with it.
pub async fn report_end(inbox: &Inbox, event: Event) {
    let (input, done) = ended(event);
    let _ = inbox.send(input).await;
    // Fails if the driver has gone, and then there is nothing to wait for.
    let _ = done.await;
}

/// Held by every task that has last words to send: the driver ends when all are let go of.
#[derive(Clone)]
pub struct Alive {
    _held: mpsc::Sender<Infallible>,
}

impl Alive {
    /// The thing to hold, and what ends when nobody holds it any more.
    pub fn new() -> (Self, mpsc::Receiver<Infallible>) {
        let (held, ended) = mpsc::channel(1);
        (Self { _held: held }, ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_driver_is_bounded() {
        let (inbox, _inputs) = channel();
        let taken = (0..1_000).take_while(|_| inbox.try_send(Input::Reload).is_ok());
        assert_eq!(taken.count(), 64);
    }
}
