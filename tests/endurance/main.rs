//! Two people write to each other while gateways are killed, connections torn, and clients
//! vanish: nothing that was accepted is lost, shown twice, or shown out of order.
//!
//! A message is accepted when its writer's client is shown it (`echo-message`). Everything
//! runs on loopback addresses, through the real binary; between the two gateways is a
//! [`relay`] that can tear their connections.
//!
//! The large one is run by
//!
//! ```text
//! ENDURANCE_MESSAGES=100000 ENDURANCE_DISTURBANCES=100 \
//!   cargo test --release --test endurance -- --ignored --nocapture large
//! ```

// The lints against `unwrap` are for the program: here a panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/mod.rs"]
mod support;

mod judge;
mod person;
mod relay;
mod rest;

use std::cell::RefCell;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;

use judge::{Verdict, judge};
use person::{Person, Table, Words};
use relay::Relay;
use rest::{attach, empty_outbox};
use support::{Daemon, Network, Setup};

/// Disturbances come while this share of the messages is being written: after the last of
/// them somebody still has to have a reason to dial.
const DISTURBED: f64 = 0.9;

/// What happens to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disturbance {
    /// A gateway is killed, and started again.
    Kill(usize),
    /// Both are.
    KillBoth,
    /// The connection between the two gateways breaks.
    Tear,
    /// A client is gone, and comes back under the same name.
    Vanish(usize),
}

impl Disturbance {
    fn any() -> Self {
        let whom = fastrand::usize(0..2);
        match fastrand::u8(0..8) {
            0..3 => Self::Kill(whom),
            3 => Self::KillBoth,
            4..6 => Self::Tear,
            _ => Self::Vanish(whom),
        }
    }
}

/// Two people, their gateways, and what is between them.
struct Trial {
    gateways: [RefCell<Option<Daemon>>; 2],
    people: [Person; 2],
    table: Table,
    relay: Relay,
    messages: usize,
}

/// How it went.
struct Outcome {
    verdicts: [Verdict; 2],
    /// What was sent and neither echoed nor refused.
    unknown: usize,
    disturbances: usize,
    took: Duration,
    memory: [Option<usize>; 2],
}

impl Trial {
    async fn start(messages: usize) -> Self {
        let network = Network::new();
        let mut setups = [Setup::on(&network), Setup::on(&network)];
        setups.sort_by_key(|setup| setup.address);
        let [one, two] = setups;
        let relay = Relay::between(&network, [one.address, two.address]);
        let [alice, bob] = relay.seen_at();
        let doors = [&one, &two].map(|setup| SocketAddr::from((setup.address, setup.port)));
        let gateways = [one.contact("Bob", bob), two.contact("Alice", alice)];
        let gateways = gateways.map(|setup| spawn_blocking(|| Daemon::start(setup)));
        let [first, second] = gateways;
        let gateways = [first.await, second.await];
        let half = messages / 2;
        Self {
            gateways: gateways.map(|gateway| RefCell::new(Some(gateway.unwrap()))),
            people: [
                Person::new("alice", "Bob", doors[0], half),
                Person::new("bob", "Alice", doors[1], messages - half),
            ],
            table: Table::new(),
            relay,
            messages,
        }
    }

    /// Lets them write, disturbs them, and waits until all has arrived.
    async fn run(self, disturbances: usize) -> Outcome {
        let began = Instant::now();
        let memory = tokio::select! {
            () = self.people[0].live(&self.table, 0) => unreachable!("people come back"),
            () = self.people[1].live(&self.table, 1) => unreachable!("people come back"),
            () = self.relay.run() => unreachable!("the relay runs for ever"),
            memory = self.write_through(disturbances) => memory,
        };
        let took = began.elapsed();
        // They have left; now all has to be quiet.
        tokio::select! {
            () = self.relay.run() => unreachable!("the relay runs for ever"),
            _ = async { self.come_to_rest(0).await; self.come_to_rest(1).await } => {}
        }
        let words = self.table.words.each_ref().map(RefCell::borrow);
        Outcome {
            verdicts: words.each_ref().map(|words| judge(&words.seen)),
            unknown: words.iter().map(|words| words.unknown).sum(),
            disturbances,
            took,
            memory,
        }
    }

    async fn write_through(&self, disturbances: usize) -> [Option<usize>; 2] {
        let latest = (self.messages as f64 * DISTURBED) as usize;
        let mut moments: Vec<_> = std::iter::repeat_with(|| fastrand::usize(0..latest))
            .take(disturbances)
            .collect();
        moments.sort_unstable();
        for moment in moments {
            let reached = |one: &Words, two: &Words| one.accepted() + two.accepted() >= moment;
            self.table.until("the next disturbance", reached).await;
            self.disturb(Disturbance::any()).await;
        }
        let all = self.messages;
        let arrived = |one: &Words, two: &Words| {
            one.accepted() + two.accepted() == all && one.unseen() + two.unseen() == 0
        };
        self.table.until("the rest", arrived).await;
        let gateways = self.gateways.each_ref();
        gateways.map(|gateway| gateway.borrow().as_ref().unwrap().memory())
    }

    async fn disturb(&self, what: Disturbance) {
        match what {
            Disturbance::Tear => self.relay.tear(),
            Disturbance::Kill(whom) => {
                let setup = self.kill(whom).await;
                self.let_write(1 - whom).await;
                self.revive(whom, setup).await;
            }
            Disturbance::KillBoth => {
                let (first, second) = tokio::join!(self.kill(0), self.kill(1));
                tokio::join!(self.revive(0, first), self.revive(1, second));
            }
            Disturbance::Vanish(whom) => {
                let weather = &self.people[whom].weather;
                weather.send_modify(|weather| weather.client = false);
                self.let_write(1 - whom).await;
                weather.send_modify(|weather| weather.client = true);
            }
        }
    }

    async fn kill(&self, whom: usize) -> Setup {
        let weather = &self.people[whom].weather;
        weather.send_modify(|weather| weather.gateway = false);
        let gateway = self.gateways[whom].take().unwrap();
        spawn_blocking(|| gateway.kill()).await.unwrap()
    }

    async fn revive(&self, whom: usize, setup: Setup) {
        let gateway = spawn_blocking(|| Daemon::again(setup)).await.unwrap();
        self.gateways[whom].replace(Some(gateway));
        let weather = &self.people[whom].weather;
        weather.send_modify(|weather| weather.gateway = true);
    }

    /// Waits until somebody has written a little more, or as much as they may.
    async fn let_write(&self, whom: usize) {
        let written = self.table.words[whom].borrow().accepted();
        let wanted = (written + fastrand::usize(0..100)).min(self.messages / 2);
        let enough = |words: &Words| words.accepted() >= wanted || words.is_held_up();
        let enough = |one: &Words, two: &Words| enough([one, two][whom]);
        self.table.until("some more words", enough).await;
    }

    /// Checks that nothing waits any more at a person's gateway, that they are shown what is
    /// left, and that it then is as if they had never been away.
    async fn come_to_rest(&self, whom: usize) {
        let (nick, other) = (self.people[whom].nick, self.people[whom].other);
        let gateway = self.gateways[whom].take().unwrap();
        let resting = spawn_blocking(move || {
            empty_outbox(&gateway, nick);
            let shown = [(); 2].map(|()| attach(&gateway, nick, other));
            (shown, gateway)
        });
        let (shown, gateway) = resting.await.unwrap();
        assert_eq!(shown[1], [], "{nick} had been shown all of it");
        self.gateways[whom].replace(Some(gateway));
        let mut words = self.table.words[1 - whom].borrow_mut();
        words.seen.shown.extend(shown);
    }
}

/// What was counted, for people.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |part: fn(&Verdict) -> usize| self.verdicts.iter().map(part).sum::<usize>();
        let accepted = sum(|one| one.accepted);
        let seconds = self.took.as_secs_f64();
        writeln!(
            f,
            "{accepted} messages accepted, {} disturbances, {seconds:.1} s, {:.0} messages/s",
            self.disturbances,
            accepted as f64 / seconds
        )?;
        writeln!(
            f,
            "lost {}, twice on one connection {}, under two ids {}, out of order {}",
            sum(|one| one.lost),
            sum(|one| one.twice),
            sum(|one| one.misnamed),
            sum(|one| one.disordered)
        )?;
        writeln!(
            f,
            "shown again on another connection: {} messages on {} connections",
            sum(|one| one.repeated),
            sum(|one| one.repeats)
        )?;
        writeln!(
            f,
            "never echoed: {}, of which arrived {}",
            self.unknown,
            sum(|one| one.unpromised)
        )?;
        write!(f, "memory of the gateways, KiB: {:?}", self.memory)
    }
}

fn endure(messages: usize, disturbances: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = runtime.unwrap().block_on(async {
        let trial = Trial::start(messages).await;
        trial.run(disturbances).await
    });
    println!("{outcome}");
    let [one, two] = &outcome.verdicts;
    assert!(one.is_good() && two.is_good(), "{one:?} {two:?}");
    assert!(one.accepted + two.accepted >= messages, "{one:?} {two:?}");
}

#[test]
fn nothing_accepted_is_lost_twice_or_out_of_order_whatever_happens() {
    endure(2_000, 10);
}

#[test]
#[ignore = "takes a minute, and at its full size (see the head of this file) many"]
fn large_the_same_for_longer() {
    let number = |name, otherwise| match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text}")),
        Err(_) => otherwise,
    };
    endure(
        number("ENDURANCE_MESSAGES", 10_000),
        number("ENDURANCE_DISTURBANCES", 20),
    );
}
