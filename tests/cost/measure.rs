//! Twice as much, beside once.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What twice as much may take of the time that once takes. Twice, and something for caches
/// and for a machine that does other things; four times would be quadratic.
const MOST: f64 = 3.0;

/// How often it is measured before it counts as too much.
const TRIES: usize = 5;

/// How often each is run in one try; the quickest counts.
const RUNS: usize = 3;

/// The time that this thread has been at work, which others on the machine do not lengthen.
fn at_work() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap();
    Duration::new(u64::try_from(time.tv_sec).unwrap(), nanoseconds)
}

fn quickest(mut run: impl FnMut()) -> f64 {
    let times = (0..RUNS).map(|_| {
        let before = at_work();
        run();
        (at_work() - before).as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}

/// Whether `run` of `twice` takes no more than about twice as long as of `once`.
pub fn is_about_linear<T>(what: &str, once: &T, twice: &T, mut run: impl FnMut(&T)) {
    let mut ratios = Vec::new();
    for _ in 0..TRIES {
        let short = quickest(|| run(once));
        let ratio = quickest(|| run(twice)) / short;
        eprintln!("{ratio:.2} {what}");
        if ratio <= MOST {
            return;
        }
        ratios.push(ratio);
    }
    panic!("{what}: twice as much takes {ratios:.1?} times as long");
}

#[test]
fn what_is_quadratic_is_found() {
    let compare_all = |list: &Vec<u32>| {
        let pairs = list.iter().flat_map(|a| list.iter().map(move |b| (a, b)));
        assert_eq!(pairs.filter(|(a, b)| a == b).count(), list.len());
    };
    let found = std::panic::catch_unwind(|| {
        is_about_linear(
            "all with all",
            &(0..300).collect(),
            &(0..600).collect(),
            compare_all,
        );
    });
    assert!(found.is_err());
}
