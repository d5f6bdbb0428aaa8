//! A store that says nothing: what it was given is neither done nor refused. So it is where a
//! disk hangs, because it is asleep, worn out, or on a network that is gone.
//!
//! The person is told, and told again when it answers. Meanwhile everything goes on that
//! needs no store; what the person writes is taken up to a bound, and questions of the past
//! that would wait for nobody knows how long are answered with why.

use std::time::Duration;

use super::Gateway;
use super::ledger::Waiting;

/// So long the store may say nothing while something waits for it. A disk that was asleep
/// takes a few seconds, and nobody should wonder for longer where their echo is.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Where we look so much too late, it is we who stood still, with the machine or stopped by
/// hand, and the store with us: it has another chance.
const LATE: Duration = Duration::from_secs(2);

/// A store that hangs again so soon after it was said to answer is not said to answer again
/// before it has done so for as long. Otherwise a disk that comes and goes talks without end.
const PROBATION: Duration = Duration::from_secs(60);

/// Messages of the person's that are taken while the store says nothing: more than anybody
/// types while a disk hangs. They are held in memory, and may be lost with it.
pub(super) const UNSTORED: usize = 1_000;

/// Bytes of text in these. Half of what makes peers wait (`BEHIND` of the driver's storage),
/// so that what the person writes does not keep contacts from being heard.
pub(super) const UNSTORED_BYTES: usize = 512 * 1024;

/// Where we stand with the store, as the person was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Standing {
    /// It answers.
    #[default]
    Well,
    /// It says nothing, again or for the first time in a while.
    Stuck { again: bool },
    /// The person was told that it answers again, and it is not yet forgotten that it did not.
    Recovered { until: Duration },
    /// It answers again, and the person will be told if that lasts until then.
    OnProbation { until: Duration },
}

/// Whether the store answers.
#[derive(Debug, Default)]
pub(super) struct Stall {
    /// Since when something waits for it and nothing has come from it.
    silent_since: Option<Duration>,
    standing: Standing,
}

/// What the person is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tidings {
    Stuck { again: bool },
    Answers,
}

impl Stall {
    pub fn is_stuck(&self) -> bool {
        matches!(self.standing, Standing::Stuck { .. })
    }

    /// Whether anything waits for it now.
    fn waits(&mut self, waits: bool, now: Duration) {
        self.silent_since = match self.silent_since {
            _ if !waits => None,
            None => Some(now),
            since => since,
        };
    }

    /// It has said something.
    fn has_spoken(&mut self, now: Duration) -> Option<Tidings> {
        self.silent_since = None;
        let until = now + PROBATION;
        match self.standing {
            Standing::Stuck { again: false } => {
                self.standing = Standing::Recovered { until };
                Some(Tidings::Answers)
            }
            Standing::Stuck { again: true } => {
                self.standing = Standing::OnProbation { until };
                None
            }
            _ => None,
        }
    }

    /// It says that it is in trouble, of which the person is told instead.
    fn has_complained(&mut self) {
        *self = Self::default();
    }

    fn deadline(&self) -> Option<Duration> {
        let silent_until = self.silent_since.map(|since| since + PATIENCE);
        let silent_until = silent_until.filter(|_| !self.is_stuck());
        let until = match self.standing {
            Standing::Recovered { until } | Standing::OnProbation { until } => Some(until),
            Standing::Well | Standing::Stuck { .. } => None,
        };
        silent_until.into_iter().chain(until).min()
    }

    fn due(&mut self, now: Duration) -> Option<Tidings> {
        if let Some(since) = self.silent_since.filter(|_| !self.is_stuck()) {
            if now >= since + PATIENCE + LATE {
                self.silent_since = Some(now);
            } else if now >= since + PATIENCE {
                let (standing, tidings) = match self.standing {
                    Standing::Recovered { .. } => (true, Some(Tidings::Stuck { again: true })),
                    Standing::OnProbation { .. } => (true, None),
                    _ => (false, Some(Tidings::Stuck { again: false })),
                };
                self.standing = Standing::Stuck { again: standing };
                return tidings;
            }
        }
        match self.standing {
            Standing::Recovered { until } if until <= now => {
                self.standing = Standing::Well;
                None
            }
            Standing::OnProbation { until } if until <= now => {
                self.standing = Standing::Well;
                Some(Tidings::Answers)
            }
            _ => None,
        }
    }
}

impl Gateway {
    /// Whether the person knows that the store does not do its work: then they are told what
    /// becomes of what they write, instead of being made to wait.
    pub fn store_is_down(&self) -> bool {
        self.ledger.trouble.is_some() || self.ledger.stall.is_stuck()
    }

    /// Why nothing can be read from the store now, for people.
    pub(super) fn why_unreadable(&self) -> Option<String> {
        let is_stuck = self.ledger.stall.is_stuck();
        is_stuck.then(|| format!("the disk of {} does not answer", self.settings.store))
    }

    /// What is wrong with the store, for whoever has just come or asks.
    pub(super) fn store_text(&self) -> Option<String> {
        if self.ledger.stall.is_stuck() {
            return Some(self.stuck_text(false));
        }
        self.ledger.trouble.as_deref().map(trouble_text)
    }

    /// What would be lost if the program ended now, for people; none where that is nothing.
    pub fn not_stored(&self) -> Option<String> {
        let own = self.ledger.writers.len();
        let waiting = self.ledger.waiting.iter();
        let is_receipt = |waiting: &&(u64, Waiting)| matches!(waiting.1, Waiting::Receipt(_));
        let of_contacts = waiting.filter(is_receipt).count();
        let changes = self.ledger.writes - self.ledger.durable;
        (changes > 0).then(|| {
            format!(
                "{}, {} (not confirmed, so their programs send them again), of {} in all",
                counted(
                    own as u64,
                    "message that you wrote",
                    "messages that you wrote"
                ),
                counted(of_contacts as u64, "of a contact", "of contacts"),
                counted(changes, "change", "changes"),
            )
        })
    }

    /// The program ends: clients are told what is lost if the store goes on saying nothing.
    pub(super) fn say_what_is_unstored(&mut self) {
        let own = self.ledger.writers.len() as u64;
        if own == 0 || !self.store_is_down() {
            return;
        }
        let what = counted(own, "message that you wrote", "messages that you wrote");
        let text = format!(
            "{what} last could not be stored. Unless that can be done in the next seconds, the \
             gateway will know nothing of that after its next start; what has not gone out is lost."
        );
        self.notice_attached(&text);
    }

    fn stuck_text(&self, again: bool) -> String {
        let seconds = PATIENCE.as_secs();
        let (again, then) = if again {
            let minutes = PROBATION.as_secs() / 60;
            (
                " again",
                format!(" You are told once it has answered for {minutes} min."),
            )
        } else {
            ("", String::new())
        };
        format!(
            "The disk has{again} not answered for {seconds} s: nothing can be stored in or read \
             from {}. What you write goes out, but is kept in memory alone and not confirmed \
             until it is stored; history, what you have missed, and what contacts say first on a \
             new connection have to wait. Do not switch off. If this does not pass, look after the disk: is it worn out, very busy, or on a \
             network that is gone?{then}",
            self.settings.store
        )
    }

    /// When it has to be said that the store says nothing, or that it answers.
    pub(super) fn stall_deadline(&self) -> Option<Duration> {
        self.ledger.stall.deadline()
    }

    /// After each event: whether anything waits for the store. What it has refused does not
    /// count, for the person knows of that.
    pub(super) fn watch_store(&mut self) {
        let ledger = &mut self.ledger;
        let writes_wait = ledger.durable < ledger.writes && ledger.trouble.is_none();
        let waits = writes_wait || !ledger.asked.is_empty();
        ledger.stall.waits(waits, self.now.monotonic);
    }

    /// The store has said something.
    pub(super) fn store_has_spoken(&mut self) {
        let tidings = self.ledger.stall.has_spoken(self.now.monotonic);
        self.tell_of_store(tidings);
    }

    /// The store has said that it is in trouble, or no longer.
    pub(super) fn store_has_complained(&mut self) {
        self.ledger.stall.has_complained();
    }

    /// Looks whether the store has said nothing for too long.
    pub(super) fn stall_due(&mut self) {
        let was_stuck = self.ledger.stall.is_stuck();
        let tidings = self.ledger.stall.due(self.now.monotonic);
        self.tell_of_store(tidings);
        if self.ledger.stall.is_stuck() && !was_stuck {
            self.show_what_is_held_back();
        }
    }

    fn tell_of_store(&mut self, tidings: Option<Tidings>) {
        match tidings {
            Some(Tidings::Stuck { again }) => {
                let seconds = PATIENCE.as_secs();
                tracing::error!(
                    "the disk has not answered for {seconds} s; what is not stored is kept in \
                     memory ({})",
                    self.settings.store
                );
                let text = self.stuck_text(again);
                self.notice_everyone(&text);
            }
            Some(Tidings::Answers) => {
                tracing::info!("the disk answers again");
                let text =
                    "The disk answers again: what waited is stored now, and history can be read.";
                self.notice_everyone(text);
            }
            None => {}
        }
    }

    /// While nothing becomes durable, what contacts say is shown all the same, even if it
    /// should stand behind what the person wrote just before.
    pub(super) fn show_what_is_held_back(&mut self) {
        let waiting = std::mem::take(&mut self.ledger.waiting);
        for (number, waiting) in waiting {
            match waiting {
                Waiting::Show(client, message) => {
                    self.ledger.let_go(client);
                    self.show_in_turn(client, &message);
                }
                other => self.ledger.waiting.push_back((number, other)),
            }
        }
    }

    /// Answers the questions that were asked while the store says nothing, with why.
    pub(super) fn refuse_asked(&mut self) {
        for ticket in std::mem::take(&mut self.ledger.refused) {
            let why = self.why_unreadable().unwrap_or_default();
            self.answered(ticket, Err(why));
        }
    }
}

fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// What the person is told of a store that refuses.
pub(super) fn trouble_text(why: &str) -> String {
    format!(
        "Nothing can be stored at the moment: {why}. What you write is refused until it can; \
         nothing that was accepted is lost."
    )
}
