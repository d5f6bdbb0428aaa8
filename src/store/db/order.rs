//! Texts in the order of everything, where most messages have none any more.
//!
//! As long as nothing expires, all but a few messages have a text, and a walk over them in order
//! looks at no other. Once texts have expired, there may be a hundred thousand messages without
//! one between two that have one: then there is an index of those that do. It is made when a text
//! is to expire for the first time; before that, each message would pay for it.

use std::borrow::Cow;

use super::Db;

/// How a walk that uses no index says so in SQL, and how one that uses this one does.
const WITHOUT: &str = "NOT INDEXED";
const WITH: &str = "INDEXED BY message_kept";

impl Db {
    /// A walk in the order of `seq` over messages that have a text, as SQL: it is given as one
    /// that uses no index.
    pub(super) fn in_order<'a>(&self, sql: &'a str) -> rusqlite::Result<Cow<'a, str>> {
        Ok(match self.has_order()? {
            true => Cow::Owned(sql.replace(WITHOUT, WITH)),
            false => Cow::Borrowed(sql),
        })
    }

    /// Makes the index, where it is not there yet.
    pub(super) fn keep_order(&self) -> rusqlite::Result<()> {
        self.run(
            "CREATE INDEX IF NOT EXISTS message_kept ON message (seq) WHERE text IS NOT NULL",
            (),
        )?;
        self.has_order.set(Some(true));
        Ok(())
    }

    fn has_order(&self) -> rusqlite::Result<bool> {
        if let Some(has_order) = self.has_order.get() {
            return Ok(has_order);
        }
        let has_order = self
            .connection
            .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'message_kept'")?
            .exists(())?;
        self.has_order.set(Some(has_order));
        Ok(has_order)
    }
}
