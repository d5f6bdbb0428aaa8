//! A child process whose output is collected and whose end can be awaited.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::PATIENCE;

/// A child process, what it wrote, and its end.
pub struct Process {
    child: Child,
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
    pub fn start(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let written = Arc::new((Mutex::new(Written::default()), Condvar::new()));
        collect(
            BufReader::new(child.stdout.take().unwrap()),
            Arc::clone(&written),
        );
        collect(
            BufReader::new(child.stderr.take().unwrap()),
            Arc::clone(&written),
        );
        Self { child, written }
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
        assert!(
            !timeout.timed_out(),
            "the program did not end in {patience:?}:\n{}",
            written.text
        );
        drop(written);
        self.child.wait().unwrap()
    }

    /// Waits until it has written `text`.
    pub fn wait_for(&self, text: &str) {
        let (lock, changed) = &*self.written;
        let (written, timeout) = changed
            .wait_timeout_while(lock.lock().unwrap(), PATIENCE, |written| {
                written.ended < 2 && !written.text.contains(text)
            })
            .unwrap();
        assert!(
            !timeout.timed_out() && written.text.contains(text),
            "the program did not write {text:?} but:\n{}",
            written.text
        );
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- the gateway wrote:\n{}", self.output());
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
