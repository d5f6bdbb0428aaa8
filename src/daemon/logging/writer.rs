//! Writing the log, in a thread of its own: whoever reads it may have stopped, in a terminal
//! where somebody has pressed Ctrl-S or behind a pipe that is full, and it may be a file on a
//! disk that hangs. Nothing else waits for that.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

/// What may wait to be written, bytes: some hundred lines. What comes when there is more is
/// left out, and how much that was is said.
const WAITING: usize = 64 * 1024;

/// What the thread's stack holds at most, bytes. It writes and does nothing else.
const STACK: usize = 64 * 1024;

/// How long the end of the program waits for the last lines to be written.
const LAST_LINES: Duration = Duration::from_millis(500);

enum Job {
    Line(Vec<u8>),
    /// Say when all before it is written.
    Tell(Sender<()>),
}

/// Where lines go.
#[derive(Clone, Debug)]
pub(super) struct Log {
    jobs: Sender<Job>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Bytes that wait.
    waiting: AtomicUsize,
    /// Lines that were left out, and it is not yet said.
    left_out: AtomicU64,
}

impl Log {
    /// Starts the thread that writes to `out`. What it says itself begins with `prefix`.
    ///
    /// # Errors
    ///
    /// If the system has no thread for us.
    pub fn start(out: impl Write + Send + 'static, prefix: &'static str) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::channel();
        let counts = Arc::new(Counts::default());
        let log = Self {
            jobs,
            counts: Arc::clone(&counts),
        };
        thread::Builder::new()
            .name("log".to_owned())
            .stack_size(STACK)
            .spawn(move || work(out, prefix, &waiting, &counts))?;
        Ok(log)
    }

    /// Has a line written, or leaves it out where too many wait.
    pub fn line(&self, line: &[u8]) {
        if self.counts.waiting.load(Relaxed) + line.len() > WAITING {
            self.counts.left_out.fetch_add(1, Relaxed);
            return;
        }
        self.counts.waiting.fetch_add(line.len(), Relaxed);
        // It fails only if the thread has panicked, and then nobody hears of that either.
        let _ = self.jobs.send(Job::Line(line.to_owned()));
    }

    /// Waits a moment until what waits is written.
    pub fn finish(&self) {
        let (tell, told) = mpsc::channel();
        let _ = self.jobs.send(Job::Tell(tell));
        // Whoever reads nothing is not waited for.
        let _ = told.recv_timeout(LAST_LINES);
    }
}

/// One line, given in one piece.
impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.line(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn work(mut out: impl Write, prefix: &str, jobs: &Receiver<Job>, counts: &Counts) {
    while let Ok(job) = jobs.recv() {
        match job {
            // Where the terminal is gone, or `| head` has seen enough, nobody minds.
            Job::Line(line) => {
                let _ = out.write_all(&line);
                counts.waiting.fetch_sub(line.len(), Relaxed);
                let left_out = counts.left_out.swap(0, Relaxed);
                if left_out > 0 {
                    let _ = writeln!(
                        out,
                        "{prefix}{left_out} lines of the log are left out here: they came faster \
                         than they were read"
                    );
                }
            }
            Job::Tell(told) => {
                let _ = out.flush();
                let _ = told.send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::SyncSender;

    /// Takes a piece when somebody reads it, and not before.
    struct Unread(SyncSender<String>);

    impl Write for Unread {
        fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8_lossy(piece).into_owned();
            self.0
                .send(text)
                .map_err(|_| io::ErrorKind::BrokenPipe.into())
                .map(|()| piece.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn whoever_reads_nothing_holds_up_nobody_and_is_told_what_is_missing() {
        let (sender, reader) = mpsc::sync_channel(0);
        let log = Log::start(Unread(sender), "! ").unwrap();
        let line = vec![b'x'; 1024];
        for _ in 0..200 {
            log.line(&line);
        }
        log.finish();
        let mut read = String::new();
        while !read.contains("left out") {
            read.push_str(&reader.recv_timeout(Duration::from_secs(20)).unwrap());
        }
        let written = read.matches('x').count() / line.len();
        assert!(written <= WAITING / line.len(), "{written}");
        let left_out = format!("! {} lines of the log are left out", 200 - 64);
        assert!(read.contains(&left_out), "{}", &read[read.len() - 100..]);
        // Nobody reads any more at all.
        drop(reader);
        log.line(b"line");
        log.finish();
    }

    #[test]
    fn the_end_waits_for_the_last_line() {
        let (sender, reader) = mpsc::sync_channel(10);
        let log = Log::start(Unread(sender), "").unwrap();
        log.line(b"last words");
        log.finish();
        assert_eq!(reader.try_recv().unwrap(), "last words");
    }
}
