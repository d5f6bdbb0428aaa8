use super::*;

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::store::row::Search;

pub(super) fn everything(text: &str) -> Search {
    Search {
        contact: None,
        own: None,
        after: None,
        before: None,
        text: text.to_owned(),
        most: 100,
        bytes: usize::MAX,
    }
}

impl Db {
    pub(super) fn search_for(&self, search: Search) -> Vec<u64> {
        match self.ask(&Ask::Search(search)).unwrap() {
            Answer::Search(messages) => messages.iter().map(|message| message.seq).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// The places of the messages in which these words are.
    pub(super) fn found(&self, text: &str) -> Vec<u64> {
        self.search_for(everything(text))
    }

    /// The same without the index, which is never written within a transaction.
    fn found_without_index(&mut self, text: &str) -> Vec<u64> {
        self.begin().unwrap();
        let found = self.found(text);
        self.rollback().unwrap();
        found
    }

    pub(super) fn index_all(&self) {
        while self.index(1).unwrap() {}
    }

    /// The places of all messages of which the index knows anything.
    pub(super) fn indexed_places(&self) -> BTreeSet<i64> {
        self.connection
            .execute_batch(
                "INSERT INTO search (search) VALUES ('integrity-check');
                 CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrence
                     USING fts5vocab (main, search, instance)",
            )
            .unwrap();
        let mut statement = self
            .connection
            .prepare("SELECT DISTINCT doc FROM temp.occurrence")
            .unwrap();
        let places = statement.query_map((), |row| row.get(0)).unwrap();
        places.map(Result::unwrap).collect()
    }
}

pub(super) fn with_texts(texts: &[&str]) -> Db {
    let mut db = memory();
    let messages = (1..).zip(texts);
    db.write_messages(messages.map(|(seq, text)| heard(seq, 1, &seq.to_string(), text)));
    db
}

#[test]
fn words_are_found_in_any_case_order_and_place() {
    let mut db = with_texts(&[
        "The quick brown fox",
        "a QUICKSILVER box",
        "Лиса быстрая",
        "我喜欢狐狸",
    ]);
    for is_indexed in [false, true] {
        let mut found = |text| {
            if is_indexed {
                db.found(text)
            } else {
                db.found_without_index(text)
            }
        };
        assert_eq!(found("quick"), [1, 2]);
        assert_eq!(found("fox  QUICK"), [1]);
        assert_eq!(found("uic ox"), [1, 2], "a short word, too");
        assert_eq!(found("OX"), [1, 2], "or nothing else");
        assert_eq!(found("quick fax"), [0; 0]);
        assert_eq!(found("БЫСТ"), [3]);
        assert_eq!(found("лИ"), [3]);
        assert_eq!(found("喜欢狐"), [4]);
        assert_eq!(found("狐狸"), [4]);
        assert_eq!(found(""), [1, 2, 3, 4]);
        assert_eq!(found(" \u{3000} "), [1, 2, 3, 4]);
    }
}

#[test]
fn accents_do_not_matter_to_the_index() {
    let db = with_texts(&["Crème brûlée", "creme caramel", "cre\u{300}me"]);
    assert_eq!(db.found("creme"), [1, 2, 3]);
    assert_eq!(db.found("CRÈME"), [1, 2, 3]);
    assert_eq!(db.found("cre\u{300}me"), [1, 2, 3]);
}

#[test]
fn nothing_in_a_search_is_an_order() {
    let hostile = [
        "\"",
        "\"\"\"",
        "a\" OR \"b",
        "words:abc",
        "abc*",
        "^abc",
        "NEAR(abc def)",
        "NOT abc",
        "abc AND",
        "(abc",
        "abc)",
        "{words}:abc",
        "-abc",
        "'; DROP TABLE message; --",
        "%abc%",
        "_bc",
        "+abc",
        "a\\b",
    ];
    let mut db = with_texts(&hostile);
    for (seq, text) in (1..).zip(hostile) {
        assert!(db.found(text).contains(&seq), "{text}");
        assert!(db.found_without_index(text).contains(&seq), "{text}");
    }
    assert_eq!(db.found("abc*"), [5]);
    assert_eq!(db.found("%abc"), [15], "no wildcard");
    assert_eq!(db.found("abc\0def"), [7], "a zero parts words");
    let long = "abc ".repeat(5000) + &"def".repeat(5000);
    assert_eq!(db.found(&long), [0; 0]);
    let many: Vec<_> = (0..500).map(|number| format!("w{number}")).collect();
    assert_eq!(db.found(&many.join(" ")), [0; 0]);
    db.write_messages([heard(99, 1, "99", &many.join("-"))]);
    assert_eq!(db.found(&many.join(" ")), [99], "each word counts");
}

#[test]
fn a_search_may_say_with_whom_by_whom_and_when() {
    let mut db = memory();
    let own = |message| Message {
        own: true,
        ..message
    };
    db.write_messages([
        heard(1, 1, "a", "hello one"),
        own(heard(2, 1, "b", "hello two")),
        heard(3, 2, "c", "hello three"),
        own(heard(4, 2, "d", "hello four")),
        heard(5, 1, "e", "hello five"),
        heard(6, 1, "f", ""),
    ]);
    for text in ["hello", "lo", ""] {
        let all = || everything(text);
        let of = |contact| Search {
            contact: Some(contact),
            ..all()
        };
        let (after, before) = (Some(Timestamp(2)), Some(Timestamp(4)));
        assert_eq!(db.search_for(of(1)), [1, 2, 5]);
        assert_eq!(
            db.search_for(Search {
                own: Some(true),
                ..all()
            }),
            [2, 4]
        );
        assert_eq!(
            db.search_for(Search {
                own: Some(false),
                ..of(1)
            }),
            [1, 5]
        );
        assert_eq!(db.search_for(Search { after, ..all() }), [2, 3, 4, 5]);
        assert_eq!(db.search_for(Search { before, ..all() }), [1, 2, 3, 4]);
        assert_eq!(
            db.search_for(Search {
                after,
                before,
                ..of(1)
            }),
            [2]
        );
        assert_eq!(
            db.search_for(Search { most: 2, ..all() }),
            [4, 5],
            "the newest"
        );
        assert_eq!(
            db.search_for(Search {
                most: 2,
                after,
                ..all()
            }),
            [2, 3],
            "the oldest"
        );
        assert_eq!(db.search_for(Search { most: 0, ..all() }), [0; 0]);
        assert_eq!(db.search_for(Search { bytes: 22, ..all() }), [4, 5]);
        assert_eq!(
            db.search_for(Search { bytes: 0, ..all() }),
            [5],
            "always one"
        );
    }
}

#[test]
fn what_is_not_indexed_yet_is_found_in_its_order() {
    let mut db = with_texts(&["hello 1", "hello 2", "hello 3", "hello 4"]);
    assert!(db.index(30).unwrap(), "two of them");
    assert_eq!(db.indexed_places(), [1, 2].into());
    assert_eq!(db.found_without_index("hello"), [1, 2, 3, 4]);
    db.begin().unwrap();
    let search = |after, most| Search {
        most,
        after,
        ..everything("hello")
    };
    assert_eq!(db.search_for(search(None, 3)), [2, 3, 4]);
    assert_eq!(db.search_for(search(Some(Timestamp(0)), 3)), [1, 2, 3]);
    db.rollback().unwrap();
    assert!(db.is_index_behind().unwrap());
    assert_eq!(db.found("hello"), [1, 2, 3, 4]);
    assert!(
        !db.is_index_behind().unwrap(),
        "a search brings it up to date"
    );
}

#[test]
fn very_many_deleted_at_once_take_the_index_with_them() {
    let mut db = memory();
    db.write_messages((1..=257).map(|seq| heard(seq, 1, &seq.to_string(), "hello")));
    db.write_messages([heard(1002, 2, "a", "hello")]);
    db.index_all();
    db.apply_all([Write::Forget(1)]);
    assert_eq!(db.indexed_places(), [].into());
    assert_eq!(db.found("hello"), [1002]);
    assert_eq!(db.indexed_places(), [1002].into());
    // And from then on one by one, overwritten as ever.
    db.write_messages([heard(1003, 1, "b", "hello")]);
    db.index_all();
    db.apply_all([Write::Forget(1)]);
    assert_eq!(db.indexed_places(), [1002].into());
    let is_secure: i64 = db
        .connection
        .query_row(
            "SELECT v FROM search_config WHERE k = 'secure-delete'",
            (),
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(is_secure, 1);
}

#[test]
fn a_message_cancelled_twice_leaves_the_index_once() {
    let mut db = memory();
    db.write_messages([said(1, 1, "hello"), said(2, 1, "hello")]);
    db.index_all();
    db.apply_all([Write::Cancelled(vec![1, 1, 1])]);
    assert_eq!(db.indexed_places(), [2].into());
}

#[test]
fn a_place_that_is_given_again_is_indexed_again() {
    let mut db = with_texts(&["hello", "hello"]);
    db.index_all();
    db.apply_all([Write::Forget(1)]);
    db.write_messages([heard(1, 1, "a", "good bye")]);
    assert_eq!(db.found("good"), [1]);
    assert_eq!(db.found("hello"), [0; 0]);
    // Even where another comes first.
    db.write_messages([heard(9, 1, "b", "nine")]);
    db.index_all();
    db.write_messages([heard(5, 1, "c", "five")]);
    assert_eq!(db.found("five"), [5]);
}

#[test]
fn what_is_deleted_is_overwritten_in_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut db = Db::open(&path).unwrap();
    // The index has these three characters in a row; nothing else does.
    let secret = "Ѫ҂Ѩ";
    let folded = secret.to_lowercase();
    let texts = ["of no interest", secret, "neither", secret, "nor this"];
    for waits in [false, true] {
        db.write_messages((1..).zip(texts).map(|(seq, text)| Message {
            waiting: waits.then_some(0),
            ..heard(seq, 1, &seq.to_string(), text)
        }));
        db.index_all();
        db.wipe().unwrap();
        db.checkpoint().unwrap();
        let stands_somewhere = || {
            let mut files = std::fs::read_dir(folder.path()).unwrap();
            files.any(|file| {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                let mut windows = bytes.windows(folded.len());
                windows.any(|bytes| bytes == folded.as_bytes())
            })
        };
        assert!(stands_somewhere());
        db.apply_all(if waits {
            vec![Write::Cancelled(vec![2, 4])]
        } else {
            vec![
                Write::Position(position("phone", 9, 0)),
                Write::Expire(Timestamp(99)),
            ]
        });
        db.wipe().unwrap();
        assert!(!stands_somewhere());
        db.apply_all([Write::RemoveContact(1)]);
    }
}

proptest! {
    #[test]
    fn the_index_knows_what_the_messages_say_and_no_more(
        writes in prop::collection::vec((model::any_write(), 0..8), 0..40),
    ) {
        let mut db = memory();
        for (place, (mut write, luck)) in (1..).zip(writes) {
            if let Write::Message(message) = &mut write {
                message.seq = place;
            }
            db.begin().unwrap();
            db.apply(&write).unwrap();
            if luck == 0 { db.rollback().unwrap() } else { db.commit().unwrap() }
            if luck > 4 {
                db.index(20).unwrap();
            }
        }
        let log = db.log_of(None);
        let through = db.indexed().unwrap();
        let places = log.iter().map(|message| message.seq.cast_signed());
        prop_assert_eq!(db.indexed_places(), places.filter(|seq| *seq <= through).collect());
        for text in ["hi", "hello", "there", "e", "ello hi"] {
            let is_wanted = |message: &&Message| {
                let words = message.text.as_deref().unwrap();
                text.split(' ').all(|word| words.contains(word))
            };
            let wanted: Vec<_> = log.iter().filter(is_wanted).map(|message| message.seq).collect();
            prop_assert_eq!(db.found_without_index(text), wanted.clone());
            prop_assert_eq!(db.found(text), wanted);
        }
        prop_assert!(!db.is_index_behind().unwrap());
    }
}
