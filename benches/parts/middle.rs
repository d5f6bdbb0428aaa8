//! Parts of the pure middle: a message on its way, step by step, in both directions.

use enclave_irc::gateway::effect::Effect;
use enclave_irc::gateway::event::Event;

use crate::measure::{Contest, Part};
use crate::wire::json;
use crate::world::{World, is_delivered, is_sent, is_shown};

/// What makes the events of one step.
type Phase = fn(&mut World) -> Vec<Event>;

/// The way of what the person writes.
const OUT: &[Phase] = &[
    World::lines,
    World::stored,
    World::receipts,
    World::all_stored_and_seen,
];

/// The way of what the contact writes.
const IN: &[Phase] = &[World::messages, World::stored, World::all_stored_and_seen];

pub fn contests() -> Vec<Contest> {
    let contest = |name, limit, way, step, leads_to| {
        Contest::new(name, limit, Step::new(way, step, leads_to), json())
    };
    vec![
        contest("a client's line: stored and sent", 4.9, OUT, 0, is_sent),
        contest("it is durable: echoed", 2.1, OUT, 1, is_shown),
        contest("its receipt: delivered", 1.8, OUT, 2, is_delivered),
        contest("a contact's frame: shown and stored", 6.5, IN, 0, is_shown),
        contest("it is durable: receipt sent", 1.4, IN, 1, is_sent),
    ]
}

/// One step of many messages on one way.
struct Step {
    world: World,
    way: &'static [Phase],
    step: usize,
    /// Whether this is what an event has to lead to.
    leads_to: fn(&Effect) -> bool,
    events: Vec<Event>,
}

impl Step {
    fn new(way: &'static [Phase], step: usize, leads_to: fn(&Effect) -> bool) -> Self {
        Self {
            world: World::new(),
            way,
            step,
            leads_to,
            events: Vec::new(),
        }
    }
}

impl Part for Step {
    /// The messages before go the rest of their way, and the next ones come so far.
    fn prepare(&mut self) {
        self.world.note();
        let rest = self.way[self.step + 1..].iter();
        for phase in rest.chain(&self.way[..self.step]) {
            let events = phase(&mut self.world);
            self.world.take(events);
        }
        self.events = self.way[self.step](&mut self.world);
    }

    fn run(&mut self) -> usize {
        for event in self.events.drain(..) {
            self.world.handle(event);
        }
        let effects = self.world.effects.0.iter();
        effects.filter(|effect| (self.leads_to)(effect)).count()
    }
}
