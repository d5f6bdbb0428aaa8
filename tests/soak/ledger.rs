//! What was said, and whether it came: once, and where it is promised, in order. Knows
//! nothing of gateways, so that it can be tried with stories in which something goes wrong.

use std::collections::{HashMap, VecDeque};

/// Numbers of each contact's that are remembered, to tell what comes again from what comes late.
const SEEN: usize = 1_000;

/// Everything that was said since the last time all was quiet, and the numbers before that.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What the person wrote: by its number, to whom, and how often it was echoed.
    accepted: HashMap<u32, (usize, u32)>,
    /// What contacts got of it: by its number, who, and under which id.
    arrived: HashMap<u32, (usize, String)>,
    /// All numbers up to this one are done with.
    done: u32,
    /// The last number of each contact's that was shown.
    shown: HashMap<usize, u32>,
    /// The latest numbers of each contact's that were shown.
    seen: HashMap<usize, VecDeque<u32>>,
    /// What was wrong.
    pub faults: Vec<String>,
    /// Messages of the person's that were accepted, all in all.
    pub sent: usize,
    /// Messages of contacts that were shown, all in all.
    pub heard: usize,
}

impl Ledger {
    /// The person was shown an own message, which is the promise that it is kept.
    pub fn accept(&mut self, number: u32, to: usize) {
        self.sent += 1;
        if number <= self.done {
            self.faults.push(format!("{number} was echoed late"));
        }
        let (_, times) = self.accepted.entry(number).or_insert((to, 0));
        *times += 1;
        if *times > 1 {
            self.faults.push(format!("{number} was echoed twice"));
        }
    }

    /// A contact has got a message of the person's. The same id again is a repeat, which is
    /// allowed on the wire.
    pub fn arrive(&mut self, number: u32, at: usize, id: &str) {
        if number <= self.done {
            self.faults.push(format!("{number} came again to {at}"));
        }
        let seen = (at, id.to_owned());
        let first = self.arrived.entry(number).or_insert_with(|| seen.clone());
        if *first != seen {
            let fault = format!("{number} came as {first:?} and as {seen:?}");
            self.faults.push(fault);
        }
    }

    /// The person was shown a message of a contact.
    pub fn show(&mut self, from: usize, number: u32) {
        self.heard += 1;
        let last = self.shown.entry(from).or_default();
        let behind = *last;
        *last = number;
        // Not all that were ever shown: what comes again comes soon.
        let seen = self.seen.entry(from).or_default();
        let fault = if seen.contains(&number) {
            Some(format!(
                "{number} of {from} was shown again, behind {behind}"
            ))
        } else if number != behind + 1 {
            Some(format!("{number} of {from} was shown behind {behind}"))
        } else {
            None
        };
        self.faults.extend(fault);
        if seen.len() == SEEN {
            seen.pop_front();
        }
        seen.push_back(number);
    }

    /// All is quiet: everything that was accepted has arrived, and everything that contacts
    /// said was shown. `said` are the contacts and the last number of each.
    pub fn settle(&mut self, said: impl Iterator<Item = (usize, u32)>) {
        for (number, (to, _)) in &self.accepted {
            match self.arrived.get(number) {
                Some((at, _)) if at == to => {}
                other => {
                    let fault = format!("{number} to {to} was accepted, and came {other:?}");
                    self.faults.push(fault);
                }
            }
        }
        for number in self.arrived.keys() {
            if !self.accepted.contains_key(number) {
                let fault = format!("{number} has arrived, and was never echoed");
                self.faults.push(fault);
            }
        }
        for (contact, said) in said {
            let shown = self.shown.entry(contact).or_default();
            if *shown != said {
                let fault = format!("{contact} has said {said}, and {shown} were shown");
                self.faults.push(fault);
                // Once is enough.
                *shown = said;
            }
        }
        let numbers = self.accepted.keys().chain(self.arrived.keys());
        self.done = numbers.copied().max().unwrap_or(0).max(self.done);
        self.accepted.clear();
        self.arrived.clear();
    }

    /// What is accepted and has not arrived.
    pub fn under_way(&self) -> usize {
        let accepted = self.accepted.keys();
        accepted
            .filter(|number| !self.arrived.contains_key(number))
            .count()
    }

    /// The last message of a contact that was shown.
    pub fn shown_of(&self, contact: usize) -> u32 {
        self.shown.get(&contact).copied().unwrap_or_default()
    }
}

mod tests {
    use super::*;

    /// One message each way, as it should be.
    fn good() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.arrive(1, 7, "a");
        ledger.accept(1, 7);
        ledger.arrive(1, 7, "a");
        ledger.show(3, 1);
        ledger
    }

    fn faults(story: impl Fn(&mut Ledger)) -> usize {
        let mut ledger = good();
        story(&mut ledger);
        ledger.settle([(3, 1)].into_iter());
        ledger.faults.len()
    }

    #[test]
    fn a_good_story_has_no_faults() {
        assert_eq!(faults(|_| ()), 0);
    }

    #[test]
    fn everything_that_goes_wrong_is_a_fault() {
        let stories: [fn(&mut Ledger); 8] = [
            |ledger| ledger.accept(1, 7),
            |ledger| ledger.accept(2, 7),
            |ledger| ledger.arrive(2, 7, "b"),
            |ledger| ledger.arrive(1, 7, "b"),
            |ledger| ledger.arrive(1, 8, "a"),
            |ledger| ledger.show(4, 2),
            |ledger| ledger.show(3, 1),
            |ledger| ledger.settle([(3, 2)].into_iter()),
        ];
        for (index, story) in stories.into_iter().enumerate() {
            assert_ne!(faults(story), 0, "{index}");
        }
    }

    #[test]
    fn what_comes_once_more_after_all_was_quiet_is_a_fault() {
        let mut ledger = good();
        ledger.settle([(3, 1)].into_iter());
        ledger.arrive(1, 7, "a");
        assert_eq!(ledger.faults.len(), 1);
    }
}
