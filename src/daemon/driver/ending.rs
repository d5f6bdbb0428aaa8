//! The end: what can be stored is, everybody is told goodbye, and what could not be stored is
//! owned up to.

use std::cell::Cell;

use tracing::{info, warn};

use crate::daemon::goodbye::wait_for_goodbyes;
use crate::daemon::input::Input;
use crate::daemon::middle::Middle;
use crate::daemon::storage::LAST_COMMIT;
use crate::gateway::event::Event;

use super::Driver;

impl<M: Middle> Driver<M> {
    /// Waits a moment for what is on its way to the disk: its writers still hear of it.
    async fn settle_store(&mut self) {
        let too_long = tokio::time::Instant::now() + LAST_COMMIT;
        while self.storage().is_some_and(|storage| !storage.is_settled()) {
            match tokio::time::timeout_at(too_long, self.inputs.recv()).await {
                Ok(Some(Input::Event(event))) => self.take_event(event),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Says goodbye to everybody, and waits until it is out.
    pub(super) async fn end(mut self) {
        info!("ending");
        self.service_manager.ending();
        self.service_manager
            .tell(self.middle.attendance(), self.now.monotonic);
        self.settle_store().await;
        self.now = self.timepiece.now();
        self.handle(Event::Shutdown);
        // No new connections.
        self.doors = None;
        self.links.close_all();
        self.clients.close_all();
        // Only the connections themselves are alive now.
        drop((self.links, self.clients));
        let is_stored = Cell::new(self.on_disk.is_none());
        let mut all_ended = self.all_ended;
        let ended = async {
            // Nothing ever comes: it ends.
            let _ = all_ended.recv().await;
        };
        let stored = async {
            if let Some(on_disk) = self.on_disk {
                is_stored.set(on_disk.storage.close().await);
            }
        };
        let all = async {
            tokio::join!(ended, stored);
        };
        wait_for_goodbyes(self.inputs, self.peer_inputs, all).await;
        if !is_stored.get() {
            let what = self.middle.not_stored();
            warn!(
                "not everything could be stored before the end: {}",
                what.as_deref()
                    .unwrap_or("nothing that you wrote, and no word of a contact's")
            );
        }
    }
}
