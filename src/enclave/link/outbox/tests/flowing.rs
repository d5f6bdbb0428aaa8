//! When it begins to flow, and how often a message goes to one who does not say a word.

use super::*;

#[test]
fn it_flows_when_the_peer_has_spoken() {
    let mut bench = Bench::waiting(1..=2);
    assert_eq!(bench.flow(), []);
    bench.open(A);
    assert_eq!(bench.flow(), []);
    bench.hear(A, false);
    assert_eq!(bench.flow_on(A), [1, 2]);
    assert_eq!(bench.blind, NONE, "it was not sent to one who is mute");
    bench.outbox.push(message(3));
    assert_eq!(bench.flow_on(A), [3]);
    assert_eq!(bench.flow(), []);
}

#[test]
fn it_flows_when_the_peer_has_been_mute_for_two_seconds() {
    let mut bench = Bench::waiting([1]);
    bench.time = seconds(10);
    bench.open(A);
    assert_eq!(bench.outbox.deadline(&bench.connections), Some(seconds(12)));
    bench.time = seconds(12) - Duration::from_nanos(1);
    assert_eq!(bench.flow(), []);
    bench.time = seconds(12);
    assert_eq!(bench.flow_on(A), [1]);
    assert_eq!(bench.blind, [1]);
    assert_eq!(bench.outbox.deadline(&bench.connections), None);
    bench.outbox.push(message(2));
    assert_eq!(bench.flow_on(A), [2]);
}

#[test]
fn there_is_no_moment_to_wait_for_where_nothing_waits_or_the_peer_has_spoken() {
    let mut bench = Bench::default();
    bench.open(A);
    assert_eq!(bench.outbox.deadline(&bench.connections), None);
    bench.outbox.push(message(1));
    assert_eq!(bench.outbox.deadline(&bench.connections), Some(MUTE));
    bench.hear(A, true);
    bench.flow();
    assert_eq!(bench.outbox.deadline(&bench.connections), None);
}

/// Connects once more with a peer that stays mute; what it is sent comes back.
fn connect_in_vain(bench: &mut Bench, id: ConnectionId) -> Vec<u64> {
    bench.open(id);
    bench.time += MUTE;
    let sent = bench.flow_on(id);
    assert_eq!(bench.outbox.deadline(&bench.connections), None);
    assert_eq!(bench.acknowledge(id), NONE);
    bench.connections.remove(id);
    sent
}

#[test]
fn to_one_who_stays_mute_a_message_goes_three_times_and_then_waits() {
    let mut bench = Bench::waiting([1]);
    assert_eq!(bench.standing(), [Standing::Unsent]);
    for id in 1..=3 {
        assert_eq!(connect_in_vain(&mut bench, ConnectionId(id)), [1]);
        let standing = if id < 3 {
            Standing::Sent
        } else {
            Standing::Unheard
        };
        assert_eq!(bench.standing(), [standing]);
    }
    assert_eq!(bench.blind, [1, 1, 1]);
    bench.outbox.push(message(2));
    let in_vain = connect_in_vain(&mut bench, ConnectionId(4));
    assert_eq!(in_vain, NONE, "what is new does not overtake it");
    bench.open(ConnectionId(5));
    bench.hear(ConnectionId(5), false);
    assert_eq!(bench.flow_on(ConnectionId(5)), [1, 2]);
}

#[test]
fn attempts_before_a_restart_count() {
    let mut bench = Bench::default();
    let attempts = BLIND_ATTEMPTS - 1;
    bench.outbox.push(Outgoing {
        attempts,
        ..message(1)
    });
    assert_eq!(bench.standing(), [Standing::Sent]);
    assert_eq!(connect_in_vain(&mut bench, A), [1]);
    assert_eq!(connect_in_vain(&mut bench, B), NONE);
}

#[test]
fn one_that_was_taken_back_does_not_hold_up_the_next() {
    let mut bench = Bench::default();
    let attempts = BLIND_ATTEMPTS;
    bench.outbox.push(Outgoing {
        attempts,
        ..message(1)
    });
    bench.outbox.push(message(2));
    bench.open(A);
    bench.time += MUTE;
    assert_eq!(bench.flow(), []);
    bench.outbox.cancel(&[1]);
    assert_eq!(bench.flow_on(A), [2]);
}
