use super::*;
use crate::clock::Timestamp;
use crate::store::Tags;

fn message(seq: u64) -> Message {
    Message {
        seq,
        contact: 1,
        own: false,
        notice: false,
        id: format!("id-{seq}"),
        peer_id: None,
        time: Timestamp(0),
        arrived: Timestamp(0),
        text: Some("hi".to_owned()),
        tags: Tags::new(),
        writer: None,
        waiting: None,
    }
}

/// Pages that do not touch each other are remembered up to a bound; what is in more of them
/// does not count as fetched.
#[test]
fn pages_that_are_remembered_are_bounded() {
    let missed = Missed {
        contact: 1,
        first: 1,
        last: 1_000_000,
        count: 10_000,
    };
    let mut unfetched = Unfetched::new(missed, false);
    for number in 0..3_000 {
        unfetched.take(&[message(1 + number * 10)], "laptop");
    }
    assert_eq!(unfetched.pages.len(), 1_024);
    assert_eq!(unfetched.missed.count, 10_000 - 1_024);
    let all: Vec<Message> = (1..=1_024 * 10).map(message).collect();
    unfetched.take(&all, "laptop");
    assert_eq!(
        unfetched.pages,
        [(1, 1_024 * 10)],
        "those that touch become one"
    );
}
