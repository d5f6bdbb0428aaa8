//! Clients, peers, time and the person's editor, in every order they can think of.

mod belief;
mod bounds;
mod dialogue;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::irc::capability::{Capabilities, Capability};

use belief::Belief;
use dialogue::Dialogue;
use steps::{Able, Step, step};

/// Who may be a contact, a stranger, or blocked, as the book pleases.
const ADDRESSES: [&str; 6] = [JOHN, MARY, "fc00::a", "fc00::b", "fc00::c", "fc00::d"];

/// Nicks for contacts and clients alike, so that they meet.
const NICKS: [&str; 5] = ["John", "Mary", "bob", "BOB", "alice"];

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

#[derive(Default)]
struct Run {
    clients: Vec<ClientId>,
    beliefs: BTreeMap<ClientId, Belief>,
    dialogues: BTreeMap<ClientId, Dialogue>,
    /// How many labels there were.
    labels: usize,
}

impl Run {
    fn client(&self, index: usize) -> Option<ClientId> {
        (!self.clients.is_empty()).then(|| self.clients[index % self.clients.len()])
    }

    fn take(&mut self, world: &mut World, step: Step) {
        match step {
            Step::Attach(nick, able) => {
                let caps = match able {
                    Able::Nothing => String::new(),
                    Able::Something => {
                        "away-notify extended-join echo-message batch message-tags server-time"
                            .to_owned()
                    }
                    Able::Everything => {
                        // Without the names it could believe nothing of who is there.
                        let all = Capabilities::all().tokens(false);
                        let all: Vec<_> = all
                            .filter(|name| !name.contains("implicit-names"))
                            .collect();
                        all.join(" ")
                    }
                };
                self.clients.push(world.attach(NICKS[nick], &caps));
            }
            Step::Connect => self.clients.push(world.connect()),
            Step::Line(client, line) => {
                if let Some(client) = self.client(client) {
                    world.say(client, &line);
                }
            }
            Step::Labelled(client, line) => {
                let Some(client) = self.client(client) else {
                    return;
                };
                let session = world.gateway.sessions.get(&client);
                let is_able = session.is_some_and(|session| {
                    session.has(Capability::LabeledResponse) && session.has(Capability::Batch)
                });
                // One that gives up the capability meanwhile is owed nothing any more.
                let gives_up = line.starts_with("CAP");
                let label = self.labels;
                self.labels += 1;
                let tags = match line.strip_prefix('@') {
                    Some(rest) => format!("@label={label};{rest}"),
                    None => format!("@label={label} {line}"),
                };
                if is_able && !gives_up && crate::irc::request::Request::parse(&tags).is_some() {
                    let dialogue = self.dialogues.entry(client).or_default();
                    dialogue.ask(&label.to_string());
                    world.say(client, &tags);
                } else {
                    world.say(client, &line);
                }
            }
            Step::Bad(client, long) => {
                if let Some(client) = self.client(client) {
                    let not_utf8 = Line::NotUtf8("PRIVMSG John :\u{fffd}".to_owned());
                    let line = if long { Line::TooLong } else { not_utf8 };
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
                let settings = world.gateway.settings.clone();
                world.event(Event::Settings(Settings {
                    detached,
                    ..settings
                }));
            }
            Step::Notice(text) => world.event(Event::Notice(text)),
            Step::SlowDisk(true) => drop(world.slow_disk.get_or_insert(world.writes)),
            Step::SlowDisk(false) => world.disk_catches_up(),
            Step::SlowAnswers(slow) => {
                world.slow_answers = slow;
                if !slow {
                    world.answers_come();
                }
            }
            Step::Trouble(some) => {
                let trouble = some.then(|| "the disk is full".to_owned());
                world.event(Event::StoreTrouble(trouble));
            }
            Step::Crash => {
                let book = world.book_after(&Change::WriteNicks);
                let settings = world.gateway.settings.clone();
                let before = std::mem::replace(world, World::new());
                *world = before.crash(settings, book);
                *self = Self::default();
            }
        }
    }

    /// What waits is what the store says waits, in the same order, for each contact.
    fn check_outbox(&self, world: &World) {
        let mut waiting: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for message in world.db.load().unwrap().outbox {
            waiting
                .entry(message.contact)
                .or_default()
                .push(message.seq);
        }
        let gateway = &world.gateway;
        let ids = gateway.roster.iter().map(|(id, _)| id);
        for id in ids.chain(gateway.absent.keys().copied()) {
            let parked = gateway.correspondences.get(&id).map(|talk| &talk.parked);
            let parked = parked.into_iter().flatten();
            let contact = gateway.roster.get(id);
            let in_mesh = contact
                .into_iter()
                .flat_map(|one| gateway.mesh.waiting(one.address));
            let keys = parked.chain(in_mesh.map(|(message, _)| message));
            let keys: Vec<u64> = keys.map(|message| message.key).collect();
            assert_eq!(keys, waiting.remove(&id.0).unwrap_or_default(), "{id:?}");
        }
        assert!(waiting.is_empty(), "for nobody we know: {waiting:?}");
    }

    /// Once the disk and the store have caught up, no answer is owed to anybody.
    fn check_end(&mut self, world: &mut World) {
        world.event(Event::StoreTrouble(None));
        world.slow_answers = false;
        world.disk_catches_up();
        world.answers_come();
        world.pass(Duration::from_secs(31));
        while !world.changes.is_empty() {
            self.take(world, Step::Answer(true));
        }
        self.check(world);
        bounds::check_rest(world);
        for (client, dialogue) in &self.dialogues {
            let session = world.gateway.sessions.get(client);
            if session.is_some_and(|session| session.has(Capability::LabeledResponse)) {
                dialogue.check_end();
            }
        }
    }

    /// What every client believes is so.
    fn check(&mut self, world: &mut World) {
        for client in self.clients.clone() {
            let belief = self.beliefs.entry(client).or_default();
            for line in world.heard(client) {
                belief.hear(&line);
                self.dialogues.entry(client).or_default().hear(&line);
            }
        }
        self.check_outbox(world);
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
            if !session.room.unseen.is_empty() {
                // It is told later of who changes too often.
                continue;
            }
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
        bounds::check(world);
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
    fn no_order_of_events_breaks_anything(
        receipts: bool,
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let settings = Settings { receipts, ..Settings::default() };
        let mut world = World::with(settings, book(), Loaded::default());
        let mut run = Run::default();
        for step in steps {
            run.take(&mut world, step);
            run.check(&mut world);
        }
        run.check_end(&mut world);
    }
}
