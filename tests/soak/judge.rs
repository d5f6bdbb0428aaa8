//! Whether figures that were read at comparable moments are flat. Knows nothing of gateways,
//! so that it can be tried with series that are not.

/// The figures of one quiet point: nothing goes on, everybody is where they were the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiet {
    /// Open descriptors.
    pub descriptors: usize,
    /// Tasks of the runtime.
    pub tasks: usize,
    /// Threads.
    pub threads: usize,
    /// Memory that is the process's own (`RssAnon`), KiB.
    pub memory: usize,
}

/// What may grow, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Points at the beginning that do not count: until then caches and tables fill up to
    /// their bounds.
    pub warm_up: usize,
    /// Growth of memory, KiB.
    pub memory: usize,
}

/// What has grown: nothing where all is flat.
pub fn judge(points: &[Quiet], limits: Limits) -> Vec<String> {
    let counted = points.get(limits.warm_up..).unwrap_or_default();
    let [first, _, ..] = counted else {
        return vec![format!(
            "{} quiet points are too few to judge",
            points.len()
        )];
    };
    let mut faults = Vec::new();
    for (index, point) in counted.iter().enumerate() {
        for (what, now, then) in [
            ("descriptors", point.descriptors, first.descriptors),
            ("tasks", point.tasks, first.tasks),
            ("threads", point.threads, first.threads),
        ] {
            if now != then {
                let number = index + limits.warm_up + 1;
                faults.push(format!("{what} at quiet point {number}: {now}, not {then}"));
            }
        }
    }
    let grown = growth(counted);
    if grown > limits.memory as i64 {
        faults.push(format!(
            "memory has grown by {grown} KiB, {} are allowed",
            limits.memory
        ));
    }
    faults
}

/// By how much memory is larger towards the end than it was before, KiB: the median of the
/// last half against that of the first. A single point that is high, or low, moves neither.
pub fn growth(points: &[Quiet]) -> i64 {
    let (first, last) = points.split_at(points.len() / 2);
    match (median(first), median(last)) {
        (Some(first), Some(last)) => last - first,
        _ => 0,
    }
}

fn median(points: &[Quiet]) -> Option<i64> {
    let mut memory: Vec<_> = points.iter().map(|point| point.memory).collect();
    memory.sort_unstable();
    let middle = memory.get(memory.len().checked_sub(1)? / 2)?;
    i64::try_from(*middle).ok()
}

mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        warm_up: 2,
        memory: 512,
    };

    /// As many points as there are numbers, with so much memory.
    fn points(memory: impl IntoIterator<Item = usize>) -> Vec<Quiet> {
        let point = |memory| Quiet {
            descriptors: 60,
            tasks: 50,
            threads: 3,
            memory,
        };
        memory.into_iter().map(point).collect()
    }

    /// A number for each point that is nothing but disorder.
    fn wobble(index: usize, by: usize) -> usize {
        index * 7919 % 13 * by / 12
    }

    #[test]
    fn what_wobbles_and_has_one_peak_is_flat() {
        let mut series = points((0..30).map(|index| 5_000 + wobble(index, 400)));
        series[20].memory += 10_000;
        assert_eq!(judge(&series, LIMITS), Vec::<String>::new());
        // What the beginning takes is not counted.
        series[0] = Quiet::default();
        assert_eq!(judge(&series, LIMITS), Vec::<String>::new());
    }

    #[test]
    fn slow_growth_is_found_through_the_wobble() {
        // 50 KiB a minute: 100 bytes for each of ten messages a second.
        let series = points((0..30).map(|index| 5_000 + 50 * index + wobble(index, 400)));
        assert_eq!(judge(&series, LIMITS).len(), 1, "{series:?}");
    }

    #[test]
    fn a_step_that_stays_is_found() {
        let series = points((0..30).map(|index| 5_000 + usize::from(index > 14) * 1_000));
        assert_eq!(judge(&series, LIMITS).len(), 1);
    }

    #[test]
    fn one_descriptor_task_or_thread_more_is_found_even_once() {
        let flat = points([5_000; 30]);
        for change in [
            |point: &mut Quiet| point.descriptors += 1,
            |point: &mut Quiet| point.tasks += 1,
            |point: &mut Quiet| point.threads += 1,
            |point: &mut Quiet| point.descriptors -= 1,
        ] {
            let mut series = flat.clone();
            change(&mut series[17]);
            assert_eq!(judge(&series, LIMITS).len(), 1);
        }
    }

    #[test]
    fn too_few_points_are_no_proof() {
        assert_eq!(judge(&points([5_000; 2]), LIMITS).len(), 1);
        // With nothing to compare it with.
        assert_eq!(judge(&points([5_000; 3]), LIMITS).len(), 1);
        assert_eq!(judge(&points([5_000; 4]), LIMITS).len(), 0);
    }
}
