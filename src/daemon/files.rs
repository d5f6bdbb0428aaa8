//! The files that a person writes, while the program runs: reading them anew and
//! changing the address book, off the event path, one job after the other. So what was
//! read before a change can never arrive after it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::book::{self, Book, Change};
use crate::config::{self, Config, Paths, certificate};
use crate::gateway::ChangeId;
use crate::gateway::event::Event;
use crate::gateway::settings::Settings;
use crate::irc::tls::Identity;
use crate::problem::Problem;

use super::input::{Inbox, Input, report};
use super::tasks;

/// Jobs that may wait. Each was typed by a person, so this is never reached but by a
/// program gone wrong, which is then told no.
const JOBS: usize = 64;

/// The rules of the system's time zone (localtime(5)).
const LOCAL_TIME: &str = "/etc/localtime";

/// What stands in the files.
#[derive(Debug)]
pub struct Contents {
    /// The configuration.
    pub config: Config,
    /// The address book.
    pub book: Book,
    /// The certificate and its key, if a door needs them.
    pub identity: Option<Identity>,
    /// Where the person is. That is a file, too.
    pub zone: TimeZone,
}

/// What stands in the files, or everything that is wrong with them.
pub type BothFiles = Result<Contents, Vec<Problem>>;

enum Job {
    Reload,
    Change { id: ChangeId, change: Change },
}

/// The files of a running gateway.
pub struct Files {
    jobs: mpsc::Sender<Job>,
}

impl Files {
    /// Starts the task that does the jobs; its answers go to the inbox. `config` is what
    /// the program was started with.
    pub fn new(paths: &Paths, config: &Config, inbox: Inbox) -> Self {
        let (jobs, waiting) = mpsc::channel(JOBS);
        let at_work = AtWork {
            paths: paths.clone(),
            config: config.clone(),
        };
        tasks::spawn(work(Arc::new(at_work), waiting, inbox));
        Self { jobs }
    }

    /// Reads both anew; answered by [`Input::Reloaded`].
    pub fn reload(&self) {
        // Where so much waits, one of the jobs is reading the files already.
        let _ = self.jobs.try_send(Job::Reload);
    }

    /// Makes a change; answered by [`Event::BookChanged`], which is returned where it is
    /// known at once.
    pub fn change(&self, id: ChangeId, change: Change) -> Option<Event> {
        let refused = self.jobs.try_send(Job::Change { id, change }).is_err();
        refused.then(|| Event::BookChanged {
            change: id,
            outcome: Err("too many changes at once; try again".to_owned()),
        })
    }
}

struct AtWork {
    paths: Paths,
    config: Config,
}

impl AtWork {
    fn change(&self, change: &Change) -> Result<Book, String> {
        book::edit(&self.paths.contacts, &self.config.reserved_nicks(), change)
            .map_err(|error| error.to_string())
    }
}

async fn work(at_work: Arc<AtWork>, mut jobs: mpsc::Receiver<Job>, inbox: Inbox) {
    while let Some(job) = jobs.recv().await {
        let at_work = Arc::clone(&at_work);
        match job {
            Job::Reload => {
                if let Ok(files) = spawn_blocking(move || read_both(&at_work.paths)).await {
                    let _ = inbox.send(Input::Reloaded(Box::new(files))).await;
                }
            }
            Job::Change { id, change } => {
                let done = spawn_blocking(move || at_work.change(&change)).await;
                let outcome = done.unwrap_or_else(|error| Err(error.to_string()));
                let change = id;
                report(&inbox, Event::BookChanged { change, outcome }).await;
            }
        }
    }
}

/// Reads both files, and the certificate if there has to be one, and tells everything that
/// is wrong with any of them at once.
pub fn read_both(paths: &Paths) -> BothFiles {
    let config = config::load(paths);
    let book = {
        // Where the configuration is wrong, the book is still worth looking at.
        let default = Config::default();
        let config = config.as_ref().unwrap_or(&default);
        book::load(&paths.contacts, &config.reserved_nicks())
    };
    let identity = match &config {
        Ok(config) => certificate::load(paths, &config.irc),
        // Nobody knows where it is, nor whether it is needed.
        Err(_) => Ok(None),
    };
    match (config, book, identity) {
        (Ok(config), Ok(book), Ok(identity)) => Ok(Contents {
            config,
            book,
            identity,
            zone: zone(),
        }),
        (config, book, identity) => {
            let problems = [config.err(), book.err(), identity.err()];
            Err(problems.into_iter().flatten().flatten().collect())
        }
    }
}

/// What the gateway needs to know of the configuration.
pub fn settings(config: &Config, paths: &Paths, zone: TimeZone) -> Settings {
    let book = paths.contacts.display().to_string();
    let store = paths.store(&config.store).display().to_string();
    Settings::of(config, zone, book, store)
}

/// Where the person is. For its name, jiff would read and keep a list of all zones that
/// there are; the file itself says all that is asked of it, the time.
fn zone() -> TimeZone {
    if std::env::var_os("TZ").is_none()
        && let Ok(rules) = std::fs::read(LOCAL_TIME)
        && let Ok(zone) = TimeZone::tzif("", &rules)
    {
        return zone;
    }
    TimeZone::system()
}

#[cfg(test)]
mod tests;
