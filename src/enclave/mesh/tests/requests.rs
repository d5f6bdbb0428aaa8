//! What becomes of a request: accepted, left without a connection, or kept in the dark.

use super::strangers::{WHO, message_of, read};
use super::*;

#[test]
fn one_who_is_accepted_is_heard_in_order_and_linked_on_its_connection() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    let content = r#"{"status":1,"status-message":"hm","alias":"Eve","message":"one","timestamp":1600000000}"#;
    bench.frame(connection, content);
    bench.frame(connection, r#"{"message":"two","status":3}"#);
    bench.pass(7.0);
    bench.out = Outcome::default();
    bench.befriend(WHO);
    let handshake = r#"{"status":2,"status-message":"","timestamp":1700000007}"#.to_owned();
    let orders = bench.out.orders.clone();
    assert_eq!(orders.len(), 2);
    assert_eq!(orders[0], read(connection, 1 << 20));
    let eve = News::Alias {
        peer: address(WHO),
        alias: "Eve".into(),
    };
    let expected = [
        linked_news(WHO),
        eve,
        presence(WHO, Status::Busy, "hm"),
        message(WHO, connection, "one", Some(1_600_000_000)),
        message(WHO, connection, "two", Some(START)),
    ];
    assert_eq!(bench.peek(), expected);
    assert_eq!(bench.written(), [(connection, handshake)]);
    assert!(bench.view(WHO).connection.is_some());
    assert_eq!(bench.mesh.requests().count(), 0);
    bench.frame(connection, r#"{"message":"three"}"#);
    assert_eq!(bench.news(), [message(WHO, connection, "three", None)]);
}

#[test]
fn a_request_with_words_outlives_its_connection() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.frame(connection, r#"{"status":1,"message":"one"}"#);
    bench.ended(connection);
    bench.out = Outcome::default();
    bench.pass(3600.0);
    assert!(!bench.mesh.requests().next().unwrap().is_connected());
    bench.befriend(WHO);
    assert_eq!(bench.peek(), [message(WHO, None, "one", Some(START))]);
    assert_eq!(bench.dials().len(), 1);
}

#[test]
fn one_who_comes_back_when_full_is_not_read() {
    let mut bench = Bench::new();
    let first = bench.accept(WHO);
    bench.frame(first, &message_of(64 * 1024 - 4));
    bench.ended(first);
    bench.orders();
    let second = bench.accept(WHO);
    assert_eq!(bench.orders(), []);
    bench.befriend(WHO);
    assert_eq!(bench.out.orders[0], read(second, 1 << 20));
    assert_eq!(
        bench.view(WHO).presence,
        Presence::Offline,
        "not a packet on this one"
    );
}

#[test]
fn a_stranger_that_says_goodbye_is_closed() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.frame(connection, r#"{"message":"never mind","status":0}"#);
    assert!(bench.out.orders.contains(&Order::Close { connection }));
    assert_eq!(bench.mesh.requests().count(), 1);
    bench.ended(connection);
    bench.out = Outcome::default();
    bench.befriend(WHO);
    assert_eq!(
        bench.peek(),
        [message(WHO, None, "never mind", Some(START))]
    );
    assert_eq!(bench.dials().len(), 1);
}

#[test]
fn requests_outlive_the_dark() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.frame(connection, r#"{"message":"one"}"#);
    let now = bench.now();
    bench.mesh.go_dark("", now, &mut bench.out);
    assert!(bench.out.orders.contains(&Order::Abort { connection }));
    assert_eq!(bench.mesh.requests().count(), 1);
    bench.out = Outcome::default();
    bench.befriend(WHO);
    assert_eq!(bench.out.orders, []);
    assert_eq!(bench.news(), [message(WHO, None, "one", Some(START))]);
}
