//! A gateway as a process: it starts with what the store holds, is told what happens, has
//! its effects carried out, and dies at any moment.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use enclave_irc::book::{Book, Change, Contact};
use enclave_irc::gateway::effect::{Effect, Effects};
use enclave_irc::gateway::event::Event;
use enclave_irc::gateway::settings::{Detached, History, Settings};
use enclave_irc::gateway::{ChangeId, Gateway};

use crate::node::{Kind, Process};
use crate::what::What;
use crate::whim::Habits;
use crate::wire::State;
use crate::world::World;

/// No single event leads to more than this.
const EFFECTS_OF_ONE_EVENT: usize = 3_000;

/// A deadline that is over may come again this often before it counts as stuck.
const PATIENCE: u32 = 5;

fn settings(kind: Kind, habits: &Habits) -> Settings {
    Settings {
        detached: if habits.is_dark_alone {
            Detached::Offline
        } else {
            Detached::Away
        },
        grace: Duration::from_secs(30),
        receipts: kind == Kind::Ours,
        history: if habits.is_forgetful {
            History::None
        } else {
            History::Forever
        },
        ..Settings::default()
    }
}

impl World {
    /// The program starts.
    pub fn boot(&mut self, node: usize) {
        if !self.nodes[node].kind.is_ours() || self.nodes[node].process.is_some() {
            return;
        }
        if !std::mem::replace(&mut self.nodes[node].is_powered, true) {
            self.open_again(node);
        }
        self.note(|| format!("n{node} starts"));
        let mut loaded = self.nodes[node].disk.load();
        self.tamper_with_start(&mut loaded);
        self.nodes[node].processes += 1;
        let number = self.nodes[node].processes;
        let settings = settings(self.nodes[node].kind, &self.habits);
        let (book, now) = (self.nodes[node].book.clone(), self.clocks(node));
        let gateway = Gateway::new(settings, book, loaded, now, self.chance.seed());
        self.nodes[node].process = Some(Process {
            number,
            gateway,
            born: self.now,
            slept: Duration::ZERO,
            listening: Vec::new(),
            ends: HashMap::new(),
            clients: Vec::new(),
            stores: 0,
            alarms: BTreeSet::new(),
            stuck: 0,
            unsettled: BTreeSet::new(),
            acknowledged: Vec::new(),
        });
        let mut effects = Effects::default();
        let now = self.clocks(node);
        if let Some(process) = &mut self.nodes[node].process {
            process.gateway.start(now, &mut effects);
        }
        self.carry_out(node, effects);
        let event = self.own_addresses(node);
        self.event(node, event);
    }

    pub fn own_addresses(&self, node: usize) -> Event {
        let node = &self.nodes[node];
        Event::OwnAddresses(if node.has_address {
            vec![node.address]
        } else {
            Vec::new()
        })
    }

    /// The program dies: killed, or with the whole machine.
    pub fn crash(&mut self, node: usize, with_machine: bool) {
        let Some(process) = self.nodes[node].process.take() else {
            return;
        };
        self.numbers.crashes += 1;
        let how = if with_machine {
            "loses power"
        } else {
            "is killed"
        };
        self.note(|| format!("n{node} {how}"));
        for wire in self.nodes[node].wires.clone() {
            for at in 0..2 {
                let end = &self.wires[wire].ends[at];
                if end.node != node || end.state == State::Gone {
                    continue;
                }
                // What was not read makes the kernel answer with a reset.
                if with_machine || !end.inbox.is_empty() || end.state == State::Waiting {
                    self.vanish(wire, at, !with_machine);
                } else {
                    self.depart(wire, at);
                }
            }
        }
        for said in process.unsettled {
            self.said[said].was_dropped = true;
        }
        for client in process.clients {
            self.clients[client].is_alive = false;
        }
        self.lose_disk(node);
        for said in &mut self.said {
            said.is_orphan |= said.from == node && !said.is_durable;
        }
        if with_machine {
            self.nodes[node].is_powered = false;
            self.nodes[node].is_asleep = false;
            self.nodes[node].held.clear();
        }
    }

    /// A gateway is told something, if it is still the one that was meant.
    pub fn tell_process(&mut self, node: usize, number: u64, event: Event) {
        if self.nodes[node]
            .process
            .as_ref()
            .is_none_or(|process| process.number != number)
        {
            return;
        }
        // Whoever looks sees what is, not what was when looking was planned.
        let event = match event {
            Event::OwnAddresses(_) => self.own_addresses(node),
            event => event,
        };
        self.event(node, event);
    }

    /// A gateway is told something.
    pub fn event(&mut self, node: usize, event: Event) {
        if self.violation.is_some() {
            return;
        }
        let now = self.clocks(node);
        let Some(process) = &mut self.nodes[node].process else {
            return;
        };
        let mut effects = Effects::default();
        process.gateway.handle(event, now, &mut effects);
        let count = effects.0.len();
        if count > EFFECTS_OF_ONE_EVENT {
            self.violate(|| format!("one event has {count} effects at n{node}"));
        }
        self.carry_out(node, effects);
        self.set_alarm(node);
    }

    fn carry_out(&mut self, node: usize, effects: Effects) {
        for effect in effects.0 {
            let Some(process) = &mut self.nodes[node].process else {
                return;
            };
            let number = process.number;
            match effect {
                Effect::Store(write) => {
                    process.stores += 1;
                    self.store(node, write);
                }
                Effect::Ask { ticket, ask } => self.ask(node, ticket, ask),
                Effect::ToClient { client, lines } => self.lines_for_client(node, client, lines),
                Effect::CloseClient { client } => self.close_client(node, client),
                // At once: how slowly they read is not what is simulated here.
                Effect::TellWhenDrained { client } => {
                    self.event(node, Event::ClientDrained { client });
                }
                // There is none, so nobody shows one.
                Effect::CheckPassword { .. } => {}
                Effect::Mesh(order) => self.obey(node, order),
                Effect::ChangeBook { id, change } => {
                    let after = self.chance.delay();
                    self.plan(
                        after,
                        What::Book {
                            node,
                            process: number,
                            id,
                            change,
                        },
                    );
                }
                Effect::Reload => {
                    let (after, process) = (self.chance.delay(), number);
                    self.plan(after, What::Reload { node, process });
                }
            }
        }
    }

    /// Plans when the gateway's deadline is to be met: never early, mostly a little late.
    pub fn set_alarm(&mut self, node: usize) {
        let late = self.chance.milliseconds(0, 30);
        let Some(process) = &mut self.nodes[node].process else {
            return;
        };
        let Some(deadline) = process.gateway.deadline() else {
            return;
        };
        if process
            .alarms
            .first()
            .is_some_and(|first| *first <= deadline)
        {
            return;
        }
        process.alarms.insert(deadline);
        let at = (process.born + process.slept + deadline).max(self.now) + late;
        let process = process.number;
        self.queue.plan(at, What::Alarm { node, process });
    }

    pub fn alarm(&mut self, node: usize, number: u64) {
        let now = self.clocks(node).monotonic;
        let Some(process) = &mut self.nodes[node].process else {
            return;
        };
        if process.number != number {
            return;
        }
        process.alarms.retain(|alarm| *alarm > now);
        if process
            .gateway
            .deadline()
            .is_some_and(|deadline| deadline <= now)
        {
            self.event(node, Event::Deadline);
        }
        let Some(process) = &mut self.nodes[node].process else {
            return;
        };
        let is_over = process
            .gateway
            .deadline()
            .is_some_and(|deadline| deadline <= now);
        process.stuck = if is_over { process.stuck + 1 } else { 0 };
        if process.stuck > PATIENCE {
            self.violate(|| format!("a deadline of n{node} is over and comes again and again"));
        }
        self.set_alarm(node);
    }

    /// The file of the address book is changed, and the gateway told.
    pub fn book(&mut self, node: usize, number: u64, change: ChangeId, what: &Change) {
        let is_current = |process: &Process| process.number == number;
        if !self.nodes[node].process.as_ref().is_some_and(is_current) {
            return;
        }
        self.note(|| format!("n{node} changes its book: {what:?}"));
        changed(&mut self.nodes[node].book, what);
        let outcome = Ok(self.nodes[node].book.clone());
        self.tell_process(node, number, Event::BookChanged { change, outcome });
    }
}

/// Makes a change in the address book, as the file would have it.
fn changed(book: &mut Book, change: &Change) {
    match change {
        Change::Add {
            name,
            address,
            nick,
        } => {
            book.blocked_strangers.retain(|blocked| blocked != address);
            if let (None, Some(nick)) = (book.by_address(*address), nick) {
                book.contacts.push(Contact {
                    name: name.clone(),
                    address: *address,
                    nick: nick.clone(),
                    blocked: false,
                });
            }
        }
        Change::Remove { address } => book.contacts.retain(|one| one.address != *address),
        Change::Block { address } | Change::Unblock { address } => {
            let blocks = matches!(change, Change::Block { .. });
            let contact = book.contacts.iter_mut().find(|one| one.address == *address);
            if let Some(contact) = contact {
                contact.blocked = blocks;
            }
        }
        Change::Rename { .. } | Change::WriteNicks => {}
    }
}
