use super::*;

use proptest::prelude::*;

use crate::clock::Timestamp;
use crate::store::row::{Ask, Position, Tags};
use crate::store::{Answer, Loaded};

const IDS: [&str; 3] = ["a", "b", "0198f0a2-7b1c-7def-8123-456789abcdef"];

fn message(seq: u64) -> Message {
    Message {
        seq,
        contact: 1,
        own: true,
        notice: false,
        id: format!("id-{seq}"),
        peer_id: None,
        time: Timestamp(0),
        arrived: Timestamp(0),
        text: Some(format!("text {seq}")),
        tags: Tags::new(),
        writer: None,
        waiting: Some(0),
    }
}

/// A message whose id may be taken.
fn any_message() -> impl Strategy<Value = Message> {
    let id = prop_oneof![
        1 => prop::sample::select(&IDS[..]).prop_map(Some),
        20 => Just(None),
    ];
    (1..3_u32, any::<bool>(), any::<bool>(), id).prop_map(|(contact, own, waits, id)| Message {
        contact,
        own,
        id: id.unwrap_or_default().to_owned(),
        peer_id: id.filter(|_| !own).map(str::to_owned),
        text: Some("hi".to_owned()),
        waiting: waits.then_some(0),
        ..message(0)
    })
}

fn any_write() -> impl Strategy<Value = Write> {
    let places = || prop::collection::vec(1..80_u64, 0..20);
    prop_oneof![
        20 => any_message().prop_map(Write::Message),
        4 => places().prop_map(Write::Delivered),
        2 => places().prop_map(Write::Attempted),
        1 => places().prop_map(Write::Cancelled),
        1 => (1..3_u32).prop_map(Write::Forget),
        1 => (1..3_u32).prop_map(Write::RemoveContact),
        1 => Just(Write::Expire(Timestamp(1))),
        1 => (1..80_u64).prop_map(|seq| Write::Position(Position {
            client: "one".to_owned(),
            seq,
            at: Timestamp(0),
        })),
    ]
}

/// Gives messages their places and ids, which only grow.
fn number(writes: &mut [Write]) {
    let messages = writes.iter_mut().filter_map(|write| match write {
        Write::Message(message) => Some(message),
        _ => None,
    });
    for (seq, message) in (1..).zip(messages) {
        message.seq = seq;
        if message.id.is_empty() {
            message.id = format!("id-{seq}");
        }
    }
}

/// All that can be seen in a store.
fn content(db: &Db) -> (Loaded, Answer) {
    let everything = Ask::Log {
        contact: None,
        most: u32::MAX,
        bytes: usize::MAX,
    };
    (db.load().unwrap(), db.ask(&everything).unwrap())
}

fn carry_out(db: &mut Db, writes: &[Write]) {
    let (mut batch, queue) = (Batch::default(), Queue::default());
    for write in writes {
        let job = Job::Write(write.clone());
        queue.add(&job);
        batch.push(job);
    }
    batch.carry_out(db, &queue, &|_| ()).unwrap();
    assert_eq!(batch.is_durable(&queue).len(), writes.len());
    assert_eq!((queue.jobs(), queue.bytes()), (0, 0));
}

proptest! {
    #[test]
    fn together_or_one_by_one_comes_to_the_same(
        mut writes in prop::collection::vec(any_write(), 1..150),
        in_a_batch in 1..150_usize,
    ) {
        number(&mut writes);
        let mut one_by_one = Db::in_memory().unwrap();
        for write in &writes {
            one_by_one.apply(write).unwrap();
        }
        let mut together = Db::in_memory().unwrap();
        for writes in writes.chunks(in_a_batch) {
            carry_out(&mut together, writes);
        }
        prop_assert_eq!(content(&together), content(&one_by_one));
    }
}

#[test]
fn what_has_arrived_before_it_is_written_is_written_once() {
    let mut db = Db::in_memory().unwrap();
    db.connection()
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE UPDATE ON message
             BEGIN SELECT RAISE(FAIL, 'written twice'); END",
        )
        .unwrap();
    let mut writes: Vec<_> = (1..=100).map(|seq| Write::Message(message(seq))).collect();
    writes.push(Write::Delivered((1..=99).collect()));
    carry_out(&mut db, &writes);
    let waiting = db.load().unwrap().outbox;
    assert_eq!(waiting, [message(100)]);
    // What is there already is written twice, and the trigger sees it.
    let refused = db.apply(&Write::Delivered(vec![100])).unwrap_err();
    assert!(refused.to_string().contains("written twice"), "{refused}");
}

#[test]
fn one_that_is_in_the_way_of_another_keeps_none_from_being_stored() {
    let mut db = Db::in_memory().unwrap();
    db.apply(&Write::Message(message(20))).unwrap();
    let writes: Vec<_> = (1..=40)
        .map(|seq| {
            let text = Some(format!("another {seq}"));
            Write::Message(Message {
                text,
                ..message(seq)
            })
        })
        .collect();
    carry_out(&mut db, &writes);
    let stored = db.load().unwrap().outbox;
    let texts: Vec<_> = stored.into_iter().filter_map(|one| one.text).collect();
    assert_eq!(texts.len(), 41);
    for seq in 1..=40 {
        // Not in its place, perhaps, but there.
        assert!(texts.contains(&format!("another {seq}")), "{seq}");
    }
}

/// Whoever waits for there to be less to do looks when told of an answer. Nothing would wake
/// it later.
#[test]
fn what_is_answered_takes_no_room_any_more_when_that_is_told() {
    let mut db = Db::in_memory().unwrap();
    let (queue, mut batch) = (Queue::default(), Batch::default());
    for ticket in 0..3 {
        let ask = Ask::Known {
            contact: 1,
            id: "a".to_owned(),
            text: "x".repeat(1000),
        };
        let job = Job::Ask(ticket, ask);
        queue.add(&job);
        batch.push(job);
    }
    let left = std::cell::RefCell::new(Vec::new());
    let report = |_| left.borrow_mut().push(queue.jobs());
    batch.carry_out(&mut db, &queue, &report).unwrap();
    assert_eq!(left.into_inner(), [2, 1, 0]);
    assert_eq!((queue.bytes(), batch.bytes(), batch.len()), (0, 0, 0));
}
