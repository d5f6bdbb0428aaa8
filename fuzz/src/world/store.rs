//! A made-up store: it takes what it is told and answers what it is asked in order, when it
//! is made to. Like the real one it answers from all that was written before a question, and
//! makes it durable later.

use std::collections::{BTreeMap, VecDeque};

use enclave_irc::gateway::event::Event;
use enclave_irc::store::{Answer, Ask, Loaded, Message, Write};

use super::answers;

/// What a store holds.
#[derive(Default)]
pub struct Rows {
    /// As it would be loaded, but for what waits.
    pub loaded: Loaded,
    /// By their places.
    pub messages: BTreeMap<u64, Message>,
    /// What each of them said, whether it still has a text or not.
    pub said: BTreeMap<u64, String>,
}

/// A job that is not done.
enum Job {
    Write,
    Ask(u64, Ask),
}

/// The store.
#[derive(Default)]
pub struct Store {
    rows: Rows,
    /// All writes there were.
    writes: Vec<Write>,
    jobs: VecDeque<Job>,
    applied: usize,
    durable: usize,
    /// How many of them there were when the program started.
    before: usize,
    /// Nothing can be made durable.
    pub in_trouble: bool,
    /// Nothing can be read.
    pub is_unreadable: bool,
}

impl Store {
    /// A write comes in.
    pub fn write(&mut self, write: Write) {
        self.writes.push(write);
        self.jobs.push_back(Job::Write);
    }

    /// A question comes in.
    pub fn ask(&mut self, ticket: u64, ask: Ask) {
        self.jobs.push_back(Job::Ask(ticket, ask));
    }

    /// How many jobs wait.
    pub fn queued(&self) -> usize {
        self.jobs.len()
    }

    /// How many questions have no answer.
    pub fn questions(&self) -> usize {
        let ask = |job: &&Job| matches!(job, Job::Ask(..));
        self.jobs.iter().filter(ask).count()
    }

    /// How many writes are not durable.
    pub fn undurable(&self) -> usize {
        self.writes.len() - self.durable
    }

    /// Does so many jobs. The answer to the last question among them, if it is one.
    pub fn work(&mut self) -> Option<Event> {
        match self.jobs.pop_front()? {
            Job::Write => {
                self.rows.apply(&self.writes[self.applied]);
                self.applied += 1;
                None
            }
            Job::Ask(ticket, ask) => {
                let answer = if self.is_unreadable {
                    Err("it cannot be read".to_owned())
                } else {
                    Ok(self.rows.answer(&ask))
                };
                Some(Event::Answered { ticket, answer })
            }
        }
    }

    /// Makes durable what was done, if that is anything, and possible.
    pub fn commit(&mut self) -> Option<Event> {
        if self.in_trouble || self.durable == self.applied {
            return None;
        }
        self.durable = self.applied;
        let through = (self.durable - self.before) as u64;
        Some(Event::Stored { through })
    }

    /// What is durable, as a program that starts finds it; all else is lost.
    pub fn crash(&mut self) -> Loaded {
        self.writes.truncate(self.durable);
        let mut rows = Rows::default();
        for write in &self.writes {
            rows.apply(write);
        }
        *self = Self {
            writes: std::mem::take(&mut self.writes),
            applied: self.durable,
            durable: self.durable,
            before: self.durable,
            ..Self::default()
        };
        let mut loaded = rows.loaded.clone();
        let waiting = rows.messages.values().filter(|one| one.waiting.is_some());
        loaded.outbox = waiting.cloned().collect();
        let positions = loaded.positions.iter().map(|position| position.seq);
        let last = rows.messages.keys().next_back().copied();
        loaded.last_seq = positions.chain(last).max().unwrap_or(0);
        self.rows = rows;
        loaded
    }

    /// Whether a message of a contact's with this id is durable.
    pub fn has_durable(&self, peer_id: &str) -> bool {
        let said = |write: &Write| matches!(write, Write::Message(message) if message.peer_id.as_deref() == Some(peer_id));
        self.writes[..self.durable].iter().any(said)
    }

    /// Whether a message of the person's with this id was written and is not durable.
    pub fn is_undurable(&self, id: &str) -> bool {
        let own = |write: &Write| matches!(write, Write::Message(one) if one.own && one.id == id);
        self.writes[self.durable..].iter().any(own)
    }

    /// Whether the person has written this, under this id where one is named.
    pub fn has_own(&self, id: Option<&str>, text: &str) -> bool {
        let is_it = |one: &Message| {
            one.own && one.text.as_deref() == Some(text) && id.is_none_or(|id| one.id == id)
        };
        let mut writes = self.writes.iter().rev();
        writes.any(|write| matches!(write, Write::Message(message) if is_it(message)))
    }

    /// Whether a message has a text.
    pub fn has_words(&self, seq: u64) -> bool {
        let text = |one: &Message| one.text.as_ref().is_some_and(|text| !text.is_empty());
        self.rows.messages.get(&seq).is_some_and(text)
    }

    /// What waits for each contact, once all that was written has been done.
    pub fn waiting(&self) -> BTreeMap<u32, Vec<u64>> {
        let mut waiting = BTreeMap::<u32, Vec<u64>>::new();
        for (seq, message) in &self.rows.messages {
            if message.waiting.is_some() {
                waiting.entry(message.contact).or_default().push(*seq);
            }
        }
        waiting
    }
}

impl Rows {
    fn apply(&mut self, write: &Write) {
        let loaded = &mut self.loaded;
        match write {
            Write::Contact(contact) => {
                loaded.contacts.retain(|one| one.id != contact.id);
                loaded.contacts.push(contact.clone());
                loaded.contacts.sort_by_key(|one| one.id);
            }
            Write::RemoveContact(id) => {
                loaded.contacts.retain(|one| one.id != *id);
                loaded.markers.retain(|one| one.contact != *id);
                self.messages.retain(|_, one| one.contact != *id);
            }
            Write::Forget(id) => {
                loaded.markers.retain(|one| one.contact != *id);
                let stays = |one: &Message| one.contact != *id || one.waiting.is_some();
                self.messages.retain(|_, one| stays(one));
            }
            Write::Message(message) => self.insert(message.clone()),
            Write::Delivered(keys) => self.each(keys, |one| one.waiting = None),
            Write::Cancelled(keys) => self.each(keys, |one| {
                one.waiting = None;
                one.text = None;
                one.tags.clear();
            }),
            Write::Attempted(keys) => self.each(keys, |one| {
                one.waiting = one.waiting.map(|attempts| attempts.saturating_add(1));
            }),
            Write::Position(position) => {
                let known = loaded
                    .positions
                    .iter_mut()
                    .find(|one| one.client == position.client);
                match known {
                    Some(known) if known.seq >= position.seq => {}
                    Some(known) => *known = position.clone(),
                    None => loaded.positions.push(position.clone()),
                }
                if loaded.positions.len() > 64 {
                    loaded.positions.sort_by_key(|one| one.at);
                    loaded.positions.remove(0);
                }
            }
            Write::Marker(marker) => {
                loaded.markers.retain(|one| one.contact != marker.contact);
                loaded.markers.push(*marker);
            }
            Write::Request(request) => {
                let mut known = loaded.requests.iter_mut();
                match known.find(|(one, _)| one.address == request.address) {
                    Some((known, _)) => *known = request.clone(),
                    None => loaded.requests.push((request.clone(), Vec::new())),
                }
            }
            Write::Held { address, held } => {
                let mut known = loaded.requests.iter_mut();
                if let Some((_, all)) = known.find(|(one, _)| one.address == *address) {
                    all.push(held.clone());
                }
            }
            Write::RemoveRequest(address) => {
                loaded.requests.retain(|(one, _)| one.address != *address);
            }
            Write::Silence(address, until) => {
                loaded.silenced.retain(|(one, _)| one != address);
                loaded.silenced.push((address.clone(), *until));
            }
            Write::Unsilence(address) => loaded.silenced.retain(|(one, _)| one != address),
            Write::Setting(name, value) => {
                loaded.settings.insert((*name).to_owned(), value.clone());
            }
            Write::Expire(before) => {
                let seen = loaded.positions.iter().map(|position| position.seq).max();
                for message in self.messages.values_mut() {
                    let is_seen = message.own || Some(message.seq) <= seen;
                    if message.arrived < *before && message.waiting.is_none() && is_seen {
                        message.text = None;
                        message.tags.clear();
                    }
                }
            }
        }
    }

    fn each(&mut self, keys: &[u64], change: impl Fn(&mut Message)) {
        for key in keys {
            let message = self.messages.get_mut(key);
            message.filter(|one| one.waiting.is_some()).map(&change);
        }
    }

    fn insert(&mut self, mut message: Message) {
        let mut others = self.messages.values();
        let taken = others.find(|one| one.contact == message.contact && one.id == message.id);
        if let Some(taken) = taken {
            let is_same = taken.peer_id == message.peer_id
                && self.said.get(&taken.seq) == message.text.as_ref();
            if is_same {
                return;
            }
            message.id = format!("{}-{}", message.id, message.seq);
        }
        assert!(
            !self.messages.contains_key(&message.seq),
            "a place is given twice"
        );
        self.said
            .insert(message.seq, message.text.clone().unwrap_or_default());
        self.messages.insert(message.seq, message);
    }

    fn answer(&self, ask: &Ask) -> Answer {
        answers::answer(self, ask)
    }
}
