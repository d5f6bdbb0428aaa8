//! Whether what two people saw is what was promised to them. Knows nothing of gateways, so
//! that it can be tried with stories in which something goes wrong.

use std::collections::{HashMap, HashSet};

/// One message, as a client saw it: its place in the order of writing, and its msgid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its writer counts what it writes.
    pub number: u32,
    /// The id under which the gateway showed it.
    pub msgid: String,
}

/// Everything that one person wrote to the other: as its writer was shown it (the echo is
/// the promise), and as the other was, on each of their connections.
#[derive(Debug, Default)]
pub struct Direction {
    /// The writer's connections.
    pub echoed: Vec<Vec<Seen>>,
    /// The reader's connections.
    pub shown: Vec<Vec<Seen>>,
}

/// What was counted. Only the first two and the last two may be other than 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Messages that were echoed.
    pub accepted: usize,
    /// Messages that came without ever having been echoed: nobody promised anything.
    pub unpromised: usize,
    /// Accepted, and never shown.
    pub lost: usize,
    /// Shown more than once on one connection.
    pub twice: usize,
    /// Shown under another msgid than elsewhere, or under that of another message.
    pub misnamed: usize,
    /// Shown behind a later one: on one connection, or for the first time on any.
    pub disordered: usize,
    /// Connections that began with something the reader had been shown on another one.
    pub repeats: usize,
    /// Messages that were shown again on another connection.
    pub repeated: usize,
}

impl Verdict {
    /// Whether every promise was kept.
    pub fn is_good(&self) -> bool {
        self.lost + self.twice + self.misnamed + self.disordered == 0
    }
}

/// Compares what was promised with what came.
pub fn judge(direction: &Direction) -> Verdict {
    let everything = || direction.echoed.iter().chain(&direction.shown);
    let accepted: HashSet<u32> = numbers(&direction.echoed);
    let shown: HashSet<u32> = numbers(&direction.shown);
    let mut verdict = Verdict {
        accepted: accepted.len(),
        unpromised: shown.difference(&accepted).count(),
        lost: accepted.difference(&shown).count(),
        twice: everything()
            .map(|connection| connection.len() - distinct(connection))
            .sum(),
        misnamed: misnamed(everything().flatten()),
        ..Verdict::default()
    };
    let (mut before, mut latest) = (HashSet::new(), None);
    for connection in &direction.shown {
        let again = connection.iter().filter(|one| before.contains(&one.number));
        let again = again.count();
        verdict.repeats += usize::from(again > 0);
        verdict.repeated += again;
        let mut latest_here = None;
        for number in connection.iter().map(|one| one.number) {
            if accepted.contains(&number) {
                let here = latest_here.is_some_and(|latest| number < latest);
                let first = !before.contains(&number);
                let anywhere = first && latest.is_some_and(|latest| number < latest);
                verdict.disordered += usize::from(here || anywhere);
                latest_here = latest_here.max(Some(number));
                latest = latest.max(Some(number));
            }
        }
        before.extend(connection.iter().map(|one| one.number));
    }
    for connection in &direction.echoed {
        let pairs = connection.windows(2);
        verdict.disordered += pairs.filter(|pair| pair[1].number < pair[0].number).count();
    }
    verdict
}

fn numbers(connections: &[Vec<Seen>]) -> HashSet<u32> {
    connections.iter().flatten().map(|one| one.number).collect()
}

fn distinct(connection: &[Seen]) -> usize {
    let numbers: HashSet<u32> = connection.iter().map(|one| one.number).collect();
    numbers.len()
}

/// How often a number came with another msgid than at first, or a msgid with another number.
fn misnamed<'a>(all: impl Iterator<Item = &'a Seen>) -> usize {
    let (mut by_number, mut by_msgid) = (HashMap::new(), HashMap::new());
    let mut count = 0;
    for one in all {
        let msgid = *by_number.entry(one.number).or_insert(&one.msgid);
        let number = *by_msgid.entry(&one.msgid).or_insert(one.number);
        count += usize::from(*msgid != one.msgid || number != one.number);
    }
    count
}

mod tests {
    use super::*;

    /// Connections on which these messages were seen, each under the msgid that is its
    /// number in words.
    fn seen(connections: &[&[u32]]) -> Vec<Vec<Seen>> {
        let one = |number: &u32| Seen {
            number: *number,
            msgid: format!("id-{number}"),
        };
        let connections = connections.iter();
        connections
            .map(|numbers| numbers.iter().map(one).collect())
            .collect()
    }

    fn judged(echoed: &[&[u32]], shown: &[&[u32]]) -> Verdict {
        judge(&Direction {
            echoed: seen(echoed),
            shown: seen(shown),
        })
    }

    #[test]
    fn a_good_story_is_good() {
        let verdict = judged(&[&[1, 2], &[4, 5]], &[&[1, 2], &[2, 3, 4], &[4, 5]]);
        assert!(verdict.is_good(), "{verdict:?}");
        let counts = (verdict.accepted, verdict.unpromised);
        assert_eq!((counts, verdict.repeats, verdict.repeated), ((4, 1), 2, 2));
    }

    #[test]
    fn what_never_came_is_lost() {
        assert_eq!(judged(&[&[1, 2, 3]], &[&[1], &[3]]).lost, 1);
    }

    #[test]
    fn twice_on_one_connection_is_found_of_what_was_not_accepted_too() {
        assert_eq!(judged(&[&[1]], &[&[1, 1]]).twice, 1);
        assert_eq!(judged(&[&[1]], &[&[1, 2, 2]]).twice, 1);
        assert_eq!(judged(&[&[1, 1]], &[&[1]]).twice, 1);
        assert_eq!(judged(&[&[1]], &[&[1], &[1]]).twice, 0);
    }

    #[test]
    fn the_wrong_order_is_found() {
        for (echoed, shown) in [
            (&[&[1, 2, 3][..]][..], &[&[1, 3, 2][..]][..]),
            // Shown late, behind what came after it.
            (&[&[1, 2, 3]], &[&[1, 3], &[2, 3]]),
            (&[&[1, 2, 3]], &[&[1, 2, 3], &[3, 2]]),
            (&[&[1, 3, 2]], &[&[1, 2, 3]]),
        ] {
            assert_ne!(judged(echoed, shown).disordered, 0, "{echoed:?} {shown:?}");
        }
    }

    #[test]
    fn two_names_for_one_message_and_one_name_for_two_are_found() {
        let mut direction = Direction {
            echoed: seen(&[&[1, 2]]),
            shown: seen(&[&[1, 2]]),
        };
        "another".clone_into(&mut direction.shown[0][1].msgid);
        assert_eq!(judge(&direction).misnamed, 1);
        "id-1".clone_into(&mut direction.shown[0][1].msgid);
        assert_eq!(judge(&direction).misnamed, 1);
    }
}
