//! What we know of a contact: what it says of its human, and what it calls itself.

use crate::clock::Timestamp;
use crate::enclave::ConnectionId;
use crate::enclave::news::Presence;
use crate::enclave::packet::{Packet, Status};

/// Longest status text that is kept, bytes. More than an IRC line shows, and little enough
/// for ten thousand contacts.
pub(crate) const TEXT_MAX: usize = 1024;

/// Longest alias that is kept, bytes: far longer than any name.
pub(crate) const ALIAS_MAX: usize = 256;

/// The part of a text that is kept, cut between characters.
pub(crate) fn kept(text: &str, most: usize) -> String {
    let cut = (0..=most.min(text.len())).rev();
    let end = cut.into_iter().find(|&end| text.is_char_boundary(end));
    text[..end.unwrap_or(0)].to_owned()
}

/// Where and when the presence that holds was said.
#[derive(Clone, Copy, Debug, Hash)]
struct Source {
    connection: ConnectionId,
    timestamp: Option<Timestamp>,
}

/// What a contact has said of itself.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct SaidPresence {
    presence: Presence,
    alias: String,
    source: Option<Source>,
}

impl SaidPresence {
    /// What holds now.
    pub(crate) fn presence(&self) -> &Presence {
        &self.presence
    }

    /// What the contact calls itself; empty where it has not said.
    pub(crate) fn alias(&self) -> &str {
        &self.alias
    }

    /// Takes an alias in; whether it is a new one. An empty one says nothing.
    pub(crate) fn set_alias(&mut self, alias: &str) -> bool {
        let alias = kept(alias, ALIAS_MAX);
        let new = !alias.is_empty() && alias != self.alias;
        if new {
            self.alias = alias;
        }
        new
    }

    /// The contact has spoken, so it is there: available, if it has not said otherwise.
    /// Whether that is new.
    pub(crate) fn appear(&mut self) -> bool {
        let new = self.presence == Presence::Offline;
        if new {
            self.presence = Presence::Online {
                status: Status::Available,
                text: String::new(),
            };
        }
        new
    }

    /// The contact is gone; whether that is new. What it calls itself stays.
    pub(crate) fn vanish(&mut self) -> bool {
        self.source = None;
        std::mem::take(&mut self.presence) != Presence::Offline
    }

    /// Takes in what a packet says of status and status text; whether that changes
    /// anything. Only for a contact that has appeared. A status of 0 is not taken in here.
    ///
    /// Before two connections have become one, what was said earlier on the loser can
    /// arrive after what was said later on the winner. The peer's own time stamps tell,
    /// though only to the second; within one, the winner's word stands.
    pub(crate) fn hear(&mut self, packet: &Packet, on: ConnectionId, on_winner: bool) -> bool {
        if packet.status.is_none() && packet.status_message.is_none() {
            return false;
        }
        let stale = !on_winner
            && self.source.is_some_and(|source| {
                let times = packet.timestamp.zip(source.timestamp);
                source.connection != on && times.is_some_and(|(this, last)| this <= last)
            });
        if stale {
            return false;
        }
        self.source = Some(Source {
            connection: on,
            timestamp: packet.timestamp,
        });
        let Presence::Online { status, text } = &mut self.presence else {
            return false;
        };
        let mut changed = false;
        if let Some(said) = packet.status
            && said != Status::Offline
            && said != *status
        {
            *status = said;
            changed = true;
        }
        if let Some(said) = &packet.status_message {
            let said = kept(said, TEXT_MAX);
            if said != *text {
                *text = said;
                changed = true;
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ConnectionId = ConnectionId(1);
    const TWO: ConnectionId = ConnectionId(2);

    fn packet(status: Status, second: i64) -> Packet {
        Packet {
            status: Some(status),
            timestamp: Some(Timestamp::from_seconds(second)),
            ..Packet::default()
        }
    }

    fn status(said: &SaidPresence) -> Option<Status> {
        match said.presence() {
            Presence::Offline => None,
            Presence::Online { status, .. } => Some(*status),
        }
    }

    fn present() -> SaidPresence {
        let mut said = SaidPresence::default();
        assert!(said.appear());
        said
    }

    #[test]
    fn status_and_text_are_independent() {
        let mut said = present();
        let text = Packet {
            status_message: Some("tea".into()),
            ..Packet::default()
        };
        assert!(said.hear(&text, ONE, true));
        assert!(said.hear(&packet(Status::Away, 1), ONE, true));
        assert!(!said.hear(&packet(Status::Away, 2), ONE, true));
        let expected = Presence::Online {
            status: Status::Away,
            text: "tea".into(),
        };
        assert_eq!(*said.presence(), expected);
    }

    #[test]
    fn what_was_said_earlier_on_the_loser_does_not_undo_what_the_winner_said() {
        let mut said = present();
        said.hear(&packet(Status::Busy, 5), ONE, true);
        assert!(!said.hear(&packet(Status::Away, 4), TWO, false));
        assert!(!said.hear(&packet(Status::Away, 5), TWO, false));
        assert_eq!(status(&said), Some(Status::Busy));
        assert!(said.hear(&packet(Status::Away, 6), TWO, false));
        assert!(said.hear(&packet(Status::Available, 5), ONE, true));
    }

    #[test]
    fn texts_of_any_length_are_kept_short_and_whole_characters() {
        let mut said = present();
        let long = Packet {
            status_message: Some("\u{20ac}".repeat(100_000)),
            ..Packet::default()
        };
        assert!(said.hear(&long, ONE, true));
        assert!(!said.hear(&long, ONE, true));
        let Presence::Online { text, .. } = said.presence() else {
            unreachable!()
        };
        assert_eq!(text.len(), TEXT_MAX / 3 * 3);
        assert!(said.set_alias(&"n".repeat(100_000)));
        assert_eq!(said.alias().len(), ALIAS_MAX);
        assert!(!said.set_alias(""));
    }
}
