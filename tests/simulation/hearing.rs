//! What a client makes of the lines it is sent, and what none may ever see.

use std::time::Duration;

use crate::node::{by_nick, nick};
use crate::record::number_of;
use crate::what::What;
use crate::world::World;

/// A line, taken apart.
struct Heard<'a> {
    id: Option<&'a str>,
    source: &'a str,
    verb: &'a str,
    params: Vec<&'a str>,
}

fn parse(line: &str) -> Heard<'_> {
    let (tags, line) = match line.strip_prefix('@') {
        Some(tagged) => tagged.split_once(' ').unwrap_or((tagged, "")),
        None => ("", line),
    };
    let id = tags.split(';').find_map(|tag| tag.strip_prefix("msgid="));
    let (source, line) = match line.strip_prefix(':') {
        Some(line) => line.split_once(' ').unwrap_or((line, "")),
        None => ("", line),
    };
    let (words, last) = match line.split_once(" :") {
        Some((words, last)) => (words, Some(last)),
        None => (line, None),
    };
    let mut words = words.split(' ').filter(|word| !word.is_empty());
    let verb = words.next().unwrap_or_default();
    let params = words.chain(last).collect();
    let source = source.split('!').next().unwrap_or_default();
    Heard {
        id,
        source,
        verb,
        params,
    }
}

impl World {
    pub fn hears(&mut self, client: usize, line: &str) {
        let heard = parse(line);
        match heard.verb {
            "PING" => self.is_asked(client, heard.params.first().copied().unwrap_or_default()),
            "001" => self.clients[client].is_attached = true,
            "PRIVMSG" | "NOTICE" if heard.source == "enclave" => self.hears_service(client, line),
            "PRIVMSG" | "NOTICE" => self.hears_message(client, &heard),
            "303" => {
                let online = heard.params.last().copied().unwrap_or_default();
                let online = online.split(' ').filter_map(by_nick).collect();
                self.clients[client].online = Some(online);
            }
            "301" => {
                if let [_, of, text] = heard.params[..]
                    && let Some(of) = by_nick(of)
                {
                    self.clients[client].away.insert(of, text.to_owned());
                }
            }
            _ => {}
        }
    }

    /// Answers a PING, in time or never.
    fn is_asked(&mut self, client: usize, token: &str) {
        let one = &mut self.clients[client];
        one.pings.push_back((token.to_owned(), one.heard.len()));
        let is_diligent = one.is_diligent;
        if !is_diligent && self.chance.one_in(60) {
            return self.plan(Duration::from_millis(1), What::Vanishes { client });
        }
        let after = match self.chance.below(10) {
            0 if !is_diligent => self.chance.milliseconds(100, 8000),
            _ => self.chance.milliseconds(0, 50),
        };
        self.say_line_after(client, after, format!("PONG :{token}"));
    }

    fn hears_service(&mut self, client: usize, line: &str) {
        let node = self.clients[client].node;
        let text = line.rsplit_once(" :").map_or(line, |(_, text)| text);
        self.numbers.stalls += u64::from(line.contains("not answered for"));
        if text.contains(" for n") || text.contains("Nothing waits") {
            self.clients[client].outbox.push(text.to_owned());
        }
        if line.contains(" wants to talk to you") && self.chance.one_in(2) {
            let whom = self
                .nodes
                .iter()
                .position(|other| line.contains(&format!(":{} ", other.address)));
            if let Some(whom) = whom {
                let after = self.chance.seconds(1, 60);
                self.plan(after, What::Admit { node, whom });
            }
        }
    }

    fn hears_message(&mut self, client: usize, heard: &Heard<'_>) {
        let [target, text] = heard.params[..] else {
            return;
        };
        let Some(said) = number_of(text).filter(|said| *said < self.said.len()) else {
            return;
        };
        let node = self.clients[client].node;
        let is_own = heard.source == self.clients[client].nick;
        if is_own {
            self.hears_own(client, said, target, heard.id);
        } else if let Some(from) = by_nick(heard.source) {
            self.shown(node, said, from, text, heard.id);
        } else {
            let source = heard.source.to_owned();
            return self.violate(|| format!("n{node} is shown message {said} as from {source}"));
        }
        self.check_shown_once(client, said, is_own);
        self.check_order(client, said);
        self.clients[client].heard.push(said);
    }

    /// What a person sees of what they wrote, here or on another client.
    fn hears_own(&mut self, client: usize, said: usize, target: &str, id: Option<&str>) {
        let node = self.clients[client].node;
        let (from, to) = (self.said[said].from, self.said[said].to);
        if from != node || (target != nick(to) && target != "&enclave") {
            return self
                .violate(|| format!("n{node} is shown message {said} as its own to {target}"));
        }
        // What was said in the channel to one who is no contact now is echoed, as talk.
        let is_talk = target == "&enclave" && !self.said[said].is_durable;
        if self.said[said].writer == Some(client) && !is_talk {
            if !self.clients[client].has_echo {
                return self.violate(|| format!("client {client} is echoed what it wrote"));
            }
            let Some(id) = id else {
                return self.violate(|| format!("the echo of message {said} has no id"));
            };
            if self.said[said].accepted.is_none() {
                self.numbers.accepted += 1;
            }
            self.said[said].accepted = Some(id.to_owned());
            self.check_ids(said);
        }
    }

    fn check_shown_once(&mut self, client: usize, said: usize, is_own: bool) {
        let (from, to) = (self.said[said].from, self.said[said].to);
        let is_once = is_own || self.both_confirm(from, to);
        let most = if is_once {
            1
        } else {
            self.said[said].written.len()
        };
        let count = self.clients[client].counts.entry(said).or_default();
        *count += 1;
        if *count > most {
            self.violate(|| format!("message {said} is shown twice to client {client}"));
        }
        if is_once && self.clients[client].acknowledged.contains(&said) {
            let name = self.clients[client].name.clone();
            self.violate(|| {
                format!("message {said} is shown again to {name}, who has acknowledged it")
            });
        }
    }

    fn check_order(&mut self, client: usize, said: usize) {
        let one = &self.said[said];
        let is_repeated = !self.both_confirm(one.from, one.to) && one.written.len() > 1;
        if one.is_orphan || is_repeated || one.place == 0 {
            return;
        }
        // What was written under a client's own name is no part of what it is played, so it
        // does not wait for that.
        let writer = one.writer.map(|writer| &self.clients[writer].name);
        let is_echo =
            one.from == self.clients[client].node && writer == Some(&self.clients[client].name);
        // A node that others wrote says each thing on whatever connection it made last.
        let is_ours = self.nodes[one.from].kind.is_ours();
        let wire = one
            .written
            .last()
            .filter(|_| !is_ours)
            .map(|(wire, _)| *wire);
        let (conversation, place) = ((one.from, one.to, is_echo, wire), one.place);
        let last = self.clients[client].places.insert(conversation, place);
        if last.is_some_and(|last| last > place) {
            self.violate(|| format!("message {said} comes too late for client {client}"));
        }
    }
}
