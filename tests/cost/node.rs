//! The pure middle, with contacts and a client, and nobody who takes what it sends.

use std::time::Duration;

use bytes::BytesMut;

use enclave_irc::book::{Book, Contact};
use enclave_irc::clock::{Now, Timestamp};
use enclave_irc::enclave::ConnectionId;
use enclave_irc::enclave::order::Order;
use enclave_irc::gateway::Gateway;
use enclave_irc::gateway::effect::{Effect, Effects};
use enclave_irc::gateway::event::Event;
use enclave_irc::gateway::settings::Settings;
use enclave_irc::irc::ClientId;
use enclave_irc::irc::codec::Line;
use enclave_irc::irc::listener::{Origin, Place};
use enclave_irc::irc::nick::Nick;
use enclave_irc::store::{self, Loaded, Message};

const CLIENT: ClientId = ClientId(1);

/// A gateway whose contacts, `c0` and so on, are all online.
pub struct Node {
    gateway: Gateway,
    now: Now,
    writes: u64,
    connections: Vec<ConnectionId>,
    /// The ids of what the first contact was sent.
    pub sent: Vec<String>,
}

impl Node {
    /// With so many contacts, and a client that has asked for these capabilities.
    pub fn new(contacts: usize, capabilities: &str) -> Self {
        Self::with(contacts, capabilities, Loaded::default())
    }

    /// With so many messages for one who is in the address book no more, `Peter`.
    pub fn with_waiting(messages: u64) -> Self {
        let peter = store::Contact {
            id: 1,
            address: "fc00::77".to_owned(),
            nick: "Peter".to_owned(),
            in_book: false,
            last_linked: None,
            last_seen: None,
        };
        let outbox = (1..=messages).map(|seq| Message {
            seq,
            contact: peter.id,
            own: true,
            notice: false,
            id: format!("id-{seq}"),
            peer_id: None,
            time: Timestamp(0),
            arrived: Timestamp(0),
            text: Some("hi".to_owned()),
            tags: store::Tags::new(),
            writer: None,
            waiting: Some(0),
        });
        let loaded = Loaded {
            last_seq: messages,
            outbox: outbox.collect(),
            contacts: vec![peter],
            ..Loaded::default()
        };
        Self::with(0, "", loaded)
    }

    fn with(contacts: usize, capabilities: &str, loaded: Loaded) -> Self {
        let now = Now {
            monotonic: Duration::ZERO,
            wall: Timestamp(1_600_000_000_000),
        };
        let book = Book {
            contacts: (0..contacts).map(contact).collect(),
            ..Book::default()
        };
        let mut node = Self {
            gateway: Gateway::new(Settings::default(), book, loaded, now, 7),
            now,
            writes: 0,
            connections: Vec::new(),
            sent: Vec::new(),
        };
        let own = "fc00::5".parse().unwrap();
        node.event(Event::OwnAddresses(vec![own]));
        for number in 0..contacts {
            let connection = node.gateway.next_connection();
            let remote = contact(number).address;
            node.event(Event::Accepted {
                connection,
                remote,
                local: own,
            });
            node.connections.push(connection);
            node.frame(number, br#"{"status":1,"features":["receipts","tags"]}"#);
        }
        let origin = Origin::trusted(Place::Unix { uid: None });
        let client = CLIENT;
        node.event(Event::ClientConnected { client, origin });
        node.line(&format!("CAP REQ :{capabilities}"));
        for line in ["NICK alice", "USER alice 0 * :Alice", "CAP END"] {
            node.line(line);
        }
        node
    }

    /// The client says something.
    pub fn line(&mut self, line: &str) {
        self.event(Event::ClientLine {
            client: CLIENT,
            line: Line::Text(line.to_owned()),
        });
    }

    /// A contact sends a frame.
    pub fn frame(&mut self, contact: usize, content: &[u8]) {
        let connection = self.connections[contact];
        self.event(Event::Frame {
            connection,
            frame: BytesMut::from(content),
        });
    }

    /// Something happens. The disk keeps up, and the client takes all that it is sent.
    fn event(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let mut effects = Effects::default();
            self.gateway.handle(event, self.now, &mut effects);
            let before = self.writes;
            for effect in effects.0 {
                match effect {
                    Effect::Store(_) => self.writes += 1,
                    Effect::TellWhenDrained { client } => {
                        events.push(Event::ClientDrained { client });
                    }
                    Effect::Mesh(Order::Write { connection, frame })
                        if self.connections.first() == Some(&connection) =>
                    {
                        self.note(&frame[4..]);
                    }
                    _ => {}
                }
            }
            if self.writes > before {
                let through = self.writes;
                events.push(Event::Stored { through });
            }
        }
    }

    fn note(&mut self, content: &[u8]) {
        let packet: serde_json::Value = serde_json::from_slice(content).unwrap();
        if let Some(id) = packet["id"].as_str() {
            self.sent.push(id.to_owned());
        }
    }
}

fn contact(number: usize) -> Contact {
    let name = format!("c{number}");
    Contact {
        address: format!("fc00::7:{number:x}").parse().unwrap(),
        nick: Nick::new(&name).unwrap(),
        name,
        blocked: false,
    }
}
