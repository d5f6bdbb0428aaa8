//! The ports on which peers reach us: one for each of our addresses, opened and closed as
//! the addresses come and go and as the mesh wants.

use std::collections::HashMap;
use std::io;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tracing::{debug, info, warn};

use crate::enclave::address::Address;
use crate::enclave::own::Own;
use crate::enclave::transport;
use crate::gateway::event::Event;

use super::input::{Inbox, Input};
use super::tasks;

/// An open port.
struct Listener {
    own: Own,
    accepting: AbortHandle,
}

/// All ports of the peer side.
pub struct Ports {
    port: u16,
    /// Whether our address was given, so that it may be listened on before it is there.
    freebind: bool,
    inbox: Inbox,
    /// Our addresses as they were last seen, and what carries them.
    own: Vec<Own>,
    /// Where the mesh wants to be reached.
    wanted: Vec<Address>,
    listeners: HashMap<Address, Listener>,
    /// Why an address that is wanted cannot be listened on, so that it is told once.
    failures: HashMap<Address, String>,
}

impl Ports {
    /// Nothing is open yet. Callers arrive in the inbox as [`Input::Peer`].
    pub fn new(port: u16, freebind: bool, inbox: Inbox) -> Self {
        Self {
            port,
            freebind,
            inbox,
            own: Vec::new(),
            wanted: Vec::new(),
            listeners: HashMap::new(),
            failures: HashMap::new(),
        }
    }

    /// The number of the port, everybody's.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Our address with what carries it, if it is there.
    pub fn carrier(&self, address: Address) -> Option<&Own> {
        self.own.iter().find(|own| own.address == address)
    }

    /// Where we shall be reached from now on, and nowhere else.
    pub fn want(&mut self, addresses: Vec<Address>, aftermath: &mut Vec<Event>) {
        self.wanted = addresses;
        self.open_listeners(aftermath);
    }

    /// Our addresses, or what carries them, have changed. A port that was bound to an
    /// interface which has been made anew is opened again.
    pub fn set_own(&mut self, own: Vec<Own>, aftermath: &mut Vec<Event>) {
        self.own = own;
        self.open_listeners(aftermath);
    }

    /// Tries again what could not be opened.
    pub fn retry(&mut self, aftermath: &mut Vec<Event>) {
        if self.wanted.len() > self.listeners.len() {
            self.open_listeners(aftermath);
        }
    }

    /// Closes all.
    pub fn close_all(&mut self) {
        self.wanted.clear();
        for (_, listener) in self.listeners.drain() {
            listener.accepting.abort();
        }
    }

    /// Opens what is wanted and can be had, closes what is not wanted or is gone.
    fn open_listeners(&mut self, aftermath: &mut Vec<Event>) {
        let (own, wanted) = (&self.own, &self.wanted);
        self.failures.retain(|address, _| wanted.contains(address));
        self.listeners.retain(|address, listener| {
            let stays = wanted.contains(address) && own.contains(&listener.own);
            if !stays {
                listener.accepting.abort();
                info!(%address, "no longer listening");
            }
            stays
        });
        for address in self.wanted.clone() {
            let Some(own) = self.carrier(address).cloned() else {
                continue;
            };
            if !self.listeners.contains_key(&address) {
                self.open_listener(own, aftermath);
            }
        }
    }

    fn open_listener(&mut self, own: Own, aftermath: &mut Vec<Event>) {
        let address = own.address;
        match transport::listen(&own, self.port, self.freebind) {
            Ok(listening) => {
                info!(%address, port = self.port, "listening for peers");
                if let Some(note) = listening.note {
                    warn!("{note}");
                }
                self.failures.remove(&address);
                let accepting =
                    tasks::spawn(accept(listening.listener, self.inbox.clone())).abort_handle();
                self.listeners.insert(address, Listener { own, accepting });
            }
            Err(error) => {
                let text = error.to_string();
                if self.failures.get(&address) == Some(&text) {
                    return;
                }
                self.failures.insert(address, text.clone());
                // An address that has just come up may not be ready to be used.
                if error.kind() == io::ErrorKind::AddrNotAvailable {
                    debug!("{text}");
                } else {
                    warn!("{text}");
                    aftermath.push(Event::Notice(format!("Peers cannot reach us: {text}")));
                }
            }
        }
    }
}

/// Takes connections and passes them on, one after the other: who connects faster than
/// the driver can look at it waits in the kernel.
async fn accept(listener: TcpListener, inbox: Inbox) {
    loop {
        let accepted = transport::accept(&listener).await;
        if let Err(error) = transport::prepare(&accepted.stream) {
            debug!(remote = %accepted.remote, "gone before it could be taken: {error}");
            continue;
        }
        let input = Input::Peer {
            stream: accepted.stream,
            remote: accepted.remote,
            local: accepted.local,
        };
        if inbox.send(input).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
