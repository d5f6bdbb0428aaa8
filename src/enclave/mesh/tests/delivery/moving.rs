//! Messages where connections come and go.

use super::*;

#[test]
fn after_a_break_what_is_unconfirmed_goes_again_with_the_same_ids_before_what_is_new() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    for key in 1..=3 {
        bench.send(HIGHER, key, &key.to_string());
    }
    bench.frame(connection, r#"{"received":["id-2"]}"#);
    bench.ended(connection);
    bench.send(HIGHER, 4, "4");
    assert_eq!(bench.waiting(), [1, 3, 4]);
    let again = bench.accept(HIGHER);
    bench.orders();
    bench.frame(again, HELLO);
    let json = [1, 3, 4].map(|key| {
        let json = format!(r#"{{"message":"{key}","timestamp":1700000000,"id":"id-{key}"}}"#);
        (again, json)
    });
    assert_eq!(bench.written(), json);
}

#[test]
fn features_are_those_of_each_connections_own_handshake() {
    let (mut bench, old) = Bench::with_receipts(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(new, "{}");
    bench.send(HIGHER, 1, "hi");
    assert!(bench.orders().contains(&Order::Watch { connection: new }));
    bench.acknowledged(new, bench.bytes(new));
    assert_eq!(bench.news(), [delivered(&[1])]);
    bench.ended(new);
    bench.out = Outcome::default();
    bench.frame(old, r#"{"message":"hi","id":"one"}"#);
    assert_eq!(bench.news(), [with_id(old, "one", "hi")]);
}

#[test]
fn what_is_new_waits_for_the_new_winner_to_speak() {
    let (mut bench, old) = Bench::with_receipts(HIGHER);
    bench.send(HIGHER, 1, "1");
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.orders();
    bench.send(HIGHER, 2, "2");
    assert_eq!(bench.said(), []);
    bench.frame(new, HELLO);
    assert_eq!(bench.said(), said(new, &["1", "2"]));
    bench.frame(old, r#"{"received":["id-1"]}"#);
    bench.frame(new, r#"{"received":["id-1","id-2"]}"#);
    assert_eq!(bench.news(), [delivered(&[1]), delivered(&[2])]);
}

#[test]
fn without_receipts_what_is_new_waits_until_the_old_bytes_have_arrived() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.send(HIGHER, 1, "1");
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(new, "{}");
    bench.orders();
    bench.send(HIGHER, 2, "2");
    assert_eq!(bench.said(), []);
    bench.acknowledged(old, bench.bytes(old));
    assert_eq!(bench.out.news, [delivered(&[1])]);
    assert_eq!(bench.said(), said(new, &["2"]));
}

#[test]
fn without_receipts_what_has_not_arrived_goes_again_when_the_old_connection_ends() {
    let (mut bench, _) = Bench::linked(HIGHER);
    for key in 1..=2 {
        bench.send(HIGHER, key, &key.to_string());
    }
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(new, "{}");
    bench.orders();
    bench.send(HIGHER, 3, "3");
    bench.pass(30.9);
    assert_eq!(bench.said(), []);
    bench.pass(0.1);
    assert_eq!(bench.said(), said(new, &["1", "2", "3"]));
}

#[test]
fn a_message_taken_back_from_an_old_connection_holds_nothing_up() {
    let (mut bench, _) = Bench::linked(HIGHER);
    bench.send(HIGHER, 1, "1");
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(new, "{}");
    bench.send(HIGHER, 2, "2");
    bench.orders();
    bench.cancel(&[1]);
    assert_eq!(bench.said(), said(new, &["2"]));
}

#[test]
fn what_waits_survives_the_dark() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.send(HIGHER, 1, "1");
    let now = bench.now();
    bench.mesh.go_dark("", now, &mut bench.out);
    bench.send(HIGHER, 2, "2");
    bench.ended(connection);
    bench.mesh.light(now, &mut bench.out);
    let connection = bench.accept(HIGHER);
    bench.orders();
    bench.frame(connection, HELLO);
    assert_eq!(bench.said(), said(connection, &["1", "2"]));
}
