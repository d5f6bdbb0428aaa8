//! What was said, and what became of it: the checks of everything that is written to the
//! network or shown to a client.

use bytes::BytesMut;
use serde_json::Value;

use crate::node::Kind;
use crate::wire::{Mark, State};
use crate::world::World;

/// One message that a person wrote. Its text names it, and no other.
#[derive(Debug)]
pub struct Said {
    pub from: usize,
    pub to: usize,
    pub text: String,
    /// Its place among all that its writer's gateway was given for this contact.
    pub place: u64,
    /// The client that wrote it; none for a scripted node.
    pub writer: Option<usize>,
    /// The writer saw its echo, under this id.
    pub accepted: Option<String>,
    /// The writer's store has it.
    pub is_durable: bool,
    /// The writer's store knows that it has arrived.
    pub has_arrived: bool,
    /// The writer's gateway died before it was durable.
    pub is_orphan: bool,
    /// A client of the one it was written to, or a scripted node, has seen it.
    pub was_shown: bool,
    /// The id under which that was.
    pub shown_as: Option<String>,
    /// The other kernel had it and its process did not make it durable.
    pub was_dropped: bool,
    /// The wire and end on which the writer was told last that the other kernel has it.
    pub reported_on: Option<(usize, usize)>,
    /// Wires and ends on which it went out.
    pub written: Vec<(usize, usize)>,
}

/// The message that a text is of: `…#number#…`.
pub fn number_of(text: &str) -> Option<usize> {
    let mut pieces = text.split('#').skip(1);
    pieces.find_map(|piece| piece.parse().ok())
}

/// All that the specification names, with its later edition.
const SPECIFIED: [&str; 5] = ["status", "status-message", "alias", "message", "timestamp"];

/// And what ours adds.
const ADDED: [&str; 3] = ["id", "features", "received"];

impl World {
    /// Somebody is about to write something to somebody. Returns the whole text.
    pub fn new_message(&mut self, from: usize, to: usize, writer: Option<usize>) -> usize {
        let number = self.said.len();
        let mut text = format!("#{number}# from n{from} to n{to}");
        if self.chance.one_in(30) {
            // More than one line of IRC.
            text.push_str(&" and so on".repeat(1 + self.chance.below(120)));
        }
        self.numbers.said += 1;
        self.said.push(Said {
            from,
            to,
            text,
            place: 0,
            writer,
            accepted: None,
            is_durable: false,
            has_arrived: false,
            is_orphan: false,
            was_shown: false,
            shown_as: None,
            was_dropped: false,
            reported_on: None,
            written: Vec::new(),
        });
        number
    }

    /// A frame is written by a node: it has only what it may have, and a message only where
    /// it is due.
    pub fn check_written(&mut self, wire: usize, at: usize, frame: &[u8]) {
        let end = &self.wires[wire].ends[at];
        let (node, to) = (end.node, self.wires[wire].ends[1 - at].node);
        // One who was taken out of the other's book goes on calling, and rightly so.
        let address = self.nodes[node].address;
        let entry = self.nodes[to].book.by_address(address);
        let is_known = self.nodes[to].kind.is_ours() && entry.is_some_and(|one| !one.blocked);
        if self.quiet_since.is_some() && is_known {
            let text = String::from_utf8_lossy(&frame[4..]).into_owned();
            self.violate(|| format!("n{node} writes in a quiet world: {text}"));
        }
        let Ok(Value::Object(packet)) = serde_json::from_slice(&frame[4..]) else {
            return self.violate(|| format!("n{node} writes what is no packet"));
        };
        self.check_addressee(node, to, packet.get("status") == Some(&0.into()));
        let kind = self.nodes[node].kind;
        for name in packet.keys() {
            let name = name.as_str();
            let plain = kind == Kind::Plain;
            let known = SPECIFIED.contains(&name) && !(plain && name == "alias");
            if !known && (plain || !ADDED.contains(&name)) {
                self.violate(|| format!("n{node} ({kind:?}) sends the attribute {name}"));
            }
        }
        let Some(said) = packet
            .get("message")
            .and_then(Value::as_str)
            .and_then(number_of)
        else {
            return;
        };
        if packet["message"].as_str() != Some(&self.said[said].text) {
            self.violate(|| format!("n{node} sends message {said} with another text"));
        }
        if (self.said[said].from, self.said[said].to) != (node, to) {
            self.violate(|| format!("message {said} goes from n{node} to n{to}"));
        }
        if kind.is_ours() {
            self.check_repeat(wire, at, said);
        }
        let end = &mut self.wires[wire].ends[at];
        let mark = Mark {
            end: end.written + frame.len() as u64,
            said,
            taken: false,
            read: false,
        };
        end.marks.push(mark);
        self.said[said].written.push((wire, at));
    }

    /// Whoever is not in the address book gets nothing, but for a goodbye to one who was.
    fn check_addressee(&mut self, node: usize, to: usize, is_goodbye: bool) {
        let address = self.nodes[to].address;
        let contact = self.nodes[node].book.by_address(address);
        if self.nodes[node].kind.is_ours() && !is_goodbye && contact.is_none_or(|one| one.blocked) {
            self.violate(|| format!("n{node} writes to n{to}, who is shut out or a stranger"));
        }
    }

    /// A message that has been written before may be written again only where that is the
    /// way to lose nothing.
    fn check_repeat(&mut self, wire: usize, at: usize, said: usize) {
        let Some(&(before, end)) = self.said[said].written.last() else {
            return;
        };
        self.numbers.repeats += 1;
        if self.said[said].has_arrived {
            self.violate(|| format!("message {said} is known to have arrived and is repeated"));
        }
        let (node, to) = (self.said[said].from, self.said[said].to);
        let process = self.wires[wire].ends[at].process;
        let old = &self.wires[before].ends[end];
        if (before, end) == (wire, at) {
            return self.violate(|| format!("message {said} is written twice to wire {wire}"));
        }
        if self.both_confirm(node, to) {
            return;
        }
        let same_process = old.process == process;
        // To one who has never said a word it goes a few times, on whatever connection.
        if same_process && old.state == State::Open && old.heard {
            self.violate(|| format!("message {said} is repeated while wire {before} is open"));
        } else if same_process && old.heard && self.said[said].reported_on == Some((before, end)) {
            self.violate(|| format!("message {said} had arrived and is repeated on wire {wire}"));
        }
        if self.nodes[to].kind == Kind::Mute {
            let most = 3 + self.nodes[node].processes;
            if self.said[said].written.len() as u64 >= most {
                self.violate(|| format!("message {said} goes to a mute node again and again"));
            }
        }
    }

    /// A kernel has all of these messages now.
    pub fn mark_taken(&mut self, wire: usize, from: usize, is_read: bool) {
        let taken = self.wires[wire].ends[1 - from].taken;
        for mark in &mut self.wires[wire].ends[from].marks {
            if !mark.taken && mark.end <= taken {
                mark.taken = true;
                self.said[mark.said].was_dropped |= !is_read;
            }
        }
    }

    /// A process has read them.
    pub fn mark_read(&mut self, wire: usize, at: usize) {
        let read = self.wires[wire].ends[at].read;
        let node = self.wires[wire].ends[at].node;
        for mark in &mut self.wires[wire].ends[1 - at].marks {
            if !mark.read && mark.end <= read {
                mark.read = true;
                if let Some(process) = &mut self.nodes[node].process {
                    process.unsettled.insert(mark.said);
                }
            }
        }
    }

    /// A process was told that they have arrived, and that was true.
    pub fn mark_reported(&mut self, wire: usize, at: usize) {
        let end = &self.wires[wire].ends[at];
        for mark in end.marks.iter().filter(|mark| mark.end <= end.acknowledged) {
            self.said[mark.said].reported_on = Some((wire, at));
        }
    }

    /// What a kernel had and no process has read is gone.
    pub fn drop_inbox(&mut self, wire: usize, at: usize) {
        for mark in &self.wires[wire].ends[1 - at].marks {
            if mark.taken && !mark.read {
                self.said[mark.said].was_dropped = true;
            }
        }
        self.wires[wire].ends[at].inbox = BytesMut::new();
    }

    /// A client, or a scripted node, is shown what somebody wrote to its person.
    pub fn shown(&mut self, node: usize, said: usize, from: usize, text: &str, id: Option<&str>) {
        let one = &self.said[said];
        let (sender, receiver) = (one.from, one.to);
        if (sender, receiver) != (from, node) {
            return self.violate(|| {
                format!("n{node} is shown message {said} as from n{from}; it is for n{receiver}")
            });
        }
        if !one.text.starts_with(text.trim_end()) {
            return self.violate(|| format!("n{node} is shown message {said} as {text:?}"));
        }
        if !std::mem::replace(&mut self.said[said].was_shown, true) {
            self.numbers.shown += 1;
        }
        let (Some(id), true) = (id, self.both_confirm(sender, receiver)) else {
            return;
        };
        let one = &mut self.said[said];
        let known = one.shown_as.get_or_insert_with(|| id.to_owned()).clone();
        if known != id {
            return self.violate(|| format!("message {said} is shown as {known} and as {id}"));
        }
        self.check_ids(said);
    }

    /// A message has one id, on both sides.
    pub fn check_ids(&mut self, said: usize) {
        if let (Some(accepted), Some(shown)) =
            (&self.said[said].accepted, &self.said[said].shown_as)
            && accepted != shown
        {
            let (accepted, shown) = (accepted.clone(), shown.clone());
            self.violate(|| format!("message {said} was accepted as {accepted}, shown as {shown}"));
        }
    }
}
