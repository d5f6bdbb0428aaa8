//! Each change, as SQL.

use rusqlite::{named_params, params};

use super::id::StoredId;
use super::index::SINGLE;
use super::{Db, integer};
use crate::clock::Timestamp;
use crate::store::row::{Contact, Held, Marker, Position, Request, Write};

/// Before this is everything: what [`Write::Expire`] says where texts are not kept at all.
const EVERYTHING: Timestamp = Timestamp(i64::MAX);

/// Names of clients whose positions are kept.
pub(super) const POSITIONS: usize = 64;

impl Db {
    /// Carries out one change.
    ///
    /// # Errors
    ///
    /// If the disk refuses, or the file is damaged. The change may be half done then,
    /// until the transaction is rolled back.
    pub fn apply(&mut self, write: &Write) -> rusqlite::Result<()> {
        match write {
            Write::Contact(contact) => self.contact(contact),
            Write::RemoveContact(contact) => {
                self.run("DELETE FROM contact WHERE id = ?1", [contact])?;
                self.unmark(*contact)?;
                self.unindex(
                    "SELECT seq, text FROM message INDEXED BY message_readable
                     WHERE contact = ?1 AND text IS NOT NULL",
                    [contact],
                )?;
                self.delete("DELETE FROM message WHERE contact = ?1", [contact])?;
                self.index_ends_with_messages()
            }
            Write::Forget(contact) => {
                self.unmark(*contact)?;
                self.unindex(
                    "SELECT seq, text FROM message INDEXED BY message_readable
                     WHERE contact = ?1 AND text IS NOT NULL AND waiting IS NULL",
                    [contact],
                )?;
                self.delete(
                    "DELETE FROM message WHERE contact = ?1 AND waiting IS NULL",
                    [contact],
                )?;
                self.index_ends_with_messages()
            }
            Write::Message(message) => self.insert(message),
            Write::Delivered(messages) => self.delivered(messages),
            Write::Cancelled(messages) => {
                self.has_deleted |= !messages.is_empty();
                // The row stays for its id: the message may have arrived over there, and
                // come back under it.
                if messages.len() > SINGLE {
                    self.drop_index()?;
                }
                for seq in messages {
                    self.unindex(
                        "SELECT seq, text FROM message WHERE seq = ?1 AND waiting IS NOT NULL",
                        [integer(*seq)],
                    )?;
                    self.run(
                        "UPDATE message SET waiting = NULL, text = NULL, tags = NULL
                         WHERE seq = ?1 AND waiting IS NOT NULL",
                        [integer(*seq)],
                    )?;
                }
                Ok(())
            }
            Write::Attempted(messages) => self.each(
                messages,
                "UPDATE message SET waiting = min(waiting + 1, 255)
                 WHERE seq = ?1 AND waiting IS NOT NULL",
            ),
            Write::Position(position) => self.position(position),
            Write::Marker(marker) => self.mark(*marker),
            Write::Request(request) => self.request(request),
            Write::Held { address, held } => self.hold(address, held),
            Write::RemoveRequest(address) => {
                self.run("DELETE FROM request WHERE address = ?1", [address])?;
                self.delete("DELETE FROM held WHERE address = ?1", [address])
            }
            Write::Silence(address, until) => self
                .run(
                    "INSERT INTO silence (address, until) VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET until = excluded.until",
                    params![address, until.0],
                )
                .map(drop),
            Write::Unsilence(address) => self
                .run("DELETE FROM silence WHERE address = ?1", [address])
                .map(drop),
            Write::Setting(name, value) => self
                .run(
                    "INSERT INTO setting (name, value) VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                    [*name, value],
                )
                .map(drop),
            Write::Expire(before) => self.expire(*before),
        }
    }

    /// Runs what deletes something, and remembers it if so.
    fn delete(&mut self, sql: &str, params: impl rusqlite::Params) -> rusqlite::Result<()> {
        let rows = self.run(sql, params)?;
        self.has_deleted |= rows > 0;
        Ok(())
    }

    fn each(&self, messages: &[u64], sql: &str) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        for seq in messages {
            statement.execute([integer(*seq)])?;
        }
        Ok(())
    }

    /// Messages mostly arrive in the order in which they were written, and many at a time:
    /// those whose places follow each other are one statement's.
    fn delivered(&self, messages: &[u64]) -> rusqlite::Result<()> {
        let mut one = self.connection.prepare_cached(
            "UPDATE message NOT INDEXED SET waiting = NULL
             WHERE seq = ?1 AND waiting IS NOT NULL",
        )?;
        let mut many = self.connection.prepare_cached(
            "UPDATE message NOT INDEXED SET waiting = NULL
             WHERE seq BETWEEN ?1 AND ?2 AND waiting IS NOT NULL",
        )?;
        for run in messages.chunk_by(|seq, next| seq.checked_add(1) == Some(*next)) {
            match run {
                [] => {}
                [seq] => drop(one.execute([integer(*seq)])?),
                [first, .., last] => drop(many.execute([integer(*first), integer(*last)])?),
            }
        }
        Ok(())
    }

    fn contact(&self, contact: &Contact) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO contact (id, address, nick, in_book, last_linked, last_seen)
             VALUES (:id, :address, :nick, :in_book, :last_linked, :last_seen)
             ON CONFLICT DO UPDATE SET
                 address = excluded.address, nick = excluded.nick, in_book = excluded.in_book,
                 last_linked = excluded.last_linked, last_seen = excluded.last_seen",
            named_params! {
                ":id": contact.id,
                ":address": contact.address,
                ":nick": contact.nick,
                ":in_book": contact.in_book,
                ":last_linked": contact.last_linked.map(|at| at.0),
                ":last_seen": contact.last_seen.map(|at| at.0),
            },
        )
        .map(drop)
    }

    fn position(&self, position: &Position) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO position (client, seq, at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq), at = excluded.at",
            params![position.client, integer(position.seq), position.at.0],
        )?;
        // The one just written stays, even if the clock was set back.
        self.run(
            "DELETE FROM position WHERE client NOT IN
                 (SELECT client FROM position ORDER BY client = ?1 DESC, at DESC, seq DESC
                  LIMIT ?2)",
            params![position.client, integer(POSITIONS as u64)],
        )
        .map(drop)
    }

    fn mark(&self, marker: Marker) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO marker (contact, seq, time) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET
                 seq = excluded.seq, time = excluded.time
                 WHERE excluded.seq > seq",
            params![marker.contact, integer(marker.seq), marker.time.0],
        )
        .map(drop)
    }

    fn unmark(&self, contact: u32) -> rusqlite::Result<()> {
        self.run("DELETE FROM marker WHERE contact = ?1", [contact])
            .map(drop)
    }

    fn request(&self, request: &Request) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO request
                 (address, number, alias, status, text, since, shown, said_more, bytes)
             VALUES
                 (:address, :number, :alias, :status, :text, :since, :shown, :said_more, :bytes)
             ON CONFLICT DO UPDATE SET
                 number = excluded.number, alias = excluded.alias, status = excluded.status,
                 text = excluded.text, since = excluded.since, shown = excluded.shown,
                 said_more = excluded.said_more, bytes = excluded.bytes",
            named_params! {
                ":address": request.address,
                ":number": request.number,
                ":alias": request.alias,
                ":status": request.status,
                ":text": request.text,
                ":since": request.since.0,
                ":shown": request.shown,
                ":said_more": request.said_more,
                ":bytes": integer(request.bytes),
            },
        )
        .map(drop)
    }

    fn hold(&self, address: &str, held: &Held) -> rusqlite::Result<()> {
        let id = held.id.as_deref().map(StoredId::new);
        self.run(
            "INSERT INTO held (address, text, time, id) VALUES (?1, ?2, ?3, ?4)",
            params![address, held.text, held.time.0, id],
        )
        .map(drop)
    }

    /// What the person wrote has no need to be played to them.
    fn expire(&mut self, before: Timestamp) -> rusqlite::Result<()> {
        // In the order in which it does, so that finding it takes no walk over what is younger,
        // or long done. Clocks are set back and forth: `seq` would be the wrong order. It is
        // made when a text is to expire for the first time.
        self.run(
            "CREATE INDEX IF NOT EXISTS message_expiring ON message (own, arrived)
             WHERE text IS NOT NULL AND waiting IS NULL",
            (),
        )?;
        self.keep_order()?;
        // Where all are to go, those are walked over that do, and not those that no client has.
        let heard = match before {
            EVERYTHING => "message_kept",
            _ => "message_expiring",
        };
        let own = "message INDEXED BY message_expiring";
        let heard = format!("message INDEXED BY {heard}");
        let of_own = "own = 1 AND arrived < ?1 AND text IS NOT NULL AND waiting IS NULL";
        let of_heard = "own = 0 AND arrived < ?1 AND text IS NOT NULL AND waiting IS NULL
                        AND seq <= (SELECT max(seq) FROM position)";
        for (table, which) in [(own, of_own), (&heard, of_heard)] {
            let sql = format!("SELECT seq, text FROM {table} WHERE {which}");
            self.unindex(&sql, [before.0])?;
        }
        for (table, which) in [(own, of_own), (&heard, of_heard)] {
            let sql = format!("UPDATE {table} SET text = NULL, tags = NULL WHERE {which}");
            self.delete(&sql, [before.0])?;
        }
        Ok(())
    }
}
