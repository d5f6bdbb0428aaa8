//! Connections of a contact: handshake, two at once, ends.

use super::*;

#[test]
fn every_connection_begins_with_one_handshake() {
    let mut bench = Bench::new();
    let own = OwnPresence {
        status: Status::Busy,
        text: "tea".into(),
        alias: "Me".into(),
    };
    let now = bench.now();
    bench.mesh.set_presence(own, now, &mut bench.out);
    bench.befriend(HIGHER);
    let dialled = bench.dial();
    bench.dialled(dialled, true);
    let accepted = bench.accept(HIGHER);
    let read = |connection| Order::Read {
        connection,
        max_frame: 1 << 20,
    };
    assert_eq!(bench.out.orders[0], read(dialled));
    assert_eq!(bench.out.orders[2], read(accepted));
    assert_eq!(bench.out.orders.len(), 4);
    let handshake =
        r#"{"status":3,"status-message":"tea","alias":"Me","timestamp":1700000000}"#.to_owned();
    let expected = [(dialled, handshake.clone()), (accepted, handshake)];
    assert_eq!(bench.written(), expected);
}

#[test]
fn writing_moves_to_the_winner_and_both_are_read() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.orders();
    bench.frame(new, "{}");
    bench.send(HIGHER, 1, "hi");
    let expected = (new, r#"{"message":"hi","timestamp":1700000020}"#.to_owned());
    assert_eq!(bench.written(), [expected]);
    bench.frame(old, r#"{"message":"on the old"}"#);
    bench.frame(new, r#"{"message":"on the new"}"#);
    let expected = [(old, "on the old"), (new, "on the new")];
    let expected = expected.map(|(on, text)| message(HIGHER, on, text, None));
    assert_eq!(bench.news(), expected);
}

#[test]
fn a_loser_is_half_closed_and_closed_without_a_word() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.orders();
    bench.pass(60.0);
    assert_eq!(bench.orders(), [], "the winner has not been heard");
    bench.frame(new, "{}");
    assert_eq!(bench.orders(), [Order::HalfClose { connection: old }]);
    bench.pass(29.0);
    bench.frame(old, r#"{"message":"still read"}"#);
    assert_eq!(bench.news(), [message(HIGHER, old, "still read", None)]);
    bench.pass(1.0);
    assert_eq!(bench.out.orders, [Order::Close { connection: old }]);
    assert_eq!(bench.news(), []);
    bench.frame(old, r#"{"message":"too late"}"#);
    assert_eq!(bench.news(), []);
}

#[test]
fn if_the_winner_ends_first_the_loser_is_the_link_and_nobody_notices() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.orders();
    bench.ended(new);
    assert_eq!(bench.out, Outcome::default());
    bench.send(HIGHER, 1, "hi");
    assert_eq!(bench.written()[0].0, old);
}

#[test]
fn an_heir_is_told_of_the_presence_it_missed() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    let own = OwnPresence {
        status: Status::Available,
        text: String::new(),
        alias: String::new(),
    };
    bench.orders();
    let now = bench.now();
    bench.mesh.set_presence(own, now, &mut bench.out);
    let told = r#"{"status":1,"status-message":"","timestamp":1700000020}"#.to_owned();
    assert_eq!(bench.written(), [(new, told.clone())]);
    bench.ended(new);
    assert_eq!(bench.written(), [(old, told)]);
}

#[test]
fn if_only_a_half_closed_loser_is_left_the_contact_stays_and_is_dialled_at_once() {
    for peer in [HIGHER, LOWER] {
        let (mut bench, old) = Bench::linked(peer);
        bench.pass(40.0);
        let new = bench.accept(peer);
        bench.frame(new, "{}");
        bench.pass(1.0);
        bench.orders();
        bench.ended(new);
        assert_eq!(bench.out.news, []);
        bench.send(peer, 1, "hi");
        let dial = bench.dial();
        bench.dialled(dial, true);
        bench.frame(dial, "{}");
        let last = bench.written().pop().unwrap();
        let said = r#"{"message":"hi","timestamp":1700000041}"#.to_owned();
        assert_eq!(last, (dial, said), "it has waited");
        bench.ended(old);
        assert_eq!(bench.news(), []);
        assert!(bench.view(peer).connection.is_some());
    }
}

#[test]
fn after_a_break_the_lower_address_dials_at_once_and_the_higher_later() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.ended(connection);
    assert_eq!(bench.out.news, [absence(HIGHER, None)]);
    assert_eq!(bench.dials().len(), 1);

    let (mut bench, connection) = Bench::linked(LOWER);
    bench.ended(connection);
    bench.pass(2.9);
    assert_eq!(bench.dials(), []);
    bench.pass(0.1);
    assert_eq!(bench.dials().len(), 1);
}

#[test]
fn after_a_goodbye_the_first_dial_waits_half_a_minute() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.frame(connection, r#"{"status":0}"#);
    bench.pass(29.9);
    assert_eq!(bench.dials(), []);
    bench.pass(0.1);
    assert_eq!(bench.dials().len(), 1);
}

#[test]
fn a_goodbye_gives_up_a_dial_under_way() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.mesh.woke(bench.now(), &mut bench.out);
    let dial = bench.dial();
    bench.frame(connection, r#"{"status":0}"#);
    let expected = [
        Order::Close { connection },
        Order::Abort { connection: dial },
    ];
    assert_eq!(bench.orders(), expected);
    bench.pass(29.9);
    assert_eq!(bench.dials(), []);
}

#[test]
fn a_goodbye_on_a_second_connection_ends_only_that_one() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.orders();
    bench.frame(old, r#"{"status":0,"status-message":"duplicate"}"#);
    assert_eq!(bench.out.orders, [Order::Close { connection: old }]);
    assert_eq!(bench.news(), []);
    bench.frame(new, "{}");
    bench.ended(new);
    assert_eq!(bench.news(), [absence(HIGHER, None)]);
}

#[test]
fn a_goodbye_after_which_all_connections_end_is_one() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.frame(new, r#"{"status":0,"status-message":"good night"}"#);
    bench.orders();
    bench.ended(old);
    bench.pass(29.0);
    assert_eq!(bench.out.news, [absence(HIGHER, Some("good night"))]);
    assert_eq!(bench.dials(), []);
}

#[test]
fn a_goodbye_long_after_the_last_connection_opened_closes_all() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.pass(20.0);
    bench.orders();
    bench.frame(old, r#"{"status":0}"#);
    let expected = [old, new].map(|connection| Order::Close { connection });
    assert_eq!(bench.out.orders, expected);
    assert_eq!(bench.news(), [absence(HIGHER, None)]);
}

#[test]
fn a_dial_under_way_is_kept_when_the_contact_calls() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let dialled = bench.dial();
    let accepted = bench.accept(HIGHER);
    assert_eq!(
        bench.view(HIGHER).connection.map(|view| view.dialled_by_us),
        Some(false)
    );
    bench.dialled(dialled, true);
    assert_eq!(
        bench.view(HIGHER).connection.map(|view| view.dialled_by_us),
        Some(true)
    );
    bench.frame(dialled, "{}");
    bench.orders();
    bench.pass(1.0);
    let expected = Order::HalfClose {
        connection: accepted,
    };
    assert_eq!(bench.orders(), [expected]);
}

#[test]
fn connections_with_one_contact_are_bounded() {
    let (mut bench, first) = Bench::linked(HIGHER);
    bench.pass(20.0);
    for _ in 0..3 {
        bench.accept(HIGHER);
    }
    bench.orders();
    bench.accept(HIGHER);
    assert!(bench.orders().contains(&Order::Abort { connection: first }));
    bench.ended(first);
    assert_eq!(bench.out, Outcome::default());
}

#[test]
fn what_is_reported_of_connections_nobody_knows_is_ignored() {
    let mut bench = Bench::new();
    let stray = ConnectionId(1000);
    bench.ended(stray);
    bench.frame(stray, "{}");
    bench.dialled(stray, false);
    assert_eq!(bench.out, Outcome::default());
    bench.dialled(stray, true);
    assert_eq!(bench.orders(), [Order::Abort { connection: stray }]);
}
