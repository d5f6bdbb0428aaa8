//! The end: last words go out before the program does.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::warn;

use super::hearing::Heard;
use super::input::Input;

/// How long goodbyes may take to go out, the other sides to close, and the disk to take what
/// is left, before the program ends all the same. It has promised to be gone within 5 s.
pub const GOODBYE: Duration = Duration::from_millis(3500);

/// Waits until `all` is done: every connection has ended, and everything is stored. But no
/// longer than [`GOODBYE`], and not at all for whoever tells us twice.
pub async fn wait_for_goodbyes(
    mut inputs: mpsc::Receiver<Input>,
    mut peer_inputs: Heard,
    all: impl Future<Output = ()>,
) {
    let mut all = pin!(all);
    let mut too_long = pin!(sleep(GOODBYE));
    loop {
        tokio::select! {
            () = &mut all => return,
            // What still comes is too late, but its sender must not be stuck with it.
            Some(input) = inputs.recv() => if matches!(input, Input::Stop) {
                warn!("told twice: ending at once");
                return;
            },
            Some(_) = peer_inputs.recv() => {}
            () = &mut too_long => return,
        }
    }
}
