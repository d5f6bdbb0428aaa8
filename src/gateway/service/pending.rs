//! Changes of the address book on their way: the file is written outside the gateway, so
//! the answer comes later.

use crate::book::Change;
use crate::enclave::address::Address;
use crate::irc::ClientId;

use super::super::effect::Effect;
use super::super::response::Later;
use super::super::{ChangeId, Gateway};
use super::{Asked, Place};

/// What to do and say once the file is changed.
#[derive(Debug)]
pub(in super::super) struct PendingChange {
    client: ClientId,
    place: Place,
    /// What to answer when it is done.
    done: String,
    /// An address to be silent about for a day from then on.
    silence: Option<Address>,
    later: Later,
}

impl Gateway {
    pub(in super::super) fn next_change(&mut self) -> ChangeId {
        self.next_change += 1;
        ChangeId(self.next_change)
    }

    /// Asks for a change of the address book; `done` is the answer once it is made.
    pub(super) fn change_book(
        &mut self,
        asked: &Asked<'_>,
        change: Change,
        done: String,
        silence: Option<Address>,
    ) {
        let id = self.next_change();
        let pending = PendingChange {
            client: asked.client,
            place: asked.place,
            done,
            silence,
            later: self.later(),
        };
        self.pending_changes.insert(id, pending);
        self.effects.push(Effect::ChangeBook { id, change });
    }

    /// The change is made and followed, or it was refused.
    pub(in super::super) fn change_done(
        &mut self,
        pending: PendingChange,
        result: Result<(), String>,
    ) {
        let text = match result {
            Ok(()) => {
                if let Some(address) = pending.silence {
                    self.silence(address);
                }
                pending.done
            }
            Err(why) => format!("Nothing was changed: {why}"),
        };
        self.resume(pending.later, |gateway| {
            gateway.answer(pending.client, pending.place, &text);
        });
    }
}
