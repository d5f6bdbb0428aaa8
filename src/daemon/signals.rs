//! What the system tells the program: end, or read the files anew.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::input::{Inbox, Input};

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
    pub async fn pass_on(mut self, inbox: Inbox) {
        loop {
            let input = tokio::select! {
                Some(()) = self.terminate.recv() => Input::Stop,
                Some(()) = self.interrupt.recv() => Input::Stop,
                Some(()) = self.hang_up.recv() => Input::Reload,
                else => return,
            };
            if inbox.send(input).await.is_err() {
                return;
            }
        }
    }
}
