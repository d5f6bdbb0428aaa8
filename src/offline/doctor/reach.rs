//! The gateway itself, and its ports: whose are they?

use std::time::Duration;

use super::finding::Finding;
use crate::daemon::lock::Holder;

/// A process of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub id: u32,
    /// What it calls itself; made safe to be shown.
    pub name: String,
}

/// Whether somebody listens on a port or a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Occupancy {
    /// Nobody does.
    Free,
    /// Somebody does; which process, where the system tells.
    Taken(Option<Process>),
    /// We could not: why.
    Unusable(String),
}

/// A port on one of our addresses.
#[derive(Clone, Debug)]
pub(super) struct Port {
    /// Address and port.
    pub name: String,
    pub occupancy: Occupancy,
    /// How long it took to connect to it from here, or why that failed; none where there
    /// was nobody to connect to.
    pub reached: Option<Result<Duration, String>>,
    /// What was said about it although it could be opened.
    pub note: Option<String>,
}

/// A door for IRC clients.
#[derive(Clone, Debug)]
pub(super) struct Door {
    /// As it is configured.
    pub name: String,
    pub occupancy: Occupancy,
}

/// Whose a port is.
enum Whose<'a> {
    Nobodys,
    /// Our running gateway's, as far as the system tells.
    Ours,
    Anothers(Option<&'a Process>),
    Unusable(&'a str),
}

impl Occupancy {
    fn whose(&self, gateway: Option<Holder>) -> Whose<'_> {
        match (self, gateway) {
            (Self::Free, _) => Whose::Nobodys,
            (Self::Unusable(why), _) => Whose::Unusable(why),
            (Self::Taken(None), Some(_)) => Whose::Ours,
            (Self::Taken(Some(process)), Some(holder))
                if holder.process.is_none_or(|ours| ours == process.id) =>
            {
                Whose::Ours
            }
            (Self::Taken(process), _) => Whose::Anothers(process.as_ref()),
        }
    }
}

fn taken_by(process: Option<&Process>) -> String {
    match process {
        Some(Process { id, name }) => format!("taken by {name} (process {id})"),
        None => "taken by another program".to_owned(),
    }
}

/// A duration as a person reads it.
pub(super) fn milliseconds(duration: Duration) -> String {
    match duration.as_millis() {
        0 => "under 1 ms".to_owned(),
        some => format!("{some} ms"),
    }
}

pub(super) fn gateway(gateway: Option<Holder>) -> Finding {
    let text = match gateway {
        Some(Holder {
            process: Some(process),
        }) => format!("runs (process {process})"),
        Some(Holder { process: None }) => "runs".to_owned(),
        None => "does not run; start it with: enclave-irc".to_owned(),
    };
    Finding::ok("gateway", "", text)
}

impl Port {
    pub fn findings(&self, gateway: Option<Holder>) -> Vec<Finding> {
        let mut findings = vec![self.finding(gateway)];
        if let Some(note) = &self.note {
            let remedy =
                "use a system that lets programs choose the interface, or no other network";
            findings.push(Finding::warn("port", &self.name, note, remedy));
        }
        findings
    }

    fn finding(&self, gateway: Option<Holder>) -> Finding {
        let name = &self.name;
        let whose = match self.occupancy.whose(gateway) {
            Whose::Anothers(process) => {
                let remedy = "stop that one; is another Enclave node running?";
                return Finding::fail("port", name, taken_by(process), remedy);
            }
            Whose::Unusable(why) => {
                let remedy = "choose a port that this user may have, and an address that is there";
                return Finding::fail("port", name, format!("cannot be used ({why})"), remedy);
            }
            Whose::Nobodys if gateway.is_some() => {
                return Finding::warn(
                    "port",
                    name,
                    "the gateway runs and does not listen here",
                    "is it offline (/msg enclave whoami)? If not, its log tells why",
                );
            }
            Whose::Nobodys => "free",
            Whose::Ours => "our gateway's",
        };
        match &self.reached {
            None => Finding::ok("port", name, whose),
            Some(Ok(took)) => {
                let took = milliseconds(*took);
                Finding::ok(
                    "port",
                    name,
                    format!("{whose}, and can be reached from here ({took})"),
                )
            }
            Some(Err(why)) => Finding::fail(
                "port",
                name,
                format!("{whose}, but cannot be reached even from here ({why})"),
                "let this port through the firewall of this machine",
            ),
        }
    }
}

impl Door {
    pub fn finding(&self, gateway: Option<Holder>) -> Finding {
        let name = &self.name;
        match self.occupancy.whose(gateway) {
            Whose::Ours => Finding::ok("door", name, "our gateway's"),
            Whose::Nobodys if gateway.is_some() => Finding::fail(
                "door",
                name,
                "the gateway runs and does not listen here",
                "start it again: its doors are those that were configured when it started",
            ),
            Whose::Nobodys => Finding::ok("door", name, "free"),
            Whose::Anothers(process) => Finding::fail(
                "door",
                name,
                taken_by(process),
                "stop that one, or choose another with listen in [irc]",
            ),
            Whose::Unusable(why) => Finding::fail(
                "door",
                name,
                format!("cannot be used ({why})"),
                "choose another with listen in [irc]",
            ),
        }
    }
}
