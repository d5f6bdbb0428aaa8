//! Telling the middle what happens, and doing what it says.

use std::collections::VecDeque;

use tracing::{debug, info};

use crate::daemon::files::BothFiles;
use crate::daemon::middle::Middle;
use crate::daemon::tasks;
use crate::gateway::effect::Effect;
use crate::gateway::event::Event;

use super::Driver;

impl<M: Middle> Driver<M> {
    pub(super) fn handle(&mut self, event: Event) {
        self.middle.handle(event, self.now, &mut self.effects);
        self.carry_out();
        self.settle();
    }

    /// Handles what carrying out effects has led to, and what that leads to.
    pub(super) fn settle(&mut self) {
        let mut waiting = VecDeque::from(std::mem::take(&mut self.aftermath));
        while let Some(event) = waiting.pop_front() {
            self.middle.handle(event, self.now, &mut self.effects);
            self.carry_out();
            waiting.extend(self.aftermath.drain(..));
        }
    }

    pub(super) fn carry_out(&mut self) {
        let mut effects = std::mem::take(&mut self.effects.0);
        for effect in effects.drain(..) {
            match effect {
                Effect::ToClient { client, lines } => self.clients.send(client, &lines),
                Effect::CloseClient { client } => self.clients.close(client),
                Effect::TellWhenDrained { client } => self.clients.tell_when_drained(client),
                Effect::CheckPassword {
                    client,
                    password,
                    hash,
                } => self.keys.check(client, password, hash),
                Effect::Mesh(order) => self.links.obey(order, &mut self.aftermath),
                Effect::ChangeBook { id, change } => {
                    if let Some(on_disk) = &self.on_disk {
                        self.aftermath.extend(on_disk.files.change(id, change));
                    }
                }
                Effect::Reload => self.reload(),
                Effect::Store(write) => {
                    if let Some(on_disk) = &mut self.on_disk {
                        on_disk.storage.write(write);
                    }
                }
                Effect::Ask { ticket, ask } => {
                    if let Some(on_disk) = &self.on_disk {
                        on_disk.storage.ask(ticket, ask);
                    }
                }
            }
        }
        self.effects.0 = effects;
    }

    pub(super) fn look(&mut self) {
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
    }

    pub(super) fn reload(&mut self) {
        match &self.on_disk {
            Some(on_disk) => {
                on_disk.files.reload();
                self.service_manager.reloading();
            }
            None => debug!("there are no files to read again"),
        }
    }

    pub(super) fn reloaded(&mut self, files: BothFiles) {
        let Some(on_disk) = &mut self.on_disk else {
            return;
        };
        let (events, policy) = on_disk.running.follow(files);
        if let (Some(doors), Some(policy)) = (&self.doors, policy) {
            doors.set_policy(policy);
        }
        for event in events {
            self.handle(event);
        }
        debug!(tasks = tasks::running(), "reloaded");
        self.service_manager.reloaded();
    }
}
