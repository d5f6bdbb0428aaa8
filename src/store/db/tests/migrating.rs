use super::*;

use migrate::{APPLICATION, STEPS, migrate, version};

/// The steps that there are, and some that there are not yet.
fn and_then(more: &[&'static str]) -> Vec<&'static str> {
    [STEPS, more].concat()
}

#[test]
fn a_store_takes_the_steps_that_it_lacks() {
    let mut db = memory();
    db.write_messages([heard(1, 1, "a", "hi")]);
    let steps = and_then(&["ALTER TABLE message ADD COLUMN mood TEXT"]);
    migrate(&mut db.connection, &steps).unwrap();
    migrate(&mut db.connection, &steps).unwrap();
    assert_eq!(version(&db.connection).unwrap(), STEPS.len() + 1);
    assert_eq!(db.texts(), ["hi"]);
    db.connection
        .execute("UPDATE message SET mood = 'good'", ())
        .unwrap();
}

#[test]
fn a_step_that_fails_leaves_all_as_it_was() {
    let mut db = memory();
    let steps = and_then(&[
        "ALTER TABLE message ADD COLUMN mood TEXT",
        "CREATE TABLE other (a); nonsense",
    ]);
    migrate(&mut db.connection, &steps).unwrap_err();
    assert_eq!(version(&db.connection).unwrap(), STEPS.len());
    db.connection
        .prepare("SELECT mood FROM message")
        .unwrap_err();
}

#[test]
fn all_steps_are_taken_at_the_first_start() {
    let mut connection = Connection::open_in_memory().unwrap();
    assert_eq!(version(&connection).unwrap(), 0);
    migrate(&mut connection, &[STEPS[0], "CREATE TABLE other (a)"]).unwrap();
    assert_eq!(version(&connection).unwrap(), 2);
    let application: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .unwrap();
    assert_eq!(application, APPLICATION);
}

#[test]
fn a_store_of_version_1_keeps_all_and_gains_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut connection = Connection::open(&path).unwrap();
    migrate(&mut connection, &STEPS[..1]).unwrap();
    connection
        .execute_batch(
            "INSERT INTO contact VALUES (1, 'fc00::1', 'john', 1, NULL, NULL);
             INSERT INTO message VALUES
                 (1, 1, 0, 0, 'a', NULL, 7, 1000, 1, NULL, NULL, 'heard'),
                 (2, 1, 1, 0, 'own-2', NULL, NULL, 1000, 2, 0, 'laptop', 'waits'),
                 (3, 1, 0, 0, 'c', NULL, 7, 1000, 3, NULL, NULL, NULL);
             INSERT INTO position VALUES ('phone', 3, 9);",
        )
        .unwrap();
    drop(connection);
    let mut db = Db::open(&path).unwrap();
    assert_eq!(version(&db.connection).unwrap(), STEPS.len());
    let there = [heard(1, 1, "a", "heard"), said(2, 1, "waits")];
    assert_eq!(db.log_of(None), there);
    let loaded = db.load().unwrap();
    assert_eq!(loaded.contacts[0].nick, "john");
    assert_eq!(loaded.outbox, there[1..]);
    assert_eq!(loaded.positions, [position("phone", 3, 9)]);
    assert_eq!(loaded.markers, []);
    assert_eq!(db.found("heard"), [1], "what is old can be searched");
    let tagged = Message {
        tags: [("react".to_owned(), "+1".to_owned())].into(),
        ..heard(4, 1, "d", "")
    };
    db.write_messages([tagged.clone()]);
    assert_eq!(db.log_of(None)[2], tagged);
}

#[test]
fn a_store_of_version_3_knows_long_texts_without_its_index() {
    let folder = tempfile::tempdir().unwrap();
    for has_long in [false, true] {
        let path = folder.path().join(format!("{has_long}.db"));
        let mut connection = Connection::open(&path).unwrap();
        migrate(&mut connection, &STEPS[..3]).unwrap();
        let last = match has_long {
            true => "x ".repeat(10_000) + "lighthouse",
            false => "lighthouse".to_owned(),
        };
        for (seq, text) in [(1, "a lighthouse"), (2, &last)] {
            let row = "INSERT INTO message (seq, contact, own, notice, id, time, arrived, text)
                       VALUES (?1, 1, 0, 0, 'id-' || ?1, 1000, ?1, ?2)";
            connection.execute(row, (seq, text)).unwrap();
            let indexed = "INSERT INTO search (rowid, words) VALUES (?1, ?2)";
            connection.execute(indexed, (seq, text)).unwrap();
        }
        connection
            .execute("UPDATE indexed SET through = 2", ())
            .unwrap();
        drop(connection);
        let db = Db::open(&path).unwrap();
        assert_eq!(db.is_index_behind().unwrap(), has_long, "it is made again");
        assert_eq!(db.found("lighthouse"), [1, 2]);
        assert!(!db.is_index_behind().unwrap());
        assert_eq!(db.found("lighthouse"), [1, 2]);
        let size: i64 = db
            .connection
            .query_row("SELECT sum(length(block)) FROM search_data", (), |row| {
                row.get(0)
            })
            .unwrap();
        assert!(size < 1000, "{size}");
    }
}
