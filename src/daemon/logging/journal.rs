//! The systemd journal, where standard error leads into it.

use std::fmt;
use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

/// What a line begins with that says why we end (sd-daemon(3)).
pub(super) const ERROR: &str = "<3>";

/// And one that says that something is missing.
pub(super) const WARNING: &str = "<4>";

/// The same for every level, which the journal then shows and filters by.
const fn prefix(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => ERROR,
        Level::WARN => WARNING,
        Level::INFO => "<6>",
        Level::DEBUG | Level::TRACE => "<7>",
    }
}

/// Lines that begin with their level as the journal wants it.
pub(super) struct Prefixed<F>(pub F);

impl<S, N, F> FormatEvent<S, N> for Prefixed<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str(prefix(event.metadata().level()))?;
        self.0.format_event(context, writer, event)
    }
}

/// Whether standard error is the journal. The variable alone is inherited by everything a
/// service starts, so it names the device and inode to compare with (systemd.exec(5),
/// "$JOURNAL_STREAM").
pub(super) fn is_standard_error() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else {
        return false;
    };
    let ours = std::io::stderr()
        .as_fd()
        .try_clone_to_owned()
        .and_then(|descriptor| File::from(descriptor).metadata());
    ours.is_ok_and(|ours| stream == format!("{}:{}", ours.dev(), ours.ino()))
}
