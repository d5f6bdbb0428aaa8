//! What can happen next in an explored world.

use std::time::Duration;

use super::wire::{State, Wire};
use super::world::World;

/// Something that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Start(usize),
    Open { wire: usize, at: usize },
    Refuse(usize),
    Deliver { wire: usize, to: usize },
    Say(usize),
    Change(usize),
    Wake(usize),
    Break(usize),
    Wait,
}

/// What may happen besides what must, and how often.
#[derive(Clone, Copy, Debug, Default, Hash)]
pub(super) struct Budget {
    pub(super) says: [u8; 2],
    pub(super) changes: [u8; 2],
    pub(super) wakes: [u8; 2],
    pub(super) breaks: u8,
    /// Time passing although something is still on its way.
    pub(super) waits: u8,
}

impl World {
    /// All that must happen sooner or later, in any order.
    pub(super) fn pending(&self) -> Vec<Step> {
        let starts = (0..2).filter(|&node| !self.up[node]).map(Step::Start);
        let mut steps: Vec<Step> = starts.collect();
        for (number, wire) in self.wires.iter().enumerate() {
            let acceptor = 1 - wire.dialler;
            let untouched = wire.ends.iter().all(|end| end.state == State::Waiting);
            if untouched && !self.up[acceptor] {
                steps.push(Step::Refuse(number));
                continue;
            }
            for at in 0..2 {
                match wire.ends[at].state {
                    State::Waiting => steps.push(Step::Open { wire: number, at }),
                    State::Open if !wire.ends[at].inbox.is_empty() => {
                        steps.push(Step::Deliver {
                            wire: number,
                            to: at,
                        });
                    }
                    State::Open | State::Gone => {}
                }
            }
        }
        steps
    }

    /// All that may happen.
    pub(super) fn optional(&self) -> Vec<Step> {
        let budget = &self.budget;
        let mut steps = Vec::new();
        for node in 0..2 {
            // What a person of ours says may wait.
            let may_speak = self.nodes[node].ours().is_some() && self.up[node];
            if budget.says[node] > 0 && (may_speak || self.nodes[node].writes_to().is_some()) {
                steps.push(Step::Say(node));
            }
            if budget.changes[node] > 0 && self.up[node] {
                steps.push(Step::Change(node));
            }
            if budget.wakes[node] > 0 && self.up[node] {
                steps.push(Step::Wake(node));
            }
        }
        if budget.breaks > 0 {
            let open = |wire: &Wire| wire.ends.iter().all(|end| end.state == State::Open);
            let wires = self.wires.iter().enumerate();
            steps.extend(
                wires
                    .filter(|(_, wire)| open(wire))
                    .map(|(number, _)| Step::Break(number)),
            );
        }
        let soon = |at: Duration| at <= self.time + Duration::from_secs(4);
        if budget.waits > 0 && self.deadline().is_some_and(soon) {
            steps.push(Step::Wait);
        }
        steps
    }
}
