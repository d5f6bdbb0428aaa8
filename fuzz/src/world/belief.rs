//! What a client believes that believes all it is told: who is in the roster channel, who
//! of those it watches is there, and what it can do.

use std::collections::{BTreeMap, BTreeSet};

use enclave_irc::enclave::news::Presence;
use enclave_irc::enclave::packet::Status;
use enclave_irc::gateway::census::{ClientCensus, ContactCensus};

use super::client::Heard;

/// The roster channel.
pub const CHANNEL: &str = "&enclave";

/// The control contact, which is always there.
const SERVICE: &str = "enclave";

/// What a client believes.
#[derive(Default)]
pub struct Belief {
    nick: String,
    in_channel: bool,
    /// It has heard all names since it has joined.
    knows_names: bool,
    /// It is hearing them now.
    is_listed: bool,
    /// Nicks in the channel, and whether they have voice.
    members: BTreeMap<String, bool>,
    /// Of the nicks it watches, whether they are there.
    watched: BTreeMap<String, bool>,
    capabilities: BTreeSet<String>,
}

impl Belief {
    /// Whether it may send labels.
    pub fn can_label(&self) -> bool {
        ["labeled-response", "batch"]
            .iter()
            .all(|one| self.capabilities.contains(*one))
    }

    /// Takes a line for true, if it can be.
    pub fn hear(&mut self, heard: &Heard<'_>) {
        let nick = heard.nick.to_ascii_lowercase();
        let is_own = nick == self.nick;
        match heard.verb {
            "001" => self.nick = heard.param(0).to_ascii_lowercase(),
            "CAP" => self.negotiate(heard),
            "JOIN" if is_own => {
                assert!(!self.in_channel, "it is there already: {heard:?}");
                *self = Self {
                    in_channel: true,
                    knows_names: false,
                    members: BTreeMap::new(),
                    ..std::mem::take(self)
                };
            }
            "JOIN" => {
                assert!(self.in_channel, "it is not there: {heard:?}");
                let before = self.members.insert(nick, false);
                assert!(before.is_none() || !self.knows_names, "{heard:?}");
            }
            "PART" => {
                assert!(is_own && self.in_channel, "nobody else parts: {heard:?}");
                self.in_channel = false;
                self.members.clear();
            }
            "QUIT" => {
                assert!(!is_own && self.in_channel, "it did not quit: {heard:?}");
                let before = self.members.remove(&nick);
                assert!(before.is_some() || !self.knows_names, "{heard:?}");
            }
            "NICK" if is_own => self.nick = heard.param(0).to_ascii_lowercase(),
            "NICK" => {
                let voice = self.members.remove(&nick);
                assert!(voice.is_some() || !self.knows_names, "{heard:?}");
                let new = heard.param(0).to_ascii_lowercase();
                let before = self.members.insert(new, voice.unwrap_or(false));
                assert!(before.is_none() || !self.knows_names, "{heard:?}");
            }
            "MODE" if heard.param(0) == CHANNEL && heard.params.len() == 3 => {
                let nick = heard.param(2).to_ascii_lowercase();
                let has = heard.param(1) == "+v";
                let before = self.members.insert(nick, has);
                assert!(before == Some(!has) || !self.knows_names, "{heard:?}");
            }
            "353" if heard.param(2) == CHANNEL => self.take_names(heard.param(3)),
            "366" if heard.param(1).eq_ignore_ascii_case(CHANNEL) => {
                self.knows_names |= std::mem::take(&mut self.is_listed);
            }
            "730" | "731" => {
                for target in heard.param(1).split(',') {
                    let nick = target.split('!').next().unwrap_or_default();
                    self.watched
                        .insert(nick.to_ascii_lowercase(), heard.verb == "730");
                }
            }
            _ => {}
        }
    }

    fn negotiate(&mut self, heard: &Heard<'_>) {
        if let "ACK" | "DEL" = heard.param(1) {
            let is_lost = heard.param(1) == "DEL";
            for word in heard.param(2).split_whitespace() {
                match word.strip_prefix('-') {
                    Some(name) => self.capabilities.remove(name),
                    None if is_lost => self.capabilities.remove(word),
                    None => self.capabilities.insert(word.to_owned()),
                };
            }
        }
    }

    fn take_names(&mut self, names: &str) {
        if !std::mem::replace(&mut self.is_listed, true) {
            self.members.clear();
        }
        for name in names.split(' ').filter(|name| !name.is_empty()) {
            let voice = name.starts_with('+');
            let nick = name.trim_start_matches(['+', '@']).split('!').next();
            let nick = nick.unwrap_or_default().to_ascii_lowercase();
            if nick != self.nick && nick != SERVICE {
                self.members.insert(nick, voice);
            }
        }
    }

    /// What it believes is so.
    pub fn check(&self, client: &ClientCensus, contacts: &[ContactCensus]) {
        if !client.attached {
            return;
        }
        let known =
            |contact: &&ContactCensus| matches!(contact.known, Some(Presence::Online { .. }));
        let is_available = |contact: &ContactCensus| {
            let status = Status::Available;
            matches!(&contact.known, Some(Presence::Online { status: said, .. }) if *said == status)
        };
        let online = contacts.iter().filter(known);
        let online: BTreeMap<String, bool> = online
            .map(|contact| (contact.nick.to_ascii_lowercase(), is_available(contact)))
            .collect();
        assert_eq!(self.nick, client.nick.to_ascii_lowercase());
        assert_eq!(self.in_channel, client.in_channel);
        assert!(
            !contacts
                .iter()
                .any(|one| one.nick.eq_ignore_ascii_case(&self.nick))
        );
        if self.in_channel && self.knows_names {
            assert_eq!(self.members, online);
        }
        for nick in &client.monitored {
            if *nick != self.nick && nick != SERVICE {
                let is_online = online.contains_key(nick);
                assert_eq!(self.watched.get(nick), Some(&is_online), "{nick}");
            }
        }
        // That one goes where there is no key any more, and not everybody wants to hear of it.
        for name in self.capabilities.iter().filter(|name| *name != "sasl") {
            let has = client.capabilities.iter().any(|one| one.name() == name);
            assert!(has, "it was told that it has {name}");
        }
    }
}
