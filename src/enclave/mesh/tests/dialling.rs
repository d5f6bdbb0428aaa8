//! Who is dialled when.

use super::*;

fn peer(number: u16) -> String {
    format!("fc01::{number:x}")
}

#[test]
fn a_new_contact_is_dialled_from_our_address_in_its_network() {
    let mut bench = Bench::new();
    bench.set_own_addresses(&["127.0.0.2", US]);
    bench.orders();
    for (peer, from) in [(HIGHER, US), ("127.0.0.9", "127.0.0.2")] {
        bench.befriend(peer);
        let expected = Order::Dial {
            connection: ConnectionId(bench.mesh.next_connection),
            from: address(from),
            to: address(peer),
        };
        assert_eq!(bench.orders(), [expected]);
    }
    bench.befriend("300::1");
    bench.befriend("192.0.2.1");
    bench.befriend(US);
    bench.pass(1000.0);
    let strangers = ["300::1", "192.0.2.1", US].map(address);
    let dialled = bench
        .orders()
        .into_iter()
        .any(|order| matches!(order, Order::Dial { to, .. } if strangers.contains(&to)));
    assert!(
        !dialled,
        "we have no address in those networks, and do not dial ourselves"
    );
}

#[test]
fn a_dial_is_given_up_after_ten_seconds_and_tried_again() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.pass(9.9);
    assert_eq!(bench.orders(), []);
    bench.pass(0.1);
    assert_eq!(bench.orders()[0], Order::Abort { connection });
    assert_eq!(bench.view(HIGHER).failures, 1);
    bench.pass(1.0);
    assert_eq!(bench.dials().len(), 1);
}

#[test]
fn failures_make_the_waits_longer_until_a_link_is_stable() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    for failures in 0..12 {
        assert_eq!(bench.view(HIGHER).failures, failures);
        let connection = bench.dial();
        bench.dialled(connection, false);
        let next = bench.view(HIGHER).next_try.unwrap();
        let limit = (1u64 << failures).min(300);
        assert!(next <= bench.time + Duration::from_secs(limit));
        bench.pass((next - bench.time).as_secs_f64());
    }
    let connection = bench.dial();
    bench.dialled(connection, true);
    bench.pass(60.0);
    assert_eq!(bench.view(HIGHER).failures, 12, "not a word");
    bench.frame(connection, "{}");
    bench.pass(29.9);
    assert_eq!(bench.view(HIGHER).failures, 12, "not stable");
    bench.pass(0.1);
    assert_eq!(bench.view(HIGHER).failures, 0);
}

#[test]
fn a_link_without_a_packet_is_a_failure() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.dialled(connection, true);
    bench.ended(connection);
    assert_eq!(bench.view(HIGHER).failures, 1);
    assert!(bench.view(HIGHER).next_try.is_some());
    assert_eq!(bench.news(), []);
}

#[test]
fn sixty_four_are_dialled_at_once_and_the_last_seen_first() {
    let mut bench = Bench::without_address();
    for number in 1..=200 {
        // Every third was never seen; of the others the higher numbers were seen later.
        let last = (number % 3 != 0).then(|| Timestamp::from_seconds(START + i64::from(number)));
        let now = bench.now();
        bench
            .mesh
            .befriend(address(&peer(number)), last, now, &mut bench.out);
    }
    assert_eq!(bench.dials(), []);
    bench.set_own_addresses(&[US]);
    let mut expected: Vec<u16> = (1..=200).rev().filter(|number| number % 3 != 0).collect();
    expected.extend((1..=200).filter(|number| number % 3 == 0));
    let mut dialled = Vec::new();
    let mut under_way = std::collections::VecDeque::new();
    loop {
        for order in bench.orders() {
            if let Order::Dial { connection, to, .. } = order {
                dialled.push(to);
                under_way.push_back(connection);
            }
        }
        if dialled.len() == 200 {
            break;
        }
        assert_eq!(under_way.len(), 64);
        let connection = under_way.pop_front().unwrap();
        // Whether it succeeds or fails, the next has its turn.
        bench.dialled(connection, connection.0 % 2 == 0);
    }
    let expected: Vec<Address> = expected
        .iter()
        .map(|number| address(&peer(*number)))
        .collect();
    assert_eq!(dialled, expected);
}

#[test]
fn a_slot_is_free_again_whatever_becomes_of_the_dial() {
    let mut bench = Bench::new();
    for number in 1..=66 {
        bench.befriend(&peer(number));
    }
    assert_eq!(bench.dials().len(), 64);
    let now = bench.now();
    bench.mesh.unfriend(address(&peer(1)), now, &mut bench.out);
    assert_eq!(bench.dials().len(), 1);
    bench.mesh.block(address(&peer(2)), now, &mut bench.out);
    assert_eq!(bench.dials().len(), 1);
    bench.mesh.go_dark("", now, &mut bench.out);
    bench.orders();
    bench.mesh.light(now, &mut bench.out);
    assert_eq!(bench.dials().len(), 64);
    bench.pass(10.0);
    let holding = bench.mesh.links.values();
    let holding = holding.filter(|link| matches!(link.dial, Dial::Underway { slot: true, .. }));
    assert_eq!(holding.count(), bench.mesh.slots.taken);
}

#[test]
fn what_the_person_writes_needs_no_slot_but_dials_once_a_second() {
    let mut bench = Bench::new();
    for number in 1..=65 {
        bench.befriend(&peer(number));
    }
    bench.orders();
    let waiting = address(&peer(65));
    let now = bench.now();
    bench.mesh.dial_now(waiting, now, &mut bench.out);
    let first = bench.dial();
    bench.mesh.dial_now(waiting, now, &mut bench.out);
    assert_eq!(bench.dials(), [], "one is under way");
    bench.dialled(first, false);
    bench.mesh.dial_now(waiting, now, &mut bench.out);
    bench.pass(0.9);
    assert_eq!(bench.dials(), []);
    bench.pass(0.1);
    let second = bench.dial();
    bench.dialled(second, true);
    bench.pass(5.0);
    bench.mesh.dial_now(waiting, bench.now(), &mut bench.out);
    assert_eq!(bench.dials(), [], "it is linked");
}

#[test]
fn all_are_dialled_when_our_address_appears_beside_old_links() {
    let (mut bench, _) = Bench::linked(HIGHER);
    bench.befriend("127.0.0.9");
    bench.set_own_addresses(&[]);
    assert_eq!(bench.orders(), [Order::Listen { addresses: vec![] }]);
    bench.pass(1000.0);
    bench.set_own_addresses(&[US]);
    let expected = Order::Dial {
        connection: ConnectionId(bench.mesh.next_connection),
        from: address(US),
        to: address(HIGHER),
    };
    let addresses = vec![address(US)];
    assert_eq!(bench.orders(), [Order::Listen { addresses }, expected]);
    assert!(bench.view(HIGHER).connection.is_some());
    bench.set_own_addresses(&[US, US]);
    assert_eq!(bench.orders(), [], "nothing new");
}

#[test]
fn after_a_sleep_all_are_dialled_anew() {
    let (mut bench, _) = Bench::linked(HIGHER);
    bench.befriend(LOWER);
    let stale = bench.dial();
    bench.mesh.woke(bench.now(), &mut bench.out);
    assert!(
        bench
            .out
            .orders
            .contains(&Order::Abort { connection: stale })
    );
    assert_eq!(bench.dials().len(), 2);
}

#[test]
fn a_failed_dial_beside_a_link_is_no_failure() {
    let (mut bench, _) = Bench::linked(HIGHER);
    bench.mesh.woke(bench.now(), &mut bench.out);
    let connection = bench.dial();
    bench.dialled(connection, false);
    assert_eq!(bench.view(HIGHER).failures, 0);
    assert_eq!(bench.view(HIGHER).next_try, None);
}

#[test]
fn ten_thousand_contacts_cost_little() {
    let mut bench = Bench::without_address();
    for number in 0..10_000 {
        bench.befriend(&peer(number));
    }
    bench.set_own_addresses(&[US]);
    let mut opened = 0;
    while opened < 10_000 {
        for connection in bench.dials() {
            bench.dialled(connection, true);
            bench.frame(connection, r#"{"status":1}"#);
            opened += 1;
        }
    }
    bench.orders();
    let now = bench.now();
    let own = OwnPresence {
        status: Status::Available,
        text: "hello".into(),
        alias: String::new(),
    };
    bench.mesh.set_presence(own, now, &mut bench.out);
    bench.pass(0.0);
    let orders = bench.orders();
    assert_eq!(orders.len(), 10_000);
    let first = |order: &Order| match order {
        Order::Write { frame, .. } => frame.as_ptr(),
        order => panic!("{order:?}"),
    };
    assert!(
        orders.iter().all(|order| first(order) == first(&orders[0])),
        "one frame for all"
    );
    assert!(bench.mesh.alarms.len() <= 10_000);
    let size = size_of::<super::super::Link>() + size_of::<crate::enclave::link::Connection>();
    assert!(size <= 1024, "{size}");
}
