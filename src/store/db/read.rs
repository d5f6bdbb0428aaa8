//! Each question, as SQL.

use rusqlite::{Params, params};

use super::message::{self, columns};
use super::{Db, integer};
use crate::store::row::{Answer, Ask, Message};

/// Reads what was said since, with everybody.
pub(super) const NEXT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message NOT INDEXED WHERE seq > ?1 AND seq <= ?2 AND text IS NOT NULL
      AND writer IS NOT ?3 ORDER BY seq"
);

/// Reads what was said last, with anybody.
pub(super) const NEWEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message NOT INDEXED WHERE text IS NOT NULL ORDER BY seq DESC"
);

impl Db {
    /// Answers a question.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is damaged.
    pub fn ask(&self, ask: &Ask) -> rusqlite::Result<Answer> {
        match ask {
            Ask::Known { contact, id, text } => self.known(*contact, id, text).map(Answer::Known),
            Ask::Backlog {
                after,
                through,
                client,
                each,
                bytes,
            } => self
                .backlog((*after, *through), client, *each, *bytes)
                .map(Answer::Backlog),
            Ask::Next {
                after,
                through,
                client,
                most,
                bytes,
            } => self.next((*after, *through), client, *most, *bytes),
            Ask::Log {
                contact,
                most,
                bytes,
            } => self.log(*contact, *most, *bytes).map(Answer::Log),
            Ask::History {
                contact,
                selection,
                most,
                bytes,
                tag_only,
            } => self
                .history(*contact, selection, (*most, *bytes), *tag_only)
                .map(Answer::History),
            Ask::Targets { between, most } => self.targets(*between, *most).map(Answer::Targets),
            Ask::Search(search) => self.search(search).map(Answer::Search),
            Ask::Position { contact, time } => self.place(*contact, *time).map(Answer::Position),
            Ask::Missed {
                after,
                through,
                client,
                tag_only,
            } => self
                .missed((*after, *through), client, *tag_only)
                .map(Answer::Missed),
        }
    }

    fn next(
        &self,
        (after, through): (u64, u64),
        client: &str,
        most: u32,
        bytes: usize,
    ) -> rusqlite::Result<Answer> {
        let most = most.max(1);
        let (messages, are_all) = self.fitting(
            &self.in_order(NEXT)?,
            params![integer(after), integer(through), client],
            most,
            bytes,
        )?;
        let through = match messages.last() {
            Some(last) if !are_all => last.seq,
            _ => through,
        };
        Ok(Answer::Next { messages, through })
    }

    fn log(&self, contact: Option<u32>, most: u32, bytes: usize) -> rusqlite::Result<Vec<Message>> {
        let (mut newest_first, _) = match contact {
            Some(contact) => self.fitting(
                concat!(
                    "SELECT ",
                    columns!(),
                    " FROM message INDEXED BY message_readable
                      WHERE contact = ?1 AND text IS NOT NULL ORDER BY seq DESC"
                ),
                [contact],
                most,
                bytes,
            )?,
            None => self.fitting(&self.in_order(NEWEST)?, (), most, bytes)?,
        };
        newest_first.reverse();
        Ok(newest_first)
    }

    /// As many messages as fit, and whether these are all. The first one comes however
    /// long it is, lest one long message be never shown.
    pub(super) fn fitting(
        &self,
        sql: &str,
        params: impl Params,
        most: u32,
        bytes: usize,
    ) -> rusqlite::Result<(Vec<Message>, bool)> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut messages = Vec::new();
        let (mut most, mut bytes) = (most, bytes);
        while let Some(row) = rows.next()? {
            if most == 0 {
                return Ok((messages, false));
            }
            let message = message::read(row)?;
            let length = message.text.as_ref().map_or(0, String::len);
            if length > bytes && !messages.is_empty() {
                return Ok((messages, false));
            }
            most -= 1;
            bytes = bytes.saturating_sub(length);
            messages.push(message);
        }
        Ok((messages, true))
    }
}
