//! A contact's node, written from the protocol's page with none of the library: what it says
//! stays in its outbox until it is confirmed, and it confirms what it gets.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::rc::Rc;

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;
use tokio::task::spawn_local;

use crate::ledger::Ledger;
use crate::link::{End, Link};
use crate::support::peer::frame;
use crate::world::UNJUDGED;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 16;

/// How it treats the gateway for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    Friendly,
    /// It closes whatever connects.
    Closed,
    /// It confirms nothing.
    Forgetful,
}

/// A contact's node.
pub struct Node {
    /// Which one it is.
    pub index: usize,
    /// Where it is.
    pub address: Ipv4Addr,
    gateway: SocketAddrV4,
    mood: Cell<Mood>,
    /// In the order in which they were opened.
    links: RefCell<Vec<Rc<Link>>>,
    /// The one that is written to.
    winner: RefCell<Option<Rc<Link>>>,
    outbox: RefCell<VecDeque<(u32, Vec<u8>)>>,
    said: Cell<u32>,
    others: Cell<u32>,
    ledger: Rc<RefCell<Ledger>>,
    /// Told whenever something has changed here.
    changed: Rc<Notify>,
}

impl Node {
    /// A node that listens.
    pub fn listen(
        index: usize,
        address: Ipv4Addr,
        gateway: SocketAddrV4,
        ledger: Rc<RefCell<Ledger>>,
        changed: Rc<Notify>,
    ) -> Rc<Self> {
        let listener = listen(SocketAddrV4::new(address, gateway.port())).unwrap();
        let node = Rc::new(Self {
            index,
            address,
            gateway,
            mood: Cell::new(Mood::Friendly),
            links: RefCell::default(),
            winner: RefCell::default(),
            outbox: RefCell::default(),
            said: Cell::new(0),
            others: Cell::new(0),
            ledger,
            changed,
        });
        spawn_local(Rc::clone(&node).attend(listener));
        node
    }

    async fn attend(self: Rc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            if self.mood.get() != Mood::Closed {
                self.take_up(Link::over(stream, false));
            }
        }
    }

    /// Connects to the gateway, whether or not there is a connection.
    pub async fn dial(self: &Rc<Self>) -> io::Result<()> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddrV4::new(self.address, 0).into())?;
        let stream = socket.connect(self.gateway.into()).await?;
        self.take_up(Link::over(stream, true));
        Ok(())
    }

    /// Says who it is, and everything that is not confirmed.
    fn take_up(self: &Rc<Self>, link: Link) {
        let link = Rc::new(link);
        link.say(
            &json!({"status": 1, "status-message": "", "timestamp": now(),
            "alias": format!("Contact {}", self.index), "features": ["receipts", "tags"]}),
        );
        let mut winner = self.winner.borrow_mut();
        if winner.as_ref().is_none_or(|winner| link.beats(winner)) {
            self.move_to(&link);
            *winner = Some(Rc::clone(&link));
        }
        drop(winner);
        self.links.borrow_mut().push(Rc::clone(&link));
        spawn_local(Rc::clone(self).talk(link));
    }

    /// What is not confirmed goes again on the connection that is written to now.
    fn move_to(&self, link: &Link) {
        for (_, frame) in self.outbox.borrow().iter() {
            link.push(frame);
        }
    }

    async fn talk(self: Rc<Self>, link: Rc<Link>) {
        link.run(|packets| self.hear(&link, packets)).await;
        let mut links = self.links.borrow_mut();
        links.retain(|other| !Rc::ptr_eq(other, &link));
        let mut winner = self.winner.borrow_mut();
        if winner
            .as_ref()
            .is_some_and(|winner| Rc::ptr_eq(winner, &link))
        {
            let whole = links.iter().filter(|link| !link.is_ending());
            let heir = whole.reduce(|best, next| if next.beats(best) { next } else { best });
            *winner = heir.map(Rc::clone);
            heir.into_iter().for_each(|heir| self.move_to(heir));
        }
        drop((links, winner));
        self.changed.notify_waiters();
    }

    fn hear(&self, link: &Link, packets: Vec<Value>) {
        link.hears();
        let mut received = Vec::new();
        for packet in packets {
            if let Some(id) = packet["id"].as_str() {
                if let Some((number, to)) = number(&packet, "w")
                    && to == self.index
                {
                    self.ledger.borrow_mut().arrive(number, self.index, id);
                }
                received.push(id.to_owned());
            }
            for id in packet["received"].as_array().into_iter().flatten() {
                let confirmed = id.as_str().and_then(|id| id.strip_prefix("c"));
                if let Some(confirmed) = confirmed.and_then(|number| number.parse::<u32>().ok()) {
                    let mut outbox = self.outbox.borrow_mut();
                    match outbox.front() {
                        Some((first, _)) if *first == confirmed => _ = outbox.pop_front(),
                        _ => outbox.retain(|(number, _)| *number != confirmed),
                    }
                }
            }
        }
        if !received.is_empty() && self.mood.get() != Mood::Forgetful {
            link.say(&json!({"timestamp": now(), "received": received}));
        }
        self.changed.notify_waiters();
    }

    /// Writes to the person.
    pub fn write(&self, rest: &str) {
        let number = self.said.get() + 1;
        self.said.set(number);
        let by = if self.index < UNJUDGED { "nobody" } else { "c" };
        let packet = json!({"message": format!("{by} {number} {} {rest}", self.index),
            "timestamp": now(), "id": format!("c{number}")});
        let packet = frame(packet.to_string().as_bytes());
        if let Some(link) = &*self.winner.borrow() {
            link.push(&packet);
        }
        self.outbox.borrow_mut().push_back((number, packet));
    }

    /// Says something else, which need not arrive.
    pub fn say(&self, packet: &Value) {
        if let Some(link) = &*self.winner.borrow() {
            link.say(packet);
        }
    }

    /// Sends bytes as they are.
    pub fn send(&self, bytes: &[u8]) {
        if let Some(link) = &*self.winner.borrow() {
            link.push(bytes);
        }
    }

    /// An id for what need not arrive.
    pub fn other_id(&self) -> String {
        self.others.set(self.others.get() + 1);
        format!("o{}", self.others.get())
    }

    /// Ends all its connections so.
    pub fn end(&self, how: End) {
        for link in self.links.borrow().iter() {
            link.end(how);
        }
    }

    /// Reads no more, or again.
    pub fn set_paused(&self, paused: bool) {
        for link in self.links.borrow().iter() {
            link.set_paused(paused);
        }
    }

    /// Is in another mood.
    pub fn set_mood(&self, mood: Mood) {
        self.mood.set(mood);
    }

    /// What it has written, and what of it is not confirmed.
    pub fn written(&self) -> (u32, usize) {
        (self.said.get(), self.outbox.borrow().len())
    }

    /// Whether it has one connection, on which the gateway has spoken.
    pub fn is_linked(&self) -> bool {
        let links = self.links.borrow();
        matches!(&links[..], [only] if only.heard.get())
    }

    /// Its connections.
    pub fn links(&self) -> usize {
        self.links.borrow().len()
    }
}

/// A message of the mix, in whichever direction: `w 12 3 …` is the twelfth that the person
/// wrote, to contact 3, and `c 12 3 …` the twelfth that contact 3 did.
pub fn numbered(text: &str, by: &str) -> Option<(u32, usize)> {
    let mut words = text.split([' ', '\n']);
    if words.next() != Some(by) {
        return None;
    }
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

fn number(packet: &Value, by: &str) -> Option<(u32, usize)> {
    numbered(packet["message"].as_str()?, by)
}

fn listen(address: SocketAddrV4) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address.into())?;
    socket.listen(BACKLOG)
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
