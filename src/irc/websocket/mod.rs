//! IRC over WebSocket: one line in each message, for clients that run in a browser (IRCv3
//! `websocket`, RFC 6455).
//!
//! A browser opens a WebSocket to any machine for any page that asks, this one included. It
//! says for which page, and that is all that keeps the page of a stranger from speaking in
//! the person's name: see [`page`].

mod lines;
pub mod page;
mod upgrade;

pub use lines::WebSocket;
pub use upgrade::{Pages, Refused, Upgraded, upgrade};

use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::codec::{BODY_LIMIT, TAGS_LIMIT};

/// In what messages lines travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subprotocol {
    /// `text.ircv3.net`, and whoever names none: all that we say is UTF-8.
    #[default]
    Text,
    /// `binary.ircv3.net`.
    Binary,
}

impl Subprotocol {
    /// The names by which clients ask for them.
    pub const NAMES: [(&str, Self); 2] = [
        ("text.ircv3.net", Self::Text),
        ("binary.ircv3.net", Self::Binary),
    ];

    /// The name of this one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => Self::NAMES[0].0,
            Self::Binary => Self::NAMES[1].0,
        }
    }
}

/// The longest message that is read, bytes. A line that is too long is answered with 417, as
/// on every door, so there is some room beyond the longest line; whoever sends still more is
/// disconnected.
const MESSAGE_LIMIT: usize = 2 * (BODY_LIMIT + TAGS_LIMIT);

/// Held by each connection for as long as it lasts, bytes: enough for what is typed.
const READ_BUFFER: usize = 2 * 1024;

/// What is collected before it is written, bytes, so that a burst is a few writes.
const WRITE_BUFFER: usize = 8 * 1024;

fn configuration() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(Some(MESSAGE_LIMIT))
        .max_frame_size(Some(MESSAGE_LIMIT))
}

#[cfg(test)]
mod tests;
