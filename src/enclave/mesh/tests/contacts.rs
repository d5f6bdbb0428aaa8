//! Who is a contact, and who shall not be heard.

use super::*;

impl Bench {
    fn block(&mut self, peer: &str) {
        let now = self.now();
        self.mesh.block(address(peer), now, &mut self.out);
    }

    fn reject(&mut self, peer: &str) {
        let now = self.now();
        self.mesh.reject(address(peer), now, &mut self.out);
    }

    /// Whether a caller from there is turned away before a byte is read.
    fn turns_away(&mut self, peer: &str) -> bool {
        self.orders();
        let connection = self.accept(peer);
        let orders = self.orders();
        let refused = orders == [Order::Abort { connection }];
        let read = |order: &Order| matches!(order, Order::Read { .. });
        assert!(refused != orders.iter().any(read));
        refused
    }
}

#[test]
fn callers_from_outside_the_networks_or_from_ourselves_are_turned_away() {
    let mut bench = Bench::new();
    bench.befriend("192.0.2.1");
    bench.set_own_addresses(&[US, "fc00::6"]);
    for peer in ["192.0.2.1", "fe80::1", US, "fc00::6"] {
        assert!(bench.turns_away(peer), "{peer}");
    }
    assert!(!bench.turns_away("fc00::7"));
}

#[test]
fn one_who_is_removed_gets_a_goodbye_and_is_a_stranger_afterwards() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench
        .mesh
        .unfriend(address(HIGHER), bench.now(), &mut bench.out);
    let orders = bench.out.orders.clone();
    assert_eq!(orders[1..], [Order::Close { connection }]);
    assert_eq!(bench.out.news, []);
    let goodbye = r#"{"status":0,"status-message":"","timestamp":1700000000}"#;
    assert_eq!(bench.written(), [(connection, goodbye.to_owned())]);
    bench.pass(1000.0);
    assert_eq!(bench.out, Outcome::default());
    assert_eq!(bench.mesh.deadline(), None);
    assert_eq!(bench.mesh.link(address(HIGHER)), None);
    let connection = bench.accept(HIGHER);
    assert_eq!(bench.written(), []);
    bench.frame(connection, "{}");
    bench.pass(5.0);
    assert_eq!(bench.news().len(), 1);
}

#[test]
fn one_who_is_silenced_is_turned_away_for_a_day_unless_added() {
    let mut bench = Bench::new();
    bench.mesh.silence(address(HIGHER), bench.now());
    assert!(bench.turns_away(HIGHER));
    bench.pass(24.0 * 3600.0 - 1.0);
    assert!(bench.turns_away(HIGHER));
    bench.pass(1.0);
    assert!(!bench.turns_away(HIGHER));
    bench.mesh.silence(address(LOWER), bench.now());
    bench.befriend(LOWER);
    assert!(!bench.turns_away(LOWER));
    bench
        .mesh
        .unfriend(address(LOWER), bench.now(), &mut bench.out);
    assert!(!bench.turns_away(LOWER), "the silence was lifted");
}

#[test]
fn silence_is_for_all_that_an_owner_owns_but_not_for_a_contact_there() {
    let mut bench = Bench::new();
    bench.befriend("300:1:2:3::a");
    bench.orders();
    bench.mesh.silence(address("300:1:2:3::1"), bench.now());
    assert!(bench.turns_away("300:1:2:3::2"));
    assert!(!bench.turns_away("300:1:2:4::1"));
    assert!(!bench.turns_away("300:1:2:3::a"));
}

#[test]
fn silenced_addresses_are_bounded() {
    let mut bench = Bench::new();
    for number in 0..2000 {
        let peer = format!("fc01::{number:x}");
        bench.mesh.silence(address(&peer), bench.now());
        bench.time += Duration::from_millis(1);
    }
    assert_eq!(bench.mesh.silenced.len(), 1024);
    assert!(bench.turns_away("fc01::7cf"));
}

#[test]
fn a_blocked_contact_is_dropped_without_a_word_and_never_dialled() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.block(HIGHER);
    assert_eq!(bench.out.orders, [Order::Abort { connection }]);
    assert_eq!(bench.news(), [absence(HIGHER, None)]);
    bench.befriend(HIGHER);
    bench
        .mesh
        .dial_now(address(HIGHER), bench.now(), &mut bench.out);
    bench.mesh.woke(bench.now(), &mut bench.out);
    bench.pass(1000.0);
    assert_eq!(bench.orders(), []);
    assert!(bench.turns_away(HIGHER));
    bench.send(HIGHER, 1, "hi");
    assert_eq!(bench.mesh.waiting_size(address(HIGHER)), (0, 0));
    assert_eq!(bench.orders(), []);

    bench.mesh.unblock(address(HIGHER));
    bench.befriend(HIGHER);
    assert_eq!(bench.dials().len(), 1);
    assert!(!bench.turns_away(HIGHER));
}

#[test]
fn a_block_gives_up_a_dial_and_a_request() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.block(HIGHER);
    assert_eq!(bench.orders(), [Order::Abort { connection }]);
    let connection = bench.accept(LOWER);
    bench.orders();
    bench.block(LOWER);
    assert_eq!(bench.orders(), [Order::Abort { connection }]);
    assert_eq!(bench.mesh.deadline(), None);
}

#[test]
fn a_block_is_for_all_strangers_that_an_owner_owns() {
    let mut bench = Bench::new();
    bench.block("300:1:2:3::5");
    for peer in ["300:1:2:3::1", "300:1:2:3::5", "300:1:2:3:f::"] {
        assert!(bench.turns_away(peer), "{peer}");
    }
    for peer in ["300:1:2:2::5", "300:1:2:4::5"] {
        assert!(!bench.turns_away(peer), "{peer}");
    }
    bench.mesh.unblock(address("300:1:2:3::5"));
    assert!(!bench.turns_away("300:1:2:3::5"));
}

#[test]
fn one_who_is_rejected_is_dropped_and_silenced() {
    let mut bench = Bench::new();
    let connection = bench.accept(HIGHER);
    bench.frame(connection, r#"{"message":"hi"}"#);
    bench.out = Outcome::default();
    bench.reject(HIGHER);
    assert_eq!(bench.orders(), [Order::Abort { connection }]);
    assert_eq!(bench.mesh.requests().count(), 0);
    assert!(bench.turns_away(HIGHER));
    bench.pass(1000.0);
    assert_eq!(bench.news(), []);
}

#[test]
fn a_message_waits_for_a_contact_and_for_nobody_else() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    bench.orders();
    for (peer, waiting) in [(HIGHER, (1, 2)), (LOWER, (0, 0))] {
        bench.send(peer, 1, "hi");
        assert_eq!(bench.mesh.waiting_size(address(peer)), waiting);
    }
    assert_eq!(bench.out, Outcome::default());
}

#[test]
fn befriending_twice_is_befriending_once() {
    let (mut bench, _) = Bench::linked(HIGHER);
    bench.befriend(HIGHER);
    assert_eq!(bench.out, Outcome::default());
}
