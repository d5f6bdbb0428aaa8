//! A client that believes what it is told, and fails where that cannot be.

use std::collections::BTreeMap;

/// What a client that believes all it is told believes.
#[derive(Debug, Default)]
pub(super) struct Belief {
    pub nick: String,
    pub in_channel: bool,
    /// Nicks in the channel, and whether they have voice.
    pub members: BTreeMap<String, bool>,
    /// Of the nicks it watches.
    pub watched: BTreeMap<String, bool>,
}

impl Belief {
    /// Takes a line for true, if it can be.
    pub fn hear(&mut self, line: &str) {
        let line = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').unwrap().1,
            None => line,
        };
        let Some((source, rest)) = line.strip_prefix(':').and_then(|line| line.split_once(' '))
        else {
            return;
        };
        let nick = source.split('!').next().unwrap_or_default().to_lowercase();
        let mut words = rest.split(' ').map(|word| word.trim_start_matches(':'));
        let verb = words.next().unwrap();
        let words: Vec<&str> = words.collect();
        match verb {
            "001" => self.nick = words[0].to_lowercase(),
            "JOIN" if nick == self.nick => self.in_channel = true,
            "JOIN" => assert_eq!(self.members.insert(nick, false), None, "{line}"),
            "PART" => {
                assert_eq!(nick, self.nick, "only the client itself parts");
                self.in_channel = false;
                self.members.clear();
            }
            "QUIT" => {
                assert_ne!(nick, self.nick, "a client was told that it quit: {line}");
                assert!(self.members.remove(&nick).is_some(), "{line}");
            }
            "NICK" if nick == self.nick => self.nick = words[0].to_lowercase(),
            "NICK" => {
                let voice = self.members.remove(&nick).expect(line);
                let taken = self.members.insert(words[0].to_lowercase(), voice);
                assert_eq!(taken, None, "{line}");
            }
            "MODE" if words[0] == "&enclave" => {
                let voice = self.members.get_mut(&words[2].to_lowercase()).expect(line);
                assert_ne!(*voice, words[1] == "+v", "{line}");
                *voice = words[1] == "+v";
            }
            "353" => {
                let names = &rest[rest.find(" :").unwrap() + 2..];
                for name in names.split(' ').filter(|name| !name.is_empty()) {
                    let voice = name.starts_with('+');
                    let name = name.split('!').next().unwrap_or_default();
                    let nick = name.trim_start_matches(['+', '@']).to_lowercase();
                    if nick != self.nick && nick != "enclave" {
                        self.members.insert(nick, voice);
                    }
                }
            }
            "730" | "731" => {
                for target in words[1].split(',') {
                    let nick = target.split('!').next().unwrap_or_default();
                    self.watched.insert(nick.to_lowercase(), verb == "730");
                }
            }
            _ => {}
        }
    }
}
