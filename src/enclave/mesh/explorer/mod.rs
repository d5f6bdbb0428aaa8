//! The rule for two connections, proved by trying: every order in which two nodes can
//! start, connections open at either side, packets arrive, halves close and connections
//! end. Ours against ours, as the lower and as the higher address, and ours against peers
//! of other makes.

mod naive;
mod node;
mod scenarios;
mod steps;
mod wire;
mod world;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use steps::Step;
use wire::State;
use world::World;

/// Tries every order from this world on. Wherever nothing is on its way any more, `check`
/// gets the world as it is a good while later. Returns how many different worlds were
/// seen.
fn explore(world: World, check: &dyn Fn(&World, &[Step])) -> usize {
    let mut seen = HashSet::new();
    let mut path = Vec::new();
    visit(world, &mut seen, &mut path, check);
    seen.len()
}

fn visit(
    world: World,
    seen: &mut HashSet<u64>,
    path: &mut Vec<Step>,
    check: &dyn Fn(&World, &[Step]),
) {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    if !seen.insert(hasher.finish()) {
        return;
    }
    let pending = world.pending();
    if pending.is_empty() {
        check(&later(world.clone()), path);
    }
    for step in pending.into_iter().chain(world.optional()) {
        let mut next = world.clone();
        path.push(step);
        next.take(step);
        visit(next, seen, path, check);
        path.pop();
    }
}

/// The world two minutes later, when all that follows by itself has happened.
fn later(mut world: World) -> World {
    let end = world.time + Duration::from_secs(120);
    loop {
        if let Some(&step) = world.pending().first() {
            world.take(step);
        } else if world.deadline().is_some_and(|at| at <= end) {
            world.pass_time();
        } else {
            return world;
        }
    }
}

/// What was said on each connection arrived on it, in order and once; all of it where
/// nothing was lost on the way.
fn assert_delivered(world: &World, path: &[Step]) {
    for (number, wire) in world.wires.iter().enumerate() {
        for from in 0..2 {
            let said = world.said_on(number, from);
            let heard = world.nodes[1 - from].received().iter();
            let heard: Vec<&String> = heard
                .filter(|(on, _)| *on == number)
                .map(|(_, text)| text)
                .collect();
            assert!(said.iter().zip(&heard).all(|(a, b)| a == *b), "{path:?}");
            let complete = said.len() == heard.len();
            assert!(
                complete || (wire.lossy && heard.len() < said.len()),
                "{path:?}"
            );
        }
    }
}

/// All that was said by ours reached the other, first heard in the order in which it was
/// said, and ours knows it. `repeats` may come only where a connection broke.
fn assert_nothing_lost(world: &World, path: &[Step], repeats: bool) {
    for (number, node) in world.nodes.iter().enumerate() {
        let Some(ours) = node.ours() else { continue };
        let mut heard: Vec<&String> = Vec::new();
        for (_, text) in world.nodes[1 - number].received() {
            if !heard.contains(&text) {
                heard.push(text);
            } else {
                assert!(repeats, "{text} twice: {path:?}");
            }
        }
        assert!(ours.said.iter().eq(heard), "{path:?}");
        assert_eq!(ours.delivered, ours.said.len(), "{path:?}");
    }
}

/// There is one connection, open at both ends, and both write to it.
fn assert_converged(world: &World, path: &[Step]) {
    let open: Vec<usize> = (0..world.wires.len())
        .filter(|&wire| {
            world.wires[wire]
                .ends
                .iter()
                .any(|end| end.state == State::Open)
        })
        .collect();
    assert_eq!(open.len(), 1, "{path:?}");
    for node in &world.nodes {
        assert_eq!(node.writes_to(), Some(open[0]), "{path:?}");
    }
}

/// Nobody of ours ever saw the other go, unless the other had closed the last connection
/// before the next one opened.
fn assert_never_absent(world: &World, path: &[Step]) {
    for (node, real_ends) in world.nodes.iter().zip(world.real_ends) {
        if let Some(ours) = node.ours() {
            assert!(ours.absences <= real_ends, "{path:?}");
        }
    }
}
