//! The store's file, rule by rule.

mod expiring;
mod ids;
mod markers;
mod migrating;
mod model;
mod opening;
mod pages;
mod reading;
mod references;
mod requests;
mod search_bounds;
mod searching;
mod writing;

use super::*;

use crate::clock::Timestamp;
use crate::store::row::{Answer, Ask, Known, Message, Position, Tags, Write};

/// A message of a contact that gives ids.
fn heard(seq: u64, contact: u32, id: &str, text: &str) -> Message {
    Message {
        seq,
        contact,
        own: false,
        notice: false,
        id: id.to_owned(),
        peer_id: Some(id.to_owned()),
        time: Timestamp(1000),
        arrived: Timestamp(seq.cast_signed()),
        text: Some(text.to_owned()),
        tags: Tags::new(),
        writer: None,
        waiting: None,
    }
}

/// A message of the person, in the outbox.
fn said(seq: u64, contact: u32, text: &str) -> Message {
    Message {
        own: true,
        peer_id: None,
        writer: Some("laptop".to_owned()),
        waiting: Some(0),
        ..heard(seq, contact, &format!("own-{seq}"), text)
    }
}

fn position(client: &str, seq: u64, at: i64) -> Position {
    Position {
        client: client.to_owned(),
        seq,
        at: Timestamp(at),
    }
}

fn memory() -> Db {
    Db::in_memory().unwrap()
}

impl Db {
    fn apply_all(&mut self, writes: impl IntoIterator<Item = Write>) {
        for write in writes {
            self.apply(&write).unwrap();
        }
    }

    fn write_messages(&mut self, messages: impl IntoIterator<Item = Message>) {
        self.apply_all(messages.into_iter().map(Write::Message));
    }

    /// All messages with a text.
    fn log_of(&self, contact: Option<u32>) -> Vec<Message> {
        let ask = Ask::Log {
            contact,
            most: u32::MAX,
            bytes: usize::MAX,
        };
        match self.ask(&ask).unwrap() {
            Answer::Log(messages) => messages,
            other => panic!("{other:?}"),
        }
    }

    fn texts(&self) -> Vec<String> {
        let messages = self.log_of(None).into_iter();
        messages.filter_map(|message| message.text).collect()
    }

    fn is_known(&self, contact: u32, id: &str, text: &str) -> Known {
        let ask = Ask::Known {
            contact,
            id: id.to_owned(),
            text: text.to_owned(),
        };
        match self.ask(&ask).unwrap() {
            Answer::Known(known) => known,
            other => panic!("{other:?}"),
        }
    }
}
