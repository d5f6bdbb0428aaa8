//! What a client has missed.

use rusqlite::params;

use super::message::columns;
use super::{Db, integer, natural};
use crate::store::row::{Conversation, Message};

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
        let missed = self.missed(range, client)?;
        let mut conversations = Vec::with_capacity(missed.len());
        for (done, (contact, count)) in missed.iter().enumerate() {
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

    /// With whom how many messages were missed. Walks over what came since, no further:
    /// left alone, SQLite would rather read a whole index to have its groups in order.
    fn missed(&self, range: (i64, i64), client: &str) -> rusqlite::Result<Vec<(u32, u64)>> {
        self.connection
            .prepare_cached(
                "SELECT contact, count(*) FROM message NOT INDEXED
                 WHERE seq > ?1 AND seq <= ?2 AND text IS NOT NULL AND writer IS NOT ?3
                 GROUP BY contact ORDER BY min(seq)",
            )?
            .query_map(params![range.0, range.1, client], |row| {
                Ok((row.get(0)?, natural(row.get(1)?)))
            })?
            .collect()
    }
}

fn text_length(message: &Message) -> usize {
    message.text.as_ref().map_or(0, String::len)
}
