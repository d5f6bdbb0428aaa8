use super::*;

use migrate::{APPLICATION, STEPS, migrate, version};

#[test]
fn a_store_takes_the_steps_that_it_lacks() {
    let mut db = memory();
    db.write_messages([heard(1, 1, "a", "hi")]);
    let steps = [STEPS[0], "ALTER TABLE message ADD COLUMN mood TEXT"];
    migrate(&mut db.connection, &steps).unwrap();
    migrate(&mut db.connection, &steps).unwrap();
    assert_eq!(version(&db.connection).unwrap(), 2);
    assert_eq!(db.texts(), ["hi"]);
    db.connection
        .execute("UPDATE message SET mood = 'good'", ())
        .unwrap();
}

#[test]
fn a_step_that_fails_leaves_all_as_it_was() {
    let mut db = memory();
    let steps = [
        STEPS[0],
        "ALTER TABLE message ADD COLUMN mood TEXT",
        "CREATE TABLE other (a); nonsense",
    ];
    migrate(&mut db.connection, &steps).unwrap_err();
    assert_eq!(version(&db.connection).unwrap(), 1);
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
