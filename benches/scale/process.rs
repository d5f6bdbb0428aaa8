//! What the system knows of a running gateway: processor time, memory, how often it woke.

use std::fs;
use std::time::Duration;

use crate::support::Daemon;

/// Processor time that all threads which live now have used.
pub fn cpu(gateway: &Daemon) -> Duration {
    let nanoseconds = tasks(gateway, "schedstat")
        .iter()
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum();
    Duration::from_nanos(nanoseconds)
}

/// How often its threads were put on a processor because something had happened, or taken off
/// one because others wanted it, too.
pub fn switches(gateway: &Daemon) -> u64 {
    tasks(gateway, "status")
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| line.contains("ctxt_switches"))
        .filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok())
        .sum()
}

/// What it holds of the machine's memory, KiB.
pub fn memory(gateway: &Daemon) -> usize {
    gateway.memory().expect("the memory of a process")
}

fn tasks(gateway: &Daemon, file: &str) -> Vec<String> {
    let folder = format!("/proc/{}/task", gateway.pid().as_raw_nonzero());
    let tasks = fs::read_dir(folder).expect("a running gateway");
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join(file)).ok())
        .collect()
}
