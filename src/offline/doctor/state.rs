//! What the gateway needs of the machine: its files, room, descriptors, a clock.

use std::path::PathBuf;

use super::finding::Finding;
use crate::config::format_size;

/// Less room than this is soon none, bytes: a month of a lively person's messages, or one
/// update of the system.
const LITTLE_ROOM: u64 = 100 * 1024 * 1024;

/// Less than this is none, bytes: the store and its log grow by as much in one go.
const NO_ROOM: u64 = 1024 * 1024;

/// What a contact may take, descriptors: for a moment there can be two connections.
const EACH_CONTACT: u64 = 2;

/// What all else may take, descriptors: clients, strangers, those at the door, files.
const ALL_ELSE: u64 = 256;

/// 1 January 2024, seconds since 1970. This program is younger, so a clock that is further
/// back is wrong, and messages would get times at which nobody looks for them.
const YOUTH: u64 = 1_704_067_200;

/// What became of looking at the message store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Store {
    /// A running gateway has it.
    InUse,
    /// There is none yet.
    Missing,
    /// It is whole; its length in bytes.
    Whole(u64),
    /// It is not, and what to do about it.
    Broken { what: String, remedy: &'static str },
}

/// What is known about the machine.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Where the store is.
    pub path: PathBuf,
    pub store: Store,
    /// The state folder.
    pub folder: PathBuf,
    /// Whether it can be written, or be made.
    pub is_writable: bool,
    /// Bytes that are free where the store is, where the system tells.
    pub room: Option<u64>,
    /// How many descriptors a process may have; none for any number.
    pub descriptors: Option<u64>,
    pub contacts: u64,
    /// Seconds since 1970 by the wall clock.
    pub now: u64,
}

impl State {
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = vec![self.store()];
        if !self.is_writable {
            findings.push(Finding::fail(
                "state",
                self.folder.display(),
                "cannot be written",
                "make it writable for this user, or name another with XDG_STATE_HOME",
            ));
        }
        findings.extend(self.room());
        findings.extend([self.descriptors(), self.clock()]);
        findings
    }

    fn store(&self) -> Finding {
        let path = self.path.display();
        match &self.store {
            Store::InUse => Finding::ok("store", path, "in use by the gateway, so not looked into"),
            Store::Missing => Finding::ok("store", path, "not there yet"),
            Store::Whole(length) => {
                Finding::ok("store", path, format!("whole ({})", rounded(*length)))
            }
            Store::Broken { what, remedy } => Finding::fail("store", path, what, *remedy),
        }
    }

    fn room(&self) -> Option<Finding> {
        let room = self.room?;
        let finding = format!("{} free where messages are kept", rounded(room));
        let remedy = "make room: on a full disk nothing can be accepted or sent";
        Some(match room {
            room if room < NO_ROOM => Finding::fail("disk", "", finding, remedy),
            room if room < LITTLE_ROOM => Finding::warn("disk", "", finding, remedy),
            _ => Finding::ok("disk", "", finding),
        })
    }

    fn descriptors(&self) -> Finding {
        let needed = self.contacts.saturating_mul(EACH_CONTACT) + ALL_ELSE;
        match self.descriptors {
            Some(limit) if limit < needed => Finding::warn(
                "descriptors",
                "",
                format!("{limit} files and connections are allowed; {needed} may be needed"),
                "raise the limit: ulimit -Hn, or LimitNOFILE= of the service",
            ),
            limit => {
                let limit =
                    limit.map_or_else(|| "any number".to_owned(), |limit| limit.to_string());
                let finding = format!("{limit} allowed, at most {needed} needed");
                Finding::ok("descriptors", "", finding)
            }
        }
    }

    fn clock(&self) -> Finding {
        let date = i64::try_from(self.now)
            .ok()
            .and_then(|now| jiff::Timestamp::from_second(now).ok())
            .map_or_else(|| "out of range".to_owned(), |now| now.to_string());
        match self.now < YOUTH {
            true => Finding::fail(
                "clock",
                "",
                format!("is wrong: {date}"),
                "set it: messages carry its time",
            ),
            false => Finding::ok("clock", "", date),
        }
    }
}

/// A size as a person reads it: at most three digits and a unit.
fn rounded(bytes: u64) -> String {
    let mut unit = 1;
    while bytes / unit >= 1024 && unit < 1 << 40 {
        unit <<= 10;
    }
    format_size(bytes / unit * unit)
}
