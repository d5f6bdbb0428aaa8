//! Whoever is slow or stuck, a client or a contact's node, delays nobody else: what another
//! client and another contact say to each other takes as long as before.
//!
//! Each test measures both in one run, and prints what it found (`-- --nocapture`).

// The lints against `unwrap` are for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use support::{Client, Daemon, Link, Network, PATIENCE, Peer, Setup};

/// Round trips that are measured with and without whoever is stuck.
const ROUNDS: usize = 200;

/// The most by which the median may grow. Others want the processor, too: the tests that run
/// beside this one, and the one that is stuck.
const RATIO: f64 = 5.0;

/// What no median need be compared with: below it, the ratio says nothing.
const NOTHING: Duration = Duration::from_millis(1);

/// None takes longer. To wait for whoever is stuck would take two seconds; to wait for a disk on
/// which much is going on has taken more than one.
const MOST: Duration = Duration::from_millis(1900);

/// A handshake: it is there, and confirms nothing.
const HELLO: &str = r#"{"status":1,"status-message":"","timestamp":1700000000}"#;

/// A gateway, and two who talk over it.
struct Scene {
    gateway: Daemon,
    alice: Client,
    /// John Smith's connection.
    john: Link,
    _peer: Peer,
    rounds: usize,
}

impl Scene {
    /// With these contacts besides John Smith, who may only call.
    fn with<const N: usize>(names: [&str; N]) -> (Self, [Peer; N]) {
        let network = Network::new();
        let peer = Peer::listen(&network);
        let others = names.map(|_| Peer::silent(&network, network.address()));
        let mut setup = Setup::on(&network).contact("John Smith", peer.address);
        for (name, other) in names.iter().zip(&others) {
            setup = setup.contact(name, other.address);
        }
        let gateway = Daemon::start(setup);
        let mut john = peer.accept();
        john.send(HELLO);
        let alice = gateway.client("alice", &[]);
        let scene = Self {
            gateway,
            alice,
            john,
            _peer: peer,
            rounds: 0,
        };
        (scene, others)
    }

    /// How long each of many round trips takes, from alice to John and back.
    fn round_trips(&mut self, mut before_each: impl FnMut()) -> Times {
        let mut times = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            before_each();
            self.rounds += 1;
            let (there, back) = (
                format!("there {}.", self.rounds),
                format!("back {}.", self.rounds),
            );
            let begun = Instant::now();
            self.alice.send(&format!("PRIVMSG JohnSmith :{there}"));
            self.john.expect_message(&there);
            self.john
                .send(format!(r#"{{"message":"{back}","timestamp":1700000000}}"#));
            self.alice.expect_text("JohnSmith", &back);
            times.push(begun.elapsed());
        }
        times.sort();
        Times(times)
    }
}

/// Sorted.
struct Times(Vec<Duration>);

impl Times {
    fn percentile(&self, percent: usize) -> Duration {
        self.0[(self.0.len() - 1) * percent / 100]
    }

    /// These were measured without whoever is stuck, and the others with them.
    fn compare(&self, with: &Self, who: &str) {
        let p50 = (self.percentile(50), with.percentile(50));
        let p99 = (self.percentile(99), with.percentile(99));
        let most = (self.percentile(100), with.percentile(100));
        let ratio = p50.1.as_secs_f64() / p50.0.as_secs_f64();
        println!(
            "{who}: p50 {:?} with, {:?} without ({ratio:.2} times); p99 {:?}, {:?}; at most \
             {:?}, {:?}",
            p50.1, p50.0, p99.1, p99.0, most.1, most.0
        );
        let bar = p50.0.max(NOTHING).mul_f64(RATIO);
        assert!(p50.1 < bar, "{who}: {:?}, and {bar:?} is allowed", p50.1);
        assert!(most.1 < MOST, "{who}: {:?}", most.1);
    }
}

/// A client whose side of the system keeps next to nothing for it.
fn narrow(gateway: &Daemon) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let door = SocketAddr::from((gateway.setup.address, gateway.setup.port));
    socket.connect(&door.into()).unwrap();
    socket.into()
}

/// Mary says so much before each round trip that whoever does not read is soon behind.
fn mary_talks(mary: &mut Link) {
    let text = "x".repeat(1000);
    for _ in 0..10 {
        mary.send(format!(r#"{{"message":"{text}","timestamp":1700000000}}"#));
    }
}

#[test]
fn a_client_that_reads_nothing_while_somebody_talks_without_end_delays_nobody() {
    let (mut scene, [mary]) = Scene::with(["Mary"]);
    let mut mary = mary.dial(&scene.gateway);
    mary.send(HELLO);
    let without = scene.round_trips(|| mary_talks(&mut mary));
    let mut stuck = Client::over_tcp(narrow(&scene.gateway));
    stuck.register("stuck", &[]);
    let with = scene.round_trips(|| mary_talks(&mut mary));
    without.compare(&with, "a client that reads nothing");
}

#[test]
fn a_client_that_reads_a_byte_now_and_then_delays_nobody() {
    let (mut scene, [mary]) = Scene::with(["Mary"]);
    let mut mary = mary.dial(&scene.gateway);
    mary.send(HELLO);
    let without = scene.round_trips(|| mary_talks(&mut mary));
    let mut slow = narrow(&scene.gateway);
    slow.write_all(b"NICK slow\r\nUSER slow 0 * :slow\r\n")
        .unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let reader = thread::spawn({
        let is_over = Arc::clone(&is_over);
        move || {
            while !is_over.load(Ordering::Relaxed) && slow.read(&mut [0]).is_ok() {
                // It is what this client does.
                thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let begun = Instant::now();
    while !scene.alice.ask_service("clients").contains("slow from") {
        assert!(begun.elapsed() < PATIENCE, "the slow one does not attach");
    }
    let with = scene.round_trips(|| mary_talks(&mut mary));
    is_over.store(true, Ordering::Relaxed);
    drop(scene.gateway);
    reader.join().unwrap();
    without.compare(&with, "a client that reads a byte now and then");
}

#[test]
fn contacts_whose_nodes_are_stuck_delay_nobody() {
    let (mut scene, [deaf, slow, half, mute]) = Scene::with(["Deaf", "Slow", "Half", "Mute"]);
    let without = scene.round_trips(|| ());

    // One that never reads, and to which another client writes more than it takes.
    let mut deaf = deaf.dial(&scene.gateway);
    deaf.send(HELLO);
    scene
        .alice
        .expect("Deaf to come", |line| line.is("JOIN", "Deaf"));
    let mut bob = scene.gateway.client("bob", &[]);
    let writer = thread::spawn(move || {
        let text = "x".repeat(300);
        for _ in 0..12_000 {
            bob.send(&format!("PRIVMSG Deaf :{text}"));
        }
        bob
    });
    // One that says a byte now and then, one that has stopped in the middle of a word, and one
    // that has never said any.
    let mut slow = slow.dial(&scene.gateway);
    slow.send_bytes(&[0, 0, 4, 0]);
    let mut half = half.dial(&scene.gateway);
    half.send_bytes(b"\0\0\x04\0{\"message\":\"so");
    let _mute = mute.dial(&scene.gateway);
    let with = scene.round_trips(|| slow.send_bytes(b" "));
    let mut bob = writer.join().unwrap();
    bob.settle();
    without.compare(&with, "contacts whose nodes are stuck");
}
