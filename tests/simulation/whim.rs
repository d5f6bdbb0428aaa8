//! What chance does to a world: people who write, come and go, and everything that breaks.

use std::time::Duration;

use crate::chance::Chance;
use crate::node::nick;
use crate::what::What;
use crate::world::World;

/// What may happen in a world, and how often it does. Every world has habits of its own: one
/// where everything happens all the time never gets far enough for the rare things.
pub struct Habits {
    /// Weights of [`ACTIONS`].
    weights: Vec<usize>,
    /// The mean time between two whims.
    pause: Duration,
    pub slow_disks: bool,
    pub is_forgetful: bool,
    /// Whoever is not there is offline, not away.
    pub is_dark_alone: bool,
    /// No whims after this.
    pub until: Duration,
}

#[derive(Clone, Copy)]
enum Action {
    Write,
    Chat,
    Attach,
    Quit,
    Vanish,
    Away,
    Cut,
    Tear,
    Kill,
    PowerCut,
    Sleep,
    LoseAddress,
    TurnClock,
    FillDisk,
    HangDisk,
    Block,
    Remove,
    Dark,
    Rehash,
    Reconnect,
}

/// With the usual weight of each.
const ACTIONS: [(Action, usize); 20] = [
    (Action::Write, 60),
    (Action::Chat, 30),
    (Action::Attach, 20),
    (Action::Quit, 6),
    (Action::Vanish, 5),
    (Action::Away, 8),
    (Action::Cut, 8),
    (Action::Tear, 8),
    (Action::Kill, 7),
    (Action::PowerCut, 3),
    (Action::Sleep, 5),
    (Action::LoseAddress, 3),
    (Action::TurnClock, 3),
    (Action::FillDisk, 3),
    (Action::HangDisk, 4),
    (Action::Block, 2),
    (Action::Remove, 2),
    (Action::Dark, 1),
    (Action::Rehash, 1),
    (Action::Reconnect, 2),
];

impl Habits {
    pub fn new(chance: &mut Chance) -> Self {
        // The first few are what all others are for.
        let weight = |(place, (_, usual)): (usize, &(Action, usize))| match chance.below(3) {
            0 if place > 3 => 0,
            1 => usual * 2,
            _ => *usual,
        };
        let weights = ACTIONS.iter().enumerate().map(weight).collect();
        Self {
            weights,
            pause: chance.milliseconds(200, 8000),
            slow_disks: chance.one_in(3),
            is_forgetful: chance.one_in(6),
            is_dark_alone: chance.one_in(6),
            until: Duration::MAX,
        }
    }

    /// Only people, nothing breaks.
    pub fn calm(&mut self) {
        for (weight, (action, _)) in self.weights.iter_mut().zip(&ACTIONS) {
            let is_calm = matches!(
                action,
                Action::Write | Action::Chat | Action::Attach | Action::Away
            );
            *weight = if is_calm { (*weight).max(1) } else { 0 };
        }
    }

    /// So many whims in all, more or less.
    pub fn pace(&mut self, whims: u32) {
        self.pause = self.until / whims.max(1);
    }

    fn choose(&self, chance: &mut Chance) -> Action {
        let mut left = chance.below(self.weights.iter().sum());
        for (weight, (action, _)) in self.weights.iter().zip(ACTIONS) {
            if left < *weight {
                return action;
            }
            left -= weight;
        }
        Action::Write
    }
}

impl World {
    /// Something happens somewhere.
    pub fn whim(&mut self) {
        if self.now >= self.habits.until {
            return;
        }
        let after = self.chance.between(Duration::ZERO, self.habits.pause * 2);
        self.plan(after, What::Whim);
        let node = self.chance.below(self.nodes.len());
        match self.habits.choose(&mut self.chance) {
            Action::Write => self.somebody_writes(node),
            Action::Chat => {
                for _ in 0..2 + self.chance.below(6) {
                    self.somebody_writes(node);
                }
            }
            action => self.act(node, action),
        }
    }

    fn act(&mut self, node: usize, action: Action) {
        match action {
            Action::Write | Action::Chat => {}
            Action::Attach => self.somebody_attaches(node),
            Action::Quit => {
                if let Some(client) = self.some_client(node) {
                    let text = ["", "good night", "busy"][self.chance.below(3)];
                    self.say_line(client, format!("QUIT :{text}"));
                }
            }
            Action::Vanish => {
                if let Some(client) = self.some_client(node) {
                    self.plan(Duration::ZERO, What::Vanishes { client });
                }
            }
            Action::Away => {
                if let Some(client) = self.some_client(node) {
                    let line = ["AWAY", "AWAY :lunch", "AWAY :busy: cooking", "AWAY :dnd"];
                    let line = line[self.chance.below(4)].to_owned();
                    self.say_line(client, line);
                }
            }
            Action::Dark => self.asks_service(node, |_| Some("status offline".to_owned())),
            Action::Rehash => self.asks_service(node, |_| Some("rehash".to_owned())),
            Action::Reconnect => self.asks_service(node, |_| Some("reconnect".to_owned())),
            Action::Cut => {
                let other = self.chance.below(self.nodes.len());
                if other != node {
                    let lasts = self.chance.seconds(1, 200);
                    self.cut(node, other, lasts);
                }
            }
            Action::Tear => {
                let wires = self.nodes[node].wires.clone();
                if let Some(wire) = self.chance.pick(&wires) {
                    self.tear(wire);
                }
            }
            Action::Kill | Action::PowerCut => self.kill(node, matches!(action, Action::PowerCut)),
            Action::Sleep if self.nodes[node].kind.is_ours() => self.sleep(node),
            Action::LoseAddress if self.nodes[node].kind.is_ours() => self.lose_address(node),
            Action::Sleep | Action::LoseAddress => {}
            Action::TurnClock => {
                let days = 2 * 24 * 3600;
                let by = self.chance.seconds(0, 2 * days).as_millis() as i64;
                self.set_clock(node, by - days as i64 * 1000);
            }
            Action::FillDisk => self.fill_disk(node),
            Action::HangDisk => self.hang_disk(node),
            Action::Block => self.blocks(node),
            Action::Remove => {
                self.asks_service(node, |contact| Some(format!("remove {}", nick(contact))));
            }
        }
    }

    fn kill(&mut self, node: usize, with_machine: bool) {
        if self.nodes[node].is_asleep || !self.nodes[node].kind.is_ours() || !self.runs(node) {
            return;
        }
        if with_machine {
            self.shut(node);
        }
        self.crash(node, with_machine);
        let after = match self.chance.below(4) {
            0 => self.chance.seconds(30, 400),
            1 => self.chance.milliseconds(1, 100),
            _ => self.chance.seconds(1, 20),
        };
        self.plan(after, What::Boot { node });
    }

    /// Blocks a contact, or lets one in again that is blocked.
    fn blocks(&mut self, node: usize) {
        let blocked = self.nodes[node]
            .book
            .contacts
            .iter()
            .find(|one| one.blocked);
        let line = blocked.map(|one| format!("unblock {}", one.nick));
        self.asks_service(node, |contact| {
            Some(line.unwrap_or_else(|| format!("block {}", nick(contact))))
        });
    }

    /// A person asks the control contact for something, about one of the contacts.
    fn asks_service(&mut self, node: usize, what: impl FnOnce(usize) -> Option<String>) {
        let friends: Vec<usize> = self.nodes[node].friends.iter().copied().collect();
        let client = self.some_client(node);
        if let (Some(friend), Some(client)) = (self.chance.pick(&friends), client)
            && let Some(line) = what(friend)
        {
            self.say_line(client, format!("PRIVMSG enclave :{line}"));
        }
    }
}
