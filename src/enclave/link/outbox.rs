//! What waits to reach one contact, and how far it has come: the delivery extension
//! (`docs/protocol.md`) where the contact confirms, and the kernel's word where it does not.
//!
//! Pure, and without a connection of its own: the [link](super) says which one is written
//! to, and what it knows of it.

mod outgoing;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use super::connections::{Connection, Connections};
use crate::enclave::ConnectionId;
use crate::enclave::order::{Order, Outcome};

pub use outgoing::{Outgoing, Standing};

/// A contact that has not said a word this long after connecting may be waiting for its
/// person to let us in: our first words belong in that question, so they go out.
const MUTE: Duration = Duration::from_secs(2);

/// How often one message goes to a contact that never says a word. It may take every one of
/// them for new.
const BLIND_ATTEMPTS: u8 = 3;

/// What may be on its way to one contact, bytes of frames; all else waits. Enough for any
/// link, and little enough for ten thousand messages that waited not to fill the memory
/// twice. The one that reaches it still goes, however long it is.
pub(crate) const WINDOW: u64 = 1024 * 1024;

#[derive(Clone, Debug, Hash)]
struct Entry {
    message: Outgoing,
    /// It has been written to some connection. What has makes the beginning of the queue.
    sent: bool,
    /// How long its frame was, and where it ended among the bytes of the connection that is
    /// [`Outbox::on`], if it was written there.
    length: u64,
    end: u64,
}

/// Room for so many messages is kept when none waits any more: what a talk needs, a few KiB.
const KEPT: usize = 32;

/// All that waits for one contact, in order.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Outbox {
    waiting: VecDeque<Entry>,
    /// The connection to which the first `written` of them were written.
    on: Option<ConnectionId>,
    written: usize,
    /// Bytes of the frames of those. Of nothing else: what besides messages goes out on a
    /// connection is not watched, and adds up over the months.
    in_flight: u64,
    /// Of their texts and tags.
    bytes: usize,
    /// How many of them are nothing but tags.
    only_tags: usize,
}

impl Outbox {
    /// How many messages wait, and how many bytes their texts and tags have.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.waiting.len(), self.bytes)
    }

    /// Puts a message behind all others.
    pub(crate) fn push(&mut self, message: Outgoing) {
        self.bytes += message.bytes();
        self.only_tags += usize::from(message.is_only_tags());
        self.waiting.push_back(Entry {
            message,
            sent: false,
            length: 0,
            end: 0,
        });
    }

    /// Takes everything out, in order.
    pub(crate) fn take(&mut self) -> Vec<Outgoing> {
        let all = std::mem::take(self).waiting;
        all.into_iter().map(|entry| entry.message).collect()
    }

    /// What waits, in order.
    pub(crate) fn iter(
        &self,
        connections: &Connections,
    ) -> impl Iterator<Item = (&Outgoing, Standing)> {
        let on = self.on.and_then(|on| connections.get(on));
        let heard = on.is_some_and(|on| on.heard);
        let to_one_who_speaks = if heard { self.written } else { 0 };
        self.waiting.iter().enumerate().map(move |(index, entry)| {
            let in_vain = entry.message.attempts >= BLIND_ATTEMPTS;
            let standing = if in_vain && index >= to_one_who_speaks {
                Standing::Unheard
            } else if entry.sent || entry.message.attempts > 0 {
                Standing::Sent
            } else {
                Standing::Unsent
            };
            (&entry.message, standing)
        })
    }

    /// Takes messages out that the person does not want sent.
    pub(crate) fn cancel(&mut self, keys: &[u64]) {
        let keys: HashSet<u64> = keys.iter().copied().collect();
        self.remove(|entry| keys.contains(&entry.message.key));
    }

    /// Takes out what is `gone`, in one go; the keys come back, in order.
    fn remove(&mut self, gone: impl Fn(&Entry) -> bool) -> Vec<u64> {
        let mut keys = Vec::new();
        let mut rest = self.written;
        self.waiting.retain(|entry| {
            let is_written = rest > 0;
            rest = rest.saturating_sub(1);
            if !gone(entry) {
                return true;
            }
            if is_written {
                self.written -= 1;
                self.in_flight -= entry.length;
            }
            self.bytes -= entry.message.bytes();
            self.only_tags -= usize::from(entry.message.is_only_tags());
            keys.push(entry.message.key);
            false
        });
        self.give_back();
        keys
    }

    /// Gives back the room that a flood has taken: there is one of these for each contact.
    fn give_back(&mut self) {
        if self.waiting.is_empty() && self.waiting.capacity() > KEPT {
            self.waiting = VecDeque::new();
        }
    }

    /// As [`remove`](Self::remove), of those at the front: most that arrive do so in order,
    /// and what waits behind them may be long.
    fn remove_first(&mut self, mut gone: impl FnMut(&Entry) -> bool) -> Vec<u64> {
        let mut keys = Vec::new();
        while self.waiting.front().is_some_and(&mut gone)
            && let Some(entry) = self.waiting.pop_front()
        {
            if self.written > 0 {
                self.written -= 1;
                self.in_flight -= entry.length;
            }
            self.bytes -= entry.message.bytes();
            self.only_tags -= usize::from(entry.message.is_only_tags());
            keys.push(entry.message.key);
        }
        self.give_back();
        keys
    }

    /// What is nothing but tags does not reach one who has spoken and knows no tags: it is
    /// done with, wherever it stands. The keys come back. Nobody may rely on tags to be
    /// shown, and kept any longer they would wait for good.
    pub(crate) fn give_up_tags(&mut self, connections: &Connections) -> Vec<u64> {
        match connections.winner() {
            Some(winner) if self.only_tags > 0 && winner.heard && !winner.tags => {
                self.remove(|entry| entry.message.is_only_tags())
            }
            _ => Vec::new(),
        }
    }

    /// Whether nothing waits but what was written to this connection.
    pub(crate) fn is_all_on(&self, connection: ConnectionId) -> bool {
        let written = if self.on == Some(connection) {
            self.written
        } else {
            0
        };
        written == self.waiting.len()
    }

    /// Writes what may be written now to the connection that is written to. The keys of
    /// what was sent to one who has not said a word come back.
    ///
    /// On another connection than before everything that is unconfirmed goes again, before
    /// anything new, so that order holds. Where the contact does not confirm, the old
    /// connection is waited for instead: until its bytes have arrived, or it has ended.
    ///
    /// What is nothing but tags does not go to one who has not said a word. What is behind
    /// it does not wait for it, which could be for good: it goes, and has its place from
    /// then on, so that what was written still makes the beginning of the queue.
    pub(crate) fn flow(
        &mut self,
        connections: &mut Connections,
        with_ids: bool,
        now: Duration,
        out: &mut Outcome,
    ) -> Vec<u64> {
        let mut blind = Vec::new();
        let Some(winner) = connections.winner() else {
            return blind;
        };
        if self.waiting.is_empty() || !is_flowing(winner, now) {
            return blind;
        }
        if self.waits_for_old(winner, connections) {
            return blind;
        }
        if self.on != Some(winner.id) {
            self.on = Some(winner.id);
            self.written = 0;
            self.in_flight = 0;
        }
        let Some(winner) = connections.winner_mut() else {
            return blind;
        };
        let before = self.written;
        let mut next = before;
        while let Some(entry) = self.waiting.get_mut(next) {
            if self.in_flight >= WINDOW {
                break;
            }
            let message = &mut entry.message;
            if !winner.heard {
                if message.is_only_tags() {
                    next += 1;
                    continue;
                }
                if message.attempts >= BLIND_ATTEMPTS {
                    break;
                }
                message.attempts += 1;
                blind.push(message.key);
            }
            let frame = message.to_frame(with_ids, winner.tags);
            entry.length = frame.len() as u64;
            self.in_flight += entry.length;
            winner.write(frame, out);
            entry.end = winner.written;
            entry.sent = true;
            self.written += 1;
            next += 1;
        }
        if self.written > before && next > self.written {
            let looked_at = &mut self.waiting.make_contiguous()[before..next];
            looked_at.sort_by_key(|entry| entry.message.is_only_tags());
        }
        if self.written > before && !winner.receipts {
            out.order(Order::Watch {
                connection: winner.id,
            });
        }
        blind
    }

    /// Whether what was written to another connection has to arrive first, or that to end.
    fn waits_for_old(&self, winner: &Connection, connections: &Connections) -> bool {
        let old = self.on.filter(|on| *on != winner.id);
        let old = old.and_then(|old| connections.get(old));
        let last = self.written.checked_sub(1);
        let last = last.and_then(|last| self.waiting.get(last));
        !winner.receipts
            && old
                .zip(last)
                .is_some_and(|(old, last)| old.acknowledged < last.end)
    }

    /// The contact has confirmed these; the keys of those that waited come back. What was
    /// not sent to it cannot have arrived.
    pub(crate) fn confirmed(&mut self, ids: &[String]) -> Vec<u64> {
        // Most come in the order in which the messages went out.
        let mut ids = ids.iter().peekable();
        let mut keys =
            self.remove_first(|entry| entry.sent && ids.next_if_eq(&&entry.message.id).is_some());
        if ids.peek().is_some() {
            let ids: HashSet<&str> = ids.map(String::as_str).collect();
            keys.extend(self.remove(|entry| entry.sent && ids.contains(&*entry.message.id)));
        }
        keys
    }

    /// After more bytes have arrived at the contact, or its first packet here: the keys of
    /// what has arrived by that come back. One who confirms is not believed to have stored
    /// what its kernel has taken, and one who has not said a word may not even know us.
    pub(crate) fn acknowledged(&mut self, connections: &Connections) -> Vec<u64> {
        let connection = self.on.and_then(|on| connections.get(on));
        let Some(connection) = connection.filter(|one| one.heard && !one.receipts) else {
            return Vec::new();
        };
        let mut written = self.written;
        self.remove_first(|entry| {
            let arrived = written > 0 && entry.end <= connection.acknowledged;
            written -= usize::from(arrived);
            arrived
        })
    }

    /// When [`flow`](Self::flow) has something to do although nothing happens.
    pub(crate) fn deadline(&self, connections: &Connections) -> Option<Duration> {
        let winner = connections.winner()?;
        let fresh = self.on != Some(winner.id) && !winner.heard;
        let waits = !self.waiting.is_empty() && !self.waits_for_old(winner, connections);
        (fresh && waits).then_some(winner.opened + MUTE)
    }
}

/// Whether messages may be written to a connection: the contact has taken us in, or may be
/// waiting for our first words.
fn is_flowing(winner: &Connection, now: Duration) -> bool {
    winner.heard || winner.opened + MUTE <= now
}

#[cfg(test)]
mod tests;
