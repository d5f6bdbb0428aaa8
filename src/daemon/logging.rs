//! What the program says of itself, on standard error.

mod directives;
mod journal;
mod sparing;
mod writer;

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::time::SystemTime;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt;

use sparing::Sparing;
use writer::Log;

/// What writes the log, once it is started. There is one standard error, and so one of these.
static LOG: OnceLock<Log> = OnceLock::new();

/// Seconds since the epoch are no use to a person, and local time needs a database the
/// machine may not have: UTC, to the second.
struct Utc;

impl FormatTime for Utc {
    fn format_time(&self, w: &mut Writer<'_>) -> std::fmt::Result {
        match jiff::Timestamp::try_from(SystemTime::now()) {
            Ok(now) => write!(w, "{now:.0}"),
            Err(_) => w.write_str("-"),
        }
    }
}

/// Starts logging at `level` ("error" to "trace", or "off"). `RUST_LOG` wins, and may
/// name modules. Called a second time, it changes nothing.
pub fn start(level: &str) {
    let given = std::env::var("RUST_LOG").ok();
    let given = given.filter(|given| !given.is_empty());
    let parsed = given.as_deref().map(directives::parse);
    let (filter, is_wrong) = match parsed {
        Some(Some(filter)) => (filter, false),
        parsed => (at(level), parsed.is_some()),
    };
    // Whoever looks for what is wrong wants to see all of it.
    let most = match Layer::<Registry>::max_level_hint(&filter) {
        Some(level) if level > LevelFilter::INFO => u32::MAX,
        _ => sparing::LINES_IN_A_PERIOD,
    };
    let in_journal = journal::is_standard_error();
    let prefix = if in_journal { journal::WARNING } else { "" };
    // Without a thread there is no log: that is better than one that may hold us up, and the
    // store will fail to get one, too, and say so.
    let Ok(log) = Log::start(std::io::stderr(), prefix) else {
        return;
    };
    let log = LOG.get_or_init(|| log).clone();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(move || log.clone())
        // It would be told on standard error, by a macro that panics where that is closed:
        // the terminal it was started in is gone, or `| head` has seen enough.
        .log_internal_errors(false)
        .with_target(false);
    // Another subscriber can only be there already in a test.
    let _ = if in_journal {
        // The journal has its own clock, and its readers their own colours.
        let lines = lines.with_ansi(false).without_time().with_level(false);
        let lines = lines.map_event_format(|lines| Sparing::new(journal::Prefixed(lines), most));
        tracing_subscriber::registry()
            .with(lines)
            .with(filter)
            .try_init()
    } else {
        let colours = std::io::stderr().is_terminal();
        let lines = lines.with_ansi(colours).with_timer(Utc);
        let lines = lines.map_event_format(|lines| Sparing::new(lines, most));
        tracing_subscriber::registry()
            .with(lines)
            .with(filter)
            .try_init()
    };
    if is_wrong {
        tracing::warn!(
            "RUST_LOG cannot be read, so [log] level holds ({level}); write a level such as \
             \"debug\", or module=level"
        );
    }
}

/// The same level for all.
fn at(level: &str) -> Targets {
    Targets::new().with_default(level.parse().unwrap_or(LevelFilter::INFO))
}

/// Says on standard error why the program ends, whatever the log level. Where nobody can
/// hear it, the exit code has to do.
pub fn say_why(text: &str) {
    let in_journal = journal::is_standard_error();
    let prefix = if in_journal { journal::ERROR } else { "" };
    let text: String = text
        .lines()
        .map(|line| format!("{prefix}{line}\n"))
        .collect();
    match LOG.get() {
        Some(log) => {
            log.line(text.as_bytes());
            log.finish();
        }
        None => drop(std::io::stderr().lock().write_all(text.as_bytes())),
    }
}

/// Waits a moment until the last lines of the log are written.
pub fn finish() {
    if let Some(log) = LOG.get() {
        log.finish();
    }
}
