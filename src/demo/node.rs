//! The friend's node: the same mesh, the same sockets as anybody's, with a program where
//! the person would be.

use std::time::Duration;

use crate::clock::Now;
use crate::daemon::middle::Middle;
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::link::Outgoing;
use crate::enclave::mesh::{Mesh, OwnPresence, Policy};
use crate::enclave::news::{News, Presence};
use crate::enclave::order::Outcome;
use crate::enclave::packet::{Status, Tags};
use crate::gateway::effect::{Effect, Effects};
use crate::gateway::event::Event;

use super::friend::{Act, Friend};

/// What the friend calls himself.
pub const ALIAS: &str = "JohnSmith";

/// The friend's node, with one contact: the person who tries the demo.
pub struct FriendNode {
    mesh: Mesh,
    friend: Friend,
    person: Address,
}

impl FriendNode {
    /// A node that has heard of nothing yet. `seed` feeds the jitter of its dials.
    pub fn new(policy: Policy, person: Address, seed: u64) -> Self {
        Self {
            mesh: Mesh::new(policy, seed),
            friend: Friend::default(),
            person,
        }
    }

    /// Lets the mesh do something, and acts on what comes of it.
    fn mesh(&mut self, now: Now, effects: &mut Effects, act: impl FnOnce(&mut Mesh, &mut Outcome)) {
        let mut outcome = Outcome::default();
        act(&mut self.mesh, &mut outcome);
        for order in outcome.orders {
            effects.push(Effect::Mesh(order));
        }
        for news in outcome.news {
            for act in self.hear(news) {
                self.act(act, now, effects);
            }
        }
    }

    fn hear(&mut self, news: News) -> Vec<Act> {
        match news {
            News::Message { text, .. } => self.friend.hear(&text),
            News::Presence { presence, .. } => match presence {
                Presence::Online { status, text } => self.friend.see(status, &text),
                Presence::Offline => self.friend.see(Status::Offline, ""),
            },
            _ => Vec::new(),
        }
    }

    fn act(&mut self, act: Act, now: Now, effects: &mut Effects) {
        let person = self.person;
        self.mesh(now, effects, |mesh, out| match act {
            Act::Say(text) => {
                let outgoing = Outgoing {
                    // Nothing asks for it: his words are not kept.
                    key: 0,
                    id: String::new(),
                    text,
                    tags: Tags::new(),
                    timestamp: now.wall,
                    attempts: 0,
                };
                mesh.send(person, outgoing, now, out);
            }
            Act::Appear(status, text) => mesh.set_presence(appearance(status, text), now, out),
        });
    }
}

fn appearance(status: Status, text: String) -> OwnPresence {
    OwnPresence {
        status,
        text,
        alias: ALIAS.to_owned(),
    }
}

impl Middle for FriendNode {
    fn start(&mut self, now: Now, effects: &mut Effects) {
        let person = self.person;
        let (status, text) = Friend::first_appearance();
        self.mesh(now, effects, |mesh, out| {
            mesh.set_presence(appearance(status, text), now, out);
            mesh.befriend(person, None, now, out);
        });
    }

    fn handle(&mut self, event: Event, now: Now, effects: &mut Effects) {
        self.mesh(now, effects, |mesh, out| match event {
            Event::Accepted {
                connection,
                remote,
                local,
            } => mesh.accepted(connection, remote, local, now, out),
            Event::Dialled {
                connection,
                outcome,
            } => mesh.dialled(connection, outcome, now, out),
            Event::Frame { connection, frame } => mesh.frame(connection, &frame, now, out),
            Event::Acknowledged { connection, bytes } => {
                mesh.acknowledged(connection, bytes, now, out);
            }
            Event::LinkEnded { connection } => mesh.ended(connection, now, out),
            Event::OwnAddresses(addresses) => mesh.set_own_addresses(addresses, now, out),
            Event::Woke => mesh.woke(now, out),
            Event::Deadline => mesh.tick(now, out),
            Event::Shutdown => mesh.shutdown(now, out),
            // He has no IRC side, no files and no store.
            Event::ClientDrained { .. }
            | Event::ClientConnected { .. }
            | Event::ClientLine { .. }
            | Event::ClientEnded { .. }
            | Event::PasswordChecked { .. }
            | Event::BookRead(_)
            | Event::BookChanged { .. }
            | Event::Settings(_)
            | Event::Notice(_)
            | Event::Stored { .. }
            | Event::Answered { .. }
            | Event::StoreTrouble(_) => {}
        });
    }

    fn deadline(&self) -> Option<Duration> {
        self.mesh.deadline()
    }

    fn next_connection(&mut self) -> ConnectionId {
        self.mesh.next_connection()
    }
}
