//! Starting a gateway, in an order in which what fails has changed nothing yet.

use std::fmt;

use anyhow::Context;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use crate::book::Book;
use crate::cli::Exit;
use crate::config::{Config, Listen, Paths};
use crate::gateway::Gateway;
use crate::irc::listener::BindError;
use crate::irc::tls::Identity;
use crate::problem::Problem;
use crate::store::{Db, Loaded};

use super::door::{Door, Doors, Policy};
use super::driver::{Driver, OnDisk, PeerSide};
use super::files::{self, Contents, Files};
use super::input::{Inbox, Input};
use super::lock::Lock;
use super::logging;
use super::notify::ServiceManager;
use super::patience::patiently;
use super::reload::Running;
use super::storage::Storage;
use super::timepiece::Timepiece;
use super::watch::{Search, Watch};

/// Why the program does not run.
#[derive(Debug)]
pub enum Failure {
    /// A file that the person wrote is wrong, or what was typed: exit code 2.
    Wrong(Vec<Problem>),
    /// The same, where there is no file to point at.
    Usage(String),
    /// Something else: exit code 1.
    Failed(anyhow::Error),
}

impl Failure {
    /// Wrong usage, as one line for people.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// Says it on standard error, whatever the log level, and returns how to end.
    pub fn report(&self) -> Exit {
        logging::say_why(&self.to_string());
        match self {
            Self::Wrong(_) | Self::Usage(_) => Exit::Wrong,
            Self::Failed(_) => Exit::Failed,
        }
    }
}

/// For people; all that is wrong, one line each.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(problems) => {
                for (index, problem) in problems.iter().enumerate() {
                    let end = if index == 0 { "" } else { "\n" };
                    write!(f, "{end}{problem}")?;
                }
                Ok(())
            }
            Self::Usage(text) => write!(f, "enclave-irc: {text}"),
            Self::Failed(error) => write!(f, "enclave-irc: {error:#}"),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        // Its text has its cause in it already.
        Self::Failed(anyhow::Error::msg(error.to_string()))
    }
}

/// A gateway that could start: its files are read, and its state folder is ours.
pub struct Prepared {
    paths: Paths,
    config: Config,
    book: Book,
    identity: Option<Identity>,
    zone: TimeZone,
    db: Db,
    loaded: Loaded,
    locks: [Lock; 2],
}

impl Prepared {
    /// Takes the state folder, and reads what is kept there.
    ///
    /// # Errors
    ///
    /// If the state folder cannot be used or is in use.
    pub fn prepare(paths: Paths, contents: Contents) -> Result<Self, Failure> {
        let Contents {
            config,
            book,
            identity,
            zone,
        } = contents;
        paths.create_state_dir().with_context(|| {
            format!(
                "cannot make the state folder {}; make the folder above it writable, or name another one with XDG_STATE_HOME",
                paths.state_dir.display()
            )
        })?;
        let path = paths.store(&config.store);
        let locks = [Lock::of_folder(&paths.state_dir)?, Lock::of_store(&path)?];
        let (db, loaded) = patiently(&path, || {
            let db = Db::open(&path).map_err(|error| anyhow::Error::msg(error.to_string()))?;
            let loaded = db.load().with_context(|| {
                let path = path.display();
                format!("cannot read {path}; is there room on its disk?")
            })?;
            anyhow::Ok((db, loaded))
        })?;
        Ok(Self {
            paths,
            config,
            book,
            identity,
            zone,
            db,
            loaded,
            locks,
        })
    }

    /// The doors that are to be open.
    pub fn doors(&self) -> &[Listen] {
        &self.config.irc.listen
    }
}

/// Runs a gateway behind open doors, until it is told to stop.
///
/// # Errors
///
/// If the system lacks something that every program needs.
pub async fn serve(
    prepared: Prepared,
    doors: Vec<Door>,
    inbox: Inbox,
    inputs: mpsc::Receiver<Input>,
) -> Result<(), Failure> {
    let Prepared {
        paths,
        config,
        book,
        identity,
        zone,
        db,
        loaded,
        locks,
    } = prepared;
    let timepiece = Timepiece::start();
    let settings = files::settings(&config, &paths, zone);
    let gateway = Gateway::new(settings, book, loaded, timepiece.now(), fastrand::u64(..));
    let search = Search::configured(&config.enclave);
    let peers = PeerSide {
        port: config.enclave.port,
        freebind: search.fixed.is_some(),
        watch: Watch::new(search),
    };
    let irc = &config.irc;
    let policy = Policy::new(irc, identity);
    let doors = Doors::attend(doors, policy, &irc.server_name, &inbox);
    let on_disk = OnDisk {
        files: Files::new(&paths, &config, inbox.clone()),
        running: Running::new(config, paths),
        storage: Storage::start(db, inbox.clone()).context("cannot start a thread")?,
    };
    let ended = Driver::new(gateway, timepiece, peers, &inbox, inputs)
        .with_doors(doors)
        .with_files(on_disk)
        .with_service_manager(ServiceManager::from_environment())
        .run()
        .await;
    drop(locks);
    Ok(ended.context("the system has no timer left for us")?)
}
