//! Whether what stands in the file is what we have made.

use rusqlite::Connection;

use super::migrate::{STEPS, migrate, version};
use super::open::Reason;

/// What there is, by kind and name, but for what SQLite makes itself.
const CONTENTS: &str = "
    SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'
    ORDER BY type, name";

/// Nobody writes so many messages that a place behind this is taken.
const LAST: i64 = i64::MAX / 2;

/// Refuses a file in which something is missing, or does something by itself: what was written
/// would be another thing than what was said, and be confirmed.
pub(super) fn check(connection: &Connection) -> Result<(), Reason> {
    let steps = version(connection)?;
    let mut model = Connection::open_in_memory()?;
    migrate(&mut model, &STEPS[..steps.min(STEPS.len())])?;
    let found = contents(connection)?;
    if let Some((kind, name)) = found.iter().find(|(kind, _)| is_alive(kind)) {
        let what = format!("another program has put the {kind} {name:?} into it");
        return Err(Reason::Damaged(what));
    }
    for (kind, name) in contents(&model)? {
        if !found.contains(&(kind.clone(), name.clone())) {
            return Err(Reason::Damaged(format!("the {kind} {name:?} is missing")));
        }
    }
    match steps {
        0 => Ok(()),
        _ => check_places(connection),
    }
}

/// No place is ever given that has none behind it: a message needs a free one.
fn check_places(connection: &Connection) -> Result<(), Reason> {
    let last: i64 = connection.query_row(
        "SELECT max(ifnull((SELECT max(seq) FROM message), 0),
                    ifnull((SELECT max(seq) FROM position), 0))",
        (),
        |row| row.get(0),
    )?;
    match last > LAST {
        true => Err(Reason::Damaged(format!("place {last} is taken"))),
        false => Ok(()),
    }
}

/// A trigger runs with each change, and a view stands in the place of a table.
fn is_alive(kind: &str) -> bool {
    ["trigger", "view"].contains(&kind)
}

fn contents(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    connection
        .prepare(CONTENTS)?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
