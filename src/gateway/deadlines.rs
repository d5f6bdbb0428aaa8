//! What is done when its time has come: when the middle wants to be woken, and what it looks at
//! then.

use std::time::Duration;

use super::Gateway;
use super::session::Session;

impl Gateway {
    /// When [`Event::Deadline`](super::event::Event::Deadline) is due, on the monotonic clock, if nothing else happens.
    pub fn deadline(&self) -> Option<Duration> {
        let sessions = self.sessions.values().map(Session::deadline).min();
        [
            self.mesh.deadline(),
            self.person.deadline(),
            sessions,
            self.prompt_deadline(),
            self.batch_deadline(),
            self.key_deadline(),
            self.pace_deadline(),
            self.calm_deadline(),
            self.next_expiry,
            self.next_rest,
            self.write_unwritten_at,
            self.stall_deadline(),
            self.change_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// That time has come; each looks for itself whether there is something to do.
    pub(super) fn deadline_came(&mut self) {
        self.mesh(|mesh, now, out| mesh.tick(now, out));
        self.grace_over();
        self.check_clients();
        self.give_up_batches();
        self.look_at_passwords();
        self.prompt_due();
        self.pace_due();
        self.calm_due();
        self.unwritten_due();
        self.rest_from_floods();
        self.stall_due();
        self.changes_due();
        if self.next_expiry.is_some_and(|at| at <= self.now.monotonic) {
            self.expire();
        }
    }
}
