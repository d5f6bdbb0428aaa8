//! The end of a simulated world: everything that was broken is mended, everything gets its
//! time, and then nothing may be missing.

use std::time::Duration;

use crate::node::{Kind, nick};
use crate::what::What;
use crate::world::World;

/// What happens when, after chance has come to rest, seconds.
const STEPS: [u64; 6] = [0, 2, 5, PRESENCE, OUTBOX, OUTBOX + 20];

/// Presence is right within a minute of the last change.
const PRESENCE: u64 = 5 + 60;

/// Contacts that were not linked lately are dialled every five minutes.
const OUTBOX: u64 = 340;

/// What was said so long before chance came to rest is heard by then.
const SETTLED: Duration = Duration::from_secs(600);

/// Then nothing happens for so long.
// No round number: what is done by the hour must not fall on the very moment.
const QUIET: Duration = Duration::from_millis(903_777);

impl World {
    /// Runs a world to its end: chance until `until`, then quiet.
    pub fn live(&mut self, until: Duration) {
        self.habits.until = until;
        for (step, seconds) in STEPS.iter().enumerate() {
            self.queue
                .plan(until + Duration::from_secs(*seconds), What::Settle { step });
        }
        let last = Duration::from_secs(STEPS[STEPS.len() - 1]);
        self.run(until + last + QUIET);
        if self.violation.is_none() {
            self.check_bounds();
        }
    }

    pub fn settle(&mut self, step: usize) {
        match step {
            0 => self.mend(),
            1 => self.gather(),
            2 => self.make_friends(),
            3 => self.ask_for_presence(),
            4 => {
                self.check_presence();
                self.ask_for_outboxes();
            }
            _ => {
                self.check_outboxes();
                self.check_nothing_lost();
                self.quiet_since = Some(self.now);
            }
        }
    }

    /// Everything works from now on.
    fn mend(&mut self) {
        self.note(|| "everything is mended".to_owned());
        self.habits.slow_disks = false;
        for between in self.cuts.clone() {
            self.heal(between);
        }
        for node in 0..self.nodes.len() {
            self.set_clock(node, 0);
            self.disk_well(node);
            self.disk_goes_on(node);
            self.wake(node);
            self.address_back(node);
            self.boot(node);
        }
        self.is_settled = true;
    }

    /// Somebody is at every node.
    fn gather(&mut self) {
        for node in 0..self.nodes.len() {
            let name = ["alice", "alice@laptop", "somebody new"][self.chance.below(2)];
            let has_echo = self.chance.one_in(2);
            if let Some(client) = self.attach(node, name, has_echo, true) {
                self.clients[client].is_diligent = true;
            }
        }
    }

    /// Whoever was a contact is one again, and whoever wanted to be one is; and everybody
    /// says whether they are there.
    fn make_friends(&mut self) {
        for node in 0..self.nodes.len() {
            let Some(&client) = self.attached(node).last() else {
                if self.nodes[node].kind.is_ours() {
                    self.violate(|| format!("nobody can attach to n{node}"));
                }
                continue;
            };
            for other in 0..self.nodes.len() {
                let wanted = self.nodes[node].friends.contains(&other)
                    || self.nodes[other].friends.contains(&node);
                if !wanted {
                    continue;
                }
                let address = self.nodes[other].address;
                let line = match self.nodes[node].book.by_address(address) {
                    Some(contact) if contact.blocked => format!("unblock {}", nick(other)),
                    Some(_) => continue,
                    None => format!("add {address} {}", nick(other)),
                };
                self.say_line(client, format!("PRIVMSG enclave :{line}"));
            }
            let away = if self.chance.one_in(3) {
                format!("AWAY :gone n{node}")
            } else {
                "AWAY".to_owned()
            };
            self.nodes[node].away = (away != "AWAY").then(|| format!("gone n{node}"));
            for client in self.attached(node) {
                self.clients[client].is_diligent = true;
                self.say_line(client, away.clone());
            }
        }
    }

    fn contacts(&self, node: usize) -> Vec<usize> {
        let contacts = self.nodes[node].book.contacts.iter();
        contacts
            .filter_map(|one| self.by_address.get(&one.address).copied())
            .collect()
    }

    fn ask_for_presence(&mut self) {
        for node in 0..self.nodes.len() {
            let Some(&client) = self.attached(node).last() else {
                continue;
            };
            let contacts = self.contacts(node);
            let nicks: Vec<String> = contacts.iter().copied().map(nick).collect();
            self.clients[client].away.clear();
            self.say_line(client, format!("ISON {}", nicks.join(" ")));
            for nick in nicks {
                self.say_line(client, format!("WHOIS {nick}"));
            }
        }
    }

    /// Everybody sees of each contact what that says of itself.
    fn check_presence(&mut self) {
        for node in 0..self.nodes.len() {
            let Some(&client) = self.attached(node).last() else {
                continue;
            };
            let Some(online) = self.clients[client].online.clone() else {
                return self.violate(|| format!("n{node} does not say who is online"));
            };
            for other in self.contacts(node) {
                let kind = self.nodes[other].kind;
                let mutual = kind != Kind::Mute && self.contacts(other).contains(&node);
                if !mutual || !kind.is_ours() {
                    continue;
                }
                if !online.contains(&other) {
                    self.violate(|| format!("n{other} is offline for n{node} after a minute"));
                    continue;
                }
                let expected = self.nodes[other].away.clone();
                let seen = self.clients[client].away.get(&other).cloned();
                // Of two connections the time stamps tell which said something later. Where
                // the clock was set between, nothing does.
                let set = self.nodes[other].clock_set;
                let is_sure = set.is_none_or(|set| set + SETTLED < self.habits.until);
                if seen != expected && is_sure {
                    self.violate(|| {
                        format!("n{other} is away as {seen:?} for n{node}, not {expected:?}")
                    });
                }
            }
        }
    }

    fn ask_for_outboxes(&mut self) {
        for node in 0..self.nodes.len() {
            if let Some(&client) = self.attached(node).last() {
                self.clients[client].outbox.clear();
                self.say_line(client, "PRIVMSG enclave :outbox".to_owned());
            }
        }
    }

    fn check_outboxes(&mut self) {
        for node in 0..self.nodes.len() {
            let Some(&client) = self.attached(node).last() else {
                continue;
            };
            let said = self.clients[client].outbox.clone();
            if said.is_empty() {
                self.violate(|| format!("n{node} does not say what its outbox holds"));
            }
            for line in said {
                let whose = line.split_once(" for n").map(|(_, rest)| {
                    let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
                    digits.and_then(|digits| digits.parse::<usize>().ok())
                });
                let is_mute = |node: usize| {
                    self.nodes
                        .get(node)
                        .is_some_and(|one| one.kind == Kind::Mute)
                };
                if whose.is_some_and(|whose| !whose.is_some_and(is_mute)) {
                    self.violate(|| format!("the outbox of n{node} is not empty: {line}"));
                }
            }
        }
    }

    /// Whatever was accepted was shown, unless the network took it and nobody could know.
    fn check_nothing_lost(&mut self) {
        for number in 0..self.said.len() {
            let said = &self.said[number];
            let (from, to) = (said.from, said.to);
            if said.was_shown || self.nodes[to].kind == Kind::Mute {
                continue;
            }
            let was_read = said.written.iter().any(|&(wire, at)| {
                let marks = &self.wires[wire].ends[at].marks;
                marks.iter().any(|mark| mark.said == number && mark.read)
            });
            let is_due = if self.nodes[from].kind.is_ours() {
                said.accepted.is_some() || said.is_durable
            } else {
                was_read && !said.was_dropped
            };
            let is_excused =
                !self.both_confirm(from, to) && said.was_dropped && said.reported_on.is_some();
            if is_due && !is_excused {
                let said = format!("{said:?}");
                return self.violate(|| format!("message {number} to n{to} is lost: {said}"));
            }
        }
    }

    /// Nothing has grown that should not have.
    fn check_bounds(&mut self) {
        for node in 0..self.nodes.len() {
            if !self.nodes[node].kind.is_ours() {
                continue;
            }
            let disk = &mut self.nodes[node].disk;
            if disk.queued() > 0 {
                self.violate(|| format!("the store of n{node} is behind in a quiet world"));
                return;
            }
            let loaded = disk.load();
            let names = loaded.positions.len();
            if names > 64 || !loaded.requests.is_empty() {
                let requests = loaded.requests.len();
                self.violate(|| format!("n{node} keeps {names} names and {requests} requests"));
            }
        }
        let planned = self.queue.len();
        if planned > 40 * self.nodes.len() + 2 * self.wires.len() {
            self.violate(|| format!("{planned} things are planned in a quiet world"));
        }
    }
}
