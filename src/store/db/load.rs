//! All that is needed at the start.

use std::collections::BTreeMap;

use rusqlite::{Params, Row};

use super::id::ReadId;
use super::message::{self, columns};
use super::{Db, natural};
use crate::clock::Timestamp;
use crate::store::row::{Contact, Held, Loaded, Marker, Position, Request};

impl Db {
    /// Reads all that is needed at the start.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is damaged.
    pub fn load(&self) -> rusqlite::Result<Loaded> {
        Ok(Loaded {
            contacts: self.all(
                "SELECT id, address, nick, in_book, last_linked, last_seen FROM contact
                 ORDER BY id",
                (),
                contact,
            )?,
            outbox: self.all(
                concat!(
                    "SELECT ",
                    columns!(),
                    " FROM message INDEXED BY message_waiting WHERE waiting IS NOT NULL
                      ORDER BY seq"
                ),
                (),
                message::read,
            )?,
            positions: self.all(
                "SELECT client, seq, at FROM position ORDER BY client",
                (),
                position,
            )?,
            markers: self.all(
                "SELECT contact, seq, time FROM marker ORDER BY contact",
                (),
                marker,
            )?,
            requests: self.requests()?,
            silenced: self.all(
                "SELECT address, until FROM silence ORDER BY address",
                (),
                |row| Ok((row.get(0)?, Timestamp(row.get(1)?))),
            )?,
            settings: self
                .all("SELECT name, value FROM setting", (), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            last_seq: natural(self.last_seq()?),
        })
    }

    /// The order is that in which they first came.
    fn requests(&self) -> rusqlite::Result<Vec<(Request, Vec<Held>)>> {
        self.all(
            "SELECT address, number, alias, status, text, since, shown, said_more, bytes
             FROM request ORDER BY since, rowid",
            (),
            request,
        )?
        .into_iter()
        .map(|request| {
            let held = self.all(
                "SELECT text, time, id FROM held WHERE address = ?1 ORDER BY place",
                [&request.address],
                held,
            )?;
            Ok((request, held))
        })
        .collect()
    }

    /// All rows of what is asked but once, so that no statement is kept.
    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.connection
            .prepare(sql)?
            .query_map(params, read)?
            .collect()
    }
}

fn contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    Ok(Contact {
        id: row.get(0)?,
        address: row.get(1)?,
        nick: row.get(2)?,
        in_book: row.get(3)?,
        last_linked: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        last_seen: row.get::<_, Option<i64>>(5)?.map(Timestamp),
    })
}

fn position(row: &Row<'_>) -> rusqlite::Result<Position> {
    Ok(Position {
        client: row.get(0)?,
        seq: natural(row.get(1)?),
        at: Timestamp(row.get(2)?),
    })
}

fn marker(row: &Row<'_>) -> rusqlite::Result<Marker> {
    Ok(Marker {
        contact: row.get(0)?,
        seq: natural(row.get(1)?),
        time: Timestamp(row.get(2)?),
    })
}

fn request(row: &Row<'_>) -> rusqlite::Result<Request> {
    Ok(Request {
        address: row.get(0)?,
        number: row.get(1)?,
        alias: row.get(2)?,
        status: row.get(3)?,
        text: row.get(4)?,
        since: Timestamp(row.get(5)?),
        shown: row.get(6)?,
        said_more: row.get(7)?,
        bytes: natural(row.get(8)?),
    })
}

fn held(row: &Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held {
        text: row.get(0)?,
        time: Timestamp(row.get(1)?),
        id: row.get::<_, Option<ReadId>>(2)?.map(|ReadId(id)| id),
    })
}
