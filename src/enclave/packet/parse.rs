//! From JSON to a packet, making the best of it.
//!
//! A derived `Deserialize` would not do: it refuses `1.0`, `"1"` and duplicate keys, and
//! one wrong type costs the whole packet. What is here reads every value as whatever it
//! is and then asks whether it can serve.

mod tags;
mod value;

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::repair::repaired;
use super::{ID_MAX, Packet};
use value::{FEATURES, PLAIN, RECEIVED, TAGS, Value};

/// The content of a frame is no JSON object. It says no more than that, because what the
/// peer sent does not belong into a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPacket;

impl fmt::Display for NotAPacket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a JSON object")
    }
}

impl std::error::Error for NotAPacket {}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// See [`Packet::parse`].
pub(super) fn packet(content: &[u8]) -> Result<Packet, NotAPacket> {
    let content = content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content);
    let Some(start) = content.iter().position(|&byte| !is_blank(byte)) else {
        return Ok(Packet::default());
    };
    let content = &content[start..];
    if content[0] != b'{' {
        return Err(NotAPacket);
    }
    object(content)
        .or_else(|_| object(&repaired(content)))
        .map_err(|_| NotAPacket)
}

fn is_blank(byte: u8) -> bool {
    byte == 0 || byte.is_ascii_whitespace()
}

/// Reads the object at the beginning; what follows it is not looked at.
fn object(json: &[u8]) -> serde_json::Result<Packet> {
    serde_json::Deserializer::from_slice(json).deserialize_map(PacketVisitor)
}

/// The names of attributes, in every spelling that is understood.
enum Key {
    Status,
    StatusMessage,
    Alias,
    Message,
    Timestamp,
    Features,
    Id,
    Received,
    Tags,
    Unknown,
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        match name {
            "status" => Self::Status,
            "status-message" | "statusmsg" => Self::StatusMessage,
            "alias" | "name" => Self::Alias,
            "message" => Self::Message,
            "timestamp" => Self::Timestamp,
            "features" => Self::Features,
            "id" => Self::Id,
            "received" => Self::Received,
            "tags" => Self::Tags,
            _ => Self::Unknown,
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an attribute")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(Key::from(name))
    }
}

struct PacketVisitor;

impl<'de> Visitor<'de> for PacketVisitor {
    type Value = Packet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a packet")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Packet, A::Error> {
        let mut packet = Packet::default();
        while let Some(key) = map.next_key()? {
            match key {
                Key::Status => replace(&mut packet.status, plain(&mut map)?.status()),
                Key::StatusMessage => replace(&mut packet.status_message, plain(&mut map)?.text()),
                Key::Alias => replace(&mut packet.alias, plain(&mut map)?.text()),
                Key::Message => replace(&mut packet.message, plain(&mut map)?.text()),
                Key::Timestamp => replace(&mut packet.timestamp, plain(&mut map)?.timestamp()),
                Key::Features => {
                    replace(&mut packet.features, map.next_value_seed(FEATURES)?.texts())
                }
                Key::Id => replace(&mut packet.id, plain(&mut map)?.name(ID_MAX)),
                Key::Received => {
                    replace(&mut packet.received, map.next_value_seed(RECEIVED)?.texts())
                }
                Key::Tags => replace(&mut packet.tags, map.next_value_seed(TAGS)?.tags()),
                // However deep it is: skipping takes no stack.
                Key::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(packet)
    }
}

fn plain<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Value, A::Error> {
    map.next_value_seed(PLAIN)
}

/// The last value that can be used counts.
fn replace<T>(attribute: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *attribute = value;
    }
}
