//! Who stands at a door: let in, let in to show a password, or turned away with a reason.

use std::rc::Rc;
use std::sync::Arc;

use rustix::process::geteuid;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tracing::{debug, info, warn};

use crate::config::Allow;
use crate::daemon::input::{Inbox, Input};
use crate::daemon::owner;
use crate::daemon::tasks;
use crate::daemon::turn_away::TurnAway;
use crate::irc::listener::{Origin, Place, Quarter, Transport};
use crate::irc::stream::Stream;

use super::crowd::Crowd;
use super::handshake::{Greeted, NotGreeted, greet};
use super::{Door, Policy, Shared};

/// Connections that are being looked up at one time. The next ones wait in the kernel, so
/// that a program that connects in a loop costs us this much and no more.
const AT_THE_DOOR: usize = 16;

/// Handshakes under way at one time: of those who are trusted, and of all others. More,
/// because whoever only connects holds a place until the deadline has passed, or until
/// somebody else needs it.
const HANDSHAKES: usize = 64;

/// Stands at the doors.
#[derive(Clone)]
pub(super) struct Porter {
    pub(super) policy: Shared,
    server_name: Rc<str>,
    inbox: Inbox,
    at_the_door: Arc<Semaphore>,
    /// Who is in a handshake: those who are trusted, and all others.
    crowds: [Rc<Crowd>; 2],
    turn_away: TurnAway,
    /// Whether the system tells whose a connection is. Asked once: where it fails to tell
    /// later on, because something has used up all descriptors, nobody is trusted.
    can_be_told: bool,
}

impl Porter {
    pub(super) fn new(policy: Shared, server_name: &str, inbox: &Inbox, can_be_told: bool) -> Self {
        Self {
            policy,
            server_name: server_name.into(),
            inbox: inbox.clone(),
            at_the_door: Arc::new(Semaphore::new(AT_THE_DOOR)),
            crowds: [HANDSHAKES; 2].map(|most| Rc::new(Crowd::new(most))),
            turn_away: TurnAway::default(),
            can_be_told,
        }
    }

    /// How many more may be looked at now.
    #[cfg(test)]
    pub(super) fn at_the_door(&self) -> impl Fn() -> usize + use<> {
        let places = Arc::clone(&self.at_the_door);
        move || places.available_permits()
    }

    /// Receives all who come to this door.
    pub(super) async fn attend(self, door: Door) {
        let door = Rc::new(door);
        loop {
            let (stream, from) = door.listener.accept().await;
            let Ok(turn) = Arc::clone(&self.at_the_door).acquire_owned().await else {
                // Nobody closes the semaphore.
                return;
            };
            let (porter, door) = (self.clone(), Rc::clone(&door));
            tasks::spawn(async move {
                porter
                    .receive(stream, from, door.transport, &door.hosts, turn)
                    .await;
            });
        }
    }

    /// Receives one: `hosts` is what the door is called, and `turn` is kept while it is looked
    /// at.
    pub(super) async fn receive<T>(
        self,
        stream: Stream,
        place: Place,
        transport: Transport,
        hosts: &[String],
        turn: T,
    ) {
        let policy = Rc::clone(&self.policy.borrow());
        let known = who(place, &policy, self.can_be_told).await;
        if transport == Transport::Plain {
            self.let_in(stream, place, transport, hosts, known, &policy)
                .await;
            return;
        }
        drop(turn);
        let crowd = Rc::clone(&self.crowds[usize::from(known.doubt.is_some())]);
        let from = Quarter::of(place, known.user);
        let let_in = self.let_in(stream, place, transport, hosts, known, &policy);
        if crowd.inside(from, let_in).await.is_none() {
            debug!("{place} has had to make room for another in the middle of its handshake");
        }
    }

    /// Greets one, and lets it in or turns it away.
    async fn let_in(
        &self,
        stream: Stream,
        place: Place,
        transport: Transport,
        hosts: &[String],
        known: Known,
        policy: &Policy,
    ) {
        let Known { user, doubt } = known;
        let greeted = match greet(stream, transport, hosts, policy).await {
            Ok(greeted) => greeted,
            Err(failure) => return self.not_greeted(failure, place),
        };
        let Greeted {
            stream,
            fingerprint,
            forwarded,
        } = greeted;
        let doubt = doubt.or_else(|| {
            let through = "you come through another server, so nobody knows who you are; that needs a password, see password in [irc]";
            forwarded.then(|| through.to_owned())
        });
        let trusted = match doubt {
            None => true,
            Some(why) if policy.has_key => {
                debug!("a client from {place} has to show a password: {why}");
                false
            }
            Some(why) => return self.refuse(stream, place, &why),
        };
        let origin = Origin {
            place,
            transport,
            fingerprint,
            trusted,
            user,
        };
        // If nobody listens any more, the program ends.
        let _ = self.inbox.send(Input::Client { stream, origin }).await;
    }

    /// Turns one away that speaks IRC.
    fn refuse(&self, stream: Stream, place: Place, why: &str) {
        warn!("turned a client from {place} away: {why}");
        let server = &self.server_name;
        let lines = format!(":{server} 464 * :{why}\r\nERROR :{why}\r\n");
        self.turn_away.tell(stream, lines);
    }

    /// Whoever looks for open ports in the whole network comes by every day, so that is no
    /// warning.
    fn not_greeted(&self, failure: NotGreeted, place: Place) {
        match failure {
            NotGreeted::Gone => debug!("{place} has connected, and gone without a word"),
            NotGreeted::Foreign(what) => info!("closed a connection from {place}: {what}"),
            NotGreeted::Confused { stream, what, tell } => {
                info!("closed a connection from {place}: {what}");
                self.turn_away.tell(stream, format!("ERROR :{tell}\r\n"));
            }
        }
    }
}

/// What is known of one at the door.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Whose process it is, where the system has told.
    pub(super) user: Option<u32>,
    /// Why it is not known that this is the person, if it is not.
    pub(super) doubt: Option<String>,
}

/// Finds out who it is.
pub(super) async fn who(place: Place, policy: &Policy, can_be_told: bool) -> Known {
    let doubt = |why: &str| Known {
        user: None,
        doubt: Some(why.to_owned()),
    };
    let user = match place {
        Place::Tcp { peer, local } if !peer.ip().is_loopback() || !local.ip().is_loopback() => {
            return doubt(
                "who is not on this machine needs a password, and none is configured; see password in [irc]",
            );
        }
        _ if policy.allow == Allow::Anyone => return Known::default(),
        // The socket's file is ours alone; the system has checked.
        Place::Unix { uid: None } => return Known::default(),
        Place::Unix { uid: Some(uid) } => Ok(Some(uid)),
        // Said at the start. With a password there is a better way.
        Place::Tcp { .. } if !can_be_told && !policy.has_key => return Known::default(),
        Place::Tcp { peer, local } => spawn_blocking(move || owner::find(peer, local))
            .await
            .unwrap_or_else(|error| Err(error.into())),
    };
    match user {
        Ok(Some(user)) => Known {
            user: Some(user),
            doubt: (user != geteuid().as_raw() && user != 0).then(|| {
                format!(
                    "your user ({user}) is not the one who runs this gateway; see allow in [irc]"
                )
            }),
        },
        Ok(None) => doubt("cannot tell whose connection this is: it has gone already"),
        Err(error) => doubt(&format!("cannot tell whose connection this is: {error}")),
    }
}
