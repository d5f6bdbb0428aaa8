//! The doors for IRC clients: opening them, and who may come in.
//!
//! Whoever is let in reads and writes in the person's name, so without a password it has
//! to be the person. On a unix socket the system says who it is; on loopback it is looked
//! up (see [`owner`]).

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use rustix::process::geteuid;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, spawn_blocking, spawn_local};
use tracing::{info, warn};

use crate::config::{Allow, Listen};
use crate::irc::listener::{Address, BindError, Listener, Origin, bind};
use crate::irc::stream::Stream;

use super::input::{Inbox, Input};
use super::owner;
use super::turn_away::TurnAway;

/// Connections that are being looked up at one time. The next ones wait in the kernel, so
/// that a program that connects in a loop costs us this much and no more.
const AT_THE_DOOR: usize = 16;

/// Opens the doors.
///
/// # Errors
///
/// If one cannot be opened: which, why, and what to do.
pub async fn open(listen: &[Listen]) -> Result<Vec<Listener>, BindError> {
    let mut listeners = Vec::new();
    for listen in listen {
        listeners.extend(bind(&address(listen)).await?);
    }
    Ok(listeners)
}

fn address(listen: &Listen) -> Address {
    match listen {
        Listen::Localhost(port) => Address::Tcp {
            host: "localhost".to_owned(),
            port: *port,
        },
        Listen::Loopback(address) => Address::Tcp {
            host: address.ip().to_string(),
            port: address.port(),
        },
        Listen::Unix(path) => Address::Unix(path.clone()),
    }
}

/// Who may come in, and what they are told who may not.
#[derive(Clone)]
struct Porter {
    allow: Rc<Cell<Allow>>,
    server_name: Rc<str>,
    inbox: Inbox,
    at_the_door: Arc<Semaphore>,
    turn_away: TurnAway,
    /// Whether the system tells whose a connection is. Asked once: where it fails to tell
    /// later on, because something has used up all descriptors, nobody is let in.
    can_be_told: bool,
}

/// Open doors. Closed when dropped.
pub struct Doors {
    allow: Rc<Cell<Allow>>,
    tasks: Vec<AbortHandle>,
}

impl Doors {
    /// Lets clients in at these doors from now on; they arrive as [`Input::Client`].
    pub fn attend(
        listeners: Vec<Listener>,
        allow: Allow,
        server_name: &str,
        inbox: &Inbox,
    ) -> Self {
        let has_tcp = listeners
            .iter()
            .any(|listener| listener.local_address().is_some());
        let can_be_told = owner::can_be_told();
        if allow == Allow::SameUser && has_tcp && !can_be_told {
            warn!(
                "cannot tell users apart here: anyone on this machine can connect; a unix socket in [irc] listen is safe"
            );
        }
        let allow = Rc::new(Cell::new(allow));
        let porter = Porter {
            allow: Rc::clone(&allow),
            server_name: server_name.into(),
            inbox: inbox.clone(),
            at_the_door: Arc::new(Semaphore::new(AT_THE_DOOR)),
            turn_away: TurnAway::default(),
            can_be_told,
        };
        let tasks = listeners
            .into_iter()
            .map(|listener| {
                info!("IRC clients can connect to {listener}");
                spawn_local(porter.clone().attend(listener)).abort_handle()
            })
            .collect();
        Self { allow, tasks }
    }

    /// Changes who may come in, for those who come from now on.
    pub fn set_allow(&self, allow: Allow) {
        self.allow.set(allow);
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Porter {
    async fn attend(self, listener: Listener) {
        // Nobody closes the semaphore.
        while let Ok(place) = Arc::clone(&self.at_the_door).acquire_owned().await {
            let (stream, origin) = listener.accept().await;
            let porter = self.clone();
            spawn_local(async move {
                porter.receive(stream, origin).await;
                drop(place);
            });
        }
    }

    async fn receive(self, stream: Stream, origin: Origin) {
        let refusal = match self.allow.get() {
            Allow::Anyone => None,
            Allow::SameUser => refusal(origin, self.can_be_told).await,
        };
        let Some(refusal) = refusal else {
            // If nobody listens any more, the program ends.
            let _ = self.inbox.send(Input::Client { stream, origin }).await;
            return;
        };
        warn!("turned a client away: {refusal}");
        let server = &self.server_name;
        let lines = format!(":{server} 464 * :{refusal}\r\nERROR :{refusal}\r\n");
        self.turn_away.tell(stream, lines);
    }
}

/// Why this client may not come in, if it may not.
async fn refusal(origin: Origin, can_be_told: bool) -> Option<String> {
    let user = match origin {
        // The socket's file is ours alone; the system has checked.
        Origin::Unix { uid: None } => return None,
        Origin::Unix { uid: Some(uid) } => Ok(Some(uid)),
        // Said at the start.
        Origin::Tcp { .. } if !can_be_told => return None,
        Origin::Tcp { peer, local } => spawn_blocking(move || owner::find(peer, local))
            .await
            .unwrap_or_else(|error| Err(error.into())),
    };
    match user {
        Ok(Some(user)) if user == geteuid().as_raw() || user == 0 => None,
        Ok(Some(user)) => Some(format!(
            "your user ({user}) is not the one who runs this gateway; see allow in [irc]"
        )),
        Ok(None) => Some("cannot tell whose connection this is: it has gone already".to_owned()),
        Err(error) => Some(format!("cannot tell whose connection this is: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::input;
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpStream, UnixStream};
    use tokio::task::LocalSet;

    fn any_port() -> Address {
        "127.0.0.1:0".parse().unwrap()
    }

    #[tokio::test]
    async fn our_own_connection_is_let_in() {
        let inside = async {
            let folder = tempfile::tempdir().unwrap();
            let socket = folder.path().join("irc");
            let mut listeners = bind(&any_port()).await.unwrap();
            let door = listeners[0].local_address().unwrap();
            listeners.extend(bind(&Address::Unix(socket.clone())).await.unwrap());
            let (inbox, mut inputs) = input::channel();
            let _doors = Doors::attend(listeners, Allow::SameUser, "here", &inbox);

            let _tcp = TcpStream::connect(door).await.unwrap();
            let Some(Input::Client { origin, .. }) = inputs.recv().await else {
                panic!("not let in over TCP");
            };
            assert!(matches!(origin, Origin::Tcp { local, .. } if local == door));
            let _unix = UnixStream::connect(&socket).await.unwrap();
            let Some(Input::Client { origin, .. }) = inputs.recv().await else {
                panic!("not let in over the unix socket");
            };
            assert!(matches!(origin, Origin::Unix { .. }));
        };
        LocalSet::new().run_until(inside).await;
    }

    /// Who connects and closes at once leaves a socket that claims to be root's.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn who_cannot_be_told_is_turned_away_with_a_reason() {
        let inside = async {
            let mut listeners = bind(&any_port()).await.unwrap();
            let listener = listeners.pop().unwrap();
            let door = listener.local_address().unwrap();
            drop(TcpStream::connect(door).await.unwrap());
            let (_, origin) = listener.accept().await;
            let reason = refusal(origin, true).await.unwrap();
            assert!(reason.contains("gone already"), "{reason}");
        };
        LocalSet::new().run_until(inside).await;
    }

    #[tokio::test]
    async fn another_user_is_refused_in_irc() {
        let inside = async {
            let other = geteuid().as_raw() + 1;
            let origin = Origin::Unix { uid: Some(other) };
            assert!(refusal(origin, true).await.is_some());
            assert!(refusal(Origin::Unix { uid: Some(0) }, true).await.is_none());

            let (inbox, mut inputs) = input::channel();
            let porter = Porter {
                allow: Rc::new(Cell::new(Allow::SameUser)),
                server_name: "enclave.local".into(),
                inbox,
                at_the_door: Arc::new(Semaphore::new(1)),
                turn_away: TurnAway::default(),
                can_be_told: true,
            };
            let (ours, mut theirs) = UnixStream::pair().unwrap();
            let turned_away = porter.receive(Stream::Unix(ours), origin);
            let heard = async {
                let mut heard = String::new();
                theirs.read_to_string(&mut heard).await.unwrap();
                drop(theirs);
                heard
            };
            let ((), heard) = tokio::join!(turned_away, heard);
            let lines: Vec<&str> = heard.split_terminator("\r\n").collect();
            assert!(lines[0].starts_with(":enclave.local 464 * :"), "{heard}");
            assert!(lines[1].starts_with("ERROR :"), "{heard}");
            assert_eq!(lines.len(), 2);
            assert!(inputs.recv().await.is_none());
        };
        LocalSet::new().run_until(inside).await;
    }
}
