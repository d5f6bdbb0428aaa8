//! What was said somewhere.
//!
//! The index finds words of three characters and more. All else is found by looking at
//! messages one by one: shorter words, messages that are not indexed yet, and long ones, which
//! never are. There, case does not matter, but accents do. How many are looked at is bounded ([`VISITED`]), so a
//! search for a short word, or for one that only others have used, reaches back that far.

use rusqlite::{Params, Row, params};

use super::Db;
use super::message::{self, columns};
use crate::store::row::{Message, Search};

/// What of a search is left to the index: words with at least this many characters.
const INDEXED_WORD: usize = 3;

/// So many words are looked up in the index at most; the others are looked for in what it
/// finds.
const INDEXED_WORDS: usize = 16;

/// Messages that are looked at for one search at most: some tenths of a second.
pub(super) const VISITED: usize = 200_000;

/// Bytes of text that are looked at for one search at most; those of a text count once for each
/// [`WORDS_IN_ONE_LOOK`] that are looked for in it.
const VISITED_BYTES: usize = 32 * 1024 * 1024;

/// Words that are looked for in a text for the price of one look. A line has room for two
/// thousand, and each is looked for in the whole text.
const WORDS_IN_ONE_LOOK: usize = INDEXED_WORDS;

/// Bytes of text that a search indexes before it looks, at most: about a quarter of a second
/// on a small machine. What is left then is looked at one by one.
const INDEXED_FIRST: usize = 256 * 1024;

/// Reads what the index finds.
macro_rules! matching {
    ($order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM search CROSS JOIN message ON seq = search.rowid
              WHERE search MATCH ?1 AND search.rowid > ?2 AND search.rowid < ?3
              ORDER BY search.rowid ",
            $order
        )
    };
}

/// Reads what was said with everybody.
macro_rules! everybody {
    ($order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM message NOT INDEXED
              WHERE seq > ?1 AND seq < ?2 AND text IS NOT NULL AND text <> '' ORDER BY seq ",
            $order
        )
    };
}

pub(super) const OLDEST_FIRST: &str = everybody!("ASC");
pub(super) const NEWEST_FIRST: &str = everybody!("DESC");

/// Reads what was said with one contact.
macro_rules! one_contact {
    ($order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM message INDEXED BY message_readable
              WHERE contact = ?1 AND seq > ?2 AND seq < ?3 AND text IS NOT NULL
              AND text <> '' ORDER BY seq ",
            $order
        )
    };
}

impl Db {
    /// Answers [`Ask::Search`](crate::store::Ask::Search).
    pub(super) fn search(&self, search: &Search) -> rusqlite::Result<Vec<Message>> {
        // Where the disk refuses, messages are looked at one by one.
        let _ = self.index(INDEXED_FIRST);
        let words = Words::of(&search.text);
        let (above, below) = self.bounds(search)?;
        let mut found = Found::new(search);
        let through = if words.query.is_empty() {
            None
        } else {
            Some(self.indexed()?)
        };
        let behind = |db: &Self, found: &mut Found<'_>| match through {
            Some(through) => {
                let range = (above, below.min(through.saturating_add(1)));
                db.look_up(&words, range, found)
            }
            None => Ok(()),
        };
        let before = |db: &Self, found: &mut Found<'_>| {
            let range = (above.max(through.unwrap_or(i64::MIN)), below);
            db.look_at(&words.all, range, found)
        };
        if search.after.is_some() {
            behind(self, &mut found)?;
            before(self, &mut found)?;
            Ok(found.messages)
        } else {
            before(self, &mut found)?;
            behind(self, &mut found)?;
            found.messages.reverse();
            Ok(found.messages)
        }
    }

    /// Between which places the messages with a contact are that arrived within the times:
    /// what is far from them need not be looked at.
    fn bounds(&self, search: &Search) -> rusqlite::Result<(i64, i64)> {
        let (mut above, mut below) = (i64::MIN, i64::MAX);
        if let Some(contact) = search.contact {
            if let Some(after) = search.after {
                let just_before = crate::clock::Timestamp(after.0.saturating_sub(1));
                above = self.moment(contact, just_before)?.after;
            }
            if let Some(before) = search.before {
                below = self.moment(contact, before)?.before;
            }
        }
        Ok((above, below))
    }

    fn look_up(
        &self,
        words: &Words,
        (above, below): (i64, i64),
        found: &mut Found<'_>,
    ) -> rusqlite::Result<()> {
        let sql = if found.search.after.is_some() {
            matching!("ASC")
        } else {
            matching!("DESC")
        };
        let params = params![words.query, above, below];
        self.sift_with_long(sql, params, words, (above, below), found)
    }

    fn look_at(
        &self,
        words: &[String],
        (above, below): (i64, i64),
        found: &mut Found<'_>,
    ) -> rusqlite::Result<()> {
        let is_upwards = found.search.after.is_some();
        match found.search.contact {
            Some(contact) => {
                let sql = if is_upwards {
                    one_contact!("ASC")
                } else {
                    one_contact!("DESC")
                };
                self.sift(sql, params![contact, above, below], words, found)
            }
            None => {
                let sql = if is_upwards {
                    OLDEST_FIRST
                } else {
                    NEWEST_FIRST
                };
                self.sift(&self.in_order(sql)?, params![above, below], words, found)
            }
        }
    }

    fn sift(
        &self,
        sql: &str,
        params: impl Params,
        words: &[String],
        found: &mut Found<'_>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        while !found.is_full
            && let Some(row) = rows.next()?
        {
            found.look_at(row, words)?;
        }
        Ok(())
    }
}

/// The words of a search.
pub(super) struct Words {
    /// What the index is asked; empty where there is nothing to ask it.
    query: String,
    /// In small letters, those that the index is not asked for.
    pub(super) rest: Vec<String>,
    /// In small letters, all.
    pub(super) all: Vec<String>,
}

impl Words {
    fn of(text: &str) -> Self {
        // To the index, a zero would be the end of the question.
        let is_between = |c: char| c.is_whitespace() || c == '\0';
        let mut words: Vec<&str> = text
            .split(is_between)
            .filter(|word| !word.is_empty())
            .collect();
        words.sort_unstable();
        words.dedup();
        let lower = |words: &[&str]| words.iter().map(|word| word.to_lowercase()).collect();
        let all = lower(&words);
        // The longest are the rarest.
        words.sort_by_key(|word| std::cmp::Reverse(characters(word)));
        let indexed = words
            .iter()
            .take(INDEXED_WORDS)
            .take_while(|word| characters(word) >= INDEXED_WORD)
            .count();
        let (indexed, rest) = words.split_at(indexed);
        // Within quotes nothing but the quote has a meaning.
        let quoted = indexed
            .iter()
            .map(|word| format!("\"{}\"", word.replace('"', "\"\"")));
        Self {
            query: quoted.collect::<Vec<_>>().join(" AND "),
            rest: lower(rest),
            all,
        }
    }
}

/// The characters that the index counts: accents that stand for themselves it leaves out.
fn characters(word: &str) -> usize {
    let is_accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    word.chars().filter(|c| !is_accent(c)).count()
}

/// What was found so far, and how much may still be looked at.
pub(super) struct Found<'a> {
    pub(super) search: &'a Search,
    messages: Vec<Message>,
    bytes: usize,
    visits: usize,
    pub(super) visited_bytes: usize,
    pub(super) is_full: bool,
}

impl<'a> Found<'a> {
    fn new(search: &'a Search) -> Self {
        Self {
            search,
            messages: Vec::new(),
            bytes: search.bytes,
            visits: VISITED,
            visited_bytes: VISITED_BYTES,
            is_full: search.most == 0,
        }
    }

    /// Looks at a row of [`columns`], and takes it where it fulfils the search.
    pub(super) fn look_at(&mut self, row: &Row<'_>, words: &[String]) -> rusqlite::Result<()> {
        let text = message::text(row)?.unwrap_or_default();
        self.visits = self.visits.saturating_sub(1);
        let looks = words.len().div_ceil(WORDS_IN_ONE_LOOK).max(1);
        self.visited_bytes = self.visited_bytes.saturating_sub(text.len() * looks);
        self.is_full = self.visits == 0 || self.visited_bytes == 0;
        if !self.is_wanted(row)? || !contains(text, words) {
            return Ok(());
        }
        if text.len() > self.bytes && !self.messages.is_empty() {
            self.is_full = true;
            return Ok(());
        }
        self.bytes = self.bytes.saturating_sub(text.len());
        self.messages.push(message::read(row)?);
        self.is_full |= self.messages.len() as u64 >= self.search.most.into();
        Ok(())
    }

    fn is_wanted(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let (contact, own, arrived) = message::origin(row)?;
        let search = self.search;
        Ok(search.contact.is_none_or(|wanted| wanted == contact)
            && search.own.is_none_or(|wanted| wanted == own)
            && search.after.is_none_or(|after| after <= arrived)
            && search.before.is_none_or(|before| arrived <= before))
    }
}

fn contains(text: &str, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}
