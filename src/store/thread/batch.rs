//! What becomes durable together: changes and questions in order, carried out with as few
//! rows and statements as they need.

use std::mem;

use rusqlite::ErrorCode;
use tracing::error;

use super::job::{Job, Queue, describe};
use super::{Db, Report};
use crate::store::{Message, Write};

/// Changes that are not durable, and questions without an answer, in order.
#[derive(Default)]
pub(super) struct Batch {
    jobs: Vec<Job>,
    /// What they took in the queue, bytes. What they take here can become less.
    bytes: usize,
}

impl Batch {
    pub(super) fn push(&mut self, job: Job) {
        self.bytes += job.weight();
        self.jobs.push(job);
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Answers questions and carries out changes, in order, and makes the changes durable.
    /// Questions are answered whatever comes of the changes, and only once.
    pub(super) fn carry_out(
        &mut self,
        db: &mut Db,
        queue: &Queue,
        report: &impl Fn(Report),
    ) -> rusqlite::Result<()> {
        self.write_once_what_has_arrived();
        let has_changes = self.jobs.iter().any(|job| matches!(job, Job::Write(_)));
        let mut outcome = match has_changes {
            true => db.look_after_files(),
            false => Ok(()),
        };
        let mut has_begun = false;
        let mut rest = self.jobs.as_slice();
        while let Some((job, behind)) = rest.split_first() {
            let mut done = 1;
            match job {
                Job::Write(write) if outcome.is_ok() => {
                    if !has_begun {
                        outcome = db.begin();
                        has_begun = outcome.is_ok();
                    }
                    if outcome.is_ok() {
                        let messages = messages(rest);
                        if messages.len() > 1 {
                            done = messages.len();
                            outcome = insert(db, &messages, &rest[..done]);
                        } else {
                            outcome = apply(db, write);
                        }
                    }
                }
                Job::Write(_) => {}
                // A disk that is full mostly refuses the commit, which is after all answers.
                // If it has refused earlier, this one sees only what is durable: a person
                // who attaches meanwhile is shown at least that.
                Job::Ask(..) => answer(db, job, queue, report),
                #[cfg(test)]
                Job::Do(_) => {}
            }
            rest = if done == 1 { behind } else { &rest[done..] };
        }
        self.has_answered();
        outcome?;
        if has_begun {
            db.commit()?;
        }
        Ok(())
    }

    /// Forgets the questions, which have their answers.
    fn has_answered(&mut self) {
        let bytes = &mut self.bytes;
        self.jobs.retain(|job| {
            let is_open = matches!(job, Job::Write(_));
            if !is_open {
                *bytes -= job.weight();
            }
            is_open
        });
    }

    /// Gives everything up, which is durable.
    pub(super) fn is_durable(&mut self, queue: &Queue) -> Vec<Job> {
        queue.remove(self.jobs.len(), mem::take(&mut self.bytes));
        mem::take(&mut self.jobs)
    }

    /// A message that has arrived at its contact before it is even written here is written as
    /// one that has arrived, instead of as one that waits, and then once more.
    fn write_once_what_has_arrived(&mut self) {
        // Places grow, so this is sorted.
        let mut waiting: Vec<(u64, usize)> = Vec::new();
        for at in 0..self.jobs.len() {
            let Job::Write(write) = &mut self.jobs[at] else {
                continue;
            };
            match write {
                Write::Message(message) => {
                    if waiting.last().is_some_and(|last| last.0 >= message.seq) {
                        waiting.clear();
                    }
                    if message.waiting.is_some() {
                        waiting.push((message.seq, at));
                    }
                }
                Write::Delivered(messages) => {
                    let mut messages = mem::take(messages);
                    messages.retain(|seq| {
                        let found = waiting.binary_search_by_key(seq, |(seq, _)| *seq);
                        if let Ok(found) = found
                            && let Job::Write(Write::Message(message)) =
                                &mut self.jobs[waiting[found].1]
                        {
                            message.waiting = None;
                        }
                        found.is_err()
                    });
                    self.jobs[at] = Job::Write(Write::Delivered(messages));
                }
                // None of these asks whether a message waits, or minds if it no longer does.
                Write::Attempted(_)
                | Write::Contact(_)
                | Write::Position(_)
                | Write::Marker(_)
                | Write::Setting(..) => {}
                // Others may, and see what they would have seen.
                _ => waiting.clear(),
            }
        }
    }
}

/// Answers one question.
pub(super) fn answer(db: &Db, question: &Job, queue: &Queue, report: &impl Fn(Report)) {
    let Job::Ask(ticket, ask) = question else {
        return;
    };
    let answer = db.ask(ask).map_err(|error| error.to_string());
    // Before it is told: whoever waits for there to be less looks again when told of something,
    // and not after that.
    queue.remove(1, question.weight());
    report(Report::Answered {
        ticket: *ticket,
        answer,
    });
}

/// The messages with which this begins.
fn messages(jobs: &[Job]) -> Vec<&Message> {
    jobs.iter()
        .map_while(|job| match job {
            Job::Write(Write::Message(message)) => Some(message),
            _ => None,
        })
        .collect()
}

/// Stores messages together; where something is wrong with one of them, one by one.
fn insert(db: &mut Db, messages: &[&Message], jobs: &[Job]) -> rusqlite::Result<()> {
    match db.insert_all(messages) {
        Err(error) if !is_of_the_disk(&error) => {}
        outcome => return outcome,
    }
    jobs.iter().try_for_each(|job| match job {
        Job::Write(write) => apply(db, write),
        _ => Ok(()),
    })
}

/// Carries out a change, or leaves it out if that can never be done.
fn apply(db: &mut Db, write: &Write) -> rusqlite::Result<()> {
    match db.apply(write) {
        Err(error) if !is_of_the_disk(&error) => {
            skip(write, &error);
            Ok(())
        }
        outcome => outcome,
    }
}

/// Whether the disk, the system or another program is the reason, so that the same may
/// work later. Otherwise it is we who are wrong, and trying again would not help.
fn is_of_the_disk(error: &rusqlite::Error) -> bool {
    use ErrorCode::{
        ApiMisuse, ConstraintViolation, ParameterOutOfRange, TooBig, TypeMismatch, Unknown,
    };
    !matches!(
        error.sqlite_error_code(),
        None | Some(
            ConstraintViolation | TypeMismatch | TooBig | ApiMisuse | ParameterOutOfRange | Unknown
        )
    )
}

/// A change that can never be carried out does not keep all others from it. SQLite has
/// undone the statement that failed, and the transaction goes on.
fn skip(write: &Write, error: &rusqlite::Error) {
    let (kind, contact, seq) = describe(write);
    error!(
        kind,
        contact, seq, "a change could not be stored, and is left out ({error})"
    );
}

#[cfg(test)]
mod tests;
