//! A node's store: SQLite as it is, with a thread that is as slow as disks are, and a disk
//! that fills up, or hangs.
//!
//! As in the program, a question is answered in its place among the writes, before they
//! are durable, and what is reported comes in order. A crash loses what was not committed;
//! what was committed and not reported stays.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use enclave_irc::gateway::event::Event;
use enclave_irc::store::db::Db;
use enclave_irc::store::{Ask, Loaded, Write};

use crate::fault::Fault;
use crate::record::number_of;
use crate::what::What;
use crate::world::World;

/// No more than this ever waits for a disk, however slow it is.
const QUEUED: usize = 5_000;

/// How often a thread that hangs in its disk is looked after.
const STILL: Duration = Duration::from_millis(500);

/// What is queued.
pub enum Job {
    Write(Write),
    Ask(u64, Ask),
}

pub struct Disk {
    db: Option<Db>,
    queue: VecDeque<Job>,
    /// Applied and not committed.
    applied: Vec<Write>,
    is_working: bool,
    /// Writes that are durable, of this process.
    stored: u64,
    pub is_full: bool,
    /// What is read or written before then neither fails nor returns.
    hangs_until: Duration,
    was_told: bool,
    /// When the last report comes, which none may overtake.
    reported: Duration,
    /// Which messages the person's own ones in the store are.
    own: HashMap<u64, usize>,
}

impl Disk {
    pub fn new(has_store: bool) -> Self {
        Self {
            db: has_store.then(|| Db::in_memory().unwrap()),
            queue: VecDeque::new(),
            applied: Vec::new(),
            is_working: false,
            stored: 0,
            is_full: false,
            hangs_until: Duration::ZERO,
            was_told: false,
            reported: Duration::ZERO,
            own: HashMap::new(),
        }
    }

    fn db(&mut self) -> &mut Db {
        self.db.as_mut().unwrap()
    }

    pub fn load(&mut self) -> Loaded {
        self.db().load().unwrap()
    }

    /// Writes and questions that wait.
    pub fn queued(&self) -> usize {
        self.queue.len() + self.applied.len()
    }
}

impl World {
    pub fn store(&mut self, node: usize, write: Write) {
        self.push_job(node, Job::Write(write));
    }

    pub fn ask(&mut self, node: usize, ticket: u64, ask: Ask) {
        self.push_job(node, Job::Ask(ticket, ask));
    }

    fn push_job(&mut self, node: usize, job: Job) {
        let disk = &mut self.nodes[node].disk;
        disk.queue.push_back(job);
        let queued = disk.queue.len();
        if queued > QUEUED {
            self.violate(|| format!("{queued} things wait for the store of n{node}"));
        }
        let disk = &mut self.nodes[node].disk;
        if !std::mem::replace(&mut disk.is_working, true) {
            self.work_on(node, Duration::ZERO);
        }
    }

    fn work_on(&mut self, node: usize, at_least: Duration) {
        let Some(process) = self.nodes[node].process.as_ref() else {
            return;
        };
        let process = process.number;
        let after = at_least + self.disk_delay();
        self.plan(after, What::Disk { node, process });
    }

    fn disk_delay(&mut self) -> Duration {
        if self.habits.slow_disks && self.chance.one_in(8) {
            self.chance.milliseconds(100, 6000)
        } else {
            self.chance
                .between(Duration::from_micros(50), Duration::from_millis(8))
        }
    }

    fn is_current(&self, node: usize, number: u64) -> bool {
        self.nodes[node]
            .process
            .as_ref()
            .is_some_and(|process| process.number == number)
    }

    /// Says something to the process, behind all that was said before.
    fn say(&mut self, node: usize, process: u64, event: Event) {
        let at = self.now
            + self
                .chance
                .between(Duration::ZERO, Duration::from_millis(1));
        let disk = &mut self.nodes[node].disk;
        disk.reported = disk.reported.max(at);
        let at = disk.reported;
        self.queue.plan(
            at,
            What::Tell {
                node,
                process,
                event,
            },
        );
    }

    /// Takes what is queued, or some of it, and does it: it is not durable yet.
    pub fn disk(&mut self, node: usize, process: u64) {
        if !self.is_current(node, process) {
            return;
        }
        if self.nodes[node].disk.hangs_until > self.now {
            return self.plan(STILL, What::Disk { node, process });
        }
        let most = if self.chance.one_in(3) {
            1 + self.chance.below(4)
        } else {
            256
        };
        let mut answers = Vec::new();
        let disk = &mut self.nodes[node].disk;
        disk.db().begin().unwrap();
        for _ in 0..most {
            match disk.queue.pop_front() {
                None => break,
                Some(Job::Write(write)) => {
                    if !self
                        .fault
                        .is_some_and(|fault| fault.loses(&write, &mut self.chance))
                    {
                        disk.db().apply(&write).unwrap();
                    }
                    disk.applied.push(write);
                }
                Some(Job::Ask(ticket, ask)) => {
                    let answer = disk.db().ask(&ask).map_err(|error| error.to_string());
                    answers.push((ticket, ask, answer));
                }
            }
        }
        for (ticket, ask, answer) in answers {
            let answer = self.tamper_with_answer(&ask, answer);
            self.say(node, process, Event::Answered { ticket, answer });
        }
        let mut after = self.disk_delay();
        if self.fault.is_some_and(Fault::reports_early) {
            let disk = &self.nodes[node].disk;
            let through = disk.stored + disk.applied.len() as u64;
            self.say(node, process, Event::Stored { through });
            after += Duration::from_secs(5);
        }
        self.plan(after, What::Commit { node, process });
    }

    pub fn commit(&mut self, node: usize, process: u64) {
        if !self.is_current(node, process) {
            return;
        }
        let disk = &mut self.nodes[node].disk;
        if disk.hangs_until > self.now {
            return self.plan(STILL, What::Commit { node, process });
        }
        if disk.is_full {
            disk.db().rollback().unwrap();
            for write in std::mem::take(&mut disk.applied).into_iter().rev() {
                disk.queue.push_front(Job::Write(write));
            }
            if !std::mem::replace(&mut disk.was_told, true) {
                let trouble = Some("the disk is full; make room".to_owned());
                self.say(node, process, Event::StoreTrouble(trouble));
            }
            return self.work_on(node, Duration::from_secs(1));
        }
        disk.db().commit().unwrap();
        let applied = std::mem::take(&mut disk.applied);
        let had_trouble = std::mem::take(&mut disk.was_told);
        disk.stored += applied.len() as u64;
        let through = disk.stored;
        let is_done = disk.queue.is_empty();
        disk.is_working = !is_done;
        for write in &applied {
            self.is_durable(node, write);
        }
        self.positions_are_durable(node, through);
        if had_trouble {
            self.say(node, process, Event::StoreTrouble(None));
        }
        if !applied.is_empty() {
            self.say(node, process, Event::Stored { through });
        }
        if !is_done {
            self.work_on(node, Duration::ZERO);
        }
    }

    /// The process dies. What was applied, or even queued, may have become durable before.
    pub fn lose_disk(&mut self, node: usize) {
        let survives = self.chance.one_in(3) && !self.nodes[node].disk.is_full;
        let disk = &mut self.nodes[node].disk;
        if survives && !self.fault.is_some_and(Fault::reports_early) {
            // Where nothing was being done, this commits nothing.
            let _ = disk.db().commit();
            for write in std::mem::take(&mut disk.applied) {
                self.is_durable(node, &write);
            }
        }
        let disk = &mut self.nodes[node].disk;
        disk.db().rollback().unwrap();
        disk.applied.clear();
        disk.queue.clear();
        disk.is_working = false;
        disk.stored = 0;
        disk.was_told = false;
    }

    /// What a write means for the messages that are being watched.
    fn is_durable(&mut self, node: usize, write: &Write) {
        match write {
            Write::Message(message) => {
                let Some(said) = message.text.as_deref().and_then(number_of) else {
                    return;
                };
                if message.own {
                    self.said[said].is_durable = true;
                    self.nodes[node].disk.own.insert(message.seq, said);
                } else if let Some(process) = &mut self.nodes[node].process {
                    process.unsettled.remove(&said);
                }
            }
            Write::Delivered(delivered) => {
                for seq in delivered {
                    if let Some(said) = self.nodes[node].disk.own.get(seq) {
                        self.said[*said].has_arrived = true;
                    }
                }
            }
            Write::Held { held, .. } => {
                if let (Some(said), Some(process)) =
                    (number_of(&held.text), &mut self.nodes[node].process)
                {
                    process.unsettled.remove(&said);
                }
            }
            _ => {}
        }
    }

    fn positions_are_durable(&mut self, node: usize, through: u64) {
        let Some(process) = &mut self.nodes[node].process else {
            return;
        };
        let ready = process
            .acknowledged
            .iter()
            .take_while(|(write, ..)| *write <= through)
            .count();
        for (_, name, said) in process.acknowledged.drain(..ready).collect::<Vec<_>>() {
            self.nodes[node]
                .acknowledged
                .entry(name)
                .or_default()
                .extend(said);
        }
    }

    /// The disk fills up for a while.
    pub fn fill_disk(&mut self, node: usize) {
        if !std::mem::replace(&mut self.nodes[node].disk.is_full, true) {
            self.note(|| format!("the disk of n{node} is full"));
            let after = self.chance.seconds(1, 60);
            self.plan(after, What::DiskWell { node });
        }
    }

    /// The disk hangs for a while: some seconds as one that was asleep does, or longer than
    /// anybody is patient for.
    pub fn hang_disk(&mut self, node: usize) {
        let lasts = if self.chance.one_in(2) {
            self.chance.milliseconds(500, 6_000)
        } else {
            self.chance.seconds(6, 60)
        };
        self.note(|| format!("the disk of n{node} hangs for {lasts:?}"));
        let disk = &mut self.nodes[node].disk;
        disk.hangs_until = disk.hangs_until.max(self.now + lasts);
    }

    pub fn disk_goes_on(&mut self, node: usize) {
        self.nodes[node].disk.hangs_until = self.now;
    }

    pub fn disk_well(&mut self, node: usize) {
        self.nodes[node].disk.is_full = false;
    }
}
