//! Everything that runs the pure middle: sockets, signals, files, clocks.
//!
//! ```text
//!  doors ──▶ ┌──────────┐ ──▶ clients   one task each, all on one thread
//!  ports ──▶ │  driver  │ ──▶ links
//! signals ─▶ └──────────┘ ──▶ files, storage   off the event path
//!             owns Middle
//! ```
//!
//! One task, the [`driver`], owns all state. Everybody else sends it an
//! [`Input`](input::Input) through a bounded channel, and it never waits for anybody: it
//! hands an event to the [`middle`], and carries out the effects by putting bytes and
//! orders into the connections' pipes. What peers say comes through two more channels
//! ([`hearing`]), which rest while a client has to catch up with what they have said before.
//! While nothing happens, it wakes up once in 5 s, to [`watch`] what nothing tells of.

pub mod alarm;
pub mod clients;
pub mod descriptors;
pub mod door;
pub mod driver;
pub mod files;
mod gate;
pub mod goodbye;
pub mod hearing;
pub mod input;
mod keys;
pub mod links;
pub mod lock;
pub mod logging;
pub mod middle;
pub mod notify;
pub mod owner;
mod patience;
pub mod ports;
pub mod reload;
pub mod signals;
pub mod sleep;
pub mod start;
pub mod storage;
pub mod tasks;
pub mod timepiece;
pub mod turn_away;
pub mod watch;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::task::LocalSet;

use crate::cli::Exit;
use crate::config::{Paths, open_to_others};

use patience::patiently;
use signals::{HangUp, Signals};
use start::{Failure, Prepared, serve};

/// How long work on files may take to finish after everything else has. The longest, a
/// change of the address book that waits for another program, is done in time or not at
/// all.
const LAST_WRITES: Duration = Duration::from_millis(500);

/// Rounds, of 61 tasks each, between two looks at which sockets have something. With the
/// runtime's own 61 a word would wait for thousands of others to be written to; a look costs
/// no more than one of them.
const LOOKS_AT_SOCKETS: u32 = 1;

/// Threads for what the system makes us wait for: whose a connection is, files, a password.
/// What is one too many waits for its turn.
const THREADS: usize = 8;

/// Runs the gateway until it is told to stop. What goes wrong at the start is said on
/// standard error.
///
/// `named` is the configuration file named on the command line.
pub fn run(named: Option<&Path>) -> Exit {
    let exit = match try_run(named) {
        Ok(()) => Exit::Done,
        Err(failure) => failure.report(),
    };
    logging::finish();
    exit
}

fn try_run(named: Option<&Path>) -> Result<(), Failure> {
    let paths = Paths::find(named).map_err(Failure::usage)?;
    let read = || files::read_both(&paths);
    let contents = patiently(&paths.config, read).map_err(Failure::Wrong)?;
    logging::start(&contents.config.log.level.to_string());
    for told in open_to_others(&paths) {
        tracing::warn!("{told}");
    }
    descriptors::raise();
    descriptors::keep_no_memory();
    let prepared = Prepared::prepare(paths, contents)?;
    run_local(async {
        // First of all, so that whoever stops us early is not left with half a start.
        let signals = Signals::listen().context("cannot listen to signals")?;
        let doors = door::open(prepared.doors()).await?;
        let (inbox, inputs) = input::channel();
        tasks::spawn(signals.pass_on(inbox.clone(), HangUp::Reload));
        serve(prepared, doors, inbox, inputs).await
    })
}

/// Runs a future, and the tasks it starts, on this thread.
///
/// # Errors
///
/// Those of the future, and if the system has no resources for a runtime.
pub fn run_local<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .event_interval(LOOKS_AT_SOCKETS)
        .max_blocking_threads(THREADS)
        .build()
        .context("cannot start")?;
    let outcome = LocalSet::new().block_on(&runtime, future);
    runtime.shutdown_timeout(LAST_WRITES);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::sync::{Arc, mpsc};

    #[test]
    fn threads_that_wait_for_the_system_are_few() {
        let most = Arc::new(AtomicUsize::new(0));
        let now = Arc::new(AtomicUsize::new(0));
        let (begins, begun) = mpsc::channel();
        let outcome = run_local(async {
            let mut jobs = Vec::new();
            let mut ends = Vec::new();
            for _ in 0..4 * THREADS {
                let (end, ended) = mpsc::channel::<()>();
                ends.push(end);
                let (most, now, begins) = (Arc::clone(&most), Arc::clone(&now), begins.clone());
                jobs.push(tokio::task::spawn_blocking(move || {
                    most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                    let _ = begins.send(());
                    let _ = ended.recv();
                    now.fetch_sub(1, SeqCst);
                }));
            }
            for _ in 0..THREADS {
                begun.recv().unwrap();
            }
            // One more would have begun by now.
            let more = begun.recv_timeout(Duration::from_millis(100));
            assert!(more.is_err());
            drop(ends);
            for job in jobs {
                job.await.unwrap();
            }
            Ok(())
        });
        assert!(outcome.is_ok());
        assert_eq!(most.load(SeqCst), THREADS);
    }
}
