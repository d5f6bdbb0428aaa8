//! What the system tells the program: end, or read the files anew.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::input::{Inbox, Input};

/// What a closed terminal means (SIGHUP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HangUp {
    /// To a daemon, which has no terminal: read the files anew.
    Reload,
    /// To a program that somebody is watching: end.
    Stop,
}

/// The signals that are listened to.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens from now on; before that, each of them ends the program as it stands.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Passes them on for as long as somebody listens.
    pub async fn pass_on(mut self, inbox: Inbox, hang_up: HangUp) {
        loop {
            let input = tokio::select! {
                Some(()) = self.terminate.recv() => Input::Stop,
                Some(()) = self.interrupt.recv() => Input::Stop,
                Some(()) = self.hang_up.recv() => match hang_up {
                    HangUp::Reload => Input::Reload,
                    HangUp::Stop => Input::Stop,
                },
                else => return,
            };
            if inbox.send(input).await.is_err() {
                return;
            }
        }
    }
}
