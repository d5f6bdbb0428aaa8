//! Texts with placeholders in them.

use std::collections::BTreeMap;

/// Stands for any text, or for any number of lines, or for more tags.
pub const ANY: &str = "…";

/// How that which a placeholder stands for must look; it is what the placeholder is called,
/// up to a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `<time>`: as in `server-time`, `YYYY-MM-DDThh:mm:ss.sssZ`.
    Time,
    /// `<msgid>`: as `message-ids` has it: no space in it, and no colon before it.
    MessageId,
    /// `<batch>`: letters, digits and hyphens, as `batch` has it.
    Batch,
    /// Any other name: one word.
    Word,
}

impl Form {
    fn of(name: &str) -> Self {
        match name.split(':').next() {
            Some("time") => Self::Time,
            Some("msgid") => Self::MessageId,
            Some("batch") => Self::Batch,
            _ => Self::Word,
        }
    }

    /// Whether a text looks like that.
    pub fn fits(self, text: &str) -> bool {
        match self {
            _ if text.is_empty() || text.contains(' ') => false,
            Self::Word => true,
            Self::MessageId => !text.starts_with(':'),
            Self::Batch => text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
            Self::Time => {
                let shape = text.chars().map(|character| match character {
                    '0'..='9' => '0',
                    other => other,
                });
                shape.eq("0000-00-00T00:00:00.000Z".chars())
            }
        }
    }
}

/// What the placeholders stand for that have been met.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    bound: BTreeMap<String, String>,
}

impl Bindings {
    /// None but `<SPACE>`.
    pub fn new() -> Self {
        let mut bindings = Self::default();
        bindings.bind("SPACE", " ");
        bindings
    }

    /// Has `<name>` stand for a text.
    pub fn bind(&mut self, name: &str, text: &str) {
        self.bound.insert(name.to_owned(), text.to_owned());
    }

    /// What `<name>` stands for.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.bound.get(name).map(String::as_str)
    }

    /// A text with all placeholders filled in; each must have been met before.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let filled = pieces(text).into_iter().map(|piece| match piece {
            Piece::Text(text) => Ok(text),
            Piece::Any => Ok(ANY),
            Piece::Name(name) => self
                .get(name)
                .ok_or_else(|| format!("nothing is <{name}> yet")),
        });
        filled.collect()
    }

    /// Compares a text with a pattern, and binds what is met for the first time.
    pub fn compare(&mut self, pattern: &str, said: &str) -> Result<(), String> {
        let mut found = self.clone();
        if found.follows(&pieces(pattern), said) {
            *self = found;
            return Ok(());
        }
        let meant = pieces(pattern).into_iter().map(|piece| match piece {
            Piece::Name(name) => self.get(name).map_or(format!("<{name}>"), str::to_owned),
            Piece::Any => ANY.to_owned(),
            Piece::Text(text) => text.to_owned(),
        });
        Err(format!("{:?} is not {said:?}", meant.collect::<String>()))
    }

    /// Whether `said` is what the pieces describe, all of it. Of several ways to bind a
    /// placeholder the one with the longest text is taken.
    fn follows(&mut self, pieces: &[Piece<'_>], said: &str) -> bool {
        let Some((first, others)) = pieces.split_first() else {
            return said.is_empty();
        };
        let known = match first {
            Piece::Text(text) => Some(plain(text)),
            Piece::Name(name) => self.get(name).map(str::to_owned),
            Piece::Any => None,
        };
        if let Some(known) = known {
            let rest = said.strip_prefix(&known);
            return rest.is_some_and(|rest| self.follows(others, rest));
        }
        let ends = said.char_indices().map(|(end, _)| end);
        let ends: Vec<usize> = ends.chain([said.len()]).collect();
        ends.into_iter().rev().any(|end| {
            let (taken, rest) = said.split_at(end);
            let mut found = self.clone();
            if let Piece::Name(name) = first {
                if !Form::of(name).fits(taken) {
                    return false;
                }
                found.bind(name, taken);
            }
            let follows = found.follows(others, rest);
            if follows {
                *self = found;
            }
            follows
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
    Any,
}

/// What a pattern is made of.
fn pieces(pattern: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    let mut plain = 0;
    while let Some(character) = rest[plain..].chars().next() {
        let special = match character {
            '…' => Some((Piece::Any, ANY.len())),
            '<' => placeholder(&rest[plain..]).map(|name| (Piece::Name(name), name.len() + 2)),
            _ => None,
        };
        let Some((piece, length)) = special else {
            plain += character.len_utf8();
            continue;
        };
        if plain > 0 {
            pieces.push(Piece::Text(&rest[..plain]));
        }
        pieces.push(piece);
        rest = &rest[plain + length..];
        plain = 0;
    }
    if plain > 0 {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The name of the placeholder with which a text begins. `<bruce@wayne.enterprises>` is none.
fn placeholder(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('<')?.split_once('>')?;
    let named = |character: char| character.is_ascii_alphanumeric() || ":-".contains(character);
    (!name.is_empty() && name.chars().all(named)).then_some(name)
}

/// The bytes of a text in which `\xHH` stands for one byte.
pub fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let number = part
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match number {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(&part.as_bytes()[2..]);
            }
            None => bytes.extend_from_slice(format!("\\x{part}").as_bytes()),
        }
    }
    bytes
}

fn plain(text: &str) -> String {
    String::from_utf8_lossy(&bytes(text)).into_owned()
}
