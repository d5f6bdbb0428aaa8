//! The driver: the one task that owns all state, and does what it says.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::time::Duration;

use tokio::sync::mpsc;
use tracing::{debug, info};

use crate::gateway::effect::{Effect, Effects};
use crate::gateway::event::Event;

use super::alarm::Alarm;
use super::clients::Clients;
use super::door::Doors;
use super::files::{BothFiles, Files};
use super::goodbye::wait_for_goodbyes;
use super::input::{Alive, Inbox, Input};
use super::keeper::Keeper;
use super::links::Links;
use super::middle::Middle;
use super::reload::Running;
use super::timepiece::Timepiece;
use super::watch::{self, Watch};

/// Inputs handled between two looks at the timers; what they lead to for one connection
/// goes out in one write.
const BATCH: usize = 64;

/// What a gateway has on disk; the demo's friend has nothing.
pub struct OnDisk {
    /// Reads and changes configuration and address book.
    pub files: Files,
    /// What the program runs with.
    pub running: Running,
    /// Keeps what must outlive the process.
    pub keeper: Keeper,
}

/// A node that runs: the pure middle, and everything around it.
pub struct Driver<M> {
    middle: M,
    timepiece: Timepiece,
    links: Links,
    clients: Clients,
    watch: Watch,
    doors: Option<Doors>,
    on_disk: Option<OnDisk>,
    inputs: mpsc::Receiver<Input>,
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
        Self {
            middle,
            timepiece,
            links: Links::new(peers.port, peers.freebind, inbox.clone(), alive.clone()),
            clients: Clients::new(inbox.clone(), alive),
            watch: peers.watch,
            doors: None,
            on_disk: None,
            inputs,
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

    /// Runs until it is told to stop, and then until the goodbyes are out.
    ///
    /// # Errors
    ///
    /// Where the system has no timer for us.
    pub async fn run(mut self) -> io::Result<()> {
        self.middle.start(self.timepiece.now(), &mut self.effects);
        self.carry_out();
        self.settle();

        let mut alarm = Alarm::new()?;
        let mut next_look = self.timepiece.now().monotonic;
        let mut set_for = None;
        let mut batch = Vec::new();
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
            tokio::select! {
                biased;
                () = alarm.rings() => {
                    set_for = None;
                    if self.timepiece.now().monotonic < due {
                        // Early by a clock that stands still while the machine sleeps.
                        next_look = Duration::ZERO;
                    }
                }
                _ = self.inputs.recv_many(&mut batch, BATCH) => {}
            }
            if next_look <= self.timepiece.now().monotonic {
                self.look();
                next_look = self.timepiece.now().monotonic + watch::INTERVAL;
            }
            let mut arrived = batch.drain(..);
            while let Some(input) = arrived.next() {
                if matches!(input, Input::Stop) {
                    let at_once = arrived.any(|input| matches!(input, Input::Stop));
                    drop(arrived);
                    self.end(at_once).await;
                    return Ok(());
                }
                self.take(input);
            }
            drop(arrived);
            // Whatever woke us: a busy channel must not hold up the timer.
            let now = self.timepiece.now().monotonic;
            if self
                .middle
                .deadline()
                .is_some_and(|deadline| deadline <= now)
            {
                self.handle(Event::Deadline);
            }
        }
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
        self.handle(event);
    }

    fn handle(&mut self, event: Event) {
        self.middle
            .handle(event, self.timepiece.now(), &mut self.effects);
        self.carry_out();
        self.settle();
    }

    /// Handles what carrying out effects has led to, and what that leads to.
    fn settle(&mut self) {
        let mut waiting = VecDeque::from(std::mem::take(&mut self.aftermath));
        while let Some(event) = waiting.pop_front() {
            self.middle
                .handle(event, self.timepiece.now(), &mut self.effects);
            self.carry_out();
            waiting.extend(self.aftermath.drain(..));
        }
    }

    fn carry_out(&mut self) {
        let mut effects = std::mem::take(&mut self.effects.0);
        for effect in effects.drain(..) {
            match effect {
                Effect::ToClient { client, lines } => self.clients.send(client, &lines),
                Effect::CloseClient { client } => self.clients.close(client),
                Effect::Mesh(order) => self.links.obey(order, &mut self.aftermath),
                Effect::ChangeBook { id, change } => {
                    if let Some(on_disk) = &self.on_disk {
                        self.aftermath.extend(on_disk.files.change(id, change));
                    }
                }
                Effect::Reload => self.reload(),
                Effect::Remember => {
                    if let Some(on_disk) = &mut self.on_disk {
                        on_disk.keeper.has_changed();
                    }
                }
            }
        }
        self.effects.0 = effects;
    }

    fn look(&mut self) {
        let seen = self.watch.look();
        if seen.woke {
            info!("the machine has slept");
        }
        if let Some(own) = seen.own {
            let addresses: Vec<_> = own.iter().map(|own| own.address).collect();
            if addresses.is_empty() {
                info!("no address of ours is there; waiting for the mesh");
            }
            self.links.set_own(own, &mut self.aftermath);
            self.handle(Event::OwnAddresses(addresses));
        } else {
            self.links.retry(&mut self.aftermath);
        }
        if seen.woke {
            self.handle(Event::Woke);
        }
        self.settle();
        if let (Some(on_disk), Some(remembered)) = (&mut self.on_disk, self.middle.remembered()) {
            on_disk.keeper.save_aside(remembered);
        }
    }

    fn reload(&mut self) {
        match &self.on_disk {
            Some(on_disk) => on_disk.files.reload(),
            None => debug!("there are no files to read again"),
        }
    }

    fn reloaded(&mut self, files: BothFiles) {
        let Some(on_disk) = &mut self.on_disk else {
            return;
        };
        let (events, allow) = on_disk.running.follow(files);
        if let (Some(doors), Some(allow)) = (&self.doors, allow) {
            doors.set_allow(allow);
        }
        for event in events {
            self.handle(event);
        }
    }

    /// Says goodbye to everybody and, unless it shall be `at_once`, waits until it is out.
    async fn end(mut self, at_once: bool) {
        info!("ending");
        self.handle(Event::Shutdown);
        // No new connections.
        self.doors = None;
        self.links.close_all();
        self.clients.close_all();
        // Only the connections themselves are alive now.
        drop((self.links, self.clients));
        let said = wait_for_goodbyes(self.inputs, self.all_ended, at_once);
        let saved = async {
            if let (Some(on_disk), Some(remembered)) = (&mut self.on_disk, self.middle.remembered())
            {
                on_disk.keeper.save_now(remembered).await;
            }
        };
        tokio::join!(said, saved);
    }
}

#[cfg(test)]
mod tests;
