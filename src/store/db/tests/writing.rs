use super::*;

use crate::store::row::Contact;

#[test]
fn a_contact_is_written_over_and_removed_with_all_that_was_said() {
    let mut db = memory();
    let mut contact = Contact {
        id: 7,
        address: "fc00::7".to_owned(),
        nick: "seven".to_owned(),
        in_book: true,
        last_linked: None,
        last_seen: Some(Timestamp(-5)),
    };
    db.apply_all([Write::Contact(contact.clone())]);
    contact.nick = "Seven".to_owned();
    contact.last_linked = Some(Timestamp(9));
    db.apply_all([Write::Contact(contact.clone())]);
    assert_eq!(db.load().unwrap().contacts, [contact]);
    db.write_messages([heard(1, 7, "a", "hi"), said(2, 7, "ho"), said(3, 8, "hu")]);
    db.apply_all([Write::RemoveContact(7)]);
    assert_eq!(db.load().unwrap().contacts, []);
    assert_eq!(db.load().unwrap().outbox, [said(3, 8, "hu")]);
    assert_eq!(db.texts(), ["hu"]);
    assert_eq!(db.is_known(7, "a", "hi"), Known::New);
}

#[test]
fn what_waits_leaves_the_outbox_by_arriving_or_by_being_cancelled() {
    let mut db = memory();
    db.write_messages((1..=4).map(|seq| said(seq, 1, &format!("text {seq}"))));
    db.apply_all([
        Write::Delivered(vec![1, 99]),
        Write::Attempted(vec![2, 1]),
        Write::Attempted(vec![2]),
        Write::Cancelled(vec![3, 1]),
    ]);
    let waits = |seq, times| Message {
        waiting: Some(times),
        ..said(seq, 1, &format!("text {seq}"))
    };
    assert_eq!(db.load().unwrap().outbox, [waits(2, 2), waits(4, 0)]);
    // What has arrived cannot be cancelled any more.
    assert_eq!(db.texts(), ["text 1", "text 2", "text 4"]);
    assert_eq!(db.load().unwrap().last_seq, 4);
    db.apply_all((0..300).map(|_| Write::Attempted(vec![2])));
    assert_eq!(db.load().unwrap().outbox[0].waiting, Some(255));
}

#[test]
fn the_id_of_a_cancelled_message_stays_taken() {
    let mut db = memory();
    db.write_messages([said(1, 1, "hi")]);
    db.apply_all([Write::Cancelled(vec![1])]);
    assert_eq!(db.is_known(1, "own-1", "hi"), Known::Taken);
}

#[test]
fn forgetting_spares_the_outbox_and_nothing_else() {
    let mut db = memory();
    let mut arrived = said(1, 1, "arrived");
    arrived.waiting = None;
    db.write_messages([
        arrived,
        said(2, 1, "waits"),
        heard(3, 1, "a", "heard"),
        heard(4, 2, "a", "of another"),
    ]);
    db.apply_all([Write::Forget(1)]);
    assert_eq!(db.texts(), ["waits", "of another"]);
    assert_eq!(db.load().unwrap().outbox, [said(2, 1, "waits")]);
    assert_eq!(db.is_known(1, "a", "heard"), Known::New);
}

#[test]
fn an_equal_repeat_changes_nothing() {
    let mut db = memory();
    let message = heard(1, 1, "a", "hi");
    db.write_messages([message.clone(), said(2, 1, "ho")]);
    db.write_messages([message.clone(), heard(3, 1, "a", "hi"), said(2, 1, "ho")]);
    assert_eq!(db.log_of(None), [message, said(2, 1, "ho")]);
    // And where the text is gone.
    db.apply_all([
        Write::Position(position("phone", 9, 0)),
        Write::Expire(Timestamp(99)),
    ]);
    db.write_messages([heard(10, 1, "a", "hi")]);
    assert_eq!(db.texts(), ["ho"]);
}

#[test]
fn a_message_under_a_taken_id_is_kept_under_another() {
    let mut db = memory();
    let first = heard(1, 1, "a", "hi");
    // Takes the id that the store would make.
    let guessed = heard(2, 1, "3.0", "guessed");
    let second = heard(3, 1, "a", "something else");
    db.write_messages([first.clone(), guessed.clone(), second.clone()]);
    let kept = Message {
        id: "3.1".to_owned(),
        ..second.clone()
    };
    assert_eq!(db.log_of(None), [first, guessed, kept]);
    assert_eq!(db.is_known(1, "a", "something else"), Known::Repeat);
    // Sent once more, it is known, though it stands under another id.
    db.write_messages([Message { seq: 4, ..second }]);
    assert_eq!(db.texts().len(), 3);
    // The person's own is never taken for the contact's.
    let own = Message {
        id: "a".to_owned(),
        ..said(5, 1, "hi")
    };
    db.write_messages([own]);
    assert_eq!(db.load().unwrap().outbox[0].id, "5.0");
}

#[test]
fn a_message_at_a_taken_place_is_kept_behind_all_others() {
    let mut db = memory();
    db.write_messages([
        heard(1, 1, "a", "one"),
        heard(2, 1, "b", "two"),
        heard(1, 1, "c", "three"),
        heard(1, 1, "c", "three"),
        heard(1, 1, "a", "four"),
    ]);
    assert_eq!(db.texts(), ["one", "two", "three", "four"]);
    assert_eq!(db.load().unwrap().last_seq, 4);
}

#[test]
fn positions_never_move_back() {
    let mut db = memory();
    for (seq, at) in [(5, 1), (3, 2), (9, 1)] {
        db.apply_all([Write::Position(position("phone", seq, at))]);
    }
    assert_eq!(db.load().unwrap().positions, [position("phone", 9, 1)]);
}

#[test]
fn names_used_longest_ago_make_room() {
    let mut db = memory();
    let name = |number: i64| format!("client {number:03}");
    let bound = i64::try_from(write::POSITIONS).unwrap();
    for number in 0..bound + 9 {
        db.apply_all([Write::Position(position(&name(number), 1, number))]);
        // In use all the time.
        db.apply_all([Write::Position(position(&name(0), 1, number))]);
    }
    let positions = db.load().unwrap().positions;
    assert_eq!(positions.len(), write::POSITIONS);
    assert_eq!(positions[0].client, name(0));
    assert_eq!(positions[1].client, name(10));
    // The one just written stays, whatever the clock says.
    db.apply_all([Write::Position(position("new", 1, i64::MIN))]);
    assert!(
        db.load()
            .unwrap()
            .positions
            .contains(&position("new", 1, i64::MIN))
    );
}

#[test]
fn a_place_that_a_client_has_acknowledged_is_not_given_again() {
    let mut db = memory();
    db.write_messages([heard(1, 1, "a", "hi"), heard(2, 2, "b", "ho")]);
    db.apply_all([Write::Position(position("phone", 2, 0)), Write::Forget(2)]);
    assert_eq!(db.load().unwrap().last_seq, 2);
}

#[test]
fn what_is_rolled_back_was_never_there() {
    let mut db = memory();
    db.begin().unwrap();
    db.write_messages([heard(1, 1, "a", "hi")]);
    assert_eq!(db.texts(), ["hi"], "asks see what is not committed");
    db.rollback().unwrap();
    assert_eq!(db.texts().len(), 0);
    db.rollback().unwrap();
    db.begin().unwrap();
    db.write_messages([heard(1, 1, "a", "hi")]);
    db.commit().unwrap();
    assert_eq!(db.texts(), ["hi"]);
}
