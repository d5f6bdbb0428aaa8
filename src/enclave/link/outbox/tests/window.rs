//! How much is on its way at a time.

use super::*;

/// A message whose frame is a little longer than a quarter of the window.
fn long(key: u64) -> Outgoing {
    let words = "x".repeat(WINDOW as usize / 4);
    Outgoing {
        text: format!("text {key} {words}"),
        ..message(key)
    }
}

fn bench(receipts: bool) -> Bench {
    let mut bench = Bench::default();
    for key in 1..=10 {
        bench.outbox.push(long(key));
    }
    bench.open(A);
    bench.hear(A, receipts);
    bench
}

#[test]
fn a_full_window_waits_for_confirmations() {
    let mut bench = bench(true);
    assert_eq!(bench.flow_on(A), [1, 2, 3, 4]);
    assert_eq!(bench.flow(), []);
    assert_eq!(bench.acknowledge(A), NONE);
    assert_eq!(bench.flow(), [], "its kernel is not asked");
    assert_eq!(bench.confirm([1, 2]), [1, 2]);
    assert_eq!(bench.flow_on(A), [5, 6]);
    assert_eq!(bench.confirm([3, 4, 5, 6]), [3, 4, 5, 6]);
    assert_eq!(bench.flow_on(A), [7, 8, 9, 10]);
}

#[test]
fn a_full_window_waits_for_acknowledgements() {
    let mut bench = bench(false);
    assert_eq!(bench.flow_on(A), [1, 2, 3, 4]);
    assert_eq!(bench.flow(), []);
    assert_eq!(bench.acknowledge(A), [1, 2, 3, 4]);
    assert_eq!(bench.flow_on(A), [5, 6, 7, 8]);
}

#[test]
fn one_message_that_is_never_confirmed_does_not_fill_the_window() {
    let mut bench = bench(true);
    bench.flow();
    assert_eq!(bench.confirm([2, 3, 4]), [2, 3, 4]);
    assert_eq!(bench.flow_on(A), [5, 6, 7]);
    assert_eq!(bench.confirm([5, 6, 7]), [5, 6, 7]);
    assert_eq!(bench.flow_on(A), [8, 9, 10]);
}

#[test]
fn what_was_written_besides_messages_does_not_fill_the_window() {
    for receipts in [false, true] {
        let mut bench = bench(receipts);
        // A year of changes of presence, which nobody watches.
        bench.connection(A).written = 10 * WINDOW;
        assert_eq!(bench.flow_on(A), [1, 2, 3, 4]);
        bench.connection(A).written += 10 * WINDOW;
        assert_eq!(bench.confirm([1]), [1]);
        assert_eq!(bench.flow_on(A), [5]);
    }
}

#[test]
fn what_is_taken_back_makes_room() {
    let mut bench = bench(true);
    bench.flow();
    bench.outbox.cancel(&[2]);
    bench.outbox.cancel(&[10]);
    assert_eq!(bench.flow_on(A), [5]);
    bench.outbox.cancel(&[6]);
    assert_eq!(bench.flow(), [], "that one was not on its way");
}

#[test]
fn a_message_longer_than_the_window_goes() {
    let mut bench = Bench::default();
    let words = "x".repeat(2 * WINDOW as usize);
    let text = format!("text 1 {words}");
    bench.outbox.push(Outgoing { text, ..message(1) });
    bench.outbox.push(message(2));
    bench.open(A);
    bench.hear(A, true);
    assert_eq!(bench.flow_on(A), [1]);
    assert_eq!(bench.confirm([1]), [1]);
    assert_eq!(bench.flow_on(A), [2]);
}

#[test]
fn on_another_connection_the_window_begins_anew() {
    let mut bench = bench(true);
    bench.flow();
    bench.open(B);
    bench.hear(B, true);
    assert_eq!(bench.flow_on(B), [1, 2, 3, 4]);
    assert_eq!(bench.confirm([1]), [1]);
    assert_eq!(bench.flow_on(B), [5]);
}
