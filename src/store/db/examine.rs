//! Looking whether the file is whole, and changing nothing.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::open::{OpenError, Reason, check_pages, check_version, has_log, look_only};
use super::schema;

/// See [`Db::examine`](super::Db::examine).
pub(super) fn examine(path: &Path) -> Result<Option<u64>, OpenError> {
    try_examine(path).map_err(|reason| OpenError::new(path, reason))
}

fn try_examine(path: &Path) -> Result<Option<u64>, Reason> {
    let length = look_only(path)?;
    if length.is_none_or(|length| length == 0) {
        return Ok(length);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri(path), flags)?;
    check_version(&connection)?;
    schema::check(&connection)?;
    check_pages(&connection)?;
    Ok(length)
}

/// The file as SQLite takes it with an option. Without a log there is nothing to share with
/// anybody, and `immutable` keeps SQLite from making files beside it (SQLite: "URI
/// Filenames").
fn uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            // Writing to a string cannot fail.
            byte => _ = write!(uri, "%{byte:02X}"),
        }
    }
    if !has_log(path) {
        uri.push_str("?immutable=1");
    }
    uri
}
