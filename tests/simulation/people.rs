//! The people of a world: who knows whom, who sits where, who writes to whom.

use std::time::Duration;

use crate::node::{Kind, nick};
use crate::what::What;
use crate::world::World;

/// The names of clients; the second is a machine of the same person.
const NAMES: [&str; 4] = ["alice", "alice@laptop", "phone", "alice@work"];

impl World {
    /// A world of so many nodes, who know some of the others, and a while of whims.
    pub fn people(&mut self, nodes: usize, contacts_of_each: usize, only_ours: bool) {
        for _ in 0..nodes {
            let kind = match self.chance.below(12) {
                0 | 1 if !only_ours => Kind::Plain,
                2 if !only_ours => Kind::Specification,
                3 if !only_ours && nodes > 2 => Kind::Mute,
                _ => Kind::Ours,
            };
            self.add_node(kind);
        }
        for one in 0..nodes {
            let mut left = contacts_of_each.min(nodes - 1).div_ceil(2);
            while left > 0 {
                left -= 1;
                let other = (one + 1 + self.chance.below(nodes - 1)) % nodes;
                self.meet(one, other);
            }
        }
        for node in 0..nodes {
            let after = self.chance.milliseconds(0, 20_000);
            if self.nodes[node].kind.is_ours() {
                self.plan(after, What::Boot { node });
            } else {
                self.plan(after, What::Script { node });
            }
        }
        self.plan(Duration::from_secs(1), What::Whim);
    }

    /// Two become contacts of each other, or one of the other's.
    fn meet(&mut self, one: usize, other: usize) {
        let is_one_sided = self.chance.one_in(8);
        if !self.nodes[one].friends.contains(&other) {
            self.befriend(one, other);
        }
        if !is_one_sided && !self.nodes[other].friends.contains(&one) {
            self.befriend(other, one);
        }
    }

    pub fn admit(&mut self, node: usize, whom: usize) {
        if let Some(client) = self.some_client(node) {
            let address = self.nodes[whom].address;
            self.say_line(
                client,
                format!("PRIVMSG enclave :accept {address} {}", nick(whom)),
            );
            self.nodes[node].friends.insert(whom);
        }
    }

    /// All clients of a node that are attached.
    pub fn attached(&self, node: usize) -> Vec<usize> {
        let Some(process) = &self.nodes[node].process else {
            return Vec::new();
        };
        let is_there = |client: &usize| {
            let client = &self.clients[*client];
            client.is_alive && client.is_attached
        };
        process.clients.iter().copied().filter(is_there).collect()
    }

    pub fn some_client(&mut self, node: usize) -> Option<usize> {
        let attached = self.attached(node);
        self.chance.pick(&attached)
    }

    pub fn somebody_attaches(&mut self, node: usize) {
        let clients = self.attached(node).len();
        if self.nodes[node].kind.is_ours() && !self.nodes[node].is_asleep && clients < 4 {
            let name = NAMES[self.chance.below(NAMES.len())];
            let (has_echo, has_tags) = (self.chance.one_in(2), self.chance.one_in(2));
            self.attach(node, name, has_echo, has_tags);
        }
    }

    /// Somebody at a node writes to one of the contacts.
    pub fn somebody_writes(&mut self, node: usize) {
        let friends: Vec<usize> = self.nodes[node].friends.iter().copied().collect();
        let Some(to) = self.chance.pick(&friends) else {
            return;
        };
        if !self.nodes[node].kind.is_ours() {
            return self.script_writes(node, to);
        }
        let Some(client) = self.some_client(node) else {
            return self.somebody_attaches(node);
        };
        let said = self.new_message(node, to, Some(client));
        let (text, nick) = (self.said[said].text.clone(), nick(to));
        let line = match self.chance.below(12) {
            0 => format!("NOTICE {nick} :{text}"),
            1 => format!("PRIVMSG &enclave :{nick}: {text}"),
            _ => format!("PRIVMSG {nick} :{text}"),
        };
        self.say_line(client, line);
    }
}
