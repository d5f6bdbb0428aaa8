use super::*;

pub(super) fn plan(db: &Db, sql: &str) -> String {
    let mut statement = db
        .connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    // Parameters need no values for this.
    let rows = statement.raw_query().mapped(|row| row.get::<_, String>(3));
    rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
}

#[test]
fn nothing_that_was_heard_expires_before_a_client_has_it() {
    let mut db = memory();
    db.write_messages((1..=4).map(|seq| heard(seq, 1, &seq.to_string(), &seq.to_string())));
    db.apply_all([Write::Expire(Timestamp(99))]);
    assert_eq!(db.texts().len(), 4, "no client has come anywhere");
    db.apply_all([
        Write::Position(position("phone", 1, 0)),
        Write::Position(position("laptop", 3, 0)),
        Write::Expire(Timestamp(2)),
    ]);
    assert_eq!(db.texts(), ["2", "3", "4"], "the others came later");
    db.apply_all([Write::Expire(Timestamp(99))]);
    assert_eq!(db.texts(), ["4"], "the furthest client counts");
}

#[test]
fn nothing_expires_in_the_outbox() {
    let mut db = memory();
    db.write_messages([said(1, 1, "waits"), said(2, 1, "has arrived")]);
    db.apply_all([Write::Delivered(vec![2]), Write::Expire(Timestamp(99))]);
    assert_eq!(db.texts(), ["waits"]);
    db.apply_all([Write::Delivered(vec![1]), Write::Expire(Timestamp(99))]);
    assert_eq!(db.texts().len(), 0);
}

#[test]
fn an_expired_text_is_still_known() {
    let mut db = memory();
    db.write_messages([heard(1, 1, "a", "hi")]);
    db.apply_all([
        Write::Position(position("phone", 1, 0)),
        Write::Expire(Timestamp(99)),
    ]);
    assert_eq!(db.texts().len(), 0);
    assert_eq!(db.is_known(1, "a", "hi"), Known::Repeat);
    assert_eq!(db.is_known(1, "a", "ho"), Known::Taken);
    assert_eq!(db.load().unwrap().last_seq, 1);
}

#[test]
fn clocks_may_jump() {
    let mut db = memory();
    let arrived = [50, -3, 7, 60, 2];
    db.write_messages((1..).zip(arrived).map(|(seq, arrived)| Message {
        arrived: Timestamp(arrived),
        ..heard(seq, 1, &seq.to_string(), &arrived.to_string())
    }));
    db.apply_all([
        Write::Position(position("phone", 5, 0)),
        Write::Expire(Timestamp(8)),
    ]);
    assert_eq!(db.texts(), ["50", "60"]);
}

#[test]
fn what_is_deleted_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut db = Db::open(&path).unwrap();
    let secret = |number: u64| format!("a secret {number} {}", "x".repeat(5000));
    db.write_messages((1..=3).map(|seq| heard(seq, 1, &seq.to_string(), &secret(seq))));
    db.write_messages([said(4, 1, &secret(4)), said(5, 1, "spared")]);
    let stands_somewhere = |what: &str| {
        let files = std::fs::read_dir(folder.path()).unwrap();
        files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .any(|bytes| {
                bytes
                    .windows(what.len())
                    .any(|bytes| bytes == what.as_bytes())
            })
    };
    assert!(stands_somewhere("a secret 1"));
    db.apply_all([
        Write::Position(position("phone", 1, 0)),
        Write::Expire(Timestamp(99)),
        Write::Cancelled(vec![4]),
    ]);
    db.wipe().unwrap();
    assert!(!stands_somewhere("a secret 1"));
    assert!(stands_somewhere("a secret 2"));
    assert!(!stands_somewhere("a secret 4"));
    db.apply_all([Write::Forget(1)]);
    db.wipe().unwrap();
    assert!(!stands_somewhere("a secret"));
    assert!(stands_somewhere("spared"));
    db.close().unwrap();
    assert!(!stands_somewhere("a secret"));
}

#[test]
fn no_message_pays_for_an_index_that_is_not_used() {
    let mut db = memory();
    let is_there = |db: &Db| {
        let name = "SELECT 1 FROM sqlite_schema WHERE name = 'message_expiring'";
        db.connection.prepare(name).unwrap().exists(()).unwrap()
    };
    db.write_messages([heard(1, 1, "a", "hi")]);
    assert!(!is_there(&db));
    db.apply_all([Write::Expire(Timestamp(0))]);
    assert!(is_there(&db));
    assert_eq!(db.texts(), ["hi"]);
}

#[test]
fn no_question_walks_over_more_than_it_must() {
    let mut db = memory();
    db.apply_all([Write::Expire(Timestamp(0))]);
    let walk = plan(
        &db,
        "UPDATE message INDEXED BY message_expiring SET text = NULL WHERE own = 0
         AND arrived < 9 AND text IS NOT NULL AND waiting IS NULL AND seq <= 7",
    );
    assert!(
        walk.contains("message_expiring (own=? AND arrived<?)"),
        "{walk}"
    );
    let walk = plan(
        &db,
        "SELECT text FROM message INDEXED BY message_readable WHERE contact = 1
         AND seq > 3 AND seq <= 9 AND text IS NOT NULL ORDER BY seq DESC",
    );
    assert!(
        walk.contains("(contact=? AND rowid>? AND rowid<?)"),
        "{walk}"
    );
    assert!(!walk.contains("TEMP B-TREE"), "{walk}");
    let walk = plan(
        &db,
        "SELECT contact FROM message NOT INDEXED WHERE seq > 3 AND seq <= 9
         AND text IS NOT NULL ORDER BY seq",
    );
    assert!(walk.contains("PRIMARY KEY (rowid>? AND rowid<?)"), "{walk}");
    assert!(!walk.contains("TEMP B-TREE"), "{walk}");
}

/// Where texts expire, most messages have none.
#[test]
fn what_walks_over_texts_walks_over_no_message_without_one() {
    let mut db = memory();
    db.write_messages((1..=9).map(|seq| heard(seq, 1, &seq.to_string(), "hello")));
    let walks = |db: &Db| {
        [
            backlog::MISSED,
            read::NEXT,
            read::NEWEST,
            search::OLDEST_FIRST,
            search::NEWEST_FIRST,
            index::UNINDEXED,
        ]
        .map(|sql| plan(db, &db.in_order(sql).unwrap()))
    };
    for walk in walks(&db) {
        assert!(!walk.contains("INDEX"), "{walk}");
    }
    db.begin().unwrap();
    db.apply_all([
        Write::Position(position("phone", 8, 0)),
        Write::Expire(Timestamp(4)),
    ]);
    db.rollback().unwrap();
    assert_eq!(db.texts().len(), 9, "without the index that has gone again");
    db.apply_all([
        Write::Position(position("phone", 8, 0)),
        Write::Expire(Timestamp(4)),
    ]);
    for walk in walks(&db) {
        assert!(walk.contains("INDEX message_kept"), "{walk}");
        assert!(!walk.contains("TEMP B-TREE"), "{walk}");
    }
    assert_eq!(db.texts().len(), 6);
    assert_eq!(db.found("hello"), [4, 5, 6, 7, 8, 9]);
    assert!(!db.is_index_behind().unwrap());
    db.apply_all([Write::Expire(Timestamp(i64::MAX))]);
    assert_eq!(db.found("hello"), [9], "no client has it");
    db.apply_all([
        Write::Position(position("phone", 9, 0)),
        Write::Expire(Timestamp(i64::MAX)),
    ]);
    assert_eq!(db.found("hello"), [0; 0]);
    assert!(!db.is_index_behind().unwrap());
}
