//! Sockets: how links reach the network. Thin on purpose. When to dial, whom to answer
//! and which of two connections counts is decided elsewhere; here is only how.

mod accept;
mod dial;
mod listen;
mod socket;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite};

use super::codec::FrameCodec;
use crate::pipe::{self, Ended, Pipe};

pub use accept::{Accepted, accept};
pub use dial::dial;
pub use listen::{Listening, listen};
pub use socket::prepare;

/// Runs one connection: awaits `deliver` for the content of each frame, and `report` once
/// with how it ended, after which nothing more is delivered.
///
/// Where the other side closed, what is still queued is sent *after* the report (see
/// [`pipe::linger`]), so that nobody takes a link for alive because its last bytes are slow.
pub async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    pipe: Pipe,
    deliver: impl AsyncFnMut(BytesMut),
    report: impl AsyncFnOnce(Ended),
) {
    let mut codec = FrameCodec::new(pipe.limit());
    let ended = pipe::pump(&mut stream, &mut codec, &pipe, deliver).await;
    let was_closed_by_other = matches!(ended, Ended::ByOther);
    report(ended).await;
    if was_closed_by_other {
        pipe::linger(&mut stream, &pipe).await;
    }
}

#[cfg(test)]
mod tests;
