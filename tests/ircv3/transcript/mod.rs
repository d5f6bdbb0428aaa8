//! A dialogue as text, much like the examples in the specifications, held against what is
//! really said.
//!
//! ```text
//! C1: @label=dc11f13f11 PRIVMSG nobody :Hello
//! S1: @label=dc11f13f11 :enclave.local 401 alice nobody :…
//! ```
//!
//! | who | what it means |
//! |---|---|
//! | `C1:` | the first client sends this line |
//! | `S1:` | this is the next line that the first client is sent |
//! | `P:` | the contact's node sends this packet |
//! | `G:` | this is the next packet that the gateway sends it |
//!
//! * Lines are compared as what they mean: tags as a set, the last parameter with or without
//!   its colon. All tags are named, unless `…` is one of them.
//! * A source that is a nick alone stands for anybody of that nick; a line without source for
//!   one from anybody.
//! * `<name>` stands for what is not known beforehand. It binds where it is first met, and is
//!   the same ever after: to a client, to another one, in a packet. What stands before a
//!   colon in it says how it must look: [`pattern::Form`].
//! * `…` within a text stands for any text, and as a whole line for any number of lines.
//! * `\x02` is the byte of that number, and `<SPACE>` a space where one would not be seen.
//! * Packets are compared as JSON, every attribute of them. All that the gateway sends have a
//!   `timestamp` of now, which is checked without being mentioned.
//! * Not mentioned are PING and PONG, and `received`, with which the gateway confirms.
//!   Everything else is, in its order: what nobody mentions makes the transcript fail.

pub mod line;
pub mod packet;
pub mod pattern;
pub mod script;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use pattern::Bindings;
use script::{Step, Voice};

/// Those who really speak.
pub trait Stage {
    /// Sends a line of a client, without its end.
    fn send_line(&mut self, client: usize, line: &[u8]);
    /// The next line to a client; `wanted` is what the transcript has there.
    fn next_line(&mut self, client: usize, wanted: &str) -> Result<String, String>;
    /// Sends a packet of the contact's node.
    fn send_packet(&mut self, packet: &str);
    /// The next packet to the contact's node; `wanted` is what the transcript has there.
    fn next_packet(&mut self, wanted: &str) -> Result<String, String>;
    /// What was said and has not been asked for, once all that was sent is dealt with.
    fn rest(&mut self) -> Vec<(Voice, String)>;
}

/// Plays the part of the clients and of the contact's node, and holds what the gateway says
/// against its own; says where they differ.
pub fn play(stage: &mut impl Stage, bindings: &mut Bindings, text: &str) -> Result<(), String> {
    // The clients of whom any number of lines may come before the next one that is mentioned.
    let mut passing = BTreeSet::new();
    for step in script::parse(text)? {
        take(stage, bindings, &mut passing, &step).map_err(|why| format!("{step}\n  {why}"))?;
    }
    let mut rest = stage.rest();
    rest.retain(|(voice, said)| match voice {
        Voice::Server(client) => !passing.contains(client),
        _ => !packet::is_unmentioned(said),
    });
    if rest.is_empty() {
        return Ok(());
    }
    let rest = rest.into_iter().map(|(voice, text)| Step { voice, text });
    let rest: Vec<String> = rest.map(|step| step.to_string()).collect();
    Err(format!("not mentioned:\n{}", rest.join("\n")))
}

fn take(
    stage: &mut impl Stage,
    bindings: &mut Bindings,
    passing: &mut BTreeSet<usize>,
    step: &Step,
) -> Result<(), String> {
    let (text, shown) = (&step.text, step.to_string());
    match step.voice {
        Voice::Client(client) => stage.send_line(client, &pattern::bytes(&bindings.fill(text)?)),
        Voice::Peer => stage.send_packet(&bindings.fill(text)?),
        Voice::Server(client) if text == pattern::ANY => {
            passing.insert(client);
        }
        Voice::Server(client) => loop {
            let said = stage.next_line(client, &shown)?;
            match line::compare(text, &said, bindings) {
                Ok(()) => {
                    passing.remove(&client);
                    return Ok(());
                }
                Err(_) if passing.contains(&client) => {}
                Err(why) => return Err(format!("but it was\nS{client}: {said}\n  {why}")),
            }
        },
        Voice::Gateway => loop {
            let said = stage.next_packet(&shown)?;
            match packet::compare(text, &said, bindings) {
                Ok(()) => return Ok(()),
                Err(_) if packet::is_unmentioned(&said) => {}
                Err(why) => return Err(format!("but it was\nG: {said}\n  {why}")),
            }
        },
    }
    Ok(())
}
