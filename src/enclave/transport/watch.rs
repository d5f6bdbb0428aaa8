//! Watching how far the peer's kernel has got with what we have written.
//!
//! No system tells when an acknowledgement arrives; it can only be asked. So it is asked,
//! and only while somebody wants to know and something is on its way: a link that is not
//! watched has no timer.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::outgoing::Acknowledging;
use crate::pipe::Pipe;

/// How soon to ask again at first. Nearly every acknowledgement takes between one and a few
/// hundred milliseconds: a round trip, and up to 40 ms for which Linux puts it off.
const FIRST_INTERVAL: Duration = Duration::from_millis(5);

/// Intervals double up to this one, at which a peer that takes nothing for long costs next
/// to nothing, and nobody minds to hear half a second late that it goes on.
const LONGEST_INTERVAL: Duration = Duration::from_millis(500);

/// The handle by which one connection's watch is ordered.
#[derive(Clone, Default)]
pub struct Watch(Rc<State>);

#[derive(Default)]
struct State {
    /// Whether it was ordered, and something is unacknowledged as far as is known.
    is_on: Cell<bool>,
    ordered: Notify,
    /// Bytes of the last report.
    reported: Cell<u64>,
}

impl Watch {
    /// Has it reported how many bytes are acknowledged, whenever that has changed, until
    /// nothing that was written is unacknowledged. To be called again when more is written.
    pub fn order(&self) {
        self.0.is_on.set(true);
        self.0.ordered.notify_one();
    }

    /// Carries out what is ordered, for as long as it is polled.
    pub(super) async fn obey<S: Acknowledging>(
        &self,
        stream: &RefCell<S>,
        pipe: &Pipe,
        report: &mut impl AsyncFnMut(u64),
    ) -> Infallible {
        loop {
            self.0.ordered.notified().await;
            // In a box, so that a link that is not watched has no room for a timer either.
            Box::pin(self.ask_until_done(stream, pipe, report)).await;
        }
    }

    async fn ask_until_done<S: Acknowledging>(
        &self,
        stream: &RefCell<S>,
        pipe: &Pipe,
        report: &mut impl AsyncFnMut(u64),
    ) {
        let mut interval = FIRST_INTERVAL;
        while self.0.is_on.get() {
            let was_ordered = timeout(interval, self.0.ordered.notified()).await.is_ok();
            interval = if was_ordered {
                FIRST_INTERVAL
            } else {
                LONGEST_INTERVAL.min(interval * 2)
            };
            self.ask(stream, pipe, report).await;
        }
    }

    /// Asks once where it is on, and reports what has changed.
    pub(super) async fn ask<S: Acknowledging>(
        &self,
        stream: &RefCell<S>,
        pipe: &Pipe,
        report: &mut impl AsyncFnMut(u64),
    ) {
        if !self.0.is_on.get() {
            return;
        }
        let unacknowledged = stream.borrow().unacknowledged();
        let bytes = pipe.taken().saturating_sub(unacknowledged);
        // It may seem less than before where closing our half counts as a byte.
        if bytes > self.0.reported.get() {
            report(bytes).await;
            // Not before: a report that was given up has to be made again.
            self.0.reported.set(bytes);
        }
        let written = pipe.taken() + pipe.queued() as u64;
        self.0.is_on.set(self.0.reported.get() < written);
    }
}

#[cfg(test)]
mod tests;
