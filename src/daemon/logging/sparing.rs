//! What is said again and again is said a few times a minute, and then only counted: whoever
//! connects in a loop must not fill the disk with lines, nor hide the others among them.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

/// Lines of one kind that are logged within [`PERIOD`]: enough to see what happens, and for
/// everything that can be wrong with a file.
pub(super) const LINES_IN_A_PERIOD: u32 = 60;

/// See [`LINES_IN_A_PERIOD`].
const PERIOD: Duration = Duration::from_secs(60);

/// How often something was said since its period began.
#[derive(Debug)]
struct Count {
    began: Instant,
    said: u32,
    left_out: u64,
}

/// All that has ever been said, by what makes two lines one kind. There are as many kinds as
/// places in the program that log something.
#[derive(Debug)]
struct Kinds<K>(HashMap<K, Count>);

impl<K: Eq + Hash> Kinds<K> {
    /// Whether it may be said now; with how many that were left out before it.
    fn may_say(&mut self, kind: K, most: u32, now: Instant) -> Option<u64> {
        let count = self.0.entry(kind).or_insert(Count {
            began: now,
            said: 0,
            left_out: 0,
        });
        if now.duration_since(count.began) >= PERIOD {
            count.began = now;
            count.said = 0;
        }
        if count.said >= most {
            count.left_out += 1;
            return None;
        }
        count.said += 1;
        Some(std::mem::take(&mut count.left_out))
    }
}

/// Lines of which no kind comes too often. Whoever asks for more than what a person has to
/// know (`debug` and below) wants all of it.
pub(super) struct Sparing<F> {
    lines: F,
    /// Of one kind within [`PERIOD`].
    most: u32,
    kinds: Mutex<Kinds<Identifier>>,
    now: fn() -> Instant,
}

impl<F> Sparing<F> {
    pub(super) fn new(lines: F, most: u32) -> Self {
        Self {
            lines,
            most,
            kinds: Mutex::new(Kinds(HashMap::new())),
            now: Instant::now,
        }
    }

    /// As [`Kinds::may_say`].
    fn may_say(&self, event: &Event<'_>) -> Option<u64> {
        if *event.metadata().level() > Level::INFO {
            return Some(0);
        }
        // One who has panicked there has only counted wrong.
        let mut kinds = self
            .kinds
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        kinds.may_say(event.metadata().callsite(), self.most, (self.now)())
    }
}

impl<S, N, F> FormatEvent<S, N> for Sparing<F>
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
        match self.may_say(event) {
            None => Ok(()),
            Some(0) => self.lines.format_event(context, writer, event),
            Some(left_out) => {
                let mut line = String::new();
                self.lines
                    .format_event(context, Writer::new(&mut line), event)?;
                writeln!(
                    writer,
                    "{} (and {left_out} more before it)",
                    line.trim_end()
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::io;
    use std::sync::Arc;
    use tracing_subscriber::layer::SubscriberExt;

    thread_local! {
        static LATER: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    /// What was written.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Log {
        fn lines(&self) -> Vec<String> {
            let text = std::mem::take(&mut *self.0.lock().unwrap());
            let text = String::from_utf8(text).unwrap();
            text.lines().map(str::to_owned).collect()
        }
    }

    fn logging_to(log: &Log) -> impl Subscriber {
        let log = log.clone();
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(move || log.clone())
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .map_event_format(|lines| Sparing {
                now: || Instant::now() + LATER.get(),
                ..Sparing::new(lines, LINES_IN_A_PERIOD)
            });
        tracing_subscriber::registry().with(lines)
    }

    #[test]
    fn what_comes_again_and_again_is_counted() {
        let log = Log::default();
        let turned_away = |who: u32| tracing::warn!("turned {who} away");
        tracing::subscriber::with_default(logging_to(&log), || {
            for who in 0..3_000 {
                turned_away(who);
            }
            assert_eq!(log.lines().len(), LINES_IN_A_PERIOD as usize);
            tracing::warn!("something else");
            assert_eq!(log.lines().len(), 1, "another kind");
            LATER.set(PERIOD);
            turned_away(7);
            turned_away(8);
        });
        let said = [
            " WARN turned 7 away (and 2940 more before it)",
            " WARN turned 8 away",
        ];
        assert_eq!(log.lines(), said);
    }

    #[test]
    fn whoever_asks_for_everything_gets_it() {
        let log = Log::default();
        tracing::subscriber::with_default(logging_to(&log), || {
            for _ in 0..1_000 {
                tracing::debug!("again");
            }
        });
        assert_eq!(log.lines().len(), 1_000);
    }
}
