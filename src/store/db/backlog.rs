//! What a client has missed.

use std::collections::HashMap;

use rusqlite::params;

use super::message::columns;
use super::{Db, integer, natural};
use crate::store::row::{Conversation, Message, Missed};

/// Reads where something was said since.
pub(super) const MISSED: &str = "
    SELECT contact, seq FROM message NOT INDEXED
    WHERE seq > ?1 AND seq <= ?2 AND text IS NOT NULL AND writer IS NOT ?3
    AND (?4 OR text <> '') ORDER BY seq";

impl Db {
    /// Answers [`Ask::Backlog`](crate::store::Ask::Backlog).
    ///
    /// The conversation whose first missed message is oldest comes first. Each may take an
    /// even share of the bytes that those before it have left.
    pub(super) fn backlog(
        &self,
        (after, through): (u64, u64),
        client: &str,
        each: u32,
        mut bytes: usize,
    ) -> rusqlite::Result<Vec<Conversation>> {
        let each = each.max(1);
        let range = (integer(after), integer(through));
        let missed = self.missed((after, through), client, true)?;
        let mut conversations = Vec::with_capacity(missed.len());
        for (done, Missed { contact, count, .. }) in missed.iter().enumerate() {
            let share = bytes / (missed.len() - done);
            let (mut messages, _) = self.fitting(
                concat!(
                    "SELECT ",
                    columns!(),
                    " FROM message INDEXED BY message_readable
                      WHERE contact = ?1 AND seq > ?2 AND seq <= ?3 AND text IS NOT NULL
                      AND writer IS NOT ?4 ORDER BY seq DESC"
                ),
                params![contact, range.0, range.1, client],
                each,
                share,
            )?;
            messages.reverse();
            bytes = bytes.saturating_sub(messages.iter().map(text_length).sum());
            conversations.push(Conversation {
                contact: *contact,
                more: count.saturating_sub(messages.len() as u64),
                messages,
            });
        }
        Ok(conversations)
    }

    /// Answers [`Ask::Missed`](crate::store::Ask::Missed).
    ///
    /// Walks over what came since, no further, and
    /// counts as it goes: SQLite would sort all of it, or read a whole index, to group it.
    pub(super) fn missed(
        &self,
        (after, through): (u64, u64),
        client: &str,
        tag_only: bool,
    ) -> rusqlite::Result<Vec<Missed>> {
        let mut missed: Vec<Missed> = Vec::new();
        let mut places = HashMap::new();
        let sql = self.in_order(MISSED)?;
        let mut statement = self.connection.prepare_cached(&sql)?;
        let range = (integer(after), integer(through));
        let mut rows = statement.query(params![range.0, range.1, client, tag_only])?;
        while let Some(row) = rows.next()? {
            let contact = row.get(0)?;
            let seq = natural(row.get(1)?);
            let place = *places.entry(contact).or_insert_with(|| {
                missed.push(Missed {
                    contact,
                    first: seq,
                    last: seq,
                    count: 0,
                });
                missed.len() - 1
            });
            missed[place].last = seq;
            missed[place].count += 1;
        }
        Ok(missed)
    }
}

fn text_length(message: &Message) -> usize {
    message.text.as_ref().map_or(0, String::len)
}
