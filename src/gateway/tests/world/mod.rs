//! A gateway and everything around it, made up.

mod book;
mod disk;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

use crate::store::Db;

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
    /// Passwords to look at, and whether they are right: a password is its own hash here.
    pub passwords: Vec<(ClientId, bool)>,
    /// What is on disk.
    pub db: Db,
    /// Writes so far.
    pub writes: u64,
    /// Bytes written to each connection.
    pub written: HashMap<ConnectionId, u64>,
    /// What follows from what was carried out.
    pub aftermath: VecDeque<Event>,
    /// Nothing becomes durable while this is set: what waits.
    pub slow_disk: Option<u64>,
    /// Answers of the store wait while this is set.
    pub slow_answers: bool,
    pub(super) waiting_answers: Vec<Event>,
    /// Clients take nothing while this is set: who is waited for.
    pub slow_clients: bool,
    pub undrained: Vec<ClientId>,
    /// Clients answer a PING that asks whether they have seen something.
    pub answering: bool,
    /// How wrong the wall clock is, milliseconds.
    pub jump: i64,
}

impl World {
    pub fn new() -> Self {
        Self::with(Settings::default(), book(), Loaded::default())
    }

    pub fn with(settings: Settings, book: Book, loaded: Loaded) -> Self {
        Self::on(Db::in_memory().unwrap(), settings, book, loaded)
    }

    /// The program starts with what is on disk.
    pub fn on(db: Db, settings: Settings, book: Book, loaded: Loaded) -> Self {
        let now = Now {
            monotonic: Duration::ZERO,
            wall: Timestamp(START),
        };
        let mut world = Self {
            gateway: Gateway::new(settings, book, loaded, now, 7),
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
            passwords: Vec::new(),
            db,
            writes: 0,
            written: HashMap::new(),
            aftermath: VecDeque::new(),
            slow_disk: None,
            slow_answers: false,
            waiting_answers: Vec::new(),
            slow_clients: false,
            undrained: Vec::new(),
            answering: true,
            jump: 0,
        };
        let mut effects = Effects::default();
        world.gateway.start(now, &mut effects);
        for effect in effects.0 {
            world.carry_out(effect);
        }
        world.event(Event::OwnAddresses(vec![OWN.parse().unwrap()]));
        world
    }

    pub fn event(&mut self, event: Event) {
        let mut next = Some(event);
        while let Some(event) = next {
            let mut effects = Effects::default();
            self.gateway.handle(event, self.now, &mut effects);
            for effect in effects.0 {
                self.carry_out(effect);
            }
            next = self.aftermath.pop_front();
        }
    }

    fn answer_ping(&mut self, client: ClientId, line: &str) -> bool {
        let Some(token) = line
            .strip_prefix("PING ")
            .filter(|rest| rest.contains("seen-"))
        else {
            return false;
        };
        if self.answering {
            self.aftermath.push_back(Event::ClientLine {
                client,
                line: Line::Text(format!("PONG {token}")),
            });
        }
        true
    }

    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::ToClient { client, lines } => {
                let lines = String::from_utf8(lines).unwrap();
                assert!(lines.ends_with("\r\n"));
                for line in lines.split_terminator("\r\n") {
                    assert_fits(line);
                    if !self.answer_ping(client, line) {
                        let heard = self.heard.entry(client).or_default();
                        heard.push(line.to_owned());
                    }
                }
            }
            Effect::CheckPassword {
                client,
                password,
                hash,
            } => self.passwords.push((client, password == hash)),
            Effect::CloseClient { client } => self.closed.push(client),
            Effect::TellWhenDrained { client } => {
                if self.slow_clients {
                    self.undrained.push(client);
                } else {
                    self.aftermath.push_back(Event::ClientDrained { client });
                }
            }
            Effect::Mesh(Order::Write { connection, frame }) => {
                *self.written.entry(connection).or_default() += frame.len() as u64;
                let packet = serde_json::from_slice(&frame[4..]).unwrap();
                self.packets.entry(connection).or_default().push(packet);
            }
            Effect::Mesh(Order::Close { connection } | Order::Abort { connection }) => {
                self.ended.push(connection);
            }
            Effect::Mesh(Order::Dial { connection, to, .. }) => self.dials.push((connection, to)),
            Effect::Mesh(Order::Listen { addresses }) => self.listening = addresses,
            Effect::Mesh(Order::Watch { connection }) => {
                let bytes = self.written[&connection];
                self.aftermath
                    .push_back(Event::Acknowledged { connection, bytes });
            }
            Effect::Store(write) => {
                self.writes += 1;
                self.db.begin().unwrap();
                self.db.apply(&write).unwrap();
                self.db.commit().unwrap();
                let through = self.writes;
                match &mut self.slow_disk {
                    Some(waiting) => *waiting = through,
                    None => self.aftermath.push_back(Event::Stored { through }),
                }
            }
            Effect::Ask { ticket, ask } => {
                let answer = self.db.ask(&ask).map_err(|error| error.to_string());
                let answered = Event::Answered { ticket, answer };
                if self.slow_answers {
                    self.waiting_answers.push(answered);
                } else {
                    self.aftermath.push_back(answered);
                }
            }
            Effect::Mesh(_) | Effect::Reload => {}
            Effect::ChangeBook { id, change } => self.changes.push((id, change)),
        }
    }

    /// A client connects and says nothing.
    pub fn connect(&mut self) -> ClientId {
        self.connect_trusted(true)
    }

    /// The same, and the door is sure of who it is, or not.
    pub fn connect_trusted(&mut self, trusted: bool) -> ClientId {
        self.connect_from(trusted, None)
    }

    /// The same, and it is the process of this user.
    pub fn connect_from(&mut self, trusted: bool, user: Option<u32>) -> ClientId {
        self.clients += 1;
        let client = ClientId(self.clients);
        let end: SocketAddr = "127.0.0.1:6667".parse().unwrap();
        let place = Place::Tcp {
            peer: end,
            local: end,
        };
        let origin = Origin {
            trusted,
            user,
            ..Origin::trusted(place)
        };
        self.event(Event::ClientConnected { client, origin });
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
    /// timestamps, each of which must be now, and without what the delivery adds.
    pub fn sent(&mut self, address: &str) -> Vec<Value> {
        let connection = self.links[&address.parse().unwrap()];
        let mut packets = self.packets.remove(&connection).unwrap_or_default();
        for packet in &mut packets {
            let packet = packet.as_object_mut().unwrap();
            let timestamp = packet.remove("timestamp");
            assert_eq!(timestamp, Some(self.now.wall.seconds().into()));
            packet.remove("features");
            packet.remove("id");
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
            wall: Timestamp(START + self.jump + milliseconds),
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
}
