//! Opening the file: whether it is ours and whole is found out before anything is written.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{error, fmt};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::plain_file;

use super::migrate::{APPLICATION, STEPS, migrate, version};
use super::{Db, schema};

/// How every SQLite file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The length of what SQLite keeps about a file at its beginning, bytes.
const HEADER: usize = 100;

/// A file up to this size is checked from end to end when it is opened, bytes. That reads
/// all of it: a tenth of a second if it was in memory, seconds from a memory card, and
/// years of messages should not make every start slower. In a larger file SQLite still notices when
/// its end is missing, and refuses a damaged page as soon as it comes to one.
const CHECKED: u64 = 64 * 1024 * 1024;

/// What is set for every connection. None of it writes to the file.
///
/// `locking_mode`: nobody else can use the file, and what SQLite knows of its log stands in our
/// memory. Otherwise it would stand in a file that is mapped into memory, and where a disk is
/// full that copies what it writes (btrfs), whoever writes there is ended by the system, without
/// a word (SQLite: "Use of WAL Without Shared-Memory"). `synchronous`: a commit is on the disk when it returns. `fullfsync`: on a Mac, too.
/// `secure_delete`: what is deleted is overwritten. `temp_store`: nothing is ever put in
/// files elsewhere. `cache_size`: half a megabyte.
const SETTINGS: &str = "
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -512;
    PRAGMA mmap_size = 0;
    PRAGMA foreign_keys = OFF;
";

/// How long another program that has the file open is waited for: it may be done with it soon.
const WAIT_FOR_OTHERS: Duration = Duration::from_secs(3);

/// Why the store could not be opened, for people.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    reason: Reason,
}

#[derive(Debug)]
pub(super) enum Reason {
    /// It is something else.
    Foreign,
    /// It was ours once.
    Damaged(String),
    /// Its version, which we do not know.
    Newer,
    /// Another program has it open.
    InUse,
    /// The system, or SQLite, says no.
    Refused(String),
}

impl OpenError {
    pub(super) fn new(path: &Path, reason: Reason) -> Self {
        Self {
            path: path.to_owned(),
            reason,
        }
    }

    /// What is wrong, as the rest of a sentence that begins with the path of the store.
    pub fn what(&self) -> String {
        match &self.reason {
            Reason::Foreign => "is not a message store of enclave-irc".to_owned(),
            Reason::Damaged(what) => format!("is damaged ({what})"),
            Reason::Newer => "was written by a newer version of enclave-irc".to_owned(),
            Reason::InUse => "is in use".to_owned(),
            Reason::Refused(why) => format!("cannot be opened ({why})"),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match &self.reason {
            Reason::Foreign | Reason::Damaged(_) => "move it away, or restore a backup",
            Reason::Newer => "use that one",
            Reason::InUse => "close the other program that has it open",
            Reason::Refused(_) => {
                "is its folder there and writable, and is there room on the disk?"
            }
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        let path = match &self.reason {
            Reason::Foreign => path.to_string(),
            _ => format!("the message store {path}"),
        };
        write!(f, "{path} {}; {}", self.what(), self.remedy())
    }
}

impl error::Error for OpenError {}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<rusqlite::Error> for Reason {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            _ => Self::Refused(error.to_string()),
        }
    }
}

pub(super) fn open(path: &Path) -> Result<Db, OpenError> {
    try_open(path).map_err(|reason| OpenError::new(path, reason))
}

fn try_open(path: &Path) -> Result<Db, Reason> {
    let length = look(path)?;
    keep_private(path)?;
    // Without what SQLite does by default: a path is never taken for a URI.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    // Until it is found whole, not even what stands in the log is moved into the file.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(WAIT_FOR_OTHERS)?;
    connection.execute_batch(SETTINGS)?;
    check(&connection, length)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    // A new file becomes ours while there is no log yet, so its own header says so from
    // then on, whatever interrupts us.
    migrate(&mut connection, STEPS)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let db = Db::new(connection, Some(path.to_owned()))?;
    // From now on it has to stay.
    db.look_after_files()?;
    Ok(db)
}

/// Looks at the file without SQLite, which may write as soon as it opens one. Makes an
/// empty one where there is none. Returns its length.
fn look(path: &Path) -> Result<u64, Reason> {
    if let Some(length) = look_only(path)? {
        return Ok(length);
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    // For what may lie beside it.
    Ok(look_only(path)?.unwrap_or_default())
}

/// As [`look`], but makes nothing: `None` where there is no file.
pub(super) fn look_only(path: &Path) -> Result<Option<u64>, Reason> {
    let mut header = Vec::with_capacity(HEADER);
    let length = match plain_file::open(path) {
        Ok(file) => {
            let length = file.metadata()?.len();
            file.take(HEADER as u64).read_to_end(&mut header)?;
            length
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if length == 0 {
        // An empty file is a new one, which we may have made just before a crash. But
        // SQLite would throw away the log beside it.
        return match has_log(path) {
            true => Err(Reason::Damaged("it is empty".to_owned())),
            false => Ok(Some(0)),
        };
    }
    let field = |at: usize| {
        let bytes = header.get(at..at + 4)?;
        Some(i32::from_be_bytes(bytes.try_into().ok()?))
    };
    match (field(60), field(68)) {
        _ if !header.starts_with(MAGIC) => Err(Reason::Foreign),
        (Some(version), Some(APPLICATION)) if is_known(version) => Ok(Some(length)),
        (Some(_), Some(APPLICATION)) => Err(Reason::Newer),
        (_, Some(_)) => Err(Reason::Foreign),
        (_, None) => Err(Reason::Damaged("its end is missing".to_owned())),
    }
}

/// Whether the log beside the file holds what the file itself does not.
pub(super) fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

fn is_known(version: i32) -> bool {
    usize::try_from(version).is_ok_and(|version| version <= STEPS.len())
}

/// What others could read they no longer can. SQLite gives its log the file's own mode.
fn keep_private(path: &Path) -> io::Result<()> {
    for path in ["", "-wal", "-shm", "-journal"].map(|suffix| beside(path, suffix)) {
        let path = &path;
        match fs::metadata(path) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(path, Permissions::from_mode(0o600))?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Refuses what is damaged, and what the log says is newer than the file itself does.
fn check(connection: &Connection, length: u64) -> Result<(), Reason> {
    check_version(connection)?;
    schema::check(connection)?;
    match length <= CHECKED {
        true => check_pages(connection),
        false => Ok(()),
    }
}

pub(super) fn check_version(connection: &Connection) -> Result<(), Reason> {
    match version(connection)? > STEPS.len() {
        true => Err(Reason::Newer),
        false => Ok(()),
    }
}

/// Reads every table but the virtual one, whose own tables are among the others: what it
/// says of itself takes ten times as long to check, and is made again from the messages.
pub(super) fn check_pages(connection: &Connection) -> Result<(), Reason> {
    let mut statement = connection.prepare(
        "SELECT 'sqlite_schema' UNION ALL
         SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0",
    )?;
    let tables = statement.query_map((), |row| row.get::<_, String>(0))?;
    for table in tables {
        let found: String = connection.query_row(
            "SELECT quick_check FROM pragma_quick_check(?1) LIMIT 1",
            [table?],
            |row| row.get(0),
        )?;
        if found != "ok" {
            return Err(Reason::Damaged(found));
        }
    }
    Ok(())
}
