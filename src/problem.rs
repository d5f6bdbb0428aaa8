//! What is wrong with a file that a person wrote: where, what, and what would be right.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong in a file, told so that the person can mend it.
///
/// Displayed as `config.toml:12: unknown key "prot" in [enclave]; did you mean "port"?`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, named as the person named it.
    pub file: PathBuf,
    /// The line, counted from 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What would be right, or what to do.
    pub remedy: String,
}

/// What is wrong with one value, before it is known where that value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, as the rest of a sentence that begins with the name of the key:
    /// `is a string`.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

impl Mistake {
    /// A mistake and its remedy.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

impl std::error::Error for Mistake {}

impl Problem {
    /// A problem of the file as a whole: it is not there, it cannot be read.
    pub fn of_file(file: &Path, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}; {}", self.what, self.remedy)
    }
}

impl std::error::Error for Problem {}
