//! What the program says of itself, on standard error.

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::time::SystemTime;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

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
    let filter = std::env::var("RUST_LOG")
        .ok()
        .filter(|given| !given.is_empty())
        .and_then(|given| EnvFilter::try_new(given).ok())
        .or_else(|| EnvFilter::try_new(level).ok())
        .unwrap_or_else(|| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // It would be told on standard error, by a macro that panics where that is closed:
        // the terminal it was started in is gone, or `| head` has seen enough.
        .log_internal_errors(false)
        .with_target(false);
    // Another subscriber can only be there already in a test.
    let _ = if to_journal() {
        // The journal has its own clock.
        lines.without_time().try_init()
    } else {
        lines.with_timer(Utc).try_init()
    };
}

/// Whether standard error is the systemd journal. The variable alone is inherited by
/// everything a service starts, so it names the device and inode to compare with
/// (systemd.exec(5), "$JOURNAL_STREAM").
fn to_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else {
        return false;
    };
    let ours = std::io::stderr()
        .as_fd()
        .try_clone_to_owned()
        .and_then(|descriptor| File::from(descriptor).metadata());
    ours.is_ok_and(|ours| stream == format!("{}:{}", ours.dev(), ours.ino()))
}
