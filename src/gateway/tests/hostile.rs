//! Clients, peers, time and the person's editor, in every order they can think of.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// Who may be a contact, a stranger, or blocked, as the book pleases.
const ADDRESSES: [&str; 6] = [JOHN, MARY, "fc00::a", "fc00::b", "fc00::c", "fc00::d"];

/// Nicks for contacts and clients alike, so that they meet.
const NICKS: [&str; 5] = ["John", "Mary", "bob", "BOB", "alice"];

#[derive(Clone, Debug)]
enum Step {
    Attach(usize, bool),
    Connect,
    Line(usize, String),
    Bad(usize, bool),
    Vanish(usize),
    Call(usize),
    Packet(usize, String),
    HangUp(usize),
    Dialled(bool),
    Pass(u64),
    Book(Vec<(usize, usize, bool)>, Vec<usize>),
    Answer(bool),
    Addresses(bool),
    Woke,
    Detached(bool),
    Notice(String),
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        "[\u{1}-\u{1f}a\u{7f}é👩\"]{0,12}",
        Just("x".repeat(700)),
        Just("👍🏽".repeat(150)),
        Just("\u{1}ACTION waves\u{1}".to_owned()),
        Just("\u{1}VERSION\u{1}".to_owned()),
        Just("/me ".to_owned()),
        Just(String::new()),
    ]
}

fn target() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&NICKS[..]).prop_map(str::to_owned),
        prop::sample::select(
            &[
                "enclave",
                "&enclave",
                "#x",
                "*",
                "",
                ",",
                "bob,John,&enclave"
            ][..]
        )
        .prop_map(str::to_owned),
        "[a-z*?!@&:\\\\é]{1,8}",
        Just("n".repeat(600)),
    ]
}

fn order() -> impl Strategy<Value = String> {
    let words = prop::sample::select(
        &[
            "accept 1",
            "accept 1 Bob",
            "accept fc00::a Alice",
            "reject 1",
            "reject fc00::b",
            "block John",
            "block fc00::c",
            "unblock John",
            "unblock fc00::c",
            "remove Mary",
            "rename John bob",
            "add fc00::d alice",
            "add fc00::d \u{1f389}",
            "requests",
            "contacts",
            "info John",
            "status offline bye",
            "status available",
            "status busy x",
            "whoami",
            "reconnect",
            "help",
            "clients",
            "conacts",
            "rehash",
        ][..],
    );
    (words, any::<bool>()).prop_map(|(words, channel)| {
        format!(
            "PRIVMSG {} :{words}",
            if channel { "&enclave" } else { "enclave" }
        )
    })
}

fn line() -> impl Strategy<Value = String> {
    let verbs = prop::sample::select(
        &[
            "PRIVMSG", "NOTICE", "TAGMSG", "JOIN", "PART", "NAMES", "WHO", "WHOIS", "WHOWAS",
            "ISON", "USERHOST", "MODE", "TOPIC", "AWAY", "NICK", "SETNAME", "PING", "USER", "KICK",
            "INVITE", "HELP", "PASS", "OPER", "LIST", "MONITOR", "CAP", "QUIT", "XYZZY",
        ][..],
    );
    let fixed = prop::sample::select(
        &[
            "AWAY",
            "AWAY :lunch",
            "AWAY :busy: x",
            "JOIN &enclave",
            "PART &enclave",
            "JOIN 0",
            "MONITOR + John,Mary,bob,alice",
            "MONITOR S",
            "MONITOR L",
            "MONITOR C",
            "MOTD",
            "LUSERS",
            "VERSION",
            "TIME",
            "INFO",
            "REHASH",
            "NICK bob",
            "NICK Mary",
            "NICK z",
            "CAP REQ :away-notify extended-join",
            "CAP LS 302",
            "CAP END",
            "WHO * %tcuihsnfdlaor,1",
            "PRIVMSG John :hi",
            "PRIVMSG &enclave :bob: hi",
            "MODE &enclave b",
            "",
        ][..],
    );
    prop_oneof![
        3 => fixed.prop_map(str::to_owned),
        3 => order(),
        2 => (verbs.clone(), target(), text()).prop_map(|(v, t, x)| format!("{v} {t} :{x}")),
        1 => (verbs, target(), target()).prop_map(|(v, t, x)| format!("@+a=b {v} {t} {x}")),
        1 => text(),
    ]
    // What the codec never lets through.
    .prop_map(|line| line.replace(['\r', '\n', '\0'], ""))
}

fn packet() -> impl Strategy<Value = String> {
    let said = (
        prop::option::of(0..5u8),
        prop::option::of(text()),
        prop::option::of(text()),
    );
    prop_oneof![
        4 => (said, prop::option::of(text()), prop::option::of(any::<i64>())).prop_map(
            |((status, about, message), alias, timestamp)| {
                let mut packet = serde_json::Map::new();
                let mut put = |key: &str, value: Option<Value>| {
                    if let Some(value) = value {
                        packet.insert(key.to_owned(), value);
                    }
                };
                put("status", status.map(Into::into));
                put("status-message", about.map(Into::into));
                put("message", message.map(Into::into));
                put("alias", alias.map(Into::into));
                put("timestamp", timestamp.map(Into::into));
                Value::Object(packet).to_string()
            }
        ),
        1 => Just(r#"{"message":"a\r\n\u0000b\n\n"}"#.to_owned()),
        1 => Just("[]".to_owned()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..3usize;
    let peer = 0..ADDRESSES.len();
    let entry = (
        0..ADDRESSES.len(),
        0..NICKS.len(),
        prop::bool::weighted(0.2),
    );
    prop_oneof![
        3 => (0..NICKS.len(), any::<bool>()).prop_map(|(nick, able)| Step::Attach(nick, able)),
        1 => Just(Step::Connect),
        8 => (who.clone(), line()).prop_map(|(client, line)| Step::Line(client, line)),
        1 => (who.clone(), any::<bool>()).prop_map(|(client, long)| Step::Bad(client, long)),
        1 => who.prop_map(Step::Vanish),
        4 => peer.clone().prop_map(Step::Call),
        8 => (peer.clone(), packet()).prop_map(|(peer, packet)| Step::Packet(peer, packet)),
        2 => peer.prop_map(Step::HangUp),
        2 => any::<bool>().prop_map(Step::Dialled),
        3 => prop::sample::select(&[0, 1, 5, 31, 61, 125, 300, 90_000][..]).prop_map(Step::Pass),
        2 => (prop::collection::vec(entry, 0..5), prop::collection::vec(0..ADDRESSES.len(), 0..2))
            .prop_map(|(contacts, blocked)| Step::Book(contacts, blocked)),
        3 => any::<bool>().prop_map(Step::Answer),
        1 => any::<bool>().prop_map(Step::Addresses),
        1 => Just(Step::Woke),
        1 => any::<bool>().prop_map(Step::Detached),
        1 => text().prop_map(Step::Notice),
    ]
}

/// A book as `book::parse` could give it: addresses and nicks once each.
fn some_book(contacts: &[(usize, usize, bool)], blocked: &[usize]) -> Book {
    let (mut addresses, mut nicks) = (BTreeSet::new(), BTreeSet::new());
    let mut book = Book::default();
    for (address, nick, blocked) in contacts {
        let nick = Nick::new(NICKS[*nick]).unwrap();
        if addresses.insert(*address) && nicks.insert(nick.folded()) {
            book.contacts.push(Contact {
                name: format!("{nick} Smith"),
                address: ADDRESSES[*address].parse().unwrap(),
                nick,
                blocked: *blocked,
            });
        }
    }
    for address in blocked.iter().filter(|address| addresses.insert(**address)) {
        book.blocked_strangers
            .push(ADDRESSES[*address].parse().unwrap());
    }
    book
}

/// What a client that believes all it is told believes.
#[derive(Debug, Default)]
struct Belief {
    nick: String,
    in_channel: bool,
    /// Nicks in the channel, and whether they have voice.
    members: BTreeMap<String, bool>,
    /// Of the nicks it watches.
    watched: BTreeMap<String, bool>,
}

impl Belief {
    fn hear(&mut self, line: &str) {
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

#[derive(Default)]
struct Run {
    clients: Vec<ClientId>,
    beliefs: BTreeMap<ClientId, Belief>,
}

impl Run {
    fn client(&self, index: usize) -> Option<ClientId> {
        (!self.clients.is_empty()).then(|| self.clients[index % self.clients.len()])
    }

    fn take(&mut self, world: &mut World, step: Step) {
        match step {
            Step::Attach(nick, able) => {
                let caps = "away-notify extended-join echo-message batch message-tags server-time";
                let caps = if able { caps } else { "" };
                self.clients.push(world.attach(NICKS[nick], caps));
            }
            Step::Connect => self.clients.push(world.connect()),
            Step::Line(client, line) => {
                if let Some(client) = self.client(client) {
                    world.say(client, &line);
                }
            }
            Step::Bad(client, long) => {
                if let Some(client) = self.client(client) {
                    let line = if long { Line::TooLong } else { Line::NotUtf8 };
                    world.event(Event::ClientLine { client, line });
                }
            }
            Step::Vanish(client) => {
                if let Some(client) = self.client(client) {
                    let reason = "Connection reset by peer".to_owned();
                    world.event(Event::ClientEnded { client, reason });
                }
            }
            Step::Call(peer) => drop(world.call(ADDRESSES[peer])),
            Step::Packet(peer, packet) => {
                if world.links.contains_key(&ADDRESSES[peer].parse().unwrap()) {
                    world.packet(ADDRESSES[peer], &packet);
                }
            }
            Step::HangUp(peer) => {
                if let Some(connection) = world.links.remove(&ADDRESSES[peer].parse().unwrap()) {
                    world.event(Event::LinkEnded { connection });
                }
            }
            Step::Dialled(well) => {
                if let Some((connection, to)) = world.dials.pop() {
                    let outcome = if well {
                        world.links.insert(to, connection);
                        Ok(())
                    } else {
                        Err(crate::enclave::mesh::DialFailure::Refused)
                    };
                    world.event(Event::Dialled {
                        connection,
                        outcome,
                    });
                }
            }
            Step::Pass(seconds) => world.pass(Duration::from_secs(seconds)),
            Step::Book(contacts, blocked) => {
                let book = some_book(&contacts, &blocked);
                world.event(Event::BookRead(Ok(book)));
            }
            Step::Answer(well) => {
                if !world.changes.is_empty() {
                    let (change, what) = world.changes.remove(0);
                    let outcome = if well {
                        Ok(world.book_after(&what))
                    } else {
                        Err("contacts.toml:3: bad\ncontacts.toml:4: bad".to_owned())
                    };
                    world.event(Event::BookChanged { change, outcome });
                }
            }
            Step::Addresses(some) => {
                let own = some.then(|| OWN.parse().unwrap());
                world.event(Event::OwnAddresses(own.into_iter().collect()));
            }
            Step::Woke => world.event(Event::Woke),
            Step::Detached(offline) => {
                let detached = if offline {
                    Detached::Offline
                } else {
                    Detached::Away
                };
                world.event(Event::Settings(Settings {
                    detached,
                    ..settings()
                }));
            }
            Step::Notice(text) => world.event(Event::Notice(text)),
        }
    }

    /// What every client believes is so.
    fn check(&mut self, world: &mut World) {
        for client in self.clients.clone() {
            let belief = self.beliefs.entry(client).or_default();
            for line in world.heard(client) {
                belief.hear(&line);
            }
        }
        let gateway = &world.gateway;
        let online: BTreeMap<String, bool> = gateway
            .roster
            .contacts()
            .filter(|contact| contact.online())
            .map(|contact| {
                (
                    contact.nick.folded().as_str().to_owned(),
                    contact.available(),
                )
            })
            .collect();
        assert_eq!(gateway.online, online.len());
        for (client, session) in gateway.sessions.iter().filter(|(_, s)| s.attached()) {
            let belief = &self.beliefs[client];
            assert_eq!(belief.nick, session.target().to_lowercase());
            assert_eq!(belief.in_channel, session.in_channel);
            assert!(gateway.roster.by_nick(session.target()).is_none());
            if session.in_channel {
                assert_eq!(belief.members, online);
            }
            for nick in session.monitored.keys().map(|nick| nick.as_str()) {
                if nick != belief.nick && nick != "enclave" && NICKS.contains(&nick) {
                    assert_eq!(
                        belief.watched.get(nick),
                        Some(&online.contains_key(nick)),
                        "{nick}"
                    );
                }
            }
        }
        assert!(gateway.prompts.unseen.len() <= 40);
        assert!(gateway.pending_changes.len() <= world.changes.len());
        for contact in gateway.roster.contacts() {
            let linked = gateway.mesh.link(contact.address).is_some();
            assert_eq!(linked, !contact.blocked, "{contact:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_breaks_anything(steps in prop::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        let mut run = Run::default();
        for step in steps {
            run.take(&mut world, step);
            run.check(&mut world);
        }
    }
}
