//! A program of ours around somebody's IRC library: it writes what the library tells, an event
//! a line, and does what it is told, a command a line.

use std::collections::HashSet;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{Daemon, PATIENCE};
use crate::support::process::Process;

/// The program, and what was read of it.
pub struct Driver {
    process: Process,
    /// The lines that were expected and came. The others need not come in the order in which
    /// they are asked for: a library makes several events of one line.
    taken: HashSet<usize>,
}

impl Driver {
    /// Starts a program that is given the gateway and the nick; `more` follows.
    pub fn start(mut command: Command, gateway: &Daemon, more: &[&str]) -> Self {
        let (address, port) = (gateway.setup.address, gateway.setup.port);
        command.args([&address.to_string(), &port.to_string(), "bob"]);
        command.args(more).current_dir(gateway.setup.home());
        Self::run(command)
    }

    /// Starts a program with the arguments that it has.
    pub fn run(command: Command) -> Self {
        Self {
            process: Process::interactive(command),
            taken: HashSet::new(),
        }
    }

    /// Tells it to do something.
    pub fn tell(&mut self, line: &str) {
        self.process.write_line(line);
    }

    /// Waits for a line that was not expected before and is exactly this.
    pub fn expect(&mut self, line: &str) {
        self.expect_line(line, |written| written.trim_end() == line);
    }

    /// Waits for a line that was not expected before and is `wanted`, and returns it.
    pub fn expect_line(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let taken = &self.taken;
        let (number, line) = self.process.wait_until(what, |written| {
            let mut lines = written.lines().enumerate();
            let found = lines.find(|(number, line)| !taken.contains(number) && wanted(line));
            found.map(|(number, line)| (number, line.to_owned()))
        });
        self.taken.insert(number);
        line
    }

    /// All that it has written.
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// Waits for its end, which has to be one without error.
    pub fn ends(mut self) {
        let status = self.process.wait(PATIENCE);
        assert!(status.success(), "{status}:\n{}", self.output());
    }
}

/// A file beside this one.
pub fn beside(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    folder.join(name)
}

/// Something in the folder into which `.ci/run` installs the libraries: `clients` in cargo's
/// target folder, or the one that `ENCLAVE_IRC_CLIENTS` names.
pub fn installed(name: impl AsRef<OsStr>) -> PathBuf {
    let folder = match env::var_os("ENCLAVE_IRC_CLIENTS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("clients"),
    };
    let path = folder.join(name.as_ref());
    assert!(
        path.exists(),
        "{} is needed for the tests with real programs: `.ci/run programs` installs it",
        path.display()
    );
    path
}
