//! What the system knows of a running gateway: processor time, memory, how often it woke.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use crate::support::Daemon;

/// Processor time that each thread has used so far.
pub struct Spent(HashMap<String, u64>);

/// The kernel adds to a thread's clock when the thread goes to sleep; until then it may not show
/// what has just been done.
const FALLING_ASLEEP: Duration = Duration::from_millis(2);

/// Looks at the clock of each thread.
pub fn spent(gateway: &Daemon) -> Spent {
    std::thread::sleep(FALLING_ASLEEP);
    let clock = |(thread, text): (String, String)| {
        let nanoseconds = text.split(' ').next()?.parse().ok()?;
        Some((thread, nanoseconds))
    };
    let tasks = tasks(gateway, "schedstat");
    Spent(tasks.into_iter().filter_map(clock).collect())
}

/// Processor time that the threads which live now have used since then. Idle threads of the
/// runtime end, so sums cannot be compared.
pub fn since(gateway: &Daemon, before: &Spent) -> Duration {
    let now = spent(gateway).0.into_iter();
    let each = now.map(|(thread, now)| now - before.0.get(&thread).copied().unwrap_or(0));
    Duration::from_nanos(each.sum())
}

/// How often its threads were put on a processor because something had happened, or taken off
/// one because others wanted it, too.
pub fn switches(gateway: &Daemon) -> u64 {
    tasks(gateway, "status")
        .iter()
        .flat_map(|(_, text)| text.lines())
        .filter(|line| line.contains("ctxt_switches"))
        .filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok())
        .sum()
}

/// What it holds of the machine's memory, KiB.
pub fn memory(gateway: &Daemon) -> usize {
    gateway.memory().expect("the memory of a process")
}

/// A file of each thread, by the thread.
fn tasks(gateway: &Daemon, file: &str) -> Vec<(String, String)> {
    let folder = format!("/proc/{}/task", gateway.pid().as_raw_nonzero());
    let tasks = fs::read_dir(folder).expect("a running gateway");
    let task = |task: fs::DirEntry| {
        let text = fs::read_to_string(task.path().join(file)).ok()?;
        Some((task.file_name().to_string_lossy().into_owned(), text))
    };
    tasks.filter_map(|one| task(one.ok()?)).collect()
}
