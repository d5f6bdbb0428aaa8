//! What strangers make us hold, counted; see [`mesh::census`](crate::enclave::mesh::census).

use super::request::{FRAME_OVERHEAD, HELD_MAX};
use super::{REQUESTS_MAX, STRANGER_FRAME_MAX, Strangers};
use crate::enclave::link::{ALIAS_MAX, TEXT_MAX};

impl Strangers {
    /// Whatever strangers can make grow, with its bound.
    pub(in crate::enclave::mesh) fn count(&self, mut add: impl FnMut(&'static str, usize, usize)) {
        // The frame that reaches the limit is still taken in, with three bytes for each that is
        // no text, and those that have been read before its pause is obeyed are not read by us.
        let most = HELD_MAX + 3 * STRANGER_FRAME_MAX + FRAME_OVERHEAD;
        add("requests", self.waiting.len(), REQUESTS_MAX);
        for request in self.waiting.values() {
            let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
            let state = &request.state;
            add(
                "bytes of a stranger's alias",
                length(&state.alias),
                ALIAS_MAX,
            );
            add(
                "bytes of a stranger's status text",
                length(&state.text),
                TEXT_MAX,
            );
            let words = request
                .held
                .iter()
                .map(|words| words.text.len() + length(&words.id));
            add("bytes of a stranger's words", words.sum(), state.bytes);
            add(
                "words of a stranger",
                request.held.len() * FRAME_OVERHEAD,
                state.bytes,
            );
            add("bytes of a stranger", state.bytes, most);
            add("bytes a stranger repeats", request.repeated, most);
        }
    }

    /// How many connections they have.
    pub(in crate::enclave::mesh) fn count_connections(&self) -> usize {
        let connected = self.waiting.values().filter(|one| one.is_connected());
        connected.count()
    }
}
