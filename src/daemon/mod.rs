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
use crate::config::Paths;

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

/// Runs the gateway until it is told to stop. What goes wrong at the start is said on
/// standard error.
///
/// `named` is the configuration file named on the command line.
pub fn run(named: Option<&Path>) -> Exit {
    match try_run(named) {
        Ok(()) => Exit::Done,
        Err(failure) => failure.report(),
    }
}

fn try_run(named: Option<&Path>) -> Result<(), Failure> {
    let paths = Paths::find(named).map_err(Failure::usage)?;
    let contents = files::read_both(&paths).map_err(Failure::Wrong)?;
    logging::start(&contents.config.log.level.to_string());
    descriptors::raise();
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
        .build()
        .context("cannot start")?;
    let outcome = LocalSet::new().block_on(&runtime, future);
    runtime.shutdown_timeout(LAST_WRITES);
    outcome
}
