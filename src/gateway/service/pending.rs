//! Changes of the address book on their way: the file is written outside the gateway, so
//! the answer comes later.

use std::time::Duration;

use crate::book::Change;
use crate::enclave::address::Address;
use crate::irc::ClientId;

use super::super::effect::Effect;
use super::super::response::Later;
use super::super::{ChangeId, Gateway};
use super::{Asked, Place};

/// So long a change may take before it is said what it waits for: longer than another program
/// that writes to the file is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

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
    /// When it is said that it takes long; none once it was.
    complain_at: Option<Duration>,
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
            complain_at: Some(self.now.monotonic + PATIENCE),
        };
        self.pending_changes.insert(id, pending);
        self.effects.push(Effect::ChangeBook { id, change });
    }

    /// When a change takes long.
    pub(in super::super) fn change_deadline(&self) -> Option<Duration> {
        let pending = self.pending_changes.values();
        pending.filter_map(|pending| pending.complain_at).min()
    }

    /// Tells whoever waits for a change that takes long.
    pub(in super::super) fn changes_due(&mut self) {
        let now = self.now.monotonic;
        let mut waiting = Vec::new();
        for pending in self.pending_changes.values_mut() {
            if pending.complain_at.is_some_and(|at| at <= now) {
                pending.complain_at = None;
                waiting.push(pending.client);
            }
        }
        for client in waiting {
            let text = format!(
                "{} has not been changed yet: its disk does not answer. It will be as soon as \
                 that does.",
                self.settings.book
            );
            self.service_notice(client, &text);
        }
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
