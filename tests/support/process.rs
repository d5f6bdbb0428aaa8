//! A child process whose output is collected and whose end can be awaited.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::PATIENCE;

/// A child process, what it wrote, and its end.
pub struct Process {
    /// What it is called in messages.
    name: String,
    child: Child,
    /// Its standard input, if it has one.
    input: Option<ChildStdin>,
    written: Arc<(Mutex<Written>, Condvar)>,
}

#[derive(Default)]
struct Written {
    text: String,
    /// How many of the two streams have ended; both have when the process has.
    ended: usize,
}

impl Process {
    /// Starts it.
    pub fn start(command: Command) -> Self {
        Self::with(command, Stdio::null())
    }

    /// Starts one that reads what it is told.
    pub fn interactive(command: Command) -> Self {
        Self::with(command, Stdio::piped())
    }

    fn with(mut command: Command, input: Stdio) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{name} cannot be run: {error}"));
        let input = child.stdin.take();
        let written = Arc::new((Mutex::new(Written::default()), Condvar::new()));
        collect(
            BufReader::new(child.stdout.take().unwrap()),
            Arc::clone(&written),
        );
        collect(
            BufReader::new(child.stderr.take().unwrap()),
            Arc::clone(&written),
        );
        Self {
            name,
            child,
            input,
            written,
        }
    }

    /// Tells it something, if it was started to read.
    pub fn write_line(&mut self, line: &str) {
        let input = self.input.as_mut().expect("an input");
        // The program may have ended; what the test then expects to be written tells.
        let _ = input.write_all(format!("{line}\n").as_bytes());
    }

    /// What it has written to standard output and standard error.
    pub fn output(&self) -> String {
        self.written.0.lock().unwrap().text.clone()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Its number.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// How much memory it uses, KiB, where the system tells.
    pub fn memory(&self) -> Option<usize> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).ok()?;
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        resident.split_whitespace().next()?.parse().ok()
    }

    /// Whether it has ended.
    pub fn ended(&self) -> bool {
        self.written.0.lock().unwrap().ended == 2
    }

    /// Waits for its end.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let (lock, changed) = &*self.written;
        let (written, timeout) = changed
            .wait_timeout_while(lock.lock().unwrap(), patience, |written| written.ended < 2)
            .unwrap();
        // Not held by one that panics, or nobody could read it any more.
        drop(written);
        assert!(
            !timeout.timed_out(),
            "the program did not end in {patience:?}:\n{}",
            self.output()
        );
        self.child.wait().unwrap()
    }

    /// Waits until it has written `text`.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |written| written.contains(text).then_some(()));
    }

    /// Waits until what it has written fulfils `wanted`, and returns what that found.
    pub fn wait_until<T>(&self, what: &str, wanted: impl Fn(&str) -> Option<T>) -> T {
        let (lock, changed) = &*self.written;
        let deadline = Instant::now() + PATIENCE;
        let mut written = lock.lock().unwrap();
        loop {
            if let Some(found) = wanted(&written.text) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if written.ended == 2 || left.is_zero() {
                // Not held by one that panics, or nobody could read it any more.
                drop(written);
                panic!("the program did not write {what:?} but:\n{}", self.output());
            }
            written = changed.wait_timeout(written, left).unwrap().0;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- {} wrote:\n{}", self.name, self.output());
        }
    }
}

/// Reads a stream to its end in a thread of its own.
fn collect(stream: impl BufRead + Send + 'static, written: Arc<(Mutex<Written>, Condvar)>) {
    thread::spawn(move || {
        let (lock, changed) = &*written;
        for line in stream.split(b'\n').map_while(Result::ok) {
            let mut written = lock.lock().unwrap();
            written.text.push_str(&String::from_utf8_lossy(&line));
            written.text.push('\n');
            changed.notify_all();
        }
        lock.lock().unwrap().ended += 1;
        changed.notify_all();
    });
}
