//! Looking at passwords, off the main task and one at a time: it takes a while on purpose,
//! and 19 MiB.

use std::sync::Arc;

use argon2::password_hash::{self, Output, Salt};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tracing::warn;

use crate::config::Secret;
use crate::gateway::event::Event;
use crate::irc::ClientId;

use super::input::{Inbox, report};
use super::tasks;

/// What is asked for, bytes, of which only what is needed is touched: so much glibc gives back
/// as soon as it is free. Of less, such as the 19 MiB, each thread that has looked at a password
/// would keep a copy, and whoever shows wrong ones has many threads look.
const RETURNED: usize = 33 * 1024 * 1024;

/// Who looks at passwords.
pub struct Keys {
    inbox: Inbox,
    one_at_a_time: Arc<Semaphore>,
}

impl Keys {
    /// Answers go to the inbox.
    pub fn new(inbox: Inbox) -> Self {
        Self {
            inbox,
            one_at_a_time: Arc::new(Semaphore::new(1)),
        }
    }

    /// Whether this is the password that has this hash; answered by
    /// [`Event::PasswordChecked`].
    pub fn check(&self, client: ClientId, password: Secret, hash: Secret) {
        let inbox = self.inbox.clone();
        let turn = Arc::clone(&self.one_at_a_time);
        tasks::spawn(async move {
            // Nobody closes the semaphore.
            let Ok(_turn) = turn.acquire_owned().await else {
                return;
            };
            let checked = spawn_blocking(move || is_right(&password, &hash)).await;
            let is_right = checked.unwrap_or(false);
            report(&inbox, Event::PasswordChecked { client, is_right }).await;
        });
    }
}

fn is_right(password: &Secret, hash: &Secret) -> bool {
    match PasswordHash::new(hash.reveal()).and_then(|hash| fits(password, &hash)) {
        Ok(fits) => fits,
        Err(error) => {
            warn!("the hash in [irc] password cannot be used: {error}");
            false
        }
    }
}

/// As `argon2::PasswordVerifier`, in memory that goes back to the system.
fn fits(password: &Secret, hash: &PasswordHash<'_>) -> password_hash::Result<bool> {
    let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
        return Err(password_hash::Error::PhcStringField);
    };
    let version = hash.version.map(Version::try_from).transpose()?;
    let (algorithm, params) = (
        Algorithm::try_from(hash.algorithm)?,
        Params::try_from(hash)?,
    );
    let needed = params.block_count();
    let mut blocks = Vec::with_capacity(needed.max(RETURNED / size_of::<Block>()));
    blocks.resize(needed, Block::default());
    let mut buffer = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut buffer)?;
    let mut found = vec![0; expected.len()];
    Argon2::new(algorithm, version.unwrap_or_default(), params).hash_password_into_with_memory(
        password.reveal().as_bytes(),
        salt,
        &mut found,
        &mut blocks,
    )?;
    // This comparison takes the same time whatever they are.
    Ok(Output::new(&found)? == expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of "sesame"; made small, so that it takes no time.
    const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$";

    #[test]
    fn a_password_is_told_from_another() {
        use argon2::{Algorithm, Params, PasswordHasher, Version, password_hash::SaltString};
        let small = Params::new(8, 1, 1, None).unwrap();
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, small);
        let salt = SaltString::from_b64("c29tZXNhbHQ").unwrap();
        let hash = hasher.hash_password(b"sesame", &salt).unwrap().to_string();
        assert!(hash.starts_with(HASH), "{hash}");
        let hash = Secret::new(hash);
        assert!(is_right(&Secret::new("sesame"), &hash));
        assert!(!is_right(&Secret::new("Sesame"), &hash));
        assert!(!is_right(&Secret::new("sesame"), &Secret::new(HASH)));
    }

    /// Each thread of a pool may be the one that is asked.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn looking_at_passwords_leaves_no_memory_behind() {
        use std::sync::{Barrier, Mutex};
        // In a process of its own: what other tests take would be counted, too.
        const ALONE: &str = "ENCLAVE_IRC_TEST_ALONE";
        if std::env::var_os(ALONE).is_none() {
            let name = "daemon::keys::tests::looking_at_passwords_leaves_no_memory_behind";
            let alone = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", name])
                .env(ALONE, "1")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&alone.stdout);
            assert!(
                alone.status.success() && said.contains("1 passed"),
                "{said}"
            );
            return;
        }
        let resident = || {
            let text = std::fs::read_to_string("/proc/self/status").unwrap();
            let line = text
                .lines()
                .find(|line| line.starts_with("VmRSS:"))
                .unwrap();
            line.split_whitespace()
                .nth(1)
                .unwrap()
                .parse::<usize>()
                .unwrap()
                / 1024
        };
        const THREADS: usize = 16;
        // 24 MiB each.
        let hash = Secret::new("$argon2id$v=19$m=24576,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA");
        let (one_at_a_time, all) = (Mutex::new(()), Barrier::new(THREADS + 1));
        std::thread::scope(|scope| {
            let before = resident();
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for _ in 0..2 {
                        let _turn = one_at_a_time.lock().unwrap();
                        assert!(!is_right(&Secret::new("sesame"), &hash));
                    }
                    all.wait();
                    all.wait();
                });
            }
            all.wait();
            let after = resident();
            all.wait();
            assert!(
                after < before + 24 * THREADS / 2,
                "{before} MiB, {after} MiB"
            );
        });
    }
}
