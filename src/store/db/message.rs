//! A message as a row, and what happens when its place or its id is taken.

use std::sync::LazyLock;

use rusqlite::types::Type;
use rusqlite::{Error, OptionalExtension, Row, Statement, ToSql, named_params};
use tracing::error;

use super::id::{ReadId, StoredId, digest};
use super::{Db, integer, natural};
use crate::clock::Timestamp;
use crate::store::row::{Known, Message, Tags};

/// The columns that [`read`] reads, in the order in which it does.
macro_rules! columns {
    () => {
        "seq, contact, own, notice, id, peer_id, digest IS NOT NULL, time, arrived, waiting, \
         writer, text, tags"
    };
}
pub(super) use columns;

/// The columns of a new row, in the order of [`bind`].
const COLUMNS: &str = "seq, contact, own, notice, id, peer_id, digest, time, arrived, waiting, \
                       writer, text, tags";

/// How many these are.
const COLUMNS_COUNT: usize = 13;

/// Rows in one statement: what it costs beside its rows is then small.
const ROWS: usize = 64;

static INSERT_ONE: LazyLock<String> = LazyLock::new(|| insert_rows(1));
static INSERT_TOGETHER: LazyLock<String> = LazyLock::new(|| insert_rows(ROWS));

/// The statement that stores so many rows, but for those whose place or id is taken.
fn insert_rows(rows: usize) -> String {
    let row = format!("({})", vec!["?"; COLUMNS_COUNT].join(", "));
    let rows = vec![row; rows].join(", ");
    format!("INSERT INTO message ({COLUMNS}) VALUES {rows} ON CONFLICT DO NOTHING")
}

/// Puts a message under a place and an id into a row of such a statement.
fn bind(
    statement: &mut Statement<'_>,
    row: usize,
    message: &Message,
    seq: i64,
    id: &str,
) -> rusqlite::Result<()> {
    let peer_id = message.peer_id.as_deref();
    let digest = peer_id.map(|_| digest(message.text.as_deref().unwrap_or_default()));
    let values: [&dyn ToSql; COLUMNS_COUNT] = [
        &seq,
        &message.contact,
        &message.own,
        &message.notice,
        &StoredId::new(id),
        &peer_id.filter(|peer_id| *peer_id != id).map(StoredId::new),
        &digest,
        &message.time.0,
        &message.arrived.0,
        &message.waiting,
        &message.writer,
        &message.text,
        &stored_tags(&message.tags)?,
    ];
    let first = row * COLUMNS_COUNT + 1;
    for (place, value) in values.into_iter().enumerate() {
        statement.raw_bind_parameter(first + place, value)?;
    }
    Ok(())
}

/// Reads a row of [`columns`].
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Message> {
    let ReadId(id) = row.get(4)?;
    let peer_id = match (row.get(5)?, row.get(6)?) {
        (Some(ReadId(peer_id)), _) => Some(peer_id),
        (None, true) => Some(id.clone()),
        (None, false) => None,
    };
    Ok(Message {
        seq: natural(row.get(0)?),
        contact: row.get(1)?,
        own: row.get(2)?,
        notice: row.get(3)?,
        id,
        peer_id,
        time: Timestamp(row.get(7)?),
        arrived: Timestamp(row.get(8)?),
        waiting: row.get(9)?,
        writer: row.get(10)?,
        text: row.get(11)?,
        tags: tags(row)?,
    })
}

/// Of a row of [`columns`]: where it stands.
pub(super) fn place(row: &Row<'_>) -> rusqlite::Result<i64> {
    row.get(0)
}

/// Of a row of [`columns`]: with whom, whether it is the person's own, when it arrived.
pub(super) fn origin(row: &Row<'_>) -> rusqlite::Result<(u32, bool, Timestamp)> {
    Ok((row.get(1)?, row.get(2)?, Timestamp(row.get(8)?)))
}

/// The text of a row of [`columns`], where it stands.
pub(super) fn text<'a>(row: &'a Row<'_>) -> rusqlite::Result<Option<&'a str>> {
    Ok(row.get_ref(11)?.as_str_or_null()?)
}

fn tags(row: &Row<'_>) -> rusqlite::Result<Tags> {
    const COLUMN: usize = 12;
    let Some(json) = row.get_ref(COLUMN)?.as_str_or_null()? else {
        return Ok(Tags::new());
    };
    serde_json::from_str(json)
        .map_err(|error| Error::FromSqlConversionFailure(COLUMN, Type::Text, error.into()))
}

/// How tags stand in the file; `None` where there are none.
fn stored_tags(tags: &Tags) -> rusqlite::Result<Option<String>> {
    if tags.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(tags)
        .map(Some)
        .map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

impl Db {
    /// Stores a message, whatever is in its way.
    pub(super) fn insert(&self, message: &Message) -> rusqlite::Result<()> {
        if self.insert_as(message, integer(message.seq), &message.id)? || self.has(message)? {
            return Ok(());
        }
        // The middle asks before it gives an id, and counts places: neither can be taken
        // unless one of us is wrong, or a contact gives a new message the id of an old one
        // where it has just shown that it repeats nothing. That it may do as often as it
        // likes, so it is no line in the log. The message is kept all the same, under another
        // id or behind all others.
        let mut seq = integer(message.seq);
        let mut at_place = self
            .connection
            .prepare_cached("SELECT 1 FROM message WHERE seq = ?1")?;
        if at_place.exists([seq])? {
            seq = self.last_seq()? + 1;
        }
        if seq != integer(message.seq) || message.own {
            error!(
                contact = message.contact,
                seq = message.seq,
                "a message's place or id is taken; it is stored as {seq}"
            );
        }
        let ids = std::iter::once(message.id.clone());
        // A contact that wants these taken has to guess the place, and gains a longer search.
        let made = (0_u64..).map(|attempt| format!("{seq}.{attempt}"));
        for id in ids.chain(made) {
            if self.insert_as(message, seq, &id)? {
                break;
            }
        }
        Ok(())
    }

    /// Stores a message under a place and an id, if both are free.
    fn insert_as(&self, message: &Message, seq: i64, id: &str) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached(&INSERT_ONE)?;
        bind(&mut statement, 0, message, seq, id)?;
        let rows = statement.raw_execute()?;
        if rows > 0 {
            self.index_late(seq, message.text.as_deref())?;
        }
        Ok(rows > 0)
    }

    /// Stores messages, whatever is in the way of one or the other.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply). Where it is not the disk that refuses, some of them are
    /// stored: those that are tried again one by one are found to be there.
    pub fn insert_all(&self, messages: &[&Message]) -> rusqlite::Result<()> {
        let (together, rest) = messages.as_chunks::<ROWS>();
        for messages in together {
            self.insert_together(messages)?;
        }
        rest.iter().try_for_each(|message| self.insert(message))
    }

    fn insert_together(&self, messages: &[&Message; ROWS]) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(&INSERT_TOGETHER)?;
        for (row, message) in messages.iter().enumerate() {
            bind(
                &mut statement,
                row,
                message,
                integer(message.seq),
                &message.id,
            )?;
        }
        if statement.raw_execute()? < ROWS {
            // One is in the way of another. Those that are stored count as such.
            return messages.iter().try_for_each(|message| self.insert(message));
        }
        messages
            .iter()
            .try_for_each(|message| self.index_late(integer(message.seq), message.text.as_deref()))
    }

    /// Whether this very message is stored: told by the contact's id for it where it gave
    /// one, else by our id and the text.
    fn has(&self, message: &Message) -> rusqlite::Result<bool> {
        if let (Some(peer_id), Some(text)) = (&message.peer_id, &message.text) {
            return Ok(self.known(message.contact, peer_id, text)? == Known::Repeat);
        }
        self.connection
            .prepare_cached(
                "SELECT 1 FROM message WHERE contact = :contact AND id = :id AND own = :own
                 AND digest IS NULL AND text IS :text",
            )?
            .exists(named_params! {
                ":contact": message.contact,
                ":id": StoredId::new(&message.id),
                ":own": message.own,
                ":text": message.text,
            })
    }

    /// Answers [`Ask::Known`](crate::store::Ask::Known).
    pub(super) fn known(&self, contact: u32, id: &str, text: &str) -> rusqlite::Result<Known> {
        let params = named_params! {
            ":contact": contact,
            ":id": StoredId::new(id),
            ":digest": digest(text),
        };
        // The most telling row comes first, and of each part one row is looked at.
        self.connection
            .prepare_cached(
                "SELECT 1 WHERE EXISTS (SELECT 1 FROM message WHERE contact = :contact
                                        AND id = :id AND peer_id IS NULL AND digest = :digest)
                             OR EXISTS (SELECT 1 FROM message WHERE contact = :contact
                                        AND peer_id = :id AND digest = :digest)
                 UNION ALL
                 SELECT 0 WHERE EXISTS (SELECT 1 FROM message WHERE contact = :contact
                                        AND id = :id)
                             OR EXISTS (SELECT 1 FROM message WHERE contact = :contact
                                        AND peer_id = :id)
                 LIMIT 1",
            )?
            .query_row(params, |row| row.get(0))
            .optional()
            .map(|found| match found {
                Some(true) => Known::Repeat,
                Some(false) => Known::Taken,
                None => Known::New,
            })
    }

    /// The last place that is taken, or that a client has come to: what it has acknowledged
    /// may have been deleted, but a new message there would count as acknowledged.
    pub(super) fn last_seq(&self) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached(
                "SELECT max(ifnull((SELECT max(seq) FROM message), 0),
                            ifnull((SELECT max(seq) FROM position), 0))",
            )?
            .query_row((), |row| row.get(0))
    }
}
