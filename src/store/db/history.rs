//! A page of one conversation.

use rusqlite::params;

use super::Db;
use super::message::columns;
use super::reference::Place;
use crate::store::row::{Message, Reference, Selection};

/// Reads a page; its parameters are those of [`Db::page`].
macro_rules! page {
    ($order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM message INDEXED BY message_readable
              WHERE contact = ?1 AND seq > ?2 AND seq < ?3 AND text IS NOT NULL
              AND (?4 OR text <> '') ORDER BY seq ",
            $order
        )
    };
}
pub(super) const OLDEST_FIRST: &str = page!("ASC");
pub(super) const NEWEST_FIRST: &str = page!("DESC");

/// Of which conversation, and whether those that are nothing but tags are wanted, too.
type Of = (u32, bool);

/// Messages and bytes of text at most.
type Room = (u32, usize);

impl Db {
    /// Answers [`Ask::History`](crate::store::Ask::History).
    pub(super) fn history(
        &self,
        contact: u32,
        selection: &Selection,
        room: Room,
        tag_only: bool,
    ) -> rusqlite::Result<Option<Vec<Message>>> {
        let of = (contact, tag_only);
        let find = |reference: &Reference| self.find(contact, reference);
        let messages = match selection {
            Selection::Latest(None) => self.newest(of, (i64::MIN, i64::MAX), room),
            Selection::Latest(Some(reference)) => match find(reference)? {
                Some(place) => self.newest(of, (place.after, i64::MAX), room),
                None => return Ok(None),
            },
            Selection::Before(reference) => match find(reference)? {
                Some(place) => self.newest(of, (i64::MIN, place.before), room),
                None => return Ok(None),
            },
            Selection::After(reference) => match find(reference)? {
                Some(place) => self.oldest(of, (place.after, i64::MAX), room),
                None => return Ok(None),
            },
            Selection::Around(reference) => match find(reference)? {
                Some(place) => self.around(of, place, room),
                None => return Ok(None),
            },
            Selection::Between(from, to) => match (find(from)?, find(to)?) {
                (Some(from), Some(to)) if from.is_up_to(&to) => {
                    self.oldest(of, (from.after, to.before), room)
                }
                (Some(from), Some(to)) => self.newest(of, (to.after, from.before), room),
                _ => return Ok(None),
            },
        };
        messages.map(Some)
    }

    /// The named message and what follows take half of the room, or more where less than
    /// half comes before it.
    fn around(&self, of: Of, place: Place, (most, bytes): Room) -> rusqlite::Result<Vec<Message>> {
        let from = place.middle.saturating_sub(1);
        let later = (most - most / 2, bytes / 2);
        let named = self.oldest(of, (from, i64::MAX), later)?;
        let length = |messages: &[Message]| messages.iter().map(text_length).sum::<usize>();
        let left = bytes.saturating_sub(length(&named));
        let mut messages = self.newest(of, (i64::MIN, place.middle), (most / 2, left))?;
        // A page holds one message however long it is, but there is one already.
        if !named.is_empty() && length(&messages) > left {
            messages.clear();
        }
        messages.extend(named);
        Ok(messages)
    }

    /// The newest between two places, oldest first.
    fn newest(&self, of: Of, between: (i64, i64), room: Room) -> rusqlite::Result<Vec<Message>> {
        let mut messages = self.page(NEWEST_FIRST, of, between, room)?;
        messages.reverse();
        Ok(messages)
    }

    /// The oldest between two places.
    fn oldest(&self, of: Of, between: (i64, i64), room: Room) -> rusqlite::Result<Vec<Message>> {
        self.page(OLDEST_FIRST, of, between, room)
    }

    fn page(
        &self,
        sql: &str,
        (contact, tag_only): Of,
        (above, below): (i64, i64),
        (most, bytes): Room,
    ) -> rusqlite::Result<Vec<Message>> {
        self.fitting(sql, params![contact, above, below, tag_only], most, bytes)
            .map(|(messages, _)| messages)
    }
}

fn text_length(message: &Message) -> usize {
    message.text.as_ref().map_or(0, String::len)
}
