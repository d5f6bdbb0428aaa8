use super::*;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A store with some messages, closed.
fn filled(path: &Path) {
    let mut db = Db::open(path).unwrap();
    db.begin().unwrap();
    db.write_messages((1..=2000).map(|seq| heard(seq, 1, &seq.to_string(), &"x".repeat(50))));
    db.commit().unwrap();
    db.close().unwrap();
}

/// Asserts that the file is refused and stays as it is; returns what people are told.
fn refused(path: &Path) -> String {
    let before = fs::read(path).unwrap();
    let examined = Db::examine(path).unwrap_err().to_string();
    let told = Db::open(path).unwrap_err().to_string();
    assert_eq!(fs::read(path).unwrap(), before, "{told}");
    assert_eq!(examined, told);
    assert!(told.contains(&path.display().to_string()), "{told}");
    told
}

#[test]
fn a_new_file_is_for_its_owner_only_and_keeps_what_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    // SQLite would take it for a URI.
    let path = folder.path().join("file:store?mode=memory");
    let mut db = Db::open(&path).unwrap();
    db.begin().unwrap();
    db.write_messages([heard(1, 1, "a", "hi")]);
    db.commit().unwrap();
    let files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    // The file and its log. What SQLite maps into memory may be what ends us on a full disk.
    assert_eq!(files.len(), 2, "{files:?}");
    for file in files {
        assert_eq!(mode(&file.path()), 0o600, "{file:?}");
    }
    db.begin().unwrap();
    db.write_messages([heard(2, 1, "b", "uncommitted")]);
    drop(db);
    let db = Db::open(&path).unwrap();
    assert_eq!(db.texts(), ["hi"]);
    db.close().unwrap();
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no log is left"
    );
}

#[test]
fn a_file_that_others_can_read_is_made_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    filled(&path);
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let mut db = Db::open(&path).unwrap();
    db.write_messages([said(2001, 1, "hi")]);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.path().join("store.db-wal")), 0o600);
}

#[test]
fn what_was_committed_survives_a_crash_and_what_was_not_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut db = Db::open(&path).unwrap();
    db.begin().unwrap();
    db.write_messages([heard(1, 1, "a", "committed")]);
    db.commit().unwrap();
    db.begin().unwrap();
    db.write_messages([heard(2, 1, "b", "uncommitted")]);
    // As a crash leaves them: the file and its log, without the shared memory.
    let crashed = folder.path().join("crashed.db");
    fs::copy(&path, &crashed).unwrap();
    fs::copy(
        folder.path().join("store.db-wal"),
        folder.path().join("crashed.db-wal"),
    )
    .unwrap();
    assert_eq!(Db::open(&crashed).unwrap().texts(), ["committed"]);
}

#[test]
fn an_empty_file_is_a_new_one_unless_a_log_lies_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let log = folder.path().join("store.db-wal");
    fs::write(&path, "").unwrap();
    fs::write(&log, "all that is left").unwrap();
    assert!(refused(&path).contains("is damaged (it is empty)"));
    assert_eq!(fs::read_to_string(&log).unwrap(), "all that is left");
    fs::remove_file(&log).unwrap();
    Db::open(&path).unwrap().close().unwrap();
    Db::open(&path).unwrap();
}

#[test]
fn only_one_program_can_use_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    filled(&path);
    let ours = Db::open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.busy_timeout(Duration::ZERO).unwrap();
    assert!(other.execute_batch("SELECT * FROM message").is_err());
    drop(ours);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let told = Db::open(&path).unwrap_err().to_string();
    assert!(
        told.ends_with("is in use; close the other program that has it open"),
        "{told}"
    );
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    for bytes in [&b"my diary"[..], &[0; 5000], &[0xff; 100_000]] {
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let told = refused(&path);
        assert!(
            told.ends_with("move it away, or restore a backup"),
            "{told}"
        );
        assert_eq!(mode(&path), 0o644);
    }
    fs::remove_file(&path).unwrap();
    let foreign = Connection::open(&path).unwrap();
    foreign
        .execute_batch("CREATE TABLE bookmark (url)")
        .unwrap();
    foreign.close().unwrap();
    assert!(refused(&path).contains("is not a message store of enclave-irc"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_newer_store_is_left_alone_even_if_only_its_log_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    filled(&path);
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let log = folder.path().join("store.db-wal");
    let crashed = folder.path().join("crashed.db");
    fs::copy(&path, &crashed).unwrap();
    fs::copy(&log, folder.path().join("crashed.db-wal")).unwrap();
    newer.close().unwrap();
    for path in [&path, &crashed] {
        let told = refused(path);
        assert!(
            told.ends_with("a newer version of enclave-irc; use that one"),
            "{told}"
        );
    }
}

#[test]
fn a_damaged_store_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    filled(&path);
    let whole = fs::read(&path).unwrap();
    let half = whole.len() / 2;
    let mut overwritten = whole.clone();
    overwritten[half..half + 4096].fill(0x55);
    let mut zeroed = whole.clone();
    zeroed[4096..8192].fill(0);
    let cases = [
        &whole[..50],
        &whole[..5000],
        &whole[..half],
        &overwritten,
        &zeroed,
    ];
    for (case, bytes) in cases.into_iter().enumerate() {
        fs::write(&path, bytes).unwrap();
        let told = refused(&path);
        assert!(told.contains("is damaged ("), "{case}: {told}");
        assert!(
            told.ends_with("move it away, or restore a backup"),
            "{told}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path().to_owned(),
        folder.path().join("missing/store.db"),
    ] {
        let told = Db::open(&path).unwrap_err().to_string();
        assert!(told.contains("cannot be opened ("), "{told}");
    }
}

#[test]
fn a_whole_store_is_examined_and_nothing_is_made_or_changed() {
    let folder = tempfile::tempdir().unwrap();
    // Neither a query nor an escape.
    let path = folder.path().join("a %41?b#c.db");
    assert_eq!(Db::examine(&path).unwrap(), None);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    filled(&path);
    let before = fs::read(&path).unwrap();
    let length = Db::examine(&path).unwrap();
    assert_eq!(length, Some(before.len() as u64));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_stands_in_the_log_only_is_examined_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    filled(&path);
    let mut db = Db::open(&path).unwrap();
    db.write_messages([said(2001, 1, "hi")]);
    let crashed = folder.path().join("crashed.db");
    fs::copy(&path, &crashed).unwrap();
    let log = fs::read(folder.path().join("store.db-wal")).unwrap();
    let crashed_log = folder.path().join("crashed.db-wal");
    fs::write(&crashed_log, &log).unwrap();
    assert!(Db::examine(&crashed).unwrap().is_some());
    assert_eq!(fs::read(&crashed_log).unwrap(), log);
    assert_eq!(Db::open(&crashed).unwrap().texts().len(), 2001);
}

/// What it does by itself would be done behind what is confirmed.
#[test]
fn a_store_in_which_another_program_has_put_something_alive_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let spoilt = [
        (
            "CREATE TRIGGER mine AFTER INSERT ON message BEGIN DELETE FROM message; END",
            "has put the trigger \"mine\" into it",
        ),
        (
            "CREATE VIEW mine AS SELECT 1",
            "has put the view \"mine\" into it",
        ),
        ("DROP TABLE position", "the table \"position\" is missing"),
        (
            "DROP INDEX message_id",
            "the index \"message_id\" is missing",
        ),
        ("DROP TABLE search", "the table \"search\" is missing"),
        (
            "INSERT INTO position VALUES ('phone', 9223372036854775807, 1)",
            "place 9223372036854775807 is taken",
        ),
    ];
    for (place, (sql, why)) in spoilt.into_iter().enumerate() {
        let path = folder.path().join(format!("{place}.db"));
        Db::open(&path).unwrap().close().unwrap();
        let other = Connection::open(&path).unwrap();
        other.execute_batch(sql).unwrap();
        other.close().unwrap();
        let told = refused(&path);
        assert!(told.contains(why), "{told}");
    }
}

/// Whether something can still be stored after much was deleted and the log emptied.
fn goes_on_after_deleting(path: &Path) -> rusqlite::Result<()> {
    let mut db = Db::open(path).unwrap();
    for round in 0..3 {
        db.look_after_files()?;
        db.begin()?;
        db.write_messages((1..=50).map(|seq| {
            heard(
                10_000 + round * 50 + seq,
                2,
                &format!("{round}-{seq}"),
                "hi",
            )
        }));
        if round == 0 {
            db.apply(&Write::Forget(1))?;
        }
        db.commit()?;
        db.wipe()?;
    }
    db.look_after_files()
}

/// Somebody may have had SQLite make it as small as it can be.
#[test]
fn a_file_that_gives_back_what_is_free_was_not_cut_off() {
    for kind in ["NONE", "INCREMENTAL", "FULL"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        filled(&path);
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = DELETE")
            .unwrap();
        connection
            .execute_batch(&format!("PRAGMA auto_vacuum = {kind}; VACUUM"))
            .unwrap();
        drop(connection);
        goes_on_after_deleting(&path).unwrap_or_else(|error| panic!("{kind}: {error}"));
        Db::open(&path).unwrap().close().unwrap();
    }
}

/// A copy, or a disk that was cut off from power, may leave something behind its end.
#[test]
fn a_file_with_something_behind_its_end_was_not_cut_off() {
    for (has_log, more) in [(false, 100), (false, 100_000), (true, 100), (true, 100_000)] {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there.db");
        filled(&there);
        let mut db = Db::open(&there).unwrap();
        if has_log {
            db.write_messages([heard(3_000, 1, "more", "hi")]);
        }
        // As after a crash.
        let path = folder.path().join("store.db");
        for suffix in ["", "-wal"] {
            let [from, to] = ["there.db", "store.db"].map(|name| format!("{name}{suffix}"));
            let _ = fs::copy(folder.path().join(from), folder.path().join(to));
        }
        let length = fs::metadata(&path).unwrap().len();
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(length + more).unwrap();
        goes_on_after_deleting(&path).unwrap_or_else(|error| panic!("{has_log} {more}: {error}"));
        Db::open(&path).unwrap().close().unwrap();
    }
}
