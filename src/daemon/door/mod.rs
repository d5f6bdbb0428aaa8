//! The doors for IRC clients: opening them, and who may come in.
//!
//! Whoever is let in reads and writes in the person's name, so it has to be the person. On a
//! unix socket the system says who it is; on loopback it is looked up (see
//! [`owner`]). Of all others the door knows nothing: with a password
//! configured they may come in and show it, without one they may not.

mod crowd;
mod handshake;
mod porter;

use std::cell::RefCell;
use std::rc::Rc;

use tokio::task::AbortHandle;
use tracing::{info, warn};

use crate::config::{self, Allow, Host, Listen};
use crate::irc::listener::{Address, BindError, Listener, Transport, bind};
use crate::irc::tls::Identity;

use super::input::Inbox;
use super::owner;
use super::tasks;

use porter::Porter;

/// One open door.
#[derive(Debug)]
pub struct Door {
    listener: Listener,
    transport: Transport,
    /// What it is called in the URL of a page.
    hosts: Vec<String>,
}

/// Opens the doors.
///
/// # Errors
///
/// If one cannot be opened: which, why, and what to do.
pub async fn open(listen: &[Listen]) -> Result<Vec<Door>, BindError> {
    let mut doors = Vec::new();
    for listen in listen {
        let listeners = bind(&address(listen)).await?;
        doors.extend(listeners.into_iter().map(|listener| Door {
            listener,
            transport: listen.transport(),
            hosts: listen.host_names(),
        }));
    }
    Ok(doors)
}

fn address(listen: &Listen) -> Address {
    match listen {
        Listen::Tcp { host, port, .. } => Address::Tcp {
            host: match host {
                Host::Address(address) => address.to_string(),
                named => named.to_string(),
            },
            port: *port,
        },
        Listen::Unix(path) => Address::Unix(path.clone()),
    }
}

/// Who may come in, and what they have to be shown.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Who on this machine is trusted.
    pub allow: Allow,
    /// Whether there is a key, so that whoever is not trusted may come in and show it.
    pub has_key: bool,
    /// The sites whose pages may connect, besides the door's own hosts.
    pub sites: Vec<String>,
    /// Our certificate.
    pub identity: Option<Identity>,
}

impl Policy {
    /// As configured.
    pub fn new(irc: &config::Irc, identity: Option<Identity>) -> Self {
        Self {
            allow: irc.allow,
            has_key: !irc.password.is_empty() || !irc.fingerprints.is_empty(),
            sites: irc.origins.clone(),
            identity,
        }
    }
}

/// The policy as it is now, shared with the tasks at the doors.
type Shared = Rc<RefCell<Rc<Policy>>>;

/// Open doors. Closed when dropped.
pub struct Doors {
    policy: Shared,
    tasks: Vec<AbortHandle>,
}

impl Doors {
    /// Lets clients in at these doors from now on; they arrive as
    /// [`Input::Client`](super::input::Input::Client).
    pub fn attend(doors: Vec<Door>, policy: Policy, server_name: &str, inbox: &Inbox) -> Self {
        let has_tcp = (doors.iter()).any(|door| door.listener.local_address().is_some());
        let can_be_told = owner::can_be_told();
        if policy.allow == Allow::SameUser && has_tcp && !can_be_told && !policy.has_key {
            warn!(
                "cannot tell users apart here: anyone on this machine can connect; a unix socket in [irc] listen is safe"
            );
        }
        let policy = Rc::new(RefCell::new(Rc::new(policy)));
        let porter = Porter::new(Rc::clone(&policy), server_name, inbox, can_be_told);
        let tasks = doors
            .into_iter()
            .map(|door| {
                let scheme = door.transport.scheme();
                info!("IRC clients can connect to {scheme}{}", door.listener);
                tasks::spawn(porter.clone().attend(door)).abort_handle()
            })
            .collect();
        Self { policy, tasks }
    }

    /// Changes who may come in, and the certificate, for those who come from now on. Without
    /// a new certificate the old one stays: a door that is open needs it.
    pub fn set_policy(&self, mut policy: Policy) {
        let mut current = self.policy.borrow_mut();
        policy.identity = policy.identity.or_else(|| current.identity.clone());
        *current = Rc::new(policy);
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests;
