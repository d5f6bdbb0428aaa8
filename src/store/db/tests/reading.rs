use super::*;

use crate::store::row::Conversation;

fn numbered(seqs: impl IntoIterator<Item = u64>, contact: u32) -> Vec<Message> {
    let heard = |seq: u64| heard(seq, contact, &seq.to_string(), &format!("{seq:010}"));
    seqs.into_iter().map(heard).collect()
}

fn backlog(db: &Db, after: u64, through: u64, each: u32, bytes: usize) -> Vec<Conversation> {
    let ask = Ask::Backlog {
        after,
        through,
        client: "laptop".to_owned(),
        each,
        bytes,
    };
    match db.ask(&ask).unwrap() {
        Answer::Backlog(conversations) => conversations,
        other => panic!("{other:?}"),
    }
}

/// Who, how many more, and which.
fn outline(conversations: &[Conversation]) -> Vec<(u32, u64, Vec<u64>)> {
    let outline = |conversation: &Conversation| {
        let seqs = conversation.messages.iter().map(|message| message.seq);
        (conversation.contact, conversation.more, seqs.collect())
    };
    conversations.iter().map(outline).collect()
}

fn next(db: &Db, after: u64, through: u64, most: u32, bytes: usize) -> (Vec<u64>, u64) {
    let ask = Ask::Next {
        after,
        through,
        client: "laptop".to_owned(),
        most,
        bytes,
    };
    match db.ask(&ask).unwrap() {
        Answer::Next { messages, through } => (
            messages.iter().map(|message| message.seq).collect(),
            through,
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backlog_holds_the_newest_of_each_the_longest_missed_first() {
    let mut db = memory();
    db.write_messages(numbered([1, 4, 6], 2));
    db.write_messages(numbered([2, 3, 5, 7], 1));
    let all = usize::MAX;
    assert_eq!(
        outline(&backlog(&db, 0, 7, 9, all)),
        [(2, 0, vec![1, 4, 6]), (1, 0, vec![2, 3, 5, 7])]
    );
    assert_eq!(
        outline(&backlog(&db, 1, u64::MAX, 2, all)),
        [(1, 2, vec![5, 7]), (2, 0, vec![4, 6])]
    );
    assert_eq!(outline(&backlog(&db, 4, 5, 9, all)), [(1, 0, vec![5])]);
    assert_eq!(backlog(&db, 7, 7, 9, all), []);
    assert_eq!(backlog(&db, 0, 1, 9, all)[0].messages, numbered([1], 2));
}

#[test]
fn the_bytes_of_a_backlog_are_shared_and_each_conversation_has_one_message() {
    let mut db = memory();
    db.write_messages(numbered([1], 1));
    db.write_messages(numbered([2, 3, 4, 5, 6], 2));
    db.write_messages(numbered([7, 8, 9], 3));
    // 20 each, of which the first leaves 10 to the others.
    assert_eq!(
        outline(&backlog(&db, 0, 9, 99, 60)),
        [(1, 0, vec![1]), (2, 3, vec![5, 6]), (3, 0, vec![7, 8, 9])]
    );
    assert_eq!(
        outline(&backlog(&db, 0, 9, 0, 0)),
        [(1, 0, vec![1]), (2, 4, vec![6]), (3, 2, vec![9])]
    );
}

#[test]
fn a_client_is_not_told_what_it_wrote_itself_nor_what_is_gone() {
    let mut db = memory();
    let of_another = Message {
        writer: Some("phone".to_owned()),
        ..said(2, 1, "from the phone")
    };
    db.write_messages([said(1, 1, "from here"), of_another, heard(3, 1, "a", "hi")]);
    db.write_messages([heard(4, 2, "b", "expired"), said(5, 3, "cancelled")]);
    db.apply_all([
        Write::Cancelled(vec![5]),
        Write::Position(position("phone", 4, 0)),
        Write::Forget(2),
    ]);
    assert_eq!(outline(&backlog(&db, 0, 9, 9, 99)), [(1, 0, vec![2, 3])]);
    assert_eq!(next(&db, 0, 9, 9, 99), (vec![2, 3], 9));
}

#[test]
fn what_comes_next_reaches_as_far_as_it_says() {
    let mut db = memory();
    db.write_messages(numbered(1..=6, 1));
    assert_eq!(next(&db, 0, 6, 9, 999), (vec![1, 2, 3, 4, 5, 6], 6));
    assert_eq!(next(&db, 2, 5, 9, 999), (vec![3, 4, 5], 5));
    assert_eq!(next(&db, 2, 6, 2, 999), (vec![3, 4], 4));
    assert_eq!(next(&db, 2, 6, 4, 999), (vec![3, 4, 5, 6], 6));
    assert_eq!(next(&db, 2, 6, 9, 25), (vec![3, 4], 4));
    assert_eq!(next(&db, 2, 6, 0, 0), (vec![3], 3), "always one");
    assert_eq!(next(&db, 6, 8, 9, 999), (vec![], 8));
    assert_eq!(next(&db, 5, u64::MAX, 9, 999), (vec![6], u64::MAX));
}

#[test]
fn the_log_ends_with_the_newest() {
    let mut db = memory();
    db.write_messages(numbered([1, 3, 5], 1));
    db.write_messages(numbered([2, 4], 2));
    let log = |contact, most, bytes| -> Vec<u64> {
        let ask = Ask::Log {
            contact,
            most,
            bytes,
        };
        match db.ask(&ask).unwrap() {
            Answer::Log(messages) => messages.iter().map(|message| message.seq).collect(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(log(None, 9, 999), [1, 2, 3, 4, 5]);
    assert_eq!(log(None, 2, 999), [4, 5]);
    assert_eq!(log(Some(1), 2, 999), [3, 5]);
    assert_eq!(log(Some(1), 9, 25), [3, 5]);
    assert_eq!(log(Some(2), 9, 5), [4], "however long it is");
    assert!(log(Some(1), 0, 999).is_empty());
    assert!(log(Some(3), 9, 999).is_empty());
}
