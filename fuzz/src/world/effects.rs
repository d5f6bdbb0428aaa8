//! Carrying out what the gateway wants done, and whether that may be.

use enclave_irc::enclave::ConnectionId;
use enclave_irc::enclave::order::Order;
use enclave_irc::gateway::effect::{Effect, Effects};

use super::client::Cause;
use super::peer::Connection;
use super::*;

impl World {
    pub(super) fn carry_out(&mut self, effects: Effects) {
        for effect in effects.0 {
            match effect {
                Effect::ToClient { client, lines } => self.tell(client, &lines),
                Effect::CloseClient { client } => {
                    let one = self.clients.get_mut(&client).expect("it is there");
                    assert!(
                        !std::mem::replace(&mut one.closed, true),
                        "it is closed already"
                    );
                }
                Effect::TellWhenDrained { client } => {
                    let is_new = self.undrained.insert(client);
                    assert!(is_new, "it is waited for already");
                }
                Effect::Mesh(order) => self.obey(order),
                Effect::ChangeBook { id, change } => self.changes.push_back((id, change)),
                Effect::Reload => {
                    let book = Ok(self.book.clone());
                    self.aftermath
                        .push_back((Event::BookRead(book), Cause::Unasked));
                }
                Effect::Store(write) => self.store.write(write),
                Effect::CheckPassword {
                    client,
                    password,
                    hash,
                } => {
                    // A password is its own hash here.
                    self.passwords.push_back((client, password == hash));
                }
                Effect::Ask { ticket, ask } => self.store.ask(ticket, ask),
            }
        }
    }

    fn tell(&mut self, client: ClientId, lines: &[u8]) {
        let cause = match self.cause {
            Cause::Other if self.asker == Some(client) => Cause::Own,
            cause => cause,
        };
        self.assert_durable(lines);
        let one = self.clients.get_mut(&client).expect("it is there");
        assert!(!one.closed, "it was told all already");
        one.hear(lines, cause);
    }

    /// A client is shown nothing that the person wrote before that is durable, but for what
    /// it is played from the store.
    fn assert_durable(&self, lines: &[u8]) {
        if self.cause == Cause::Later || self.store.undurable() == 0 {
            return;
        }
        let lines = String::from_utf8_lossy(lines);
        for line in lines.split("\r\n").filter(|line| line.starts_with('@')) {
            let tags = line.split(' ').next().unwrap_or_default()[1..].split(';');
            for id in tags.filter_map(|tag| tag.strip_prefix("msgid=")) {
                assert!(!self.store.is_undurable(id), "{line}");
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Listen { addresses } => {
                assert!(addresses.iter().all(|one| *one == address(OWN)));
            }
            Order::Dial {
                connection,
                from,
                to,
            } => {
                assert_eq!(from, address(OWN));
                assert!(self.friends.contains(&to), "{to} is a stranger");
                let before = self
                    .connections
                    .insert(connection, Connection::new(to, false));
                assert!(before.is_none(), "it is there already");
            }
            Order::Read {
                connection,
                max_frame,
            } => self.open(connection).read(max_frame),
            Order::Pause { connection } => self.open(connection).pause(),
            Order::Write { connection, frame } => {
                let remote = self.open(connection).remote;
                assert!(self.friends.contains(&remote), "{remote} is a stranger");
                let said = self.said.entry(remote).or_default();
                let one = self.connections.get_mut(&connection).expect("it is there");
                one.write(&frame, &self.store, said);
            }
            Order::Watch { connection } => drop(self.open(connection)),
            Order::HalfClose { connection } => self.open(connection).half_close(),
            Order::Close { connection } | Order::Abort { connection } => {
                let one = self.connections.remove(&connection);
                // The order to give a dial up may have crossed its success.
                let is_late = self.given_up.contains(&connection);
                assert!(one.is_some() || is_late, "it was never there");
                self.given_up.push_back(connection);
                if self.given_up.len() > script::GIVEN_UP {
                    self.given_up.pop_front();
                }
            }
        }
    }

    /// A connection that an order names: it is there.
    fn open(&mut self, connection: ConnectionId) -> &mut Connection {
        self.connections.get_mut(&connection).expect("it is there")
    }
}
