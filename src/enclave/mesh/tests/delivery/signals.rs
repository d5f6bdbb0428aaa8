//! What passes, on its way out.

use super::tags::{HELLO_TAGS, one, typing};
use super::*;

#[test]
fn a_signal_goes_at_once_and_is_not_kept() {
    let (mut bench, on) = Bench::with_tags();
    bench.pass(3.0);
    bench.out = Outcome::default();
    bench.signal(&typing());
    let json = r#"{"timestamp":1700000003,"tags":{"typing":"active"}}"#;
    assert_eq!(bench.written(), [(on, json.to_owned())]);
    assert_eq!(bench.mesh.waiting_size(address(HIGHER)), (0, 0));
    bench.ended(on);
    let again = bench.accept(HIGHER);
    bench.frame(again, HELLO_TAGS);
    assert!(
        !bench
            .written()
            .iter()
            .any(|(_, json)| json.contains("typing"))
    );
    bench.signal(&Tags::new());
    assert_eq!(bench.orders(), [], "there is nothing to show");
}

#[test]
fn a_signal_goes_only_to_one_who_is_there_and_knows_tags() {
    let mut bench = Bench::with_policy(true);
    bench.set_own_addresses(&[US]);
    bench.signal(&typing());
    bench.befriend(HIGHER);
    bench.signal(&typing());
    let on = bench.accept(HIGHER);
    bench.orders();
    bench.signal(&typing());
    assert_eq!(bench.orders(), [], "it has not spoken");
    bench.frame(on, HELLO);
    bench.orders();
    bench.signal(&typing());
    assert_eq!(bench.orders(), [], "it knows no tags");
    bench.frame(on, HELLO_TAGS);
    bench.signal(&typing());
    assert_eq!(bench.written().len(), 1);
}

#[test]
fn a_signal_overtakes_no_message() {
    let (mut bench, on) = Bench::with_tags();
    let long = "x".repeat(600 * 1024);
    for key in 1..=3 {
        bench.send(HIGHER, key, &long);
    }
    bench.orders();
    bench.signal(&typing());
    assert_eq!(bench.orders(), [], "the third waits for the window");
    bench.frame(on, r#"{"received":["id-1"]}"#);
    bench.orders();
    bench.signal(&typing());
    assert_eq!(bench.written().len(), 1, "it comes after the third");
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.orders();
    bench.signal(&typing());
    assert_eq!(bench.orders(), []);
    bench.frame(new, HELLO_TAGS);
    assert_eq!(bench.written().len(), 2, "the second and the third");
    bench.signal(&typing());
    assert_eq!(bench.written()[0].0, new);
}

#[test]
fn signals_fill_no_window() {
    let (mut bench, on) = Bench::with_tags();
    let tags = one("a", &"x".repeat(512));
    for _ in 0..3000 {
        bench.signal(&tags);
    }
    bench.orders();
    let long = "x".repeat(600 * 1024);
    for key in 1..=3 {
        bench.send(HIGHER, key, &long);
    }
    assert_eq!(bench.said().len(), 2);
    bench.frame(on, r#"{"received":["id-1"]}"#);
    assert_eq!(bench.said().len(), 1);
}
