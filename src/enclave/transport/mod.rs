//! Sockets: how links reach the network. Thin on purpose. When to dial, whom to answer
//! and which of two connections counts is decided elsewhere; here is only how.

mod accept;
mod dial;
mod listen;
mod outgoing;
mod shared;
mod socket;
mod watch;

use std::cell::RefCell;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite};

use super::codec::FrameCodec;
use crate::pipe::{self, Ended, Pipe};

pub use accept::{Accepted, accept};
pub use dial::dial;
pub use listen::{Listening, listen};
pub use outgoing::Acknowledging;
pub use socket::prepare;
pub use watch::Watch;

use shared::Shared;

/// Runs one connection: awaits `deliver` for the content of each frame, `acknowledged` where
/// the watch has something to report (how many of the bytes written since the beginning the
/// peer's kernel has acknowledged), and `report` once with how it ended, after which neither
/// of them is called any more. Where a watch is on then, it has had its last word before.
///
/// Where the other side closed, what is still queued is sent *after* the report (see
/// [`pipe::linger`]), so that nobody takes a link for alive because its last bytes are slow.
pub async fn run<S: AsyncRead + AsyncWrite + Acknowledging + Unpin>(
    stream: S,
    pipe: Pipe,
    watch: Watch,
    deliver: impl AsyncFnMut(BytesMut),
    mut acknowledged: impl AsyncFnMut(u64),
    report: impl AsyncFnOnce(Ended),
) {
    let stream = RefCell::new(stream);
    let mut shared = Shared(&stream);
    let mut codec = FrameCodec::new(pipe.limit());
    let ended = tokio::select! {
        // What is queued is written before anybody asks what has become of it.
        biased;
        ended = pipe::pump(&mut shared, &mut codec, &pipe, deliver) => ended,
        never = watch.obey(&stream, &pipe, &mut acknowledged) => match never {},
    };
    watch.ask(&stream, &pipe, &mut acknowledged).await;
    let was_closed_by_other = matches!(ended, Ended::ByOther);
    report(ended).await;
    if was_closed_by_other {
        pipe::linger(&mut shared, &pipe).await;
    }
}

#[cfg(test)]
mod tests;
