//! What is kept over restarts beside messages and contacts: who asks to be let in, who is
//! silenced, and for how long texts are kept.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::enclave::address::Address;
use crate::enclave::mesh::SILENCE;
use crate::enclave::news::{HeldWords, RequestState};
use crate::enclave::packet::Status;
use crate::store::{Held, Request, Write};

use super::Gateway;
use super::settings::History;

/// How often texts are deleted that are old enough: whoever says "90d" does not count hours.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(60 * 60);

impl Gateway {
    /// Takes up the strangers that the store holds.
    pub(super) fn take_up_strangers(
        &mut self,
        requests: Vec<(Request, Vec<Held>)>,
        silenced: Vec<(String, Timestamp)>,
    ) {
        for (address, until) in silenced {
            // Never longer than at first: the clock may have been set back since.
            let left = until.since(self.now.wall).min(SILENCE);
            if let Ok(address) = address.parse()
                && !left.is_zero()
            {
                self.mesh.silence_for(address, left, self.now);
            }
        }
        let given = self.remembered.request_number;
        self.mesh.numbers_given(given);
        for (request, held) in requests {
            let Ok(address) = request.address.parse() else {
                continue;
            };
            let held = held.into_iter().map(|words| HeldWords {
                text: words.text,
                time: words.time,
                id: words.id,
            });
            let is_unseen = request.number.is_some() && !request.shown;
            let state = RequestState {
                address,
                number: request.number,
                alias: request.alias,
                status: request.status.and_then(Status::from_code),
                text: request.text,
                since: request.since,
                shown: request.shown,
                said_more: request.said_more,
                bytes: usize::try_from(request.bytes).unwrap_or(usize::MAX),
            };
            self.mesh.restore_request(state, held.collect(), self.now);
            if is_unseen {
                self.prompts.unseen.push_back(address);
            }
        }
    }

    /// A request is to be remembered.
    pub(super) fn keep_request(&mut self, state: RequestState) {
        self.store(Write::Request(Request {
            address: state.address.to_string(),
            number: state.number,
            alias: state.alias,
            status: state.status.map(Status::code),
            text: state.text,
            since: state.since,
            shown: state.shown,
            said_more: state.said_more,
            bytes: state.bytes as u64,
        }));
    }

    /// So is what a stranger said.
    pub(super) fn keep_words(&mut self, address: Address, words: HeldWords) {
        self.store(Write::Held {
            address: address.to_string(),
            held: Held {
                text: words.text,
                time: words.time,
                id: words.id,
            },
        });
    }

    /// Turns an address away for a day, over restarts too.
    pub(super) fn silence(&mut self, address: Address) {
        self.mesh.silence(address, self.now);
        let milliseconds = i64::try_from(SILENCE.as_millis()).unwrap_or(i64::MAX);
        let until = Timestamp(self.now.wall.0.saturating_add(milliseconds));
        self.store(Write::Silence(address.owner().to_string(), until));
    }

    /// Has texts deleted that are to be kept no longer.
    pub(super) fn expire(&mut self) {
        let kept = match self.settings.history {
            History::Forever => {
                self.next_expiry = None;
                return;
            }
            History::None => None,
            History::For(kept) => Some(kept),
        };
        match kept {
            // Whatever any clock shows, or has shown.
            None => self.store(Write::Expire(Timestamp(i64::MAX))),
            Some(kept) => {
                let milliseconds = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
                let before = Timestamp(self.day().0.saturating_sub(milliseconds));
                self.keep_calendar();
                self.store(Write::Expire(before));
            }
        }
        self.next_expiry = Some(self.now.monotonic + EXPIRY_INTERVAL);
    }
}
