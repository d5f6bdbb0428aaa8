//! What can happen, as bytes: one step in each line, and what its first byte means. All else
//! in the line says to whom, and what. What means nothing is passed over.
//!
//! | line | what happens |
//! |---|---|
//! | `C`, `Cu` | a client connects; one that the door does not trust |
//! | `>0TEXT` | client 0 says this line |
//! | `-0TEXT` | it says this, without a line's end |
//! | `*0nTEXT\|MORE` | it says the text, and behind it so many times the rest |
//! | `V0` | it vanishes |
//! | `c0` | peer 0 calls us |
//! | `f0JSON` | it sends a frame with this |
//! | `F0nTEXT\|MORE\|REST` | the same, with the middle so many times |
//! | `r0BYTES` | it sends these bytes, framed or not |
//! | `h0` | it hangs up |
//! | `a0n` | its kernel acknowledges a part of what was written |
//! | `d0`, `d1` | the oldest dial ends, well or not |
//! | `l0n` | something that was still on its way on a connection that was given up |
//! | `tn`, `mn` | time goes by, long or short |
//! | `Sn`, `s`, `z` | the store does so many jobs, then nothing by itself; does all again |
//! | `k` | what it has done is durable |
//! | `T`, `E` | it can write, or read, or cannot any more |
//! | `g` | clients answer PINGs, or do not any more |
//! | `b0`, `b1` | a change of the address book is made, or refused |
//! | `BTEXT` | the address book was written anew |
//! | `p` | a password is looked at |
//! | `P`, `D`, `H`, `G` | settings: a password or none, dark when alone, what is kept, grace |
//! | `o0`, `o1` | our address is there, or not |
//! | `w`, `nTEXT`, `X` | the machine has slept; a notice; the program crashes |

use std::time::Duration;

use enclave_irc::config::Secret;
use enclave_irc::gateway::settings::{Detached, History};

use super::client::Cause;
use super::*;

/// Steps of one script; what follows is not looked at.
pub const STEPS: usize = 400;

/// With so many jobs waiting, the store does not wait any longer: whoever has more to say
/// would not be read.
pub const BEHIND: usize = 300;

/// Connections that were given up of which something may still be on its way.
pub const GIVEN_UP: usize = 8;

/// Clients at a time.
const CLIENTS: usize = 40;

/// The longest text that is made by repeating a part, bytes.
const LONGEST: usize = 100_000;

/// How long time goes by, seconds.
const TIMES: [u64; 10] = [1, 2, 3, 5, 10, 31, 61, 125, 300, 90_000];

/// The number that a byte stands for.
pub fn number(byte: Option<&u8>) -> usize {
    byte.map_or(0, |byte| usize::from(byte.wrapping_sub(b'0')))
}

impl World {
    /// One step, and all that follows from it.
    pub(super) fn step(&mut self, line: &[u8]) {
        let Some((&kind, rest)) = line.split_first() else {
            return;
        };
        let whom = rest.first().copied().unwrap_or(b'0');
        let text = rest.get(1..).unwrap_or_default();
        match kind {
            b'C' => self.come(whom != b'u'),
            b'>' => self.speak(whom, &[text, b"\r\n"].concat()),
            b'-' => self.speak(whom, text),
            b'*' => {
                let text = repeated(text);
                self.speak(whom, &[&text, b"\r\n".as_slice()].concat());
            }
            b'V' => {
                if let Some(client) = self.client(whom) {
                    self.vanish(client);
                }
            }
            b'c' => self.call(whom),
            b'f' => self.send(whom, |connection| connection.send_frame(text)),
            b'F' => self.send(whom, |connection| connection.send_frame(&repeated(text))),
            b'r' => self.send(whom, |connection| connection.send(text)),
            b'h' => self.hang_up(whom),
            b'a' => self.acknowledge(whom, number(text.first())),
            b'd' => self.end_dial(whom),
            b'l' => self.come_late(whom, text),
            b't' => self.pass(Duration::from_secs(
                TIMES[number(rest.first()) % TIMES.len()],
            )),
            b'm' => self.pass(Duration::from_millis(10 * number(rest.first()) as u64)),
            b'S' => {
                self.store_waits = true;
                self.store_works(number(rest.first()));
            }
            b's' => self.store_works(1),
            b'z' => self.store_waits = false,
            b'k' => self.store_commits(),
            b'T' => self.trouble(),
            b'E' => self.store.is_unreadable ^= true,
            b'g' => self.clients_sleep ^= true,
            b'b' => self.change_book(whom != b'1'),
            b'B' => {
                self.book = book::written(rest);
                self.give_book(Event::BookRead(Ok(self.book.clone())), Cause::Unasked);
            }
            b'p' => self.check_password(),
            b'P' | b'D' | b'H' | b'G' => self.set(kind),
            b'o' => {
                let own = (whom != b'1').then(|| address(OWN));
                self.event(
                    Event::OwnAddresses(own.into_iter().collect()),
                    Cause::Unasked,
                );
            }
            b'w' => self.event(Event::Woke, Cause::Unasked),
            b'n' => {
                let notice = String::from_utf8_lossy(rest).into_owned();
                self.event(Event::Notice(notice), Cause::Unasked);
            }
            b'X' => self.crash(),
            _ => {}
        }
        self.settle();
    }

    fn client(&self, sign: u8) -> Option<ClientId> {
        let count = self.clients.len().max(1);
        let mut clients = self.clients.keys();
        clients.nth(number(Some(&sign)) % count).copied()
    }

    fn come(&mut self, trusted: bool) {
        if self.clients.len() < CLIENTS {
            self.connect(trusted);
        }
    }

    fn speak(&mut self, whom: u8, bytes: &[u8]) {
        if let Some(client) = self.client(whom) {
            self.say(client, bytes);
        }
    }

    fn trouble(&mut self) {
        self.store.in_trouble ^= true;
        let trouble = self.store.in_trouble.then(|| "the disk is full".to_owned());
        self.event(Event::StoreTrouble(trouble), Cause::Unasked);
    }

    /// The oldest change of the address book is made, or refused.
    pub(super) fn change_book(&mut self, well: bool) {
        if let Some((change, what)) = self.changes.pop_front() {
            let refused = || Err("contacts.toml:3: bad\ncontacts.toml:4: bad".to_owned());
            let made = if well {
                book::change(&mut self.book, what)
            } else {
                refused()
            };
            let outcome = made.map(|()| self.book.clone());
            self.give_book(Event::BookChanged { change, outcome }, Cause::Later);
        }
    }

    fn give_book(&mut self, event: Event, cause: Cause) {
        let contacts = self.book.contacts.iter();
        self.friends.extend(contacts.map(|one| one.address));
        self.event(event, cause);
    }

    /// The oldest password is looked at.
    pub(super) fn check_password(&mut self) {
        if let Some((client, is_right)) = self.passwords.pop_front() {
            self.event(Event::PasswordChecked { client, is_right }, Cause::Later);
        }
    }

    fn set(&mut self, what: u8) {
        let settings = &mut self.settings;
        match what {
            b'P' => {
                let word = if settings.password.is_empty() {
                    "secret"
                } else {
                    ""
                };
                settings.password = Secret::new(word);
            }
            b'D' => {
                settings.detached = match settings.detached {
                    Detached::Away => Detached::Offline,
                    Detached::Offline => Detached::Away,
                };
            }
            b'H' => {
                settings.history = match settings.history {
                    History::Forever => History::For(Duration::from_secs(100)),
                    History::For(_) => History::None,
                    History::None => History::Forever,
                };
            }
            _ => settings.grace = Duration::from_secs(120) - settings.grace,
        }
        self.event(Event::Settings(self.settings.clone()), Cause::Unasked);
    }
}

/// A text of which a part comes again: `nBEFORE|PART|BEHIND`.
fn repeated(text: &[u8]) -> Vec<u8> {
    let Some((&count, text)) = text.split_first() else {
        return Vec::new();
    };
    let mut parts = text.splitn(3, |byte| *byte == b'|');
    let mut next = || parts.next().unwrap_or_default();
    let (before, part, behind) = (next(), next(), next());
    let count = (usize::from(count) * 20).min(LONGEST / part.len().max(1));
    [before, &part.repeat(count), behind].concat()
}
