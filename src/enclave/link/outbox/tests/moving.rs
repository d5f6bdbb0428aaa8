//! From one connection to another.

use super::*;

/// Linked on `A` with one who has spoken; 1 and 2 are on their way, 3 is new, and `B` wins.
fn moved(receipts: bool) -> Bench {
    let mut bench = Bench::waiting(1..=2);
    bench.open(A);
    bench.hear(A, receipts);
    assert_eq!(bench.flow_on(A), [1, 2]);
    bench.time = seconds(60);
    bench.open(B);
    bench.outbox.push(message(3));
    assert_eq!(bench.flow(), [], "nobody has spoken there");
    bench
}

#[test]
fn what_is_unconfirmed_goes_again_before_anything_new() {
    let mut bench = moved(true);
    assert_eq!(bench.confirm([1]), [1]);
    bench.hear(B, true);
    assert_eq!(bench.flow_on(B), [2, 3]);
    assert_eq!(bench.flow(), []);
    bench.connections.remove(B);
    assert_eq!(bench.flow_on(A), [2, 3], "and back");
}

#[test]
fn without_receipts_what_is_new_waits_for_what_is_on_its_way() {
    let mut bench = moved(false);
    bench.hear(B, false);
    assert_eq!(bench.flow(), []);
    assert_eq!(bench.acknowledge(A), [1, 2]);
    assert_eq!(bench.flow_on(B), [3]);
    assert_eq!(bench.acknowledge(B), [3]);
}

#[test]
fn without_receipts_what_was_cut_off_goes_again_in_order() {
    let mut bench = moved(false);
    bench.hear(B, false);
    bench.connection(A).acknowledged = bench.outbox.waiting[0].end;
    assert_eq!(bench.outbox.acknowledged(&bench.connections), [1]);
    assert_eq!(bench.flow(), []);
    bench.connections.remove(A);
    assert_eq!(bench.flow_on(B), [2, 3]);
}

#[test]
fn what_waits_for_an_old_connection_waits_for_no_moment() {
    let mut bench = moved(false);
    bench.time += MUTE;
    assert_eq!(bench.flow(), []);
    assert_eq!(bench.outbox.deadline(&bench.connections), None);
    bench.connections.remove(A);
    assert_eq!(bench.flow_on(B), [1, 2, 3]);
    assert_eq!(bench.blind, [1, 2, 3]);
}

#[test]
fn where_the_old_connection_has_nothing_on_its_way_nothing_waits_for_it() {
    let mut bench = moved(false);
    bench.outbox.cancel(&[1, 2]);
    bench.hear(B, false);
    assert_eq!(bench.flow_on(B), [3]);
}

#[test]
fn what_has_arrived_where_nobody_spoke_holds_nothing_up() {
    let mut bench = Bench::waiting([1]);
    bench.open(A);
    bench.time = MUTE;
    assert_eq!(bench.flow_on(A), [1]);
    bench.open(B);
    bench.hear(B, false);
    assert_eq!(bench.flow(), [], "it may still come out after what is new");
    assert_eq!(bench.acknowledge(A), NONE);
    bench.outbox.push(message(2));
    assert_eq!(bench.flow_on(B), [1, 2]);
}

#[test]
fn if_a_winner_ends_before_it_has_spoken_nothing_is_repeated() {
    let mut bench = moved(true);
    bench.connections.remove(B);
    assert_eq!(bench.flow_on(A), [3]);
}
