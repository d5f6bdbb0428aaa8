//! A gateway and everything around it, made up.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::*;

/// Whatever happens, a line is one line, and no longer than clients can take.
fn assert_fits(line: &str) {
    let body = match line.strip_prefix('@') {
        Some(tagged) => tagged.split_once(' ').unwrap().1,
        None => line,
    };
    assert!(body.len() <= 510, "{} bytes: {body}", body.len());
    assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
}

/// A gateway and everything around it.
pub(super) struct World {
    pub gateway: Gateway,
    pub now: Now,
    pub clients: u64,
    pub heard: HashMap<ClientId, Vec<String>>,
    pub closed: Vec<ClientId>,
    pub links: HashMap<Address, ConnectionId>,
    pub packets: HashMap<ConnectionId, Vec<Value>>,
    pub ended: Vec<ConnectionId>,
    pub listening: Vec<Address>,
    pub dials: Vec<(ConnectionId, Address)>,
    pub changes: Vec<(ChangeId, Change)>,
}

impl World {
    pub fn new() -> Self {
        Self::with(settings(), book(), Remembered::default())
    }

    pub fn with(settings: Settings, book: Book, remembered: Remembered) -> Self {
        let now = Now {
            monotonic: Duration::ZERO,
            wall: Timestamp(START),
        };
        let mut world = Self {
            gateway: Gateway::new(settings, book, remembered, now, 7),
            now,
            clients: 0,
            heard: HashMap::new(),
            closed: Vec::new(),
            links: HashMap::new(),
            packets: HashMap::new(),
            ended: Vec::new(),
            listening: Vec::new(),
            dials: Vec::new(),
            changes: Vec::new(),
        };
        world.event(Event::OwnAddresses(vec![OWN.parse().unwrap()]));
        world
    }

    pub fn event(&mut self, event: Event) {
        let mut effects = Effects::default();
        self.gateway.handle(event, self.now, &mut effects);
        for effect in effects.0 {
            self.carry_out(effect);
        }
    }

    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::ToClient { client, lines } => {
                let lines = String::from_utf8(lines).unwrap();
                assert!(lines.ends_with("\r\n"));
                let heard = self.heard.entry(client).or_default();
                for line in lines.split_terminator("\r\n") {
                    assert_fits(line);
                    heard.push(line.to_owned());
                }
            }
            Effect::CloseClient { client } => self.closed.push(client),
            Effect::Mesh(Order::Write { connection, frame }) => {
                let packet = serde_json::from_slice(&frame[4..]).unwrap();
                self.packets.entry(connection).or_default().push(packet);
            }
            Effect::Mesh(Order::Close { connection } | Order::Abort { connection }) => {
                self.ended.push(connection);
            }
            Effect::Mesh(Order::Dial { connection, to, .. }) => self.dials.push((connection, to)),
            Effect::Mesh(Order::Listen { addresses }) => self.listening = addresses,
            Effect::Mesh(_) | Effect::Reload | Effect::Remember => {}
            Effect::ChangeBook { id, change } => self.changes.push((id, change)),
        }
    }

    /// A client connects and says nothing.
    pub fn connect(&mut self) -> ClientId {
        self.clients += 1;
        let client = ClientId(self.clients);
        let end: SocketAddr = "127.0.0.1:6667".parse().unwrap();
        self.event(Event::ClientConnected {
            client,
            origin: Origin::Tcp {
                peer: end,
                local: end,
            },
        });
        client
    }

    /// A client connects and registers, having asked for these capabilities.
    pub fn attach(&mut self, nick: &str, capabilities: &str) -> ClientId {
        let client = self.connect();
        self.say(client, &format!("CAP REQ :{capabilities}"));
        self.say(client, &format!("NICK {nick}"));
        self.say(client, &format!("USER {nick} 0 * :{nick}"));
        self.say(client, "CAP END");
        client
    }

    /// The same, and what it was greeted with is forgotten.
    pub fn attached(&mut self, nick: &str, capabilities: &str) -> ClientId {
        let client = self.attach(nick, capabilities);
        self.heard(client);
        client
    }

    pub fn say(&mut self, client: ClientId, line: &str) {
        self.event(Event::ClientLine {
            client,
            line: Line::Text(line.to_owned()),
        });
    }

    /// What a client has heard since it was last asked.
    pub fn heard(&mut self, client: ClientId) -> Vec<String> {
        self.heard.remove(&client).unwrap_or_default()
    }

    /// A peer connects to us.
    pub fn call(&mut self, address: &str) -> ConnectionId {
        let connection = self.gateway.next_connection();
        let remote: Address = address.parse().unwrap();
        self.links.insert(remote, connection);
        let local = OWN.parse().unwrap();
        self.event(Event::Accepted {
            connection,
            remote,
            local,
        });
        connection
    }

    /// A peer sends a packet on the connection it made last.
    pub fn packet(&mut self, address: &str, packet: &str) {
        let connection = self.links[&address.parse().unwrap()];
        self.event(Event::Frame {
            connection,
            frame: packet.as_bytes().into(),
        });
    }

    /// A contact comes online and is available.
    pub fn online(&mut self, address: &str) {
        self.call(address);
        self.packet(address, r#"{"status":1,"status-message":""}"#);
    }

    /// What a peer was sent on its last connection since it was last asked, without the
    /// timestamps, each of which must be now.
    pub fn sent(&mut self, address: &str) -> Vec<Value> {
        let connection = self.links[&address.parse().unwrap()];
        let mut packets = self.packets.remove(&connection).unwrap_or_default();
        for packet in &mut packets {
            let timestamp = packet.as_object_mut().unwrap().remove("timestamp");
            assert_eq!(timestamp, Some(self.now.wall.seconds().into()));
        }
        packets
    }

    /// Time goes by, deadline after deadline.
    pub fn pass(&mut self, duration: Duration) {
        let until = self.now.monotonic + duration;
        let mut idle = 0;
        while let Some(deadline) = self.gateway.deadline().filter(|at| *at <= until) {
            idle = if deadline <= self.now.monotonic {
                idle + 1
            } else {
                0
            };
            assert!(idle < 3, "a deadline that is over comes again and again");
            self.set_time(deadline.max(self.now.monotonic));
            self.event(Event::Deadline);
        }
        self.set_time(until);
    }

    pub fn set_time(&mut self, monotonic: Duration) {
        let milliseconds = i64::try_from(monotonic.as_millis()).unwrap();
        self.now = Now {
            monotonic,
            wall: Timestamp(START + milliseconds),
        };
    }

    /// The one change of the address book that was asked for is made.
    pub fn book_becomes(&mut self, book: Book) -> Change {
        let (change, what) = self.changes.remove(0);
        self.event(Event::BookChanged {
            change,
            outcome: Ok(book),
        });
        what
    }
    /// The address book as the gateway knows it, after a change.
    pub fn book_after(&self, change: &Change) -> Book {
        let mut book = Book {
            blocked_strangers: self.gateway.blocked_strangers.iter().copied().collect(),
            ..Book::default()
        };
        book.contacts = (self.gateway.roster.contacts())
            .map(|contact| Contact {
                name: contact.name.clone(),
                address: contact.address,
                nick: contact.nick.clone(),
                blocked: contact.blocked,
            })
            .collect();
        let place = |book: &Book, address: &Address| {
            (book.contacts.iter()).position(|contact| contact.address == *address)
        };
        match change {
            Change::Add {
                name,
                address,
                nick,
            } if place(&book, address).is_none() => {
                book.blocked_strangers.retain(|blocked| blocked != address);
                book.contacts.push(Contact {
                    name: name.clone(),
                    address: *address,
                    nick: nick.clone().unwrap(),
                    blocked: false,
                });
            }
            Change::Remove { address } => book.contacts.retain(|one| one.address != *address),
            Change::Rename {
                name,
                address,
                nick,
            } => {
                if let Some(index) = place(&book, address) {
                    book.contacts[index].name.clone_from(name);
                    book.contacts[index].nick = nick.clone().unwrap();
                }
            }
            Change::Block { address } | Change::Unblock { address } => {
                let block = matches!(change, Change::Block { .. });
                book.blocked_strangers.retain(|blocked| blocked != address);
                match place(&book, address) {
                    Some(index) => book.contacts[index].blocked = block,
                    None if block => book.blocked_strangers.push(*address),
                    None => {}
                }
            }
            Change::Add { .. } | Change::WriteNicks => {}
        }
        // As the file would refuse it.
        let mut nicks = HashSet::new();
        book.contacts
            .retain(|contact| nicks.insert(contact.nick.folded()));
        book
    }
}
