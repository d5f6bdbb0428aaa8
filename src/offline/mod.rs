//! What the command line does without a running gateway: [`check`] the files, look at or
//! change the address book ([`contact`]), make a certificate or the hash of a password, and
//! say what is wrong with everything ([`doctor`]). And what a package needs ([`manuals`],
//! [`completions`]).
//!
//! Everything is written to what is handed in, so that a test can read it.

#[cfg(feature = "tls")]
mod certificate;
mod check;
mod contact;
mod doctor;
mod list;
mod packaging;
mod password;

#[cfg(feature = "tls")]
pub use certificate::certificate;
pub use check::check;
pub use contact::contact;
pub use doctor::{Form, doctor};
pub use packaging::{completions, manual, manuals};
pub use password::{ask_for_password, password};

use std::io::{self, Write};

use crate::problem::Problem;

/// Where a command tells what it did, and where what went wrong.
pub struct Output<'a> {
    /// What was asked for.
    pub out: &'a mut dyn Write,
    /// What went wrong, and what should be looked at.
    pub err: &'a mut dyn Write,
}

impl Output<'_> {
    fn problems(&mut self, problems: &[Problem]) -> io::Result<()> {
        (problems.iter()).try_for_each(|problem| writeln!(self.err, "{problem}"))
    }
}

#[cfg(test)]
mod tests;
