//! What waits, when it goes out, and what lets it leave.

use super::*;

#[test]
fn ids_go_out_only_where_we_confirm() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.send(HIGHER, 1, "hi");
    let json = r#"{"message":"hi","timestamp":1700000000,"id":"id-1"}"#;
    assert_eq!(bench.written(), [(connection, json.to_owned())]);

    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.frame(connection, HELLO);
    bench.send(HIGHER, 1, "hi");
    let json = r#"{"message":"hi","timestamp":1700000000}"#;
    assert_eq!(bench.written(), [(connection, json.to_owned())]);
}

#[test]
fn one_who_does_not_confirm_itself_does_not_believe_that_others_do() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.frame(connection, HELLO);
    bench.send(HIGHER, 1, "hi");
    let watch = Order::Watch { connection };
    assert!(bench.orders().contains(&watch));
    bench.acknowledged(connection, bench.bytes(connection));
    assert_eq!(bench.news(), [delivered(&[1])]);
    bench.frame(connection, r#"{"message":"hi","id":"theirs"}"#);
    assert_eq!(bench.news(), [message(HIGHER, connection, "hi", None)]);
}

#[test]
fn what_waited_goes_out_with_the_time_when_it_was_written() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    bench.send(HIGHER, 1, "one");
    bench.pass(100.0);
    bench.send(HIGHER, 2, "two");
    bench.orders();
    let connection = bench.accept(HIGHER);
    assert_eq!(bench.said(), []);
    bench.frame(connection, "{}");
    let one = r#"{"message":"one","timestamp":1700000000}"#;
    let two = r#"{"message":"two","timestamp":1700000100}"#;
    let expected = [one, two].map(|json| (connection, json.to_owned()));
    assert_eq!(bench.written(), expected);
}

#[test]
fn the_first_words_go_out_to_one_who_is_mute_for_two_seconds() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.pass(1.0);
    bench.send(HIGHER, 1, "hi");
    bench.dialled(connection, true);
    bench.orders();
    bench.pass(1.9);
    assert_eq!(bench.said(), []);
    bench.pass(0.1);
    let attempted = News::Attempted {
        peer: address(HIGHER),
        keys: vec![1],
    };
    assert_eq!(bench.out.news, [attempted]);
    assert_eq!(bench.said(), said(connection, &["hi"]));
    assert_eq!(bench.standing(), [Standing::Sent]);
    assert_eq!(bench.mesh.deadline(), None);
}

#[test]
fn one_who_stays_mute_gets_it_three_times_and_again_when_it_speaks() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    bench.send(HIGHER, 1, "hi");
    for _ in 0..3 {
        let connection = bench.accept(HIGHER);
        bench.orders();
        bench.pass(3.0);
        assert_eq!(bench.said(), said(connection, &["hi"]));
        bench.ended(connection);
    }
    let connection = bench.accept(HIGHER);
    bench.orders();
    bench.pass(3600.0);
    assert_eq!(bench.said(), []);
    assert_eq!(bench.standing(), [Standing::Unheard]);
    bench.frame(connection, "{}");
    assert_eq!(bench.said(), said(connection, &["hi"]));
    bench.acknowledged(connection, bench.bytes(connection));
    assert_eq!(bench.news(), [delivered(&[1])]);
}

#[test]
fn what_was_sent_to_one_who_has_spoken_is_not_unheard() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let now = bench.now();
    let message = Outgoing {
        attempts: 3,
        ..outgoing(1, "hi", now.wall)
    };
    bench
        .mesh
        .send(address(HIGHER), message, now, &mut bench.out);
    assert_eq!(bench.standing(), [Standing::Unheard]);
    let connection = bench.accept(HIGHER);
    bench.frame(connection, "{}");
    assert_eq!(bench.standing(), [Standing::Sent]);
}

#[test]
fn an_acknowledgement_counts_once_the_peer_has_spoken_there() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    bench.send(HIGHER, 1, "hi");
    let connection = bench.accept(HIGHER);
    bench.pass(2.0);
    assert!(bench.orders().contains(&Order::Watch { connection }));
    bench.acknowledged(connection, bench.bytes(connection));
    assert_eq!(bench.news(), []);
    assert_eq!(bench.waiting(), [1]);
    bench.frame(connection, "{}");
    assert!(bench.news().contains(&delivered(&[1])));
    assert_eq!(bench.mesh.waiting_size(address(HIGHER)), (0, 0));
}

#[test]
fn a_mute_peer_that_turns_out_to_confirm_has_to_confirm() {
    let mut bench = Bench::with_policy(true);
    bench.set_own_addresses(&[US]);
    bench.befriend(HIGHER);
    bench.send(HIGHER, 1, "hi");
    let connection = bench.accept(HIGHER);
    bench.pass(2.0);
    bench.acknowledged(connection, bench.bytes(connection));
    bench.frame(connection, HELLO);
    assert_eq!(bench.waiting(), [1]);
    bench.frame(connection, r#"{"received":["id-1"]}"#);
    assert!(bench.news().contains(&delivered(&[1])));
}

#[test]
fn what_is_confirmed_leaves_and_made_up_ids_do_nothing() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    for key in 1..=3 {
        bench.send(HIGHER, key, "hi");
    }
    let made_up: Vec<String> = (10..10_000).map(|key| format!("\"id-{key}\"")).collect();
    let made_up = made_up.join(",");
    bench.frame(connection, &format!(r#"{{"received":[{made_up}]}}"#));
    assert_eq!(bench.waiting(), [1, 2, 3]);
    bench.frame(
        connection,
        &format!(r#"{{"received":["id-2",{made_up},"id-1"]}}"#),
    );
    assert_eq!(bench.news(), [delivered(&[1, 2])]);
    assert_eq!(bench.waiting(), [3]);
}

#[test]
fn nobody_confirms_what_was_sent_to_another() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.befriend(LOWER);
    let other = bench.accept(LOWER);
    bench.frame(other, HELLO);
    let stranger = bench.accept("fc00::bad");
    bench.send(HIGHER, 1, "hi");
    bench.out = Outcome::default();
    for on in [other, stranger] {
        bench.frame(on, r#"{"received":["id-1"]}"#);
    }
    assert_eq!(bench.waiting(), [1]);
    bench.frame(connection, r#"{"received":["id-1"]}"#);
    assert_eq!(bench.news(), [delivered(&[1])]);
}

#[test]
fn one_who_takes_back_what_it_said_of_receipts_is_still_held_to_it() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.send(HIGHER, 1, "one");
    bench.frame(connection, r#"{"features":[]}"#);
    bench.acknowledged(connection, bench.bytes(connection));
    assert_eq!(bench.waiting(), [1]);
    bench.frame(connection, r#"{"received":["id-1"]}"#);
    assert_eq!(bench.waiting(), NONE);
}

#[test]
fn a_message_taken_back_is_not_sent() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    for key in 1..=3 {
        bench.send(HIGHER, key, &key.to_string());
    }
    bench.cancel(&[2, 7]);
    assert_eq!(bench.mesh.waiting_size(address(HIGHER)), (2, 2));
    let connection = bench.accept(HIGHER);
    bench.frame(connection, "{}");
    assert_eq!(bench.said(), said(connection, &["1", "3"]));
    bench.cancel(&[1]);
    bench.acknowledged(connection, bench.bytes(connection));
    assert_eq!(bench.news(), [delivered(&[3])]);
}

#[test]
fn what_was_held_up_by_one_that_is_taken_back_goes_out_at_once() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let now = bench.now();
    for (key, attempts) in [(1, 3), (2, 3), (3, 0)] {
        let message = Outgoing {
            attempts,
            ..outgoing(key, &key.to_string(), now.wall)
        };
        bench
            .mesh
            .send(address(HIGHER), message, now, &mut bench.out);
    }
    let connection = bench.accept(HIGHER);
    bench.pass(2.0);
    assert_eq!(bench.said(), []);
    bench.cancel(&[1, 2]);
    assert_eq!(bench.said(), said(connection, &["3"]));
}

#[test]
fn all_that_is_taken_back_at_once_stays_in() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let now = bench.now();
    for (key, attempts) in [(1, 3), (2, 0)] {
        let message = Outgoing {
            attempts,
            ..outgoing(key, "hi", now.wall)
        };
        bench
            .mesh
            .send(address(HIGHER), message, now, &mut bench.out);
    }
    bench.accept(HIGHER);
    bench.pass(2.0);
    bench.orders();
    bench.cancel(&[1, 2]);
    assert_eq!(bench.orders(), []);
}

#[test]
fn what_is_taken_out_waits_no_more() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    bench.send(HIGHER, 1, "one");
    bench.ended(connection);
    bench.send(HIGHER, 2, "two");
    let taken = bench.mesh.take_waiting(address(HIGHER));
    let keys: Vec<u64> = taken.iter().map(|message| message.key).collect();
    assert_eq!(keys, [1, 2]);
    assert_eq!(bench.waiting(), NONE);
    bench.orders();
    let connection = bench.accept(HIGHER);
    bench.frame(connection, HELLO);
    assert_eq!(bench.said(), []);
    assert_eq!(bench.mesh.take_waiting(address(LOWER)), []);
}

#[test]
fn a_window_is_on_its_way_and_the_rest_follows() {
    let (mut bench, connection) = Bench::with_receipts(HIGHER);
    let long = "x".repeat(600 * 1024);
    for key in 1..=4 {
        bench.send(HIGHER, key, &long);
    }
    assert_eq!(bench.said().len(), 2);
    bench.frame(connection, r#"{"received":["id-1"]}"#);
    assert_eq!(bench.said().len(), 1);
    bench.frame(connection, r#"{"received":["id-2","id-3"]}"#);
    assert_eq!(bench.said().len(), 1);
    assert_eq!(bench.waiting(), [4]);
}
