//! A client that does not read while contacts come and go.

use std::collections::BTreeSet;
use std::net::SocketAddrV4;
use std::time::{Duration, Instant};

use crate::client::{Client, USUAL};
use crate::report::{Report, heading};
use crate::world::{World, nick, wait_until};

/// How often everybody goes and comes back meanwhile.
const TIMES: usize = 3;

/// The most lines that it is told of each: what fitted before it was full, and then how it
/// is in the end. All of it would be ten.
const LINES: f64 = 4.0;

/// When nothing has come for so long, no more comes.
const QUIET: Duration = Duration::from_secs(1);

/// Has everybody go and come back, and then looks what the client is told.
pub fn run(contacts: usize, report: &mut Report) {
    heading("A client that does not read");
    let mut world = World::start(contacts);
    let mut slow = Client::attach_narrow(&world.gateway, "slow", USUAL);
    let gateway = SocketAddrV4::new(
        world.gateway.setup.address,
        world.gateway.setup.network.port,
    );
    let start = Instant::now();
    // The person's own client reads all the time.
    for _ in 0..TIMES {
        // The last one stays away in the end.
        let ends = world.peers.ends() + contacts;
        world.peers.leave(0..contacts);
        wait_until(|| world.peers.ends() >= ends);
        let handshakes = world.peers.handshakes() + contacts;
        world.peers.come(0..contacts, gateway);
        wait_until(|| world.peers.handshakes() >= handshakes);
        world.person.until_online(contacts);
    }
    let ends = world.peers.ends() + contacts / 2;
    world.peers.leave(0..contacts / 2);
    wait_until(|| world.peers.ends() >= ends);
    world.person.settle();
    println!(
        "  {contacts} contacts went and came {TIMES} times in {:?}",
        start.elapsed()
    );
    let there: BTreeSet<String> = (contacts / 2..contacts).map(nick).collect();
    let mut shown: BTreeSet<String> = (0..contacts).map(nick).collect();
    let mut lines = 0;
    // It is told until it knows, and then nothing more.
    while let Some(line) = slow.line_within(QUIET) {
        lines += 1;
        let mut words = line.split(' ').skip_while(|word| word.starts_with('@'));
        let source = words.next().unwrap_or_default().trim_start_matches(':');
        let who = source.split('!').next().unwrap_or_default().to_owned();
        match words.next() {
            Some("JOIN") => _ = shown.insert(who),
            Some("QUIT") => _ = shown.remove(&who),
            _ => {}
        }
    }
    let names: BTreeSet<String> = slow.names("&enclave").into_iter().collect();
    println!("  it was told {lines} lines");
    let is_contact = |name: &&String| name.starts_with('p') && *name != "person";
    report.holds("it knows who is there", shown == there);
    report.holds(
        "NAMES is complete",
        names
            .iter()
            .filter(is_contact)
            .cloned()
            .collect::<BTreeSet<_>>()
            == there,
    );
    let each = lines as f64 / contacts as f64;
    report.bar("lines for each contact", each, LINES, "");
}
