//! Our certificate and its key, from their files.

use std::path::Path;

use super::{Irc, Paths};
use crate::irc::listener::Transport;
use crate::irc::tls::{Identity, IdentityError};
use crate::problem::Problem;
use crate::source::read;

const NOT_THERE: &str = "make a pair with `enclave-irc certificate`, or name yours with \
                         certificate and key in [irc]";

/// The certificate and the key, if a door needs them.
///
/// # Errors
/// With what is wrong with either file.
pub fn load(paths: &Paths, irc: &Irc) -> Result<Option<Identity>, Vec<Problem>> {
    let needed = (irc.listen.iter()).any(|listen| listen.transport() == Transport::Tls);
    if !needed {
        return Ok(None);
    }
    let (certificate, key) = (paths.certificate(irc), paths.key(irc));
    match (text(&certificate), text(&key)) {
        (Ok(certificate_text), Ok(key_text)) => {
            Identity::from_pem(certificate_text.as_bytes(), key_text.as_bytes())
                .map(Some)
                .map_err(|error| vec![problem(&certificate, &key, error)])
        }
        (certificate, key) => Err([certificate.err(), key.err()]
            .into_iter()
            .flatten()
            .collect()),
    }
}

fn text(file: &Path) -> Result<String, Problem> {
    read(file)?.ok_or_else(|| Problem::of_file(file, "there is no such file", NOT_THERE))
}

fn problem(certificate: &Path, key: &Path, error: IdentityError) -> Problem {
    match error {
        IdentityError::Certificate(what) => Problem::of_file(certificate, what, NOT_THERE),
        IdentityError::Key(what) => Problem::of_file(key, what, NOT_THERE),
    }
}
