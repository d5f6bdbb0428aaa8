//! Bob's gateway with a door of each kind, and with a password.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use tempfile::TempDir;

use super::scenario::setups;
use super::support::network::free_port;
use super::support::{Daemon, stranger};

/// What Bob's programs show.
pub const PASSWORD: &str = "correct-horse-battery";

/// Of [`PASSWORD`]; made small, so that it takes no time.
const HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$YzI5dFpYTmhiSFE$W37NY7e/LL3BgKMJ0nL518Y/a0DPesbH4LcjQDrIy+8";

/// Alice's gateway, and Bob's.
pub struct Doors {
    pub alices: Daemon,
    pub bobs: Daemon,
    /// The port for TLS.
    pub tls: u16,
    /// The port for WebSocket.
    pub web: u16,
    /// Of the certificate: SHA-256, as irssi wants it.
    pub fingerprint: String,
}

impl Doors {
    /// Opens them.
    pub fn open() -> Self {
        let (alices, bobs) = setups();
        let (address, plain, tls, web) = (bobs.address, bobs.port, free_port(), free_port());
        let listen = format!(
            "listen = [\"{address}:{plain}\", \"tls://{address}:{tls}\", \"ws://{address}:{web}\"]"
        );
        let password = format!("password = \"{HASH}\"");
        let bobs = bobs.set("irc", &listen).set("irc", &password);
        bobs.write();
        let made = bobs.run(&["certificate"]);
        let fingerprint = (made.output.lines())
            .find_map(|line| line.strip_prefix("SHA-256:"))
            .expect("a fingerprint");
        let pairs: Vec<&str> = (fingerprint.trim().as_bytes().chunks(2))
            .map(|pair| str::from_utf8(pair).unwrap())
            .collect();
        Self {
            fingerprint: pairs.join(":").to_uppercase(),
            alices: Daemon::start(alices),
            bobs: Daemon::start(bobs),
            tls,
            web,
        }
    }
}

/// A home for a program of Bob's. Where that can be, he is another user than the one who runs
/// his gateway, so that he has to show the password.
pub struct Home(TempDir);

impl Home {
    /// A new one.
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        if stranger::is_possible() {
            chown(home.path(), Some(stranger::NOBODY), Some(stranger::NOBODY)).unwrap();
        }
        Self(home)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file into it that its owner can read.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let file = self.path().join(name);
        fs::write(&file, bytes).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    }

    /// The command, as its owner gives it.
    pub fn command(&self, command: &str) -> String {
        let home = self.path().display();
        let become_nobody = match stranger::is_possible() {
            true => format!(
                "setpriv --reuid={0} --regid={0} --clear-groups ",
                stranger::NOBODY
            ),
            false => String::new(),
        };
        format!("cd {home}; HOME={home} {become_nobody}{command}")
    }
}
