//! The text of a transcript, taken apart into steps.

use std::fmt;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// `C1`: a client.
    Client(usize),
    /// `S1`: the gateway, to that client.
    Server(usize),
    /// `P`: the contact's node.
    Peer,
    /// `G`: the gateway, to that node.
    Gateway,
}

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who speaks.
    pub voice: Voice,
    /// What is said.
    pub text: String,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.voice {
            Voice::Client(number) => write!(formatter, "C{number}: {}", self.text),
            Voice::Server(number) => write!(formatter, "S{number}: {}", self.text),
            Voice::Peer => write!(formatter, "P: {}", self.text),
            Voice::Gateway => write!(formatter, "G: {}", self.text),
        }
    }
}

/// The steps of a transcript. Empty lines are only for the eye.
pub fn parse(text: &str) -> Result<Vec<Step>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (voice, text) = line
                .split_once(": ")
                .ok_or_else(|| format!("nobody says {line:?}"))?;
            let voice = voice_named(voice).ok_or_else(|| format!("who is {voice:?}?"))?;
            let text = text.trim_start().to_owned();
            Ok(Step { voice, text })
        })
        .collect()
}

fn voice_named(name: &str) -> Option<Voice> {
    match name.split_at_checked(1)? {
        ("P", "") => Some(Voice::Peer),
        ("G", "") => Some(Voice::Gateway),
        ("C", number) => number.parse().ok().map(Voice::Client),
        ("S", number) => number.parse().ok().map(Voice::Server),
        _ => None,
    }
}
