//! Looking at passwords, off the main task and one at a time: it takes a while on purpose,
//! and 19 MiB.

use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tracing::warn;

use crate::config::Secret;
use crate::gateway::event::Event;
use crate::irc::ClientId;

use super::input::{Inbox, report};
use super::tasks;

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
    match PasswordHash::new(hash.reveal()) {
        Ok(hash) => Argon2::default()
            .verify_password(password.reveal().as_bytes(), &hash)
            .is_ok(),
        Err(error) => {
            warn!("the hash in [irc] password cannot be used: {error}");
            false
        }
    }
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
}
