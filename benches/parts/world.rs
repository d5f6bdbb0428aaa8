//! What is around the middle: a client, a contact that is there, a hundred that are not, and
//! a disk. None of it does more than the parts need.

use std::time::Duration;

use bytes::BytesMut;

use enclave_irc::book::{Book, Contact};
use enclave_irc::clock::{Now, Timestamp};
use enclave_irc::enclave::ConnectionId;
use enclave_irc::enclave::order::Order;
use enclave_irc::enclave::packet::Packet;
use enclave_irc::gateway::Gateway;
use enclave_irc::gateway::effect::{Effect, Effects};
use enclave_irc::gateway::event::Event;
use enclave_irc::gateway::settings::Settings;
use enclave_irc::irc::ClientId;
use enclave_irc::irc::codec::Line;
use enclave_irc::irc::listener::{Origin, Place};
use enclave_irc::irc::nick::Nick;
use enclave_irc::store::{Answer, Known, Loaded, Write};

use crate::measure::OPERATIONS;
use crate::wire::{TEXT, receipt};

/// 2020-09-13T12:26:40Z.
const START: i64 = 1_600_000_000_000;

/// Between two events: a lively talk, in which several of them share a second.
const PAUSE: Duration = Duration::from_millis(10);

/// Contacts that are not there.
const ABSENT: u16 = 100;

/// Our own address: as long as addresses on a mesh are.
const OWN: &str = "fc9f:990d:2b0f:75ad:8783:5d59:7c84:520b";

/// The contact's that is there.
const JOHN: &str = "fc5d:baa5:61fc:6ffd:9554:67f0:e290:7535";

/// What a client asks for that can do what most of them can.
const CAPABILITIES: &str = "account-tag batch echo-message message-tags server-time";

/// A gateway, and what it has led to that somebody has yet to react to.
pub struct World {
    gateway: Gateway,
    now: Now,
    pub effects: Effects,
    client: ClientId,
    connection: ConnectionId,
    /// How many writes there were.
    writes: u64,
    /// Those of messages that are not said to be durable.
    unstored: Vec<u64>,
    /// The ids of the person's messages that the contact has yet to confirm.
    unconfirmed: Vec<String>,
    /// How many messages the contact has sent.
    said: u64,
    /// What a client was asked with PING.
    ping: Option<String>,
}

impl World {
    /// The client is attached, the contact is online, and has said something already.
    pub fn new() -> Self {
        let now = Now {
            monotonic: Duration::ZERO,
            wall: Timestamp(START),
        };
        let mut gateway = Gateway::new(Settings::default(), book(), Loaded::default(), now, 7);
        let mut effects = Effects::default();
        gateway.start(now, &mut effects);
        let mut world = Self {
            connection: gateway.next_connection(),
            gateway,
            now,
            effects,
            client: ClientId(1),
            writes: 0,
            unstored: Vec::new(),
            unconfirmed: Vec::new(),
            said: 0,
            ping: None,
        };
        world.come_together();
        world
    }

    fn come_together(&mut self) {
        let (client, connection) = (self.client, self.connection);
        let origin = Origin::trusted(Place::Unix { uid: None });
        let local = OWN.parse().unwrap();
        self.take(vec![
            Event::OwnAddresses(vec![local]),
            Event::ClientConnected { client, origin },
            self.line(&format!("CAP REQ :{CAPABILITIES}")),
            self.line("NICK alice"),
            self.line("USER alice 0 * :Alice"),
            self.line("CAP END"),
            Event::Accepted {
                connection,
                remote: JOHN.parse().unwrap(),
                local,
            },
            self.frame(br#"{"status":1,"status-message":"","features":["receipts","tags"]}"#),
        ]);
        // On a fresh connection the store is asked whether a message is a repeat.
        let message = self.message();
        self.handle(message);
        let asked = self.effects.0.iter().find_map(|effect| match effect {
            Effect::Ask { ticket, .. } => Some(*ticket),
            _ => None,
        });
        self.take(vec![Event::Answered {
            ticket: asked.unwrap(),
            answer: Ok(Answer::Known(Known::New)),
        }]);
        let events = self.all_stored_and_seen();
        self.take(events);
    }

    /// One event happens.
    pub fn handle(&mut self, event: Event) {
        self.now.monotonic += PAUSE;
        self.now.wall.0 += PAUSE.as_millis() as i64;
        self.gateway.handle(event, self.now, &mut self.effects);
    }

    /// These happen, and what they lead to is noted.
    pub fn take(&mut self, events: Vec<Event>) {
        for event in events {
            self.handle(event);
        }
        self.note();
    }

    /// Notes what somebody has to react to, and forgets all else.
    pub fn note(&mut self) {
        for effect in self.effects.0.drain(..) {
            match effect {
                Effect::Store(write) => {
                    self.writes += 1;
                    if let Write::Message(message) = write {
                        self.unstored.push(self.writes);
                        if message.own {
                            self.unconfirmed.push(message.id);
                        }
                    }
                }
                Effect::ToClient { lines, .. } => {
                    let lines = std::str::from_utf8(&lines).unwrap();
                    let mut pings = lines.lines().filter_map(|line| line.strip_prefix("PING :"));
                    if let Some(token) = pings.next() {
                        self.ping = Some(token.to_owned());
                    }
                }
                _ => {}
            }
        }
    }

    /// What the client writes to the contact.
    pub fn lines(&mut self) -> Vec<Event> {
        let line = format!("PRIVMSG JohnSmith :{TEXT}");
        (0..OPERATIONS).map(|_| self.line(&line)).collect()
    }

    /// What the contact writes.
    pub fn messages(&mut self) -> Vec<Event> {
        (0..OPERATIONS).map(|_| self.message()).collect()
    }

    /// The disk has each message that it was given.
    pub fn stored(&mut self) -> Vec<Event> {
        let writes = self.unstored.drain(..);
        writes.map(|through| Event::Stored { through }).collect()
    }

    /// The contact confirms what it was sent.
    pub fn receipts(&mut self) -> Vec<Event> {
        let ids = std::mem::take(&mut self.unconfirmed);
        let frames = ids.iter().map(|id| receipt(id).to_frame());
        frames.map(|frame| self.frame(&frame[4..])).collect()
    }

    /// The disk has everything, and the client has seen what it was asked about.
    pub fn all_stored_and_seen(&mut self) -> Vec<Event> {
        let through = self.writes;
        self.unstored.clear();
        let pong = self.ping.take();
        let pong = pong.map(|token| self.line(&format!("PONG :{token}")));
        [Event::Stored { through }]
            .into_iter()
            .chain(pong)
            .collect()
    }

    fn line(&self, line: &str) -> Event {
        Event::ClientLine {
            client: self.client,
            line: Line::Text(line.to_owned()),
        }
    }

    fn frame(&self, content: &[u8]) -> Event {
        Event::Frame {
            connection: self.connection,
            frame: BytesMut::from(content),
        }
    }

    fn message(&mut self) -> Event {
        self.said += 1;
        let packet = Packet {
            message: Some(TEXT.to_owned()),
            timestamp: Some(self.now.wall),
            id: Some(format!("01890a5d-ac96-774b-bcce-{:012x}", self.said)),
            ..Packet::default()
        };
        self.frame(&packet.to_frame()[4..])
    }
}

/// A message goes to the contact.
pub fn is_sent(effect: &Effect) -> bool {
    matches!(effect, Effect::Mesh(Order::Write { .. }))
}

/// The client is shown something.
pub fn is_shown(effect: &Effect) -> bool {
    matches!(effect, Effect::ToClient { .. })
}

/// A message of the person's has arrived.
pub fn is_delivered(effect: &Effect) -> bool {
    matches!(effect, Effect::Store(Write::Delivered(_)))
}

fn book() -> Book {
    let absent = (0..ABSENT).map(|number| {
        let address = format!(
            "fc{:02x}:eb5a:1c6f:{number:x}:9a30:ee62:b8c1:6fd4",
            number * 2
        );
        contact(&format!("Friend{number}"), &address)
    });
    Book {
        contacts: absent.chain([contact("JohnSmith", JOHN)]).collect(),
        ..Book::default()
    }
}

fn contact(name: &str, address: &str) -> Contact {
    Contact {
        name: name.to_owned(),
        address: address.parse().unwrap(),
        nick: Nick::new(name).unwrap(),
        blocked: false,
    }
}
