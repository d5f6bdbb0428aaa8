//! What references, times and targets mean, by example, and that they are quick.

use super::*;

use rusqlite::StatementStatus;

use crate::store::row::{Reference, Selection};
use expiring::plan;
use pages::CONTACT;

impl Db {
    fn position_of(&self, time: i64) -> Option<(u64, Timestamp)> {
        let ask = Ask::Position {
            contact: CONTACT,
            time: Timestamp(time),
        };
        match self.ask(&ask).unwrap() {
            Answer::Position(position) => position,
            other => panic!("{other:?}"),
        }
    }
}

fn conversation(times: &[(i64, i64)]) -> Db {
    let mut db = memory();
    db.write_messages((1..).zip(times).map(|(seq, (time, arrived))| Message {
        time: Timestamp(*time),
        arrived: Timestamp(*arrived),
        ..heard(seq, CONTACT, &format!("id-{seq}"), "hi")
    }));
    db
}

fn seqs(messages: Option<Vec<Message>>) -> Vec<u64> {
    messages
        .unwrap()
        .iter()
        .map(|message| message.seq)
        .collect()
}

#[test]
fn what_was_written_on_monday_and_came_on_wednesday_is_news_since_tuesday() {
    let db = conversation(&[(0, 0), (10, 40), (30, 50)]);
    let tuesday = || Reference::Time(Timestamp(20));
    assert_eq!(
        seqs(db.history_of(Selection::After(tuesday()), 9, false)),
        [2, 3]
    );
    assert_eq!(
        seqs(db.history_of(Selection::Latest(Some(tuesday())), 1, false)),
        [3]
    );
    assert_eq!(
        seqs(db.history_of(Selection::Before(tuesday()), 9, false)),
        [1]
    );
}

#[test]
fn what_came_while_the_clock_was_wrong_is_on_both_sides() {
    let db = conversation(&[(1, 100), (2, 110), (3, 20), (4, 120)]);
    let at = |time| Reference::Time(Timestamp(time));
    assert_eq!(
        seqs(db.history_of(Selection::After(at(115)), 9, false)),
        [3, 4]
    );
    assert_eq!(
        seqs(db.history_of(Selection::Before(at(115)), 9, false)),
        [1, 2, 3]
    );
    let moments = Selection::Between(at(50), at(105));
    assert_eq!(seqs(db.history_of(moments, 9, false)), [1]);
}

#[test]
fn a_message_without_a_text_has_still_its_place() {
    let mut db = conversation(&[(1, 1), (2, 2), (3, 3)]);
    db.apply_all([
        Write::Position(position("phone", 2, 0)),
        Write::Expire(Timestamp(3)),
    ]);
    let second = || Reference::Id("id-2".to_owned());
    assert_eq!(
        seqs(db.history_of(Selection::After(second()), 9, false)),
        [3]
    );
    assert_eq!(
        seqs(db.history_of(Selection::Around(second()), 9, false)),
        [3]
    );
    assert_eq!(
        seqs(db.history_of(Selection::Before(second()), 9, false)),
        [0; 0]
    );
    let unknown = Reference::Id("id-9".to_owned());
    assert_eq!(db.history_of(Selection::After(unknown), 9, false), None);
    assert_eq!(db.position_of(2), Some((2, Timestamp(2))));
}

#[test]
fn a_time_stands_for_its_newest_message_or_for_the_last_before_it() {
    let db = conversation(&[(7, 10), (5, 30), (5, 20)]);
    assert_eq!(db.position_of(5), Some((3, Timestamp(5))));
    assert_eq!(db.position_of(25), Some((3, Timestamp(5))));
    assert_eq!(db.position_of(99), Some((2, Timestamp(5))));
    assert_eq!(db.position_of(9), None);
}

#[test]
fn a_page_has_room_for_one_message_and_no_more_than_its_bytes() {
    let db = conversation(&[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]);
    let third = || Reference::Id("id-3".to_owned());
    let page = |selection, bytes| seqs(db.history_within(selection, (9, bytes), false));
    assert_eq!(page(Selection::Latest(None), 0), [5]);
    assert_eq!(page(Selection::Latest(None), 5), [4, 5]);
    assert_eq!(page(Selection::After(third()), 0), [4]);
    assert_eq!(
        page(Selection::Around(third()), 0),
        [3],
        "the one that is named"
    );
    assert_eq!(page(Selection::Around(third()), 6), [1, 2, 3]);
    assert_eq!(page(Selection::Around(third()), 8), [1, 2, 3, 4]);
}

fn assert_is_a_step(db: &Db, sql: &str, index: &str) {
    let walk = plan(db, sql);
    assert!(walk.contains(index), "{walk}");
    assert!(
        !walk.contains("TEMP B-TREE") && !walk.contains("SCAN"),
        "{walk}"
    );
}

#[test]
fn no_page_walks_over_more_than_it_shows() {
    let db = memory();
    for sql in [history::OLDEST_FIRST, history::NEWEST_FIRST] {
        assert_is_a_step(
            &db,
            sql,
            "message_readable (contact=? AND rowid>? AND rowid<?)",
        );
    }
    for sql in [reference::OLDEST_OF, reference::NEWEST_OF] {
        assert_is_a_step(&db, sql, "message_time (contact=? AND time=?)");
    }
    assert_is_a_step(
        &db,
        reference::LAST_ARRIVED,
        "message_arrived (contact=? AND arrived<?)",
    );
    assert_is_a_step(
        &db,
        reference::NEXT_ARRIVED,
        "message_arrived (contact=? AND arrived>?)",
    );
    assert_is_a_step(&db, reference::OF_ID, "message_id (contact=? AND id=?)");
    assert_is_a_step(&db, targets::LAST_BEFORE, "message_readable (contact<?)");
}

#[test]
fn a_page_is_prepared_once() {
    let db = memory();
    for sql in [history::OLDEST_FIRST, history::NEWEST_FIRST] {
        let mut statement = db.connection().prepare_cached(sql).unwrap();
        for before in 1..4 {
            assert!(!statement.exists((CONTACT, 0, before, true)).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
    }
}

#[test]
fn targets_are_where_the_newest_message_came_between_two_times() {
    let mut db = memory();
    let at = |seq, contact, arrived| Message {
        arrived: Timestamp(arrived),
        ..heard(seq, contact, &seq.to_string(), "hi")
    };
    db.write_messages([
        at(1, 1, 10),
        at(2, 2, 20),
        at(3, 3, 30),
        at(4, 1, 40),
        at(5, 9, 50),
    ]);
    db.write_messages([Message {
        own: true,
        ..at(6, 9, 60)
    }]);
    let targets = |between: (i64, i64), most| {
        let between = (Timestamp(between.0), Timestamp(between.1));
        match db.ask(&Ask::Targets { between, most }).unwrap() {
            Answer::Targets(targets) => targets
                .into_iter()
                .map(|(contact, arrived)| (contact, arrived.0))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(targets((0, 99), 9), [(2, 20), (3, 30), (1, 40), (9, 60)]);
    assert_eq!(targets((0, 99), 2), [(2, 20), (3, 30)]);
    assert_eq!(targets((99, 0), 2), [(1, 40), (9, 60)]);
    assert_eq!(targets((20, 60), 9), [(3, 30), (1, 40)]);
    assert_eq!(targets((0, 15), 9), [], "older ones do not count");
    db.apply_all([
        Write::Position(position("phone", 9, 0)),
        Write::Expire(Timestamp(45)),
    ]);
    let between = (Timestamp(99), Timestamp(0));
    assert_eq!(
        db.ask(&Ask::Targets { between, most: 9 }).unwrap(),
        Answer::Targets(vec![(9, Timestamp(60))]),
        "nor those without a text"
    );
}
