//! What we say of ourselves, and where.

use super::*;

fn own(status: Status, text: &str, alias: &str) -> OwnPresence {
    OwnPresence {
        status,
        text: text.into(),
        alias: alias.into(),
    }
}

impl Bench {
    fn set_presence(&mut self, status: Status, text: &str, alias: &str) {
        let now = self.now();
        let presence = own(status, text, alias);
        self.mesh.set_presence(presence, now, &mut self.out);
    }

    fn go_dark(&mut self, text: &str) {
        let now = self.now();
        self.mesh.go_dark(text, now, &mut self.out);
    }

    fn light(&mut self) {
        let now = self.now();
        self.mesh.light(now, &mut self.out);
    }
}

#[test]
fn our_addresses_inside_the_networks_are_listened_on() {
    let mut bench = Bench::without_address();
    bench.set_own_addresses(&["fe80::1", US, "192.0.2.1", "fc00::1", US]);
    let addresses = ["fc00::1", US].map(address).to_vec();
    assert_eq!(bench.orders(), [Order::Listen { addresses }]);
}

#[test]
fn contacts_are_told_only_what_differs() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    let mut said = |status, text, alias| {
        bench.set_presence(status, text, alias);
        let written = bench.written();
        assert!(written.iter().all(|(to, _)| *to == connection));
        written
            .into_iter()
            .map(|(_, json)| json)
            .collect::<Vec<_>>()
    };
    let stamp = r#""timestamp":1700000000}"#;
    let lunch = format!(r#"{{"status":2,"status-message":"lunch",{stamp}"#);
    assert_eq!(said(Status::Away, "lunch", ""), [lunch]);
    assert!(said(Status::Away, "lunch", "").is_empty());
    let alias = format!(r#"{{"alias":"Me",{stamp}"#);
    assert_eq!(said(Status::Away, "lunch", "Me"), [alias]);
    let back = format!(r#"{{"status":1,"status-message":"",{stamp}"#);
    assert_eq!(said(Status::Available, "", "Me"), [back]);
    let both = format!(r#"{{"status":3,"status-message":"","alias":"I",{stamp}"#);
    assert_eq!(said(Status::Busy, "", "I"), [both]);
    assert!(
        said(Status::Busy, "", "").is_empty(),
        "nothing is said of no alias"
    );
}

#[test]
fn in_the_dark_there_is_a_goodbye_and_then_nothing() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.befriend(LOWER);
    let dial = bench.dial();
    let stranger = bench.accept("fc00::bad");
    bench.out = Outcome::default();
    bench.go_dark("good night");
    let orders = bench.out.orders.clone();
    assert_eq!(bench.out.news, [absence(HIGHER, None)]);
    assert_eq!(orders[0], Order::Listen { addresses: vec![] });
    let goodbye = r#"{"status":0,"status-message":"good night","timestamp":1700000000}"#;
    assert_eq!(bench.written(), [(connection, goodbye.to_owned())]);
    assert!(orders.contains(&Order::Close { connection }));
    for connection in [dial, stranger] {
        assert!(orders.contains(&Order::Abort { connection }));
    }
    assert_eq!(orders.len(), 5);

    bench.ended(connection);
    bench.pass(3600.0);
    bench.set_presence(Status::Available, "", "");
    bench.befriend("fc00::77");
    bench
        .mesh
        .dial_now(address(HIGHER), bench.now(), &mut bench.out);
    bench.mesh.woke(bench.now(), &mut bench.out);
    bench.set_own_addresses(&[]);
    bench.set_own_addresses(&[US]);
    bench.go_dark("again");
    assert_eq!(bench.out, Outcome::default());
    let caller = bench.accept(HIGHER);
    assert_eq!(bench.orders(), [Order::Abort { connection: caller }]);
    assert_eq!(bench.mesh.deadline(), None);

    bench.light();
    let addresses = vec![address(US)];
    assert_eq!(bench.out.orders[0], Order::Listen { addresses });
    let dials = bench.dials();
    assert_eq!(dials.len(), 3);
    bench.dialled(dials[0], true);
    let handshake = r#"{"status":1,"status-message":"","timestamp":1700003600}"#;
    assert_eq!(bench.written(), [(dials[0], handshake.to_owned())]);
}

#[test]
fn the_goodbye_goes_to_the_winner_only() {
    let (mut bench, old) = Bench::linked(HIGHER);
    bench.pass(20.0);
    let new = bench.accept(HIGHER);
    bench.orders();
    bench.mesh.shutdown(bench.now(), &mut bench.out);
    let orders = bench.out.orders.clone();
    for connection in [old, new] {
        assert!(orders.contains(&Order::Close { connection }));
    }
    let written = bench.written();
    assert_eq!(written.len(), 1);
    assert_eq!(written[0].0, new);
}

/// So many that they are not told in one go, all linked.
fn crowd(bench: &mut Bench) -> Vec<ConnectionId> {
    let peers: Vec<String> = (0..300).map(|n| format!("fc00::1:{n:x}")).collect();
    let mut connections = Vec::new();
    for peer in &peers {
        bench.befriend(peer);
        let connection = bench.accept(peer);
        bench.frame(connection, r#"{"status":1,"status-message":""}"#);
        connections.push(connection);
    }
    bench.out = Outcome::default();
    connections
}

#[test]
fn many_contacts_are_told_little_by_little_and_each_once() {
    let mut bench = Bench::new();
    let connections = crowd(&mut bench);
    bench.set_presence(Status::Away, "lunch", "");
    let first = bench.written();
    assert!(first.len() < connections.len() / 2, "{}", first.len());
    assert_eq!(bench.mesh.deadline(), Some(bench.time), "the rest follows");
    let late = "fc00::2:1";
    bench.befriend(late);
    bench.accept(late);
    assert_eq!(bench.written().len(), 1, "it is told in its handshake");
    let now = bench.now();
    bench.mesh.tick(now, &mut bench.out);
    let second = bench.written();
    assert!(second.len() <= first.len(), "a bit at a time");
    bench.pass(0.0);
    let told = [first, second, bench.written()].concat();
    assert!(told.iter().all(|(_, said)| said.contains("lunch")));
    let told: Vec<_> = told.into_iter().map(|(to, _)| to).collect();
    assert_eq!(told, connections);
}

#[test]
fn a_change_that_not_all_have_heard_of_is_told_with_the_next() {
    let mut bench = Bench::new();
    let connections = crowd(&mut bench);
    bench.set_presence(Status::Away, "lunch", "");
    bench.out = Outcome::default();
    bench.set_presence(Status::Away, "lunch", "Me");
    bench.pass(0.0);
    let told = bench.written();
    assert_eq!(told.len(), connections.len());
    for (_, said) in told {
        assert!(
            said.contains("lunch") && said.contains(r#""alias":"Me""#),
            "{said}"
        );
    }
}

#[test]
fn in_the_dark_nobody_is_told_the_rest() {
    let mut bench = Bench::new();
    crowd(&mut bench);
    bench.set_presence(Status::Away, "lunch", "");
    bench.go_dark("");
    bench.out = Outcome::default();
    bench.pass(0.0);
    assert!(bench.written().is_empty());
}
