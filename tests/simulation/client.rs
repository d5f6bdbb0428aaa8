//! IRC clients: raw lines, what each believes of them, and what none of them may ever see.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use enclave_irc::gateway::event::Event;
use enclave_irc::irc::ClientId;
use enclave_irc::irc::codec::Line;
use enclave_irc::irc::listener::{Origin, Place};

use crate::record::number_of;
use crate::what::What;
use crate::world::World;

/// Among what is said by one to another in one way order holds: by the person at this client
/// or not, and, where a node that others wrote says it, on which wire.
pub type Conversation = (usize, usize, bool, Option<usize>);

/// One connection of an IRC client.
pub struct Client {
    pub node: usize,
    pub process: u64,
    /// By which it is known again.
    pub name: String,
    pub nick: String,
    pub has_echo: bool,
    /// It answers every PING, and at once.
    pub is_diligent: bool,
    pub is_alive: bool,
    pub is_attached: bool,
    /// When the last line reaches it, and the last of its own its gateway.
    lines_until: Duration,
    says_until: Duration,
    /// Messages it was shown, in order, and how often each.
    pub heard: Vec<usize>,
    pub counts: HashMap<usize, usize>,
    /// The last message of each conversation and writer.
    pub places: HashMap<Conversation, u64>,
    /// PINGs to be answered, with how much was heard before each.
    pub pings: VecDeque<(String, usize)>,
    /// What its name had acknowledged when it attached.
    pub acknowledged: BTreeSet<usize>,
    /// Who it was told is online, when it asked last.
    pub online: Option<BTreeSet<usize>>,
    /// Away texts that it was told.
    pub away: HashMap<usize, String>,
    /// What it was told of the outbox.
    pub outbox: Vec<String>,
}

impl World {
    /// A client connects and registers.
    pub fn attach(
        &mut self,
        node: usize,
        name: &str,
        has_echo: bool,
        has_tags: bool,
    ) -> Option<usize> {
        let process = self.nodes[node].process.as_mut()?;
        let number = self.clients.len();
        process.clients.push(number);
        self.clients.push(Client {
            node,
            process: process.number,
            name: name.to_owned(),
            nick: "me".to_owned(),
            has_echo,
            is_diligent: false,
            is_alive: true,
            is_attached: false,
            lines_until: Duration::ZERO,
            says_until: Duration::ZERO,
            heard: Vec::new(),
            counts: HashMap::new(),
            places: HashMap::new(),
            pings: VecDeque::new(),
            acknowledged: BTreeSet::new(),
            online: None,
            away: HashMap::new(),
            outbox: Vec::new(),
        });
        self.note(|| format!("client {number} ({name}) connects to n{node}"));
        let origin = Origin::trusted(Place::Unix { uid: None });
        let client = ClientId(number as u64);
        self.event(node, Event::ClientConnected { client, origin });
        let capabilities = match (has_echo, has_tags) {
            (true, _) => "echo-message message-tags server-time batch",
            (false, true) => "message-tags server-time batch",
            (false, false) => "",
        };
        if !capabilities.is_empty() {
            self.say_line(number, format!("CAP REQ :{capabilities}"));
        }
        self.say_line(number, "NICK me".to_owned());
        self.say_line(number, format!("USER {name} 0 * :Somebody"));
        if !capabilities.is_empty() {
            self.say_line(number, "CAP END".to_owned());
        }
        Some(number)
    }

    /// A client says something, behind all that it has said before.
    pub fn say_line(&mut self, client: usize, line: String) {
        let after = self.chance.milliseconds(0, 4);
        self.say_line_after(client, after, line);
    }

    pub fn say_line_after(&mut self, client: usize, after: Duration, line: String) {
        let one = &mut self.clients[client];
        one.says_until = one.says_until.max(self.now + after);
        let at = one.says_until;
        self.queue.plan(at, What::Says { client, line });
    }

    fn is_connected(&self, client: usize) -> bool {
        let one = &self.clients[client];
        let process = self.nodes[one.node].process.as_ref();
        one.is_alive && process.is_some_and(|process| process.number == one.process)
    }

    /// A client's line reaches its gateway.
    pub fn says(&mut self, client: usize, line: String) {
        if !self.is_connected(client) {
            return;
        }
        let node = self.clients[client].node;
        self.note(|| format!("client {client} of n{node} says: {line}"));
        if let (Some(said), true) = (number_of(&line), !line.starts_with("PONG")) {
            let (from, to) = (self.said[said].from, self.said[said].to);
            self.places += 1;
            self.said[said].place = self.places;
            debug_assert_eq!((from, self.said[said].to), (node, to));
        }
        if line.starts_with("USER") || line.starts_with("CAP END") {
            let name = &self.clients[client].name;
            let acknowledged = self.nodes[node].acknowledged.get(name).cloned();
            self.clients[client].acknowledged = acknowledged.unwrap_or_default();
        }
        let quits = line.starts_with("QUIT");
        let pong = line.strip_prefix("PONG :").map(str::to_owned);
        let line = Line::Text(line);
        let id = ClientId(client as u64);
        self.event(node, Event::ClientLine { client: id, line });
        if let Some(token) = pong {
            self.has_answered(client, &token);
        }
        if quits {
            self.clients[client].is_alive = false;
        }
    }

    /// A gateway has had the answer to a PING: what was shown before it counts as seen once
    /// the store knows.
    fn has_answered(&mut self, client: usize, token: &str) {
        let one = &mut self.clients[client];
        let Some(place) = one.pings.iter().position(|(ping, _)| ping == token) else {
            return;
        };
        let heard = one.pings[place].1;
        one.pings.drain(..=place);
        if !token.starts_with("seen-") {
            return;
        }
        let seen = one.heard[..heard].to_vec();
        let name = one.name.clone();
        if let Some(process) = &mut self.nodes[one.node].process {
            process.acknowledged.push((process.stores, name, seen));
        }
    }

    /// A client's connection breaks, without a QUIT.
    pub fn vanishes(&mut self, client: usize) {
        if !self.is_connected(client) {
            return;
        }
        let node = self.clients[client].node;
        self.note(|| format!("client {client} of n{node} vanishes"));
        self.clients[client].is_alive = false;
        let client = ClientId(client as u64);
        let reason = "Connection reset by peer".to_owned();
        self.event(node, Event::ClientEnded { client, reason });
    }

    /// A gateway sends lines to a client.
    pub fn lines_for_client(&mut self, node: usize, client: ClientId, lines: Vec<u8>) {
        let client = client.0 as usize;
        if !self.is_connected(client) {
            return;
        }
        if !lines.ends_with(b"\r\n") {
            self.violate(|| format!("n{node} sends a client half a line"));
        }
        let after = self.chance.milliseconds(0, 20);
        let one = &mut self.clients[client];
        one.lines_until = one.lines_until.max(self.now + after);
        let at = one.lines_until;
        self.queue.plan(at, What::Lines { client, lines });
    }

    pub fn close_client(&mut self, _: usize, client: ClientId) {
        self.clients[client.0 as usize].is_alive = false;
    }

    pub fn lines(&mut self, client: usize, lines: &[u8]) {
        // What was on its way when the gateway died does not arrive.
        if !self.is_connected(client) {
            return;
        }
        let lines = String::from_utf8_lossy(lines).into_owned();
        for line in lines.split_terminator("\r\n") {
            let node = self.clients[client].node;
            self.note(|| format!("client {client} of n{node} hears: {line}"));
            let body = line.split_once(' ').filter(|_| line.starts_with('@'));
            let length = body.map_or(line, |(_, body)| body).len();
            if length > 510 || line.contains(['\r', '\n', '\0']) {
                self.violate(|| format!("client {client} is sent what is no line: {line:?}"));
            }
            for line in self.tamper_with_line(line) {
                self.hears(client, line);
            }
        }
    }
}
