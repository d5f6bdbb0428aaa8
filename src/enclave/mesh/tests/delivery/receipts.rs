//! Receipts for what contacts said.

use super::*;

#[test]
fn a_message_is_confirmed_on_the_connection_on_which_it_came() {
    let (mut bench, old) = Bench::with_receipts(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(new, HELLO);
    bench.out = Outcome::default();
    bench.frame(old, r#"{"message":"hi","id":"a"}"#);
    assert_eq!(bench.news(), [with_id(old, "a", "hi")]);
    bench.confirm(old, &["a"]);
    assert_eq!(bench.written(), [receipt(old, r#""a""#, 20)]);
}

#[test]
fn where_that_connection_is_gone_the_winner_is_told_if_it_confirms() {
    let (mut bench, old) = Bench::with_receipts(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(old, r#"{"message":"hi","id":"a"}"#);
    bench.ended(old);
    bench.orders();
    bench.confirm(old, &["a"]);
    assert_eq!(bench.written(), [], "it repeats it there");
    bench.frame(new, HELLO);
    bench.confirm(old, &["a"]);
    assert_eq!(bench.written(), [receipt(new, r#""a""#, 20)]);
    bench.confirm(None, &["b"]);
    assert_eq!(bench.written(), [receipt(new, r#""b""#, 20)]);
    bench.ended(new);
    bench.orders();
    bench.confirm(new, &["c"]);
    assert_eq!(bench.written(), []);
}

#[test]
fn where_our_half_of_that_connection_is_closed_the_winner_is_told() {
    let (mut bench, old) = Bench::with_receipts(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(new, HELLO);
    bench.pass(1.0);
    assert!(
        bench
            .orders()
            .contains(&Order::HalfClose { connection: old })
    );
    bench.frame(old, r#"{"message":"hi","id":"a"}"#);
    bench.confirm(old, &["a"]);
    assert_eq!(bench.written(), [receipt(new, r#""a""#, 21)]);
}

#[test]
fn many_receipts_are_several_packets() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    let ids: Vec<String> = (0..1200).map(|number| format!("{number:036}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    bench.confirm(connection, &ids);
    let written = bench.written();
    assert_eq!(written.len(), 3);
    assert!(written.iter().all(|(_, json)| json.len() < 64 * 1024));
    let received = |(_, json): &(_, String)| {
        let packet = crate::enclave::packet::Packet::parse(json.as_bytes());
        packet.unwrap().received.unwrap()
    };
    let received: Vec<String> = written.iter().flat_map(received).collect();
    assert_eq!(received, ids);
}

/// A message and a goodbye in one packet.
const LAST_WORDS: &str = r#"{"status":0,"message":"bye","id":"last"}"#;

#[test]
fn the_receipt_for_a_last_message_goes_out_before_the_close() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.frame(connection, LAST_WORDS);
    assert_eq!(bench.out.orders, []);
    let gone = absence(HIGHER, None);
    assert_eq!(bench.news(), [with_id(connection, "last", "bye"), gone]);
    bench.confirm(connection, &["last"]);
    assert_eq!(bench.out.orders.last(), Some(&Order::Close { connection }));
    assert_eq!(bench.written(), [receipt(connection, r#""last""#, 0)]);
    bench.ended(connection);
    assert_eq!(bench.out, Outcome::default());
}

#[test]
fn the_close_waits_for_every_receipt() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.frame(connection, r#"{"message":"hi","id":"a"}"#);
    bench.frame(connection, LAST_WORDS);
    let close = Order::Close { connection };
    bench.confirm(connection, &["a"]);
    assert!(!bench.orders().contains(&close));
    bench.confirm(connection, &["last"]);
    assert!(bench.orders().contains(&close));
}

#[test]
fn without_a_receipt_the_close_comes_after_three_seconds() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.frame(connection, LAST_WORDS);
    bench.pass(2.9);
    assert_eq!(bench.orders(), []);
    bench.pass(0.1);
    assert_eq!(bench.orders(), [Order::Close { connection }]);
    bench.confirm(connection, &["last"]);
    assert_eq!(bench.orders(), []);
}

#[test]
fn one_who_ends_while_it_is_owed_a_receipt_is_forgotten() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.frame(connection, LAST_WORDS);
    bench.ended(connection);
    bench.orders();
    bench.confirm(connection, &["last"]);
    bench.pass(10.0);
    assert_eq!(bench.orders(), []);
}

#[test]
fn one_who_goes_dark_does_not_wait_for_its_disk() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.frame(connection, LAST_WORDS);
    let now = bench.now();
    bench.mesh.go_dark("", now, &mut bench.out);
    assert!(bench.orders().contains(&Order::Close { connection }));
    bench.pass(10.0);
    assert_eq!(bench.orders(), []);
}
