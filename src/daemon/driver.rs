//! The driver: the one task that owns all state, and does what it says.

mod carry_out;
mod ending;

use std::convert::Infallible;
use std::io;
use std::ops::ControlFlow;

use tokio::sync::mpsc;

use crate::clock::Now;
use crate::gateway::effect::Effects;
use crate::gateway::event::Event;

use super::alarm::Alarm;
use super::clients::Clients;
use super::door::Doors;
use super::files::Files;
use super::hearing::{Heard, Hearing};
use super::input::{Alive, Inbox, Input};
use super::keys::Keys;
use super::links::Links;
use super::middle::Middle;
use super::notify::ServiceManager;
use super::reload::Running;
use super::storage::Storage;
use super::timepiece::Timepiece;
use super::watch::{self, Watch};

/// Inputs of each side handled between two looks at the timers; what they lead to for one
/// connection goes out in one write.
const BATCH: usize = 64;

/// What a gateway has on disk; the demo's friend has nothing.
pub struct OnDisk {
    /// Reads and changes configuration and address book.
    pub files: Files,
    /// What the program runs with.
    pub running: Running,
    /// Keeps what must outlive the process.
    pub storage: Storage,
}

/// A node that runs: the pure middle, and everything around it.
pub struct Driver<M> {
    middle: M,
    timepiece: Timepiece,
    /// The time of what is being handled: what has come together has come at one time.
    now: Now,
    links: Links,
    clients: Clients,
    keys: Keys,
    watch: Watch,
    doors: Option<Doors>,
    on_disk: Option<OnDisk>,
    service_manager: ServiceManager,
    inputs: mpsc::Receiver<Input>,
    /// What peers say, apart, because it may have to wait while a client is behind with reading
    /// what they have said before; the person's orders have not.
    peer_inputs: Heard,
    /// Ends when the last connection has.
    all_ended: mpsc::Receiver<Infallible>,
    /// Empty between two events; kept for its memory.
    effects: Effects,
    /// What carrying out an effect has led to at once.
    aftermath: Vec<Event>,
}

/// The peer side of a node.
pub struct PeerSide {
    /// Every node's port.
    pub port: u16,
    /// Our address was given, so it may be listened on before it is there.
    pub freebind: bool,
    /// Finds our addresses.
    pub watch: Watch,
}

impl<M: Middle> Driver<M> {
    /// Puts a node together. It does nothing yet.
    pub fn new(
        middle: M,
        timepiece: Timepiece,
        peers: PeerSide,
        inbox: &Inbox,
        inputs: mpsc::Receiver<Input>,
    ) -> Self {
        let (alive, all_ended) = Alive::new();
        let (hearing, peer_inputs) = Hearing::new();
        let PeerSide {
            port,
            freebind,
            watch,
        } = peers;
        Self {
            middle,
            now: timepiece.now(),
            timepiece,
            links: Links::new(port, freebind, inbox.clone(), hearing, alive.clone()),
            clients: Clients::new(inbox.clone(), alive),
            keys: Keys::new(inbox.clone()),
            watch,
            doors: None,
            on_disk: None,
            service_manager: ServiceManager::none(),
            inputs,
            peer_inputs,
            all_ended,
            effects: Effects::default(),
            aftermath: Vec::new(),
        }
    }

    /// Gives it doors for IRC clients.
    pub fn with_doors(self, doors: Doors) -> Self {
        Self {
            doors: Some(doors),
            ..self
        }
    }

    /// Gives it files.
    pub fn with_files(self, on_disk: OnDisk) -> Self {
        Self {
            on_disk: Some(on_disk),
            ..self
        }
    }

    /// Gives it somebody to tell how it is doing.
    pub fn with_service_manager(self, service_manager: ServiceManager) -> Self {
        Self {
            service_manager,
            ..self
        }
    }

    /// Runs until it is told to stop, and then until the goodbyes are out.
    ///
    /// # Errors
    ///
    /// Where the system has no timer for us.
    pub async fn run(mut self) -> io::Result<()> {
        self.middle.start(self.now, &mut self.effects);
        self.carry_out();
        self.settle();

        let mut alarm = Alarm::new()?;
        let mut next_look = self.now.monotonic;
        let mut set_for = None;
        loop {
            let due = self
                .middle
                .deadline()
                .map_or(next_look, |at| at.min(next_look));
            if set_for != Some(due) {
                let after = due.saturating_sub(self.timepiece.now().monotonic);
                alarm.set(after)?;
                set_for = Some(due);
            }
            let clients_are_behind = self.clients.is_behind();
            let store_is_behind = self.storage().is_some_and(Storage::is_behind);
            self.peer_inputs
                .hold_up(clients_are_behind || store_is_behind);
            let peers_wait = self.peers_wait();
            self.pause_clients();
            let first = tokio::select! {
                biased;
                () = alarm.rings() => {
                    set_for = None;
                    None
                }
                input = self.inputs.recv() => input,
                input = self.peer_inputs.recv(), if !peers_wait => input,
                () = self.clients.catch_up(), if clients_are_behind => None,
            };
            self.now = self.timepiece.now();
            let now = self.now.monotonic;
            // An alarm that is early by a clock that stands still while the machine sleeps.
            let is_early = set_for.is_none() && now < due;
            if next_look <= now || is_early {
                self.look();
                next_look = now + watch::INTERVAL;
            }
            // Whatever woke us: an alarm must not hold up a channel.
            if self.take_all(first).is_break() {
                self.end().await;
                return Ok(());
            }
            // Nor a busy channel the alarm.
            if self
                .middle
                .deadline()
                .is_some_and(|deadline| deadline <= now)
            {
                self.handle(Event::Deadline);
            }
            // After the first look around, so the port for peers is open too if it can be.
            self.service_manager.ready();
            self.service_manager.tell(self.middle.attendance(), now);
        }
    }

    /// Whether so much waits for a client or the disk that no peer is heard, however little it
    /// says.
    fn peers_wait(&mut self) -> bool {
        self.clients.is_far_behind() || self.storage().is_some_and(Storage::is_far_behind)
    }

    /// Has those clients wait that should: all for the disk, and for a contact those that write
    /// to it.
    fn pause_clients(&mut self) {
        let is_down = self.middle.store_is_down();
        let storage = self.storage();
        if storage.is_some_and(|storage| storage.makes_clients_wait(is_down)) {
            self.clients.set_paused(|_| true);
        } else if self.middle.makes_clients_wait() {
            self.clients
                .set_paused(|client| self.middle.makes_wait(client));
        } else {
            self.clients.set_paused_none();
        }
    }

    /// Takes what waits, up to a batch of each side. Breaks off when told to stop.
    fn take_all(&mut self, first: Option<Input>) -> ControlFlow<()> {
        let mut input = first;
        for _ in 0..BATCH {
            match input.or_else(|| self.inputs.try_recv().ok()) {
                None => break,
                Some(Input::Stop) => return ControlFlow::Break(()),
                Some(input) => self.take(input),
            }
            input = None;
        }
        for _ in 0..BATCH {
            // One message may be a thousand lines.
            if self.peers_wait() {
                break;
            }
            let Some(input) = self.peer_inputs.try_recv() else {
                break;
            };
            self.take(input);
        }
        ControlFlow::Continue(())
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Event(event) => self.take_event(event),
            Input::Ended { event, dealt_with } => {
                self.take_event(event);
                // The connection may have been cut off meanwhile.
                let _ = dealt_with.send(());
            }
            Input::Client { stream, origin } => {
                if let Some(client) = self.clients.admit(stream) {
                    self.handle(Event::ClientConnected { client, origin });
                }
            }
            Input::Peer { .. } if !self.links.has_room() => {}
            Input::Peer {
                stream,
                remote,
                local,
            } => {
                let connection = self.middle.next_connection();
                self.links.accepted(connection, stream);
                self.handle(Event::Accepted {
                    connection,
                    remote,
                    local,
                });
            }
            Input::Reload => self.reload(),
            Input::Reloaded(files) => self.reloaded(*files),
            Input::Stop => {}
        }
    }

    /// The tables of connections are brought up to date before the middle hears of it, so
    /// that it never gives an order about a connection that is not what it thinks.
    fn take_event(&mut self, event: Event) {
        let event = match event {
            Event::ClientEnded { client, reason } => {
                let reason = self.clients.ended(client, reason);
                Event::ClientEnded { client, reason }
            }
            Event::LinkEnded { connection } => {
                self.links.ended(connection);
                event
            }
            Event::Dialled {
                connection,
                outcome,
            } => {
                self.links.dialled(connection, outcome.is_ok());
                event
            }
            event => event,
        };
        if let Some(on_disk) = &mut self.on_disk {
            on_disk.storage.note(&event);
        }
        self.handle(event);
    }

    fn storage(&self) -> Option<&Storage> {
        self.on_disk.as_ref().map(|on_disk| &on_disk.storage)
    }
}

#[cfg(test)]
mod tests;
