//! How much one search looks at, and texts that are too long for the index.

use super::searching::{everything, with_texts};
use super::*;

use crate::store::row::Search;

/// A text that is too long for the index, with these words at its end.
fn long(words: &str) -> String {
    format!("{} {words}", "-".repeat(long::LONG))
}

#[test]
fn a_long_text_is_found_in_its_order_and_never_indexed() {
    let long = long("Hello");
    let texts = [
        "hello 1",
        long.as_str(),
        "hello 3",
        "nobody",
        &long,
        "hello 6",
        &long,
    ];
    let mut db = with_texts(&texts);
    let check = |db: &Db, all: &[u64]| {
        let search = |after, most| Search {
            most,
            after,
            ..everything("hello")
        };
        for most in 1..=all.len() {
            let bound = u32::try_from(most).unwrap();
            assert_eq!(db.search_for(search(None, bound)), all[all.len() - most..]);
            assert_eq!(
                db.search_for(search(Some(Timestamp(0)), bound)),
                all[..most]
            );
        }
        let of = |own, contact, before| Search {
            own,
            contact,
            before,
            ..everything("hello")
        };
        assert_eq!(db.search_for(of(Some(false), Some(1), None)), all);
        assert_eq!(db.search_for(of(Some(true), None, None)), [0; 0]);
        assert_eq!(db.search_for(of(None, Some(2), None)), [0; 0]);
        let early = db.search_for(of(None, None, Some(Timestamp(3))));
        assert_eq!(
            early,
            all.iter()
                .copied()
                .filter(|seq| *seq <= 3)
                .collect::<Vec<_>>()
        );
        assert_eq!(
            db.found("hello -----"),
            all.iter()
                .copied()
                .filter(|seq| [2, 5, 7].contains(seq))
                .collect::<Vec<_>>()
        );
    };
    check(&db, &[1, 2, 3, 5, 6, 7]);
    db.index_all();
    assert_eq!(db.indexed_places(), [1, 3, 4, 6].into());
    check(&db, &[1, 2, 3, 5, 6, 7]);
    // One that is deleted takes nothing with it.
    db.write_messages([heard(8, 2, "long", &long)]);
    db.index_all();
    db.apply_all([Write::Forget(2)]);
    assert_eq!(db.indexed_places(), [1, 3, 4, 6].into());
    check(&db, &[1, 2, 3, 5, 6, 7]);
}

#[test]
fn of_long_texts_so_much_is_looked_at_and_no_more() {
    let mut db = megabytes(20, "hello");
    db.write_messages([heard(21, 1, "short", "hello")]);
    db.index_all();
    // What is short is found however old it is.
    let newest = (5..=21).collect::<Vec<u64>>();
    assert_eq!(db.found("hello"), newest);
    let oldest_first = Search {
        after: Some(Timestamp(0)),
        ..everything("hello")
    };
    let mut oldest: Vec<u64> = (1..=16).collect();
    oldest.push(21);
    assert_eq!(db.search_for(oldest_first), oldest);
}

/// Messages of a megabyte each, with these words at their ends.
fn megabytes(count: u64, words: &str) -> Db {
    let mut db = memory();
    let text = format!("{} {words}", "-".repeat(1024 * 1024 - words.len() - 1));
    let messages = (1..=count).map(|seq| heard(seq, 1, &format!("id-{seq}"), &text));
    db.write_messages(messages);
    db
}

#[test]
fn a_search_looks_at_so_many_bytes_and_no_more() {
    let db = megabytes(40, "ab");
    // Too short for the index, so every message is looked at, from the newest back.
    assert_eq!(db.found("ab"), (9..=40).collect::<Vec<u64>>());
}

#[test]
fn many_words_are_looked_for_in_fewer_messages() {
    let words: Vec<String> = (10..50).map(|number| format!("{number}")).collect();
    let words = words.join(" ");
    let db = megabytes(20, &words);
    assert_eq!(db.found(&words), (10..=20).collect::<Vec<u64>>());
    assert_eq!(db.found("10 49"), (1..=20).collect::<Vec<u64>>());
}

#[test]
fn a_search_looks_at_so_many_messages_and_no_more() {
    let mut db = memory();
    let wanted = heard(1, 1, "first", "ab");
    let others = (2..200_001).map(|seq| heard(seq, 1, &format!("id-{seq}"), "x"));
    db.begin().unwrap();
    db.write_messages(std::iter::once(wanted).chain(others));
    db.commit().unwrap();
    assert_eq!(db.found("ab"), [1]);
    db.write_messages([heard(200_001, 1, "one-more", "x")]);
    assert_eq!(db.found("ab"), [0; 0]);
}
