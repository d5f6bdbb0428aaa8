//! What the middle holds and believes, for the tests and the fuzz targets: whatever others
//! can make grow is counted here, with its bound.

use std::collections::BTreeMap;

use crate::enclave::address::Address;
use crate::enclave::mesh::census::{Census as MeshCensus, Count};
use crate::enclave::news::Presence;
use crate::irc::ClientId;
use crate::irc::capability::{Capabilities, MULTILINE_MAX_BYTES};
use crate::irc::codec::BODY_LIMIT;

use super::Gateway;
use super::allowance::{ALL_WAITING_BYTES, WAITING, WAITING_BYTES};
use super::clients::{MOST_EXPECTED, MOST_UNKNOWN};
use super::commands::{MONITOR_LIMIT, NAME_LENGTH, PASSWORD_LENGTH, REALNAME_LENGTH};
use super::correspondence::STRETCHES;
use super::history::{PAGES, REQUESTS};
use super::keys::{Key, PLACES};
use super::names::LISTS;
use super::positions::NAMES;
use super::recent::RECENT;
use super::roster::ContactId;
use super::service::UNFINISHED;
use super::session::Session;
use super::strangers::PROMPTS_IN_A_PERIOD;
use super::voice::UNREAD_NOTICES;

/// What is owed to somebody, or waits for somebody. All of it is none as soon as the store,
/// the editor of the address book and whoever looks at passwords have answered, and no
/// client is in the middle of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    /// Writes that are not durable.
    pub writes: u64,
    /// What waits for those.
    pub until_durable: usize,
    /// Questions to the store.
    pub questions: usize,
    /// Messages of contacts that wait for its answers.
    pub pending: usize,
    /// Answers with a label.
    pub answers: usize,
    /// Changes of the address book.
    pub changes: usize,
    /// Requests of clients that count as waiting.
    pub requests: usize,
    /// Commands of clients whose answers wait until something is durable.
    pub unfinished: usize,
    /// Messages of several lines that are not whole.
    pub batches: usize,
    /// Passwords that are not looked at.
    pub passwords: usize,
}

/// One contact in the address book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCensus {
    /// As the store numbers it.
    pub id: u32,
    /// Its nick.
    pub nick: String,
    /// Its address.
    pub address: Address,
    /// It is shut out.
    pub blocked: bool,
    /// Its presence as it was last told to the clients.
    pub shown: Presence,
    /// Its presence as the mesh knows it; none where there is no link.
    pub known: Option<Presence>,
}

/// One client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCensus {
    /// What it calls itself, or `*`.
    pub nick: String,
    /// It is registered.
    pub attached: bool,
    /// It is in the roster channel.
    pub in_channel: bool,
    /// It has yet to be told of a contact.
    pub is_owed: bool,
    /// What it can do.
    pub capabilities: Capabilities,
    /// What it watches, folded.
    pub monitored: Vec<String>,
}

/// What the middle holds and believes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    /// What is bounded.
    pub counts: Vec<Count>,
    /// What is owed.
    pub owed: Owed,
    /// The address book.
    pub contacts: Vec<ContactCensus>,
    /// All clients.
    pub clients: BTreeMap<ClientId, ClientCensus>,
    /// What waits for each contact, by its number, in order.
    pub waiting: BTreeMap<u32, Vec<u64>>,
    /// The mesh.
    pub mesh: MeshCensus,
}

impl Gateway {
    /// Counts what there is.
    pub fn census(&self) -> Census {
        let mesh = self.mesh.census();
        let mut counts = mesh.counts.clone();
        self.count(|what, size, most| counts.push(Count { what, size, most }));
        let contacts = self.roster.iter().map(|(id, contact)| ContactCensus {
            id: id.0,
            nick: contact.nick.to_string(),
            address: contact.address,
            blocked: contact.blocked,
            shown: contact.presence.clone(),
            known: self.mesh.link(contact.address).map(|link| link.presence),
        });
        let clients = self.sessions.iter().map(|(&client, session)| {
            let monitored = session.monitored.keys();
            let census = ClientCensus {
                nick: session.target().to_owned(),
                attached: session.attached(),
                in_channel: session.in_channel,
                is_owed: !session.room.unseen.is_empty(),
                capabilities: session.capabilities,
                monitored: monitored.map(|nick| nick.as_str().to_owned()).collect(),
            };
            (client, census)
        });
        Census {
            counts,
            owed: self.owed(),
            contacts: contacts.collect(),
            clients: clients.collect(),
            waiting: self.waiting(),
            mesh,
        }
    }

    fn owed(&self) -> Owed {
        let ledger = &self.ledger;
        let sessions = || self.sessions.values();
        let talks = self.correspondences.values();
        let is_asked = |session: &&Session| matches!(session.key, Key::Waiting(..) | Key::Asked);
        let batches = sessions().filter_map(|session| session.batch.as_ref());
        Owed {
            writes: ledger.writes - ledger.durable,
            until_durable: ledger.waiting.len() + ledger.writers.len() + ledger.held_back.len(),
            questions: ledger.asked.len(),
            pending: talks.map(|talk| talk.inbox.pending.len()).sum(),
            answers: self.responses.owed.len(),
            changes: self.pending_changes.len(),
            requests: sessions().map(|session| session.requests).sum(),
            unfinished: sessions().map(|session| session.unfinished).sum(),
            batches: batches.filter(|batch| batch.is_open()).count(),
            passwords: sessions().filter(is_asked).count(),
        }
    }

    fn waiting(&self) -> BTreeMap<u32, Vec<u64>> {
        let talks = self.correspondences.iter();
        let parked =
            talks.map(|(id, talk)| (id.0, talk.parked.iter().map(|one| one.key).collect()));
        let mut all: BTreeMap<u32, Vec<u64>> = parked.collect();
        for (id, contact) in self.roster.iter() {
            let keys = self
                .mesh
                .waiting(contact.address)
                .map(|(message, _)| message.key);
            all.entry(id.0).or_default().extend(keys);
        }
        all.retain(|_, keys| !keys.is_empty());
        all
    }

    fn count(&self, mut add: impl FnMut(&'static str, usize, usize)) {
        let online = self.roster.contacts().filter(|contact| contact.online());
        let online = online.count();
        add("contacts online", self.online, online);
        add("contacts counted online", online, self.online);
        add(
            "contacts out of place",
            usize::from(!self.roster.is_indexed()),
            0,
        );
        let is_nobody = |id: &&ContactId| self.contact(**id).is_none();
        let talks = self.correspondences.keys().filter(is_nobody).count();
        add("conversations with nobody", talks, 0);
        let markers = self.markers.of_contacts.keys().filter(is_nobody).count();
        add("markers of nobody", markers, 0);
        add("positions", self.positions.0.len(), NAMES);
        add("places of wrong tries", self.wrong_tries.0.len(), PLACES);
        add(
            "prompts",
            self.prompts.unseen.len(),
            self.mesh.requests().count(),
        );
        add(
            "prompts shown",
            self.prompts.shown_at.len(),
            PROMPTS_IN_A_PERIOD,
        );
        add("unread notices", self.unread_notices.len(), UNREAD_NOTICES);
        add(
            "bytes of a goodbye",
            self.remembered.farewell.len(),
            BODY_LIMIT,
        );
        let is_unknown = |session: &&Session| !session.origin.trusted && !session.attached();
        let unknown = self.sessions.values().filter(is_unknown).count();
        add("unknown clients", unknown, MOST_UNKNOWN);
        let is_expected = |session: &&Session| session.origin.trusted && !session.attached();
        let expected = self.sessions.values().filter(is_expected).count();
        add("expected clients", expected, MOST_EXPECTED);
        for session in self.sessions.values() {
            session.count(&mut add);
            add(
                "contacts to be told of",
                session.room.unseen.len(),
                self.roster.len(),
            );
            add("lists of names", session.room.names.len(), LISTS);
        }
        let ledger = &self.ledger;
        add("questions refused", ledger.refused.len(), 0);
        if ledger.asked.is_empty() {
            add("forgotten meanwhile", ledger.forgotten.len(), 0);
        }
        if ledger.writers.is_empty() {
            add("bytes of nothing", ledger.unaccepted_bytes, 0);
        }
        add(
            "contacts that change too often",
            self.restless.0.len(),
            self.roster.len(),
        );
        add(
            "contacts waited for",
            self.pace.busy.len(),
            self.roster.len(),
        );
        add(
            "contacts to be written",
            self.unwritten.len(),
            self.roster.len() + self.absent.len(),
        );
        for talk in self.correspondences.values() {
            let inbox = &talk.inbox;
            add("recent ids", inbox.recent.len(), RECENT);
            add("stretches of time", talk.times.stretches.len(), STRETCHES);
            if inbox.pending.is_empty() {
                add("accepted meanwhile", inbox.accepted_meanwhile.len(), 0);
            }
        }
        for contact in self.roster.contacts() {
            let (messages, bytes) = self.mesh.waiting_size(contact.address);
            add("messages that wait", messages, WAITING);
            add("bytes that wait", bytes, WAITING_BYTES);
        }
        let waiting = self.count_all_waiting();
        add("bytes that wait for all", waiting, ALL_WAITING_BYTES);
    }
}

impl Session {
    fn count(&self, mut add: impl FnMut(&'static str, usize, usize)) {
        add("nicks watched", self.monitored.len(), MONITOR_LIMIT);
        add("requests of a client", self.requests, REQUESTS);
        add("commands of a client", self.unfinished, UNFINISHED);
        add("bytes of a client's name", self.name.len(), NAME_LENGTH);
        add("bytes of a real name", self.realname.len(), REALNAME_LENGTH);
        if let Some(away) = &self.away {
            add("bytes of an away text", away.text.len(), BODY_LIMIT);
        }
        if let Some(password) = &self.pass {
            add(
                "bytes of a password",
                password.reveal().len(),
                PASSWORD_LENGTH,
            );
        }
        if let Some(batch) = &self.batch {
            add("bytes of lines", batch.text.len(), MULTILINE_MAX_BYTES);
            add(
                "bytes of a batch",
                batch.reference.len() + batch.target.len(),
                BODY_LIMIT,
            );
        }
        for unfetched in self.unfetched.values() {
            add("pages fetched", unfetched.pages.len(), PAGES);
        }
    }
}
