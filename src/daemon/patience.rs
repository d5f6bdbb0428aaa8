//! Files at the start: without them there is nothing to do but wait, and somebody should know
//! for what.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::logging;

/// How long a disk may take before it is said what is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the stack of the thread that watches holds at most, bytes.
const STACK: usize = 64 * 1024;

/// Does something with a file, and says so on standard error if that takes long.
pub fn patiently<T>(file: &Path, work: impl FnOnce() -> T) -> T {
    let seconds = PATIENCE.as_secs();
    let text = format!(
        "enclave-irc: {} could not be read for {seconds} s and is waited for; does its disk answer?",
        file.display()
    );
    watched(PATIENCE, move || logging::say_why(&text), work)
}

fn watched<T>(
    patience: Duration,
    complain: impl FnOnce() + Send + 'static,
    work: impl FnOnce() -> T,
) -> T {
    let (_done, is_done) = mpsc::channel::<()>();
    let watch = move || {
        if is_done.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            complain();
        }
    };
    // Where the system has no thread left, nothing is said, and the store will fail to get one.
    let _ = thread::Builder::new().stack_size(STACK).spawn(watch);
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_complained_of_and_nothing_else() {
        let (complain, complaints) = mpsc::channel();
        let long = Duration::from_secs(20);
        let complain_quick = complain.clone();
        let quick = watched(long, move || complain_quick.send("quick").unwrap(), || 1);
        let slow = watched(
            Duration::from_millis(1),
            move || complain.send("slow").unwrap(),
            || complaints.recv_timeout(long),
        );
        assert_eq!((quick, slow), (1, Ok("slow")));
        assert!(complaints.recv().is_err(), "no other");
    }
}
