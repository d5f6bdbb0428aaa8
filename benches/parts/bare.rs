//! SQLite without our store, as the yardstick: the same rows in the plainest table that a
//! message can be written to, found, and read from.

use rusqlite::types::Value;
use rusqlite::{Connection, params};

use enclave_irc::store::Message;

/// One table, in memory.
pub struct Bare(Connection);

/// A row as it comes out.
type Row = (
    i64,
    u32,
    bool,
    Vec<u8>,
    i64,
    i64,
    Option<u8>,
    Option<String>,
);

impl Bare {
    pub fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE message (
                     seq INTEGER PRIMARY KEY, contact INTEGER, own INTEGER, id BLOB UNIQUE,
                     time INTEGER, arrived INTEGER, waiting INTEGER, text TEXT
                 )",
            )
            .unwrap();
        Self(connection)
    }

    /// Writes them, and then, if so wanted, that they wait no more: in one transaction.
    pub fn write(&self, messages: &[Message], and_delivered: bool) -> usize {
        self.0.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut done = 0;
        for message in messages {
            let mut insert = self
                .0
                .prepare_cached("INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
                .unwrap();
            done += insert
                .execute(params![
                    message.seq as i64,
                    message.contact,
                    message.own,
                    uuid::Uuid::try_parse(&message.id).unwrap().as_bytes(),
                    message.time.0,
                    message.arrived.0,
                    message.waiting,
                    message.text,
                ])
                .unwrap();
        }
        if and_delivered {
            done = 0;
            for message in messages {
                let mut update = self
                    .0
                    .prepare_cached("UPDATE message SET waiting = NULL WHERE seq = ?1")
                    .unwrap();
                done += update.execute([message.seq as i64]).unwrap();
            }
        }
        self.0.execute_batch("COMMIT").unwrap();
        done
    }

    /// Whether there is a message of this id.
    pub fn has(&self, id: &[u8; 16]) -> bool {
        let mut find = self
            .0
            .prepare_cached("SELECT 1 FROM message WHERE id = ?1")
            .unwrap();
        find.exists([id]).unwrap()
    }

    /// The newest.
    pub fn newest(&self, most: u32) -> usize {
        self.read(
            "SELECT * FROM message ORDER BY seq DESC LIMIT ?1",
            Value::Integer(most.into()),
        )
    }

    /// All that hold a word.
    pub fn holding(&self, word: &str) -> usize {
        self.read(
            "SELECT * FROM message WHERE text LIKE ?1",
            Value::Text(format!("%{word}%")),
        )
    }

    fn read(&self, sql: &str, parameter: Value) -> usize {
        let mut statement = self.0.prepare_cached(sql).unwrap();
        let rows = statement.query_map([parameter], |row| {
            let row: Row = row.try_into()?;
            Ok(row)
        });
        rows.unwrap().map(Result::unwrap).collect::<Vec<_>>().len()
    }
}
