//! From one version of the schema to the next.

use rusqlite::{Connection, TransactionBehavior};

/// Says that a SQLite database is ours: "encl".
pub(super) const APPLICATION: i32 = 0x656e_636c;

/// What makes version `n + 1` out of version `n`, in order.
pub(super) const STEPS: &[&str] = &[
    include_str!("../schema.sql"),
    include_str!("../migration_2.sql"),
    include_str!("../migration_3.sql"),
    include_str!("../migration_4.sql"),
];

/// The version of the schema; 0 where nothing is there yet.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // A negative one is nobody's: as refused as any that we do not know.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Takes the steps that are missing: all of them or, if one fails, none.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let done = version(connection)?;
    let missing = steps.get(done..).unwrap_or_default();
    if missing.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", integer(steps.len()))?;
    transaction.commit()
}

fn integer(steps: usize) -> i64 {
    i64::try_from(steps).unwrap_or(i64::MAX)
}
