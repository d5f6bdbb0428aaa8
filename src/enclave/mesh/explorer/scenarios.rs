//! What is explored, and what must come of it.

use super::naive::Habit;
use super::steps::Budget;
use super::*;
use crate::enclave::news::Presence;

/// Nothing but starting and connecting.
const NOTHING_ELSE: Budget = Budget {
    says: [0, 0],
    changes: [0, 0],
    wakes: [0, 0],
    breaks: 0,
    waits: 0,
};

/// For tests where nothing is allowed to be lost or to be noticed.
fn assert_perfect(world: &World, path: &[Step]) {
    assert_converged(world, path);
    assert_never_absent(world, path);
    assert_delivered(world, path);
    assert_nothing_lost(world, path, false);
    assert_eq!(world.real_ends, [0; 2], "{path:?}");
    assert!(world.wires.iter().all(|wire| !wire.lossy), "{path:?}");
}

/// A world in which the two have been linked for two minutes.
fn linked(naive: Option<(usize, Habit)>, budget: Budget) -> World {
    let mut world = World::new(naive, NOTHING_ELSE);
    world.take(Step::Start(1));
    let mut world = later(world);
    world.budget = budget;
    world
}

#[test]
fn ours_against_ours_become_one_and_lose_nothing() {
    let budget = Budget {
        says: [2, 1],
        ..NOTHING_ELSE
    };
    let worlds = explore(World::new(None, budget), &assert_perfect);
    assert!(worlds > 4_000, "{worlds}");
}

#[test]
fn ours_against_ours_become_one_on_a_slow_network() {
    let budget = Budget {
        waits: 3,
        ..NOTHING_ELSE
    };
    let worlds = explore(World::new(None, budget), &assert_perfect);
    assert!(worlds > 1_000, "{worlds}");
}

#[test]
fn ours_against_ours_know_the_latest_presence() {
    let budget = Budget {
        changes: [2, 0],
        ..NOTHING_ELSE
    };
    for changes in [[2, 0], [0, 2]] {
        let budget = Budget { changes, ..budget };
        let worlds = explore(World::new(None, budget), &|world, path| {
            assert_perfect(world, path);
            for node in 0..2 {
                let said = &world.nodes[1 - node].ours().unwrap().mesh.own.presence;
                let known = &world.nodes[node].ours().unwrap().presence;
                let Presence::Online { status, text } = known else {
                    panic!("{path:?}")
                };
                assert_eq!((*status, text), (said.status, &said.text), "{path:?}");
            }
        });
        assert!(worlds > 1_000, "{worlds}");
    }
}

#[test]
fn ours_against_ours_find_each_other_again_when_a_connection_breaks() {
    let budget = Budget {
        breaks: 1,
        says: [1, 0],
        ..NOTHING_ELSE
    };
    for world in [World::new(None, budget), linked(None, budget)] {
        explore(world, &|world, path| {
            assert_converged(world, path);
            assert_delivered(world, path);
            assert_nothing_lost(world, path, true);
        });
    }
}

#[test]
fn after_a_sleep_a_new_connection_takes_over_unnoticed() {
    for (wakes, waits) in [([1, 0], 1), ([0, 1], 1), ([1, 1], 0)] {
        let budget = Budget {
            wakes,
            waits,
            says: [1, 0],
            ..NOTHING_ELSE
        };
        explore(linked(None, budget), &|world, path| {
            assert_converged(world, path);
            assert_never_absent(world, path);
            assert_delivered(world, path);
            // What is still on its way when the other closes its half may come twice.
            assert_nothing_lost(world, path, true);
        });
    }
}

/// Explores one of ours, as the lower and as the higher address, against a habit.
fn against(habit: Habit, check: &dyn Fn(&World, &[Step])) {
    let budget = Budget {
        says: [1, 1],
        ..NOTHING_ELSE
    };
    for us in 0..2 {
        let worlds = explore(World::new(Some((us, habit)), budget), check);
        assert!(worlds > 100, "{worlds}");
    }
}

#[test]
fn against_one_that_keeps_the_newest() {
    for habit in [Habit::KeepsNewest, Habit::KeepsNewestWithGoodbye] {
        against(habit, &|world, path| {
            assert_converged(world, path);
            assert_never_absent(world, path);
            assert_delivered(world, path);
        });
    }
}

#[test]
fn against_one_that_keeps_the_first() {
    against(Habit::KeepsFirst, &|world, path| {
        assert_converged(world, path);
        assert_never_absent(world, path);
        assert_delivered(world, path);
    });
}

#[test]
fn against_one_that_keeps_all() {
    against(Habit::KeepsAll, &assert_perfect);
}

#[test]
fn against_one_without_a_handshake() {
    against(Habit::NoHandshake, &|world, path| {
        assert_never_absent(world, path);
        assert_delivered(world, path);
        assert_heard(world, path);
    });
}

#[test]
fn against_one_that_answers_only_where_it_dialled() {
    against(Habit::AnswersWhereItDialled, &|world, path| {
        assert_never_absent(world, path);
        assert_delivered(world, path);
        assert_heard(world, path);
    });
}

#[test]
fn against_one_that_hangs_up_after_its_handshake() {
    against(Habit::HandshakeThenFin, &|world, path| {
        assert_delivered(world, path);
        // It is found again and again, but not as fast as the network can.
        let ours = world.nodes.iter().find_map(|node| node.ours()).unwrap();
        assert!(ours.absences >= 1, "{path:?}");
        assert!(ours.mesh.next_connection < 60, "{path:?}");
    });
}

/// Whatever either writes to is open, and read by the other.
fn assert_heard(world: &World, path: &[Step]) {
    assert!(
        world.nodes.iter().all(|node| {
            node.writes_to().is_none_or(|wire| {
                let ends = &world.wires[wire].ends;
                ends.iter().all(|end| end.state == State::Open)
            })
        }),
        "{path:?}"
    );
    let ours = world.nodes.iter().find(|node| node.ours().is_some());
    assert!(ours.unwrap().writes_to().is_some(), "{path:?}");
}
