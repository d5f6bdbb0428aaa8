//! One packet: a JSON object with any number of attributes, all of them optional.
//!
//! Tolerant in, strict out. [`Packet::parse`] makes the best of what any program has ever
//! been seen to send; [`Packet::encode`] writes what the Enclave specification says and
//! nothing else.
//!
//! A new attribute is a field of [`Packet`] (which makes it be sent) and a name and an
//! assignment in `parse.rs` (which make it be understood).

mod parse;
mod repair;

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Serialize, Serializer};

use super::codec::HEADER;
use crate::clock::Timestamp;

pub use parse::NotAPacket;

/// The most `features` that are kept of one packet. There are two today; the bound is only
/// there because what a peer says of itself is kept as long as its connection.
pub const FEATURES_MAX: usize = 32;

/// The longest name of a feature that is kept, bytes.
pub const FEATURE_MAX: usize = 64;

/// The longest `id` of a message that is kept, bytes. Ours have 36.
pub const ID_MAX: usize = 256;

/// The most ids of one `received` that are kept. Those beyond it are as if they were not
/// confirmed, and then their messages are only sent once more.
pub const RECEIVED_MAX: usize = 10_000;

/// The most `tags` that are kept of one packet. A message is known to need two: what it
/// answers, and how it reacts to that.
pub const TAGS_MAX: usize = 8;

/// The longest name of a tag that is kept, bytes: far longer than any that is specified.
pub const TAG_NAME_MAX: usize = 64;

/// The longest value of a tag that is kept, bytes. It has room for the id of a message
/// ([`ID_MAX`]) and for any emoji, and eight of them are about as much as the tags of
/// one line of IRC hold, which is 4 KiB.
pub const TAG_VALUE_MAX: usize = 512;

/// What a message carries beside its text: names, without the `+` that IRC puts before
/// them, and values.
pub type Tags = BTreeMap<String, String>;

/// What a node says of its human (Enclave specification, `status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// 0: the node is shutting down; the connection is to be closed.
    Offline,
    /// 1: at the computer and willing to chat.
    Available,
    /// 2: not at the computer.
    Away,
    /// 3: does not wish to be disturbed.
    Busy,
}

impl Status {
    /// The number that stands for it on the wire.
    pub fn code(self) -> u8 {
        match self {
            Self::Offline => 0,
            Self::Available => 1,
            Self::Away => 2,
            Self::Busy => 3,
        }
    }

    /// What the number stands for; `None` for one the specification does not know.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Offline),
            1 => Some(Self::Available),
            2 => Some(Self::Away),
            3 => Some(Self::Busy),
            _ => None,
        }
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.code())
    }
}

/// The attributes of one packet. They are sent in the order of the fields: those of the
/// specification, then those by which two nodes that know them lose no message and say more
/// than words (any other node passes over them). The bounds hold of what is read; who writes
/// keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Packet {
    /// `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// `status-message`; an empty one clears the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// `alias`: what the sender calls itself (from the later edition of the protocol).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// `message`: what a person said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `timestamp`: when the packet was made, by the sender's clock. Sent in whole
    /// seconds; milliseconds are kept of what comes in.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "whole_seconds"
    )]
    pub timestamp: Option<Timestamp>,
    /// `features`: what the sender understands beyond the specification; in a handshake.
    /// At most [`FEATURES_MAX`] of at most [`FEATURE_MAX`] bytes each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<String>>,
    /// `id`: what the sender calls this `message`; at most [`ID_MAX`] bytes, never empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `received`: the ids of messages that the sender now keeps and need not be sent
    /// again. At most [`RECEIVED_MAX`] of at most [`ID_MAX`] bytes each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<Vec<String>>,
    /// `tags`: what a `message` carries beside its text, or what is said without a text. At
    /// most [`TAGS_MAX`], with names of 1 to [`TAG_NAME_MAX`] bytes out of letters and digits
    /// of ASCII, `.`, `/` and `-`, and values of at most [`TAG_VALUE_MAX`] bytes. Never empty
    /// where it is read, and not sent where it is.
    #[serde(skip_serializing_if = "has_no_tags")]
    pub tags: Option<Tags>,
}

impl Packet {
    /// Reads the content of one frame, liberally.
    ///
    /// * Nothing at all (or only white space and NULs) is a packet without attributes.
    /// * A byte order mark before the object is skipped, and so is whatever follows the
    ///   object: some program's string terminator, or the rest of its buffer.
    /// * Invalid UTF-8, escapes of lone surrogates, and control characters that should
    ///   have been escaped do not cost the packet: the first two become U+FFFD.
    /// * A number may be a string (`"1"`), have a fraction (`1.0`), or be a truth value.
    /// * `timestamp` may be in seconds, milliseconds, microseconds or nanoseconds, told
    ///   apart by size; zero and less mean that there is none.
    /// * `statusmsg` is `status-message`, and `name` is `alias`.
    /// * A value of the wrong type, a status nobody knows, an `id` that is empty or too
    ///   long, and null are as if they were not there. Where a key comes twice, the last
    ///   usable value counts.
    /// * In an array of texts, what is no text, empty or too long is passed over, and so is
    ///   what stands behind the last that is kept.
    /// * Of `tags`, what is no text under a name that can be one, what is too long, and what
    ///   is one too many is passed over; where nothing is left, it is as if there were none.
    ///
    /// # Errors
    ///
    /// Where there is no JSON object, or one that is broken before its end (which a number
    /// beyond 1e308 counts as, where an attribute has it).
    pub fn parse(content: &[u8]) -> Result<Self, NotAPacket> {
        parse::packet(content)
    }

    /// Appends one whole frame: the length and compact JSON, with the attributes that are
    /// there and no others.
    ///
    /// The caller keeps packets below what peers accept (see
    /// [`MAX_FRAME`](super::codec::MAX_FRAME)), and so below the 4 GiB that a frame can hold.
    pub fn encode(&self, out: &mut BytesMut) {
        let start = out.len();
        out.reserve(self.likely_length());
        out.put_bytes(0, HEADER);
        // Fails only where writing fails, and memory takes everything, or where a key is
        // not a string, and these are names of fields.
        let written = serde_json::to_writer(out.writer(), self);
        debug_assert!(written.is_ok());
        let (header, content) = out[start..].split_at_mut(HEADER);
        header.copy_from_slice(&(content.len() as u32).to_be_bytes());
    }
}

impl Packet {
    /// The packet as one whole frame; see [`encode`](Self::encode).
    pub fn to_frame(&self) -> Bytes {
        let mut frame = BytesMut::new();
        self.encode(&mut frame);
        frame.freeze()
    }

    /// How long its frame is at most, where nothing in it has to be escaped.
    fn likely_length(&self) -> usize {
        /// What stands around the values where every attribute is there: names, numbers and
        /// punctuation.
        const AROUND: usize = 128;
        let texts = [&self.status_message, &self.alias, &self.message, &self.id];
        let texts = texts.into_iter().flatten().map(String::len);
        let lists = [&self.features, &self.received];
        let lists = lists.into_iter().flatten().flatten();
        let lists = lists.map(|text| text.len() + r#""","#.len());
        let tags = self.tags.iter().flatten();
        let tags = tags.map(|(name, value)| name.len() + value.len() + r#""":"","#.len());
        HEADER + AROUND + texts.chain(lists).chain(tags).sum::<usize>()
    }
}

fn has_no_tags(tags: &Option<Tags>) -> bool {
    tags.as_ref().is_none_or(Tags::is_empty)
}

fn whole_seconds<S: Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(Timestamp::seconds).serialize(serializer)
}

/// Whether a frame can wait while others say something, because it is short and holds
/// neither a message nor a receipt, but a handshake, say, or a change of presence. A frame
/// may hold one in disguise, and then it waits for no good.
pub fn may_wait(frame: &[u8]) -> bool {
    /// No status text that is kept needs more, bytes.
    const SHORT: usize = 2048;
    let names = |name: &[u8]| frame.windows(name.len()).any(|part| part == name);
    frame.len() <= SHORT && !names(br#""message""#) && !names(br#""received""#)
}

#[cfg(test)]
mod tests;
