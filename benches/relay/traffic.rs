//! What is sent through a chain, and what is measured of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::chain::{Chain, End, Lines};

/// The length of a text, bytes.
const TEXT: usize = 64;

/// How texts end: their number, in so many digits.
const DIGITS: usize = 10;

/// What the reader says when it has read a flood.
const OVER: &[u8] = b"it is over";

/// Lines in one write of a flood: enough that the writer is not what is measured.
const IN_ONE_WRITE: usize = 256;

/// A flood to be sent.
pub struct Flood {
    messages: usize,
    /// How many may be on their way.
    in_flight: usize,
}

/// How a flood went.
pub struct Flow {
    /// Messages that were sent.
    pub messages: usize,
    /// Those that did not come, or came out of turn or twice.
    pub lost: usize,
    /// From the first that was sent to the last that came.
    pub took: Duration,
}

impl Flow {
    /// Messages in a second.
    pub fn rate(&self) -> f64 {
        (self.messages - self.lost) as f64 / self.took.as_secs_f64()
    }
}

impl Flood {
    /// As fast as the chain takes it.
    pub fn free(messages: usize) -> Self {
        Self::held(messages, usize::MAX)
    }

    /// At most so many that have not come yet.
    pub fn held(messages: usize, in_flight: usize) -> Self {
        Self {
            messages,
            in_flight,
        }
    }
}

fn text(number: usize) -> [u8; TEXT] {
    let mut text = [b'.'; TEXT];
    let digits = format!("{number:0DIGITS$}");
    text[TEXT - DIGITS..].copy_from_slice(digits.as_bytes());
    text
}

/// The number of a text, where it is one of ours.
fn number(line: &[u8]) -> Option<usize> {
    let digits = line.get(line.len().checked_sub(DIGITS)?..)?;
    if line.get(line.len().checked_sub(DIGITS + 1)?) != Some(&b'.') {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Messages there and back, one after the other: how long each took.
pub fn trips(chain: &mut Chain, count: usize) -> Vec<Duration> {
    let (here, there) = (&chain.writer, &chain.reader);
    let (mut back, mut forth) = (here.lines(), there.lines());
    thread::scope(|scope| {
        scope.spawn(move || {
            for wanted in 0..count {
                await_number(&mut forth, wanted);
                there.say(&text(wanted));
            }
        });
        (0..count)
            .map(|wanted| {
                let start = Instant::now();
                here.say(&text(wanted));
                await_number(&mut back, wanted);
                start.elapsed()
            })
            .collect()
    })
}

fn await_number(lines: &mut Lines, wanted: usize) {
    let mut has_come = false;
    while !has_come {
        let something = lines.read(|line| has_come |= number(line) == Some(wanted));
        assert!(something, "message {wanted} did not come");
    }
}

/// Many messages one way.
pub fn flood(chain: &mut Chain, flood: &Flood) -> Flow {
    let (writer, reader) = (&chain.writer, &chain.reader);
    let (arrived, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let writing = scope.spawn(|| write(writer, flood, &arrived, &over));
        let writing_thread = writing.thread().clone();
        // What the gateway answers the writer must not fill its connection.
        scope.spawn(|| drain(writer));
        let start = Instant::now();
        let mut last = start;
        let mut in_turn = 0;
        let mut next = 0;
        let mut lines = reader.lines();
        while next < flood.messages {
            let something = lines.read(|line| {
                if let Some(number) = number(line) {
                    in_turn += usize::from(number == next);
                    next = next.max(number + 1);
                }
            });
            if !something {
                break;
            }
            last = Instant::now();
            arrived.store(next, Ordering::Release);
            if flood.in_flight != usize::MAX {
                writing_thread.unpark();
            }
        }
        over.store(true, Ordering::Release);
        writing_thread.unpark();
        reader.say(OVER);
        Flow {
            messages: flood.messages,
            lost: flood.messages - in_turn,
            took: last - start,
        }
    })
}

fn write(end: &End, flood: &Flood, arrived: &AtomicUsize, over: &AtomicBool) {
    use std::io::Write as _;
    let mut buffer = Vec::new();
    let mut sent = 0;
    while sent < flood.messages && !over.load(Ordering::Acquire) {
        let on_the_way = sent - arrived.load(Ordering::Acquire).min(sent);
        let room = flood.in_flight.saturating_sub(on_the_way);
        let count = room.min(IN_ONE_WRITE).min(flood.messages - sent);
        if count == 0 {
            thread::park();
            continue;
        }
        buffer.clear();
        for number in sent..sent + count {
            end.line(&text(number), &mut buffer);
        }
        (&end.stream).write_all(&buffer).unwrap();
        sent += count;
    }
}

/// Reads away what the writer is told, until it is over.
fn drain(end: &End) {
    let mut lines = end.lines();
    let mut is_over = false;
    while !is_over && lines.read(|line| is_over |= line.ends_with(OVER)) {}
}
