//! How ids and texts are told apart in little room.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use uuid::Uuid;

/// An id as it stands in the file: 16 bytes where it is a UUID as everybody writes them,
/// else its text. Every id has exactly one form, so equal forms are equal ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoredId<'a> {
    Uuid(Uuid),
    Text(&'a str),
}

impl<'a> StoredId<'a> {
    pub(super) fn new(id: &'a str) -> Self {
        let mut canonical = Uuid::encode_buffer();
        match Uuid::try_parse(id) {
            // Upper case, braces and the like are UUIDs, too, but would come back changed.
            Ok(uuid) if *uuid.hyphenated().encode_lower(&mut canonical) == *id => Self::Uuid(uuid),
            _ => Self::Text(id),
        }
    }
}

impl ToSql for StoredId<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Uuid(uuid) => ValueRef::Blob(uuid.as_bytes()),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// An id that was read.
pub(super) struct ReadId(pub(super) String);

impl FromSql for ReadId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Blob(bytes) => Uuid::from_slice(bytes)
                .map(|uuid| uuid.hyphenated())
                .map(|uuid| Self(uuid.encode_lower(&mut Uuid::encode_buffer()).to_owned()))
                .map_err(FromSqlError::other),
            text => text.as_str().map(|text| Self(text.to_owned())),
        }
    }
}

/// A text's digest, for ever the same (FNV-1a). Two texts of one digest are taken for a
/// repeat only where a contact gives them the same id: it would have to look for them on
/// purpose, and the message that it loses is its own.
pub(super) fn digest(text: &str) -> i64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.cast_signed()
}
