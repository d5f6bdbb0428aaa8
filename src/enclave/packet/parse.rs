//! From JSON to a packet, making the best of it.
//!
//! A derived `Deserialize` would not do: it refuses `1.0`, `"1"` and duplicate keys, and
//! one wrong type costs the whole packet. What is here reads every value as whatever it
//! is and then asks whether it can serve.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::repair::repaired;
use super::{Packet, Status};
use crate::clock::Timestamp;

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
            if matches!(key, Key::Unknown) {
                // However deep it is: skipping takes no stack.
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(ValueVisitor)?;
            match key {
                Key::Status => replace(&mut packet.status, value.status()),
                Key::StatusMessage => replace(&mut packet.status_message, value.text()),
                Key::Alias => replace(&mut packet.alias, value.text()),
                Key::Message => replace(&mut packet.message, value.text()),
                Key::Timestamp => replace(&mut packet.timestamp, value.timestamp()),
                Key::Unknown => {}
            }
        }
        Ok(packet)
    }
}

/// The last value that can be used counts.
fn replace<T>(attribute: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *attribute = value;
    }
}

/// What an attribute can be made of.
enum Value {
    Text(String),
    /// Exact for every status and for times up to microseconds.
    Number(f64),
    /// Null, an array, an object.
    Unusable,
}

impl Value {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Unusable => None,
        }
    }

    fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Unusable => None,
        }
        .filter(|number: &f64| number.is_finite())
    }

    fn status(self) -> Option<Status> {
        let number = self.number()?;
        let code = number as u8;
        // Out of range or with a fraction, it does not survive the way there and back.
        if f64::from(code) == number {
            Status::from_code(code)
        } else {
            None
        }
    }

    fn timestamp(self) -> Option<Timestamp> {
        let number = self.number().filter(|&number| number > 0.0)?;
        let milliseconds = if number <= LATEST_SECONDS {
            number * 1e3
        } else if number <= LATEST_SECONDS * 1e3 {
            number
        } else if number <= LATEST_SECONDS * 1e6 {
            number / 1e3
        } else {
            number / 1e6
        };
        // `as` saturates, so the absurd becomes the end of time.
        Some(Timestamp(milliseconds.round() as i64))
    }
}

/// A time beyond this many seconds after 1970 (the year 5138) is not in seconds. The same
/// number of milliseconds is in 1973, before there was anything to send it.
const LATEST_SECONDS: f64 = 1e11;

struct ValueVisitor;

impl<'de> DeserializeSeed<'de> for ValueVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Number(f64::from(u8::from(truth))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Unusable)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Unusable)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Unusable)
    }
}
