//! `enclave-irc password`: the hash of a password, for `[irc] password`.

use std::io::{self, BufRead, IsTerminal};

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHasher, SaltString};

use super::Output;
use crate::cli::Exit;

/// The longest password, bytes: what a client can send in one piece.
const LONGEST: usize = 256;

/// A shorter one is soon guessed by whoever gets hold of the hash, characters.
const SHORT: usize = 10;

/// Asks a person for a password: on a terminal without showing it, and twice; otherwise the
/// first line of standard input is one.
///
/// # Errors
/// If it cannot be read.
pub fn ask_for_password() -> io::Result<Option<String>> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        let mut line = String::new();
        stdin.lock().read_line(&mut line)?;
        return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let first = rpassword::prompt_password("Password: ")?;
    let again = rpassword::prompt_password("Once more: ")?;
    Ok((first == again).then_some(first))
}

/// Makes the hash of a password, which `ask` gives; `None` where the person did not type the
/// same twice.
///
/// # Errors
/// When the output cannot be written.
pub fn password(
    ask: impl FnOnce() -> io::Result<Option<String>>,
    output: &mut Output<'_>,
) -> io::Result<Exit> {
    let password = match ask() {
        Ok(Some(password)) => password,
        Ok(None) => {
            writeln!(
                output.err,
                "enclave-irc: these were two different passwords; try again"
            )?;
            return Ok(Exit::Failed);
        }
        Err(error) => {
            writeln!(
                output.err,
                "enclave-irc: the password could not be read: {error}"
            )?;
            return Ok(Exit::Failed);
        }
    };
    let is_sendable = !password.contains(['\0', '\r', '\n']) && password.len() <= LONGEST;
    if password.is_empty() || !is_sendable {
        writeln!(
            output.err,
            "enclave-irc: a password has between 1 and {LONGEST} bytes, on one line"
        )?;
        return Ok(Exit::Wrong);
    }
    if password.chars().count() < SHORT {
        writeln!(
            output.err,
            "This password is short; whoever gets hold of its hash will find it. {SHORT} \
             characters or more are better."
        )?;
    }
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    match hash {
        Ok(hash) => {
            writeln!(output.err, "Put this under [irc] into the configuration:")?;
            writeln!(output.out, "password = \"{hash}\"")?;
            Ok(Exit::Done)
        }
        Err(error) => {
            writeln!(
                output.err,
                "enclave-irc: the hash could not be made: {error}"
            )?;
            Ok(Exit::Failed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn made(answer: Option<&str>) -> (Exit, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut output = Output {
            out: &mut out,
            err: &mut err,
        };
        let exit = password(|| Ok(answer.map(str::to_owned)), &mut output).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (exit, text(out), text(err))
    }

    #[test]
    fn a_line_for_the_configuration_is_made_with_a_new_salt_each_time() {
        let (exit, first, err) = made(Some("correct horse"));
        assert_eq!(exit, Exit::Done);
        assert!(err.contains("[irc]") && !err.contains("short"));
        let hash = first.strip_prefix("password = \"").unwrap();
        let hash = hash.strip_suffix("\"\n").unwrap();
        assert!(Secret::new(hash).is_argon2_hash());
        assert_ne!(made(Some("correct horse")).1, first);
    }

    #[test]
    fn what_is_no_password_is_refused_and_never_shown() {
        let long = "x".repeat(300);
        for bad in [None, Some(""), Some("a\0b"), Some(long.as_str())] {
            let (exit, out, err) = made(bad);
            assert_ne!(exit, Exit::Done);
            assert!(out.is_empty() && !err.contains("a\0b") && !err.contains(&long));
        }
        let (exit, _, err) = made(Some("sesame"));
        assert_eq!(exit, Exit::Done);
        assert!(err.contains("short") && !err.contains("sesame"));
    }
}
