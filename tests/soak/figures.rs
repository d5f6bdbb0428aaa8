//! What the system knows of the program, and how it is shown.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::judge::Quiet;
use crate::life::Done;
use crate::support::Daemon;

/// One quiet point, for people.
pub struct Row {
    /// Since the start.
    pub at: Duration,
    /// What is judged.
    pub quiet: Quiet,
    /// All memory that is resident, KiB.
    pub resident: usize,
    /// Processor time until now.
    pub cpu: Duration,
    /// The store with its log, bytes.
    pub store: u64,
    /// Messages so far, in both directions.
    pub messages: usize,
    /// What was done so far.
    pub done: Done,
}

/// What stands above the rows.
pub const HEAD: &str = "   min  clients  contacts  strangers  reloads  messages  descriptors  tasks  threads  RSS KiB  anon KiB  store KiB  cpu s";

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:6.1}  {:7}  {:8}  {:9}  {:7}  {:8}  {:11}  {:5}  {:7}  {:7}  {:8}  {:9}  {:5.1}",
            self.at.as_secs_f64() / 60.0,
            self.done.clients,
            self.done.contacts,
            self.done.strangers,
            self.done.reloads,
            self.messages,
            self.quiet.descriptors,
            self.quiet.tasks,
            self.quiet.threads,
            self.resident,
            self.quiet.memory,
            self.store / 1024,
            self.cpu.as_secs_f64(),
        )
    }
}

/// A line of `/proc/PID/status` that counts something.
pub fn status(gateway: &Daemon, name: &str) -> usize {
    let status = fs::read_to_string(proc(gateway, "status")).expect("a running gateway");
    let mut lines = status.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let value = value.and_then(|value| value.split_whitespace().next()?.parse().ok());
    value.unwrap_or_else(|| panic!("{name} in {status}"))
}

/// What each of its descriptors is.
pub fn descriptors(gateway: &Daemon) -> Vec<String> {
    let folder = fs::read_dir(proc(gateway, "fd")).expect("a running gateway");
    let what = folder.filter_map(|one| fs::read_link(one.ok()?.path()).ok());
    let mut what: Vec<_> = what.map(|what| what.display().to_string()).collect();
    what.sort_unstable();
    what
}

/// Processor time it has used, of all its threads.
pub fn cpu(gateway: &Daemon) -> Duration {
    let stat = fs::read_to_string(proc(gateway, "stat")).expect("a running gateway");
    // Behind the name, which may have anything in it.
    let (_, rest) = stat.rsplit_once(") ").expect("a name");
    let ticks = rest.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.map(|part| part.parse::<u64>().unwrap()).sum();
    // Linux counts in hundredths wherever it tells programs.
    Duration::from_millis(ticks * 10)
}

/// How large the store is, with its log.
pub fn store(path: &Path) -> u64 {
    let beside = |end: &str| path.with_file_name(format!("state.db{end}"));
    let length = |end| fs::metadata(beside(end)).map_or(0, |found| found.len());
    length("") + length("-wal")
}

fn proc(gateway: &Daemon, file: &str) -> String {
    format!("/proc/{}/{file}", gateway.pid().as_raw_nonzero())
}

/// How many tasks the program last said that it has, after so many reloads.
pub fn tasks(gateway: &Daemon) -> Option<usize> {
    let output = gateway.output();
    let last = output.lines().rev().find(|line| line.contains("tasks="))?;
    let (_, number) = last.split_once("tasks=")?;
    number.split_whitespace().next()?.parse().ok()
}
