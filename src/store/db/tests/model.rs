//! Any changes in any order, against the plainest thing that could be right.

use super::*;

use std::collections::BTreeMap;

use proptest::prelude::*;

const IDS: [&str; 3] = ["a", "b", "0198f0a2-7b1c-7def-8123-456789abcdef"];
const TEXTS: [&str; 2] = ["hi there", "hello"];
const CONTACTS: u32 = 2;

/// A message, and the text that it was written with.
#[derive(Debug)]
struct Row(Message, String);

#[derive(Debug, Default)]
struct Model {
    rows: Vec<Row>,
    positions: BTreeMap<String, Position>,
}

impl Model {
    fn known(&self, contact: u32, id: &str, text: &str) -> Known {
        let mut of_contact = self.rows.iter().filter(|row| row.0.contact == contact);
        let repeats = |row: &Row| row.0.peer_id.as_deref() == Some(id) && row.1 == text;
        let takes = |row: &Row| row.0.id == id || row.0.peer_id.as_deref() == Some(id);
        match () {
            () if of_contact.clone().any(repeats) => Known::Repeat,
            () if of_contact.any(takes) => Known::Taken,
            () => Known::New,
        }
    }

    fn message(&mut self, mut message: Message) {
        let text = message.text.clone().unwrap();
        let rival = |row: &&Row| row.0.contact == message.contact && row.0.id == message.id;
        if let Some(rival) = self.rows.iter().find(rival) {
            let is_repeat = match &message.peer_id {
                Some(peer_id) => self.known(message.contact, peer_id, &text) == Known::Repeat,
                None => {
                    rival.0.own == message.own
                        && rival.0.peer_id.is_none()
                        && rival.0.text == message.text
                }
            };
            if is_repeat {
                return;
            }
            message.id = format!("{}.0", message.seq);
        }
        self.rows.push(Row(message, text));
    }

    fn apply(&mut self, write: &Write) {
        let furthest = self.positions.values().map(|position| position.seq).max();
        match write {
            Write::Message(message) => self.message(message.clone()),
            Write::RemoveContact(contact) => self.rows.retain(|row| row.0.contact != *contact),
            Write::Forget(contact) => self
                .rows
                .retain(|row| row.0.contact != *contact || row.0.waiting.is_some()),
            Write::Position(new) => {
                let old = self.positions.get(&new.client).map_or(0, |old| old.seq);
                let seq = old.max(new.seq);
                let position = Position { seq, ..new.clone() };
                self.positions.insert(new.client.clone(), position);
            }
            Write::Delivered(seqs) | Write::Cancelled(seqs) | Write::Attempted(seqs) => {
                for Row(message, _) in &mut self.rows {
                    let waiting = message.waiting.filter(|_| seqs.contains(&message.seq));
                    match (waiting, write) {
                        (None, _) => {}
                        (Some(times), Write::Attempted(_)) => message.waiting = Some(times + 1),
                        (Some(_), Write::Delivered(_)) => message.waiting = None,
                        (Some(_), _) => (message.waiting, message.text) = (None, None),
                    }
                }
            }
            Write::Expire(before) => {
                for Row(message, _) in &mut self.rows {
                    let has_been_shown = message.own || Some(message.seq) <= furthest;
                    if message.waiting.is_none() && message.arrived < *before && has_been_shown {
                        message.text = None;
                    }
                }
            }
            other => panic!("{other:?}"),
        }
    }

    fn messages(&self, is_wanted: impl Fn(&Message) -> bool) -> Vec<Message> {
        let messages = self.rows.iter().map(|row| &row.0);
        messages
            .filter(|message| is_wanted(message))
            .cloned()
            .collect()
    }
}

/// A change; messages get their places later.
pub(super) fn any_write() -> impl Strategy<Value = Write> {
    let contact = || 1..=CONTACTS;
    let seqs = || prop::collection::btree_set(1..30_u64, 1..4).prop_map(Vec::from_iter);
    let (ids, texts) = (
        || prop::sample::select(&IDS),
        || prop::sample::select(&TEXTS),
    );
    let peer_id = prop::option::of(ids());
    let arrived = || (0..30_i64).prop_map(Timestamp);
    let incoming = (contact(), ids(), peer_id, texts(), arrived());
    let outgoing = (contact(), ids(), texts(), arrived());
    prop_oneof![
        6 => incoming.prop_map(|(contact, id, peer_id, text, arrived)| {
            let peer_id = peer_id.map(str::to_owned);
            Write::Message(Message { peer_id, arrived, ..heard(0, contact, id, text) })
        }),
        4 => outgoing.prop_map(|(contact, id, text, arrived)| {
            Write::Message(Message { id: id.to_owned(), arrived, ..said(0, contact, text) })
        }),
        2 => seqs().prop_map(Write::Delivered),
        1 => seqs().prop_map(Write::Cancelled),
        1 => seqs().prop_map(Write::Attempted),
        2 => ("[xyz]", 0..30_u64, any::<i64>())
            .prop_map(|(client, seq, at)| Write::Position(position(&client, seq, at))),
        1 => arrived().prop_map(Write::Expire),
        1 => contact().prop_map(Write::Forget),
        1 => contact().prop_map(Write::RemoveContact),
    ]
}

proptest! {
    #[test]
    fn the_store_does_what_the_model_does(
        writes in prop::collection::vec((any_write(), 0..5), 0..40),
    ) {
        let mut db = memory();
        let mut model = Model::default();
        for (place, (mut write, luck)) in (1..).zip(writes) {
            if let Write::Message(message) = &mut write {
                message.seq = place;
            }
            // What is rolled back has not happened.
            if luck == 0 {
                db.begin().unwrap();
                db.apply(&write).unwrap();
                db.rollback().unwrap();
                continue;
            }
            db.apply(&write).unwrap();
            model.apply(&write);
        }
        let loaded = db.load().unwrap();
        prop_assert_eq!(loaded.outbox, model.messages(|message| message.waiting.is_some()));
        prop_assert_eq!(db.log_of(None), model.messages(|message| message.text.is_some()));
        for contact in 1..=CONTACTS {
            let is_wanted = |message: &Message| message.contact == contact && message.text.is_some();
            prop_assert_eq!(db.log_of(Some(contact)), model.messages(is_wanted));
            for (id, text) in IDS.iter().flat_map(|id| TEXTS.map(|text| (id, text))) {
                let (known, is_known) = (model.known(contact, id, text), db.is_known(contact, id, text));
                prop_assert_eq!(known, is_known, "{} {} {}", contact, id, text);
            }
        }
        let seqs = model.rows.iter().map(|row| row.0.seq);
        let acknowledged = model.positions.values().map(|position| position.seq);
        prop_assert_eq!(loaded.last_seq, seqs.chain(acknowledged).max().unwrap_or(0));
        let positions: Vec<_> = model.positions.into_values().collect();
        prop_assert_eq!(loaded.positions, positions);
    }
}
