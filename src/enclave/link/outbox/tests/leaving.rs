//! What lets a message leave the outbox.

use super::*;

#[test]
fn what_is_confirmed_leaves_and_nothing_else_does() {
    let mut bench = Bench::waiting(1..=4);
    bench.open(A);
    bench.hear(A, true);
    bench.flow();
    assert_eq!(bench.confirm([7, 8]), NONE);
    assert_eq!(bench.confirm([3]), [3]);
    assert_eq!(bench.keys(), [1, 2, 4]);
    assert_eq!(bench.confirm([3, 4, 4, 9, 1]), [1, 4]);
    assert_eq!(bench.keys(), [2]);
    assert_eq!(bench.outbox.size(), (1, "text 2".len()));
    bench.outbox.push(message(5));
    assert_eq!(bench.flow_on(A), [5]);
}

#[test]
fn what_was_never_sent_cannot_be_confirmed() {
    let mut bench = Bench::waiting(1..=2);
    assert_eq!(bench.confirm([1, 2]), NONE);
    bench.open(A);
    bench.hear(A, true);
    bench.flow();
    bench.outbox.push(message(3));
    assert_eq!(bench.confirm([3]), NONE);
    assert_eq!(bench.flow_on(A), [3]);
    assert_eq!(bench.confirm([1, 2, 3]), [1, 2, 3]);
}

#[test]
fn what_was_sent_on_a_connection_that_is_gone_can_be_confirmed() {
    let mut bench = Bench::waiting(1..=2);
    bench.open(A);
    bench.hear(A, true);
    bench.flow();
    bench.connections.remove(A);
    bench.open(B);
    assert_eq!(bench.confirm([1]), [1]);
    bench.hear(B, true);
    assert_eq!(bench.flow_on(B), [2]);
}

#[test]
fn one_who_confirms_is_not_believed_by_its_kernel() {
    let mut bench = Bench::waiting([1]);
    bench.open(A);
    bench.hear(A, true);
    bench.flow();
    assert_eq!(bench.acknowledge(A), NONE);
    assert_eq!(bench.keys(), [1]);
}

#[test]
fn without_receipts_what_has_arrived_whole_leaves() {
    let mut bench = Bench::waiting(1..=2);
    bench.open(A);
    bench.hear(A, false);
    bench.connection(A).written = 100;
    bench.flow();
    let first = bench.outbox.waiting[0].end;
    for (bytes, left) in [(100, vec![]), (first - 1, vec![]), (first, vec![1])] {
        bench.connection(A).acknowledged = bytes;
        assert_eq!(bench.outbox.acknowledged(&bench.connections), left);
    }
    assert_eq!(bench.acknowledge(A), [2]);
    assert_eq!(bench.outbox.size(), (0, 0));
}

#[test]
fn what_arrived_at_one_who_is_mute_leaves_once_it_speaks() {
    let mut bench = Bench::waiting([1]);
    bench.open(A);
    bench.time = MUTE;
    bench.flow();
    assert_eq!(bench.acknowledge(A), NONE);
    bench.hear(A, false);
    assert_eq!(bench.outbox.acknowledged(&bench.connections), [1]);
}

#[test]
fn only_what_was_written_to_a_connection_can_have_arrived_on_it() {
    let mut bench = Bench::waiting([1]);
    bench.open(A);
    bench.hear(A, false);
    bench.connection(A).written = 1000;
    assert_eq!(bench.acknowledge(A), NONE);
    bench.flow();
    bench.outbox.push(message(2));
    assert_eq!(bench.acknowledge(A), [1]);
    assert_eq!(bench.keys(), [2]);
}

#[test]
fn what_is_taken_back_is_not_sent_and_the_rest_is_once() {
    let mut bench = Bench::waiting(1..=3);
    bench.outbox.cancel(&[2]);
    bench.open(A);
    bench.hear(A, true);
    assert_eq!(bench.flow_on(A), [1, 3]);
    bench.outbox.push(message(4));
    bench.outbox.cancel(&[1]);
    bench.outbox.cancel(&[77]);
    assert_eq!(bench.flow_on(A), [4], "not 3 again, and 4 all the same");
    assert_eq!(bench.confirm([1]), NONE);
    assert_eq!(bench.keys(), [3, 4]);
    assert_eq!(bench.outbox.size(), (2, 2 * "text 1".len()));
    bench.open(B);
    bench.hear(B, true);
    assert_eq!(bench.flow_on(B), [3, 4]);
}

#[test]
fn taken_out_and_put_in_again_it_is_sent_again() {
    let mut bench = Bench::waiting(1..=2);
    bench.open(A);
    bench.hear(A, true);
    bench.flow();
    for message in bench.outbox.take() {
        bench.outbox.push(message);
    }
    assert_eq!(bench.flow_on(A), [1, 2]);
}

#[test]
fn the_room_that_a_flood_has_taken_is_given_back() {
    let mut bench = Bench::waiting(0..1_000);
    bench.open(A);
    bench.hear(A, true);
    bench.flow();
    assert_eq!(bench.confirm(0..1_000).len(), 1_000);
    assert!(bench.outbox.waiting.capacity() <= KEPT);
    let mut bench = Bench::waiting(0..1_000);
    let keys: Vec<u64> = (0..1_000).collect();
    bench.outbox.cancel(&keys);
    assert!(bench.outbox.waiting.capacity() <= KEPT);
}
