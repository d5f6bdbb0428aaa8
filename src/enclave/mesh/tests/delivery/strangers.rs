//! Messages of strangers: held with their ids, and confirmed once they are accepted.

use super::*;
use crate::enclave::news::{HeldWords, RequestState};

fn stranger() -> (Bench, ConnectionId) {
    let mut bench = Bench::with_policy(true);
    bench.set_own_addresses(&[US]);
    let connection = bench.accept(HIGHER);
    bench.frame(connection, HELLO);
    bench.out = Outcome::default();
    (bench, connection)
}

impl Bench {
    /// Empties the outcome: what is to be remembered of requests over restarts.
    fn memory(&mut self) -> Vec<StrangerNews> {
        let news = std::mem::take(&mut self.out).news;
        let memory = news.into_iter().filter(is_memory);
        let stranger = |news| match news {
            News::Stranger(news) => news,
            other => panic!("{other:?}"),
        };
        memory.map(stranger).collect()
    }
}

const HI: &str = r#"{"message":"hi","timestamp":1600000000,"id":"a"}"#;

fn hi(on: impl Into<Option<ConnectionId>>) -> News {
    News::Message {
        peer: address(HIGHER),
        connection: on.into(),
        id: Some("a".into()),
        text: "hi".into(),
        tags: Tags::new(),
        timestamp: Some(Timestamp::from_seconds(1_600_000_000)),
    }
}

#[test]
fn held_words_keep_their_ids_and_are_confirmed_where_they_came() {
    let (mut bench, connection) = stranger();
    bench.frame(connection, HI);
    bench.out = Outcome::default();
    bench.befriend(HIGHER);
    assert!(bench.news().contains(&hi(connection)));
    bench.confirm(connection, &["a"]);
    assert_eq!(bench.written(), [receipt(connection, r#""a""#, 0)]);
    bench.send(HIGHER, 1, "hello");
    assert_eq!(bench.said(), said(connection, &["hello"]));
    bench.acknowledged(connection, bench.bytes(connection));
    assert_eq!(bench.waiting(), [1], "it has said that it confirms");
}

#[test]
fn without_receipts_an_id_says_nothing() {
    let mut bench = Bench::with_policy(true);
    bench.set_own_addresses(&[US]);
    let connection = bench.accept(HIGHER);
    for _ in 0..2 {
        bench.frame(connection, r#"{"message":"hi","id":"a"}"#);
    }
    bench.out = Outcome::default();
    bench.befriend(HIGHER);
    let hi = || message(HIGHER, connection, "hi", Some(START));
    assert_eq!(bench.news()[2..], [hi(), hi()]);
}

#[test]
fn a_repeat_is_held_once_however_often_it_comes() {
    let (mut bench, mut connection) = stranger();
    for _ in 0..3 {
        bench.frame(connection, HI);
        bench.frame(connection, r#"{"message":"other","id":"a"}"#);
        bench.ended(connection);
        connection = bench.accept(HIGHER);
        bench.frame(connection, HELLO);
    }
    let request = bench.mesh.requests().next().unwrap();
    assert_eq!(
        request.messages(),
        2,
        "the same id with another text is another"
    );
    bench.out = Outcome::default();
    bench.befriend(HIGHER);
    assert_eq!(
        bench
            .news()
            .iter()
            .filter(|news| **news == hi(connection))
            .count(),
        1
    );
}

#[test]
fn one_who_repeats_without_end_is_read_no_more() {
    let (mut bench, connection) = stranger();
    let words = "x".repeat(16 * 1024);
    let content = format!(r#"{{"message":"{words}","id":"a"}}"#);
    for _ in 0..4 {
        bench.frame(connection, &content);
        assert_eq!(bench.orders(), []);
    }
    bench.frame(connection, &content);
    assert_eq!(bench.orders(), [Order::Pause { connection }]);
    let again = bench.accept(HIGHER);
    bench.frame(again, HELLO);
    bench.orders();
    bench.frame(again, &content);
    assert_eq!(
        bench.orders(),
        [],
        "once on each connection is as it should be"
    );
}

#[test]
fn what_is_to_be_remembered_comes_once() {
    let (mut bench, connection) = stranger();
    bench.frame(connection, HI);
    let memory = bench.memory();
    let [
        StrangerNews::Kept(_),
        StrangerNews::Held { words, .. },
        StrangerNews::Kept(state),
    ] = &memory[..]
    else {
        panic!("{memory:?}")
    };
    let expected = HeldWords {
        text: "hi".into(),
        time: Timestamp::from_seconds(1_600_000_000),
        id: Some("a".into()),
    };
    assert_eq!(*words, expected);
    assert_eq!(state.number, Some(1));
    bench.frame(connection, HI);
    assert_eq!(bench.memory(), [], "a repeat is no news");
    bench.befriend(HIGHER);
    let address = address(HIGHER);
    let dropped = StrangerNews::Dropped { address };
    assert_eq!(bench.memory(), [dropped]);
}

/// What was remembered of a request that has said `hi`.
fn remembered() -> (RequestState, Vec<HeldWords>) {
    let (mut bench, connection) = stranger();
    bench.frame(connection, HI);
    let (mut state, mut held) = (None, Vec::new());
    for news in bench.memory() {
        match news {
            StrangerNews::Kept(kept) => state = Some(*kept),
            StrangerNews::Held { words, .. } => held.push(words),
            other => panic!("{other:?}"),
        }
    }
    (state.unwrap(), held)
}

fn restarted() -> Bench {
    let mut bench = Bench::with_policy(true);
    bench.set_own_addresses(&[US]);
    bench.out = Outcome::default();
    let (state, held) = remembered();
    let now = bench.now();
    bench.mesh.restore_request(state, held, now);
    bench
}

#[test]
fn a_request_is_there_again_after_a_restart() {
    let mut bench = restarted();
    let request = bench.mesh.requests().next().unwrap();
    assert_eq!(request.number(), Some(1));
    assert_eq!((request.words(), request.messages()), (Some("hi"), 1));
    bench.pass(100.0);
    assert_eq!(bench.out, Outcome::default(), "the person was asked before");
    let other = bench.accept(LOWER);
    bench.frame(other, r#"{"message":"me too"}"#);
    let numbers: Vec<_> = bench.mesh.requests().filter_map(Request::number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn after_a_restart_a_repeat_is_held_once() {
    let mut bench = restarted();
    let connection = bench.accept(HIGHER);
    bench.frame(connection, HELLO);
    bench.frame(connection, HI);
    assert_eq!(bench.mesh.requests().next().unwrap().messages(), 1);
    bench.out = Outcome::default();
    bench.befriend(HIGHER);
    assert!(bench.news().contains(&hi(connection)));
    bench.confirm(connection, &["a"]);
    assert_eq!(bench.written(), [receipt(connection, r#""a""#, 0)]);
}

#[test]
fn words_of_one_who_is_away_are_delivered_and_confirmed_when_it_comes() {
    let mut bench = restarted();
    bench.befriend(HIGHER);
    assert_eq!(bench.peek()[0], hi(None));
    assert_eq!(bench.dials().len(), 1);
    bench.confirm(None, &["a"]);
    assert_eq!(bench.orders(), []);
    let connection = bench.accept(HIGHER);
    bench.frame(connection, HELLO);
    bench.orders();
    bench.confirm(None, &["a"]);
    assert_eq!(bench.written(), [receipt(connection, r#""a""#, 0)]);
}
