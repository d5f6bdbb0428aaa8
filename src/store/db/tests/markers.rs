use super::*;

use crate::store::row::{Marker, Missed};

fn marker(contact: u32, seq: u64, time: i64) -> Marker {
    Marker {
        contact,
        seq,
        time: Timestamp(time),
    }
}

#[test]
fn a_marker_never_moves_back() {
    let mut db = memory();
    // Its time is as it is given with the place: clocks are set back.
    for (seq, time) in [(5, 100), (3, 200), (7, 50), (6, 60)] {
        db.apply_all([Write::Marker(marker(1, seq, time))]);
    }
    db.apply_all([Write::Marker(marker(2, 1, -9))]);
    let there = [marker(1, 7, 50), marker(2, 1, -9)];
    assert_eq!(db.load().unwrap().markers, there);
}

#[test]
fn a_marker_goes_with_its_conversation() {
    let mut db = memory();
    let markers = [1, 2, 3].map(|contact| marker(contact, 1, 1));
    db.apply_all(markers.map(Write::Marker));
    db.apply_all([Write::Forget(1), Write::RemoveContact(2)]);
    assert_eq!(db.load().unwrap().markers, [marker(3, 1, 1)]);
}

#[test]
fn where_something_was_missed_is_told_without_the_messages() {
    let mut db = memory();
    db.write_messages([
        heard(1, 2, "a", "hi"),
        heard(2, 2, "b", "hi"),
        said(3, 1, "by this client"),
        heard(4, 1, "c", "hi"),
        heard(5, 2, "d", "hi"),
        heard(6, 3, "e", "later"),
    ]);
    let missed = |after, through| {
        let ask = Ask::Missed {
            after,
            through,
            client: "laptop".to_owned(),
            tag_only: true,
        };
        match db.ask(&ask).unwrap() {
            Answer::Missed(missed) => missed,
            other => panic!("{other:?}"),
        }
    };
    let of = |contact, first, last, count| Missed {
        contact,
        first,
        last,
        count,
    };
    assert_eq!(missed(0, 5), [of(2, 1, 5, 3), of(1, 4, 4, 1)]);
    let rest = [of(1, 4, 4, 1), of(2, 5, 5, 1), of(3, 6, 6, 1)];
    assert_eq!(missed(2, 99), rest);
    assert_eq!(missed(6, 99), []);
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn tags_come_back_and_go_with_the_text() {
    let mut db = memory();
    let odd = tags(&[("draft/reply", "a\"\\\0\u{1F600}"), ("", "")]);
    let with_text = Message {
        tags: odd.clone(),
        ..heard(1, 1, "a", "hi")
    };
    let without = Message {
        tags: tags(&[("draft/react", "+1")]),
        ..heard(2, 1, "b", "")
    };
    let waiting = Message {
        tags: odd,
        ..said(3, 1, "")
    };
    let all = [with_text, without.clone(), waiting.clone()];
    db.write_messages(all.clone());
    // Those that are nothing but tags are known again like others.
    db.write_messages([Message { seq: 4, ..without }]);
    assert_eq!(db.log_of(None), all);
    assert_eq!(db.load().unwrap().outbox, [waiting]);
    assert_eq!(db.is_known(1, "b", ""), Known::Repeat);
    db.apply_all([
        Write::Cancelled(vec![3]),
        Write::Position(position("phone", 2, 0)),
        Write::Expire(Timestamp(99)),
    ]);
    let left: i64 = db
        .connection
        .query_row(
            "SELECT count(*) FROM message WHERE tags IS NOT NULL",
            (),
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(db.is_known(1, "b", ""), Known::Repeat);
}
