//! From JSON to a packet, making the best of it.
//!
//! A derived `Deserialize` would not do: it refuses `1.0`, `"1"` and duplicate keys, and
//! one wrong type costs the whole packet. What is here reads every value as whatever it
//! is and then asks whether it can serve.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::repair::repaired;
use super::{FEATURE_MAX, FEATURES_MAX, ID_MAX, Packet, RECEIVED_MAX, Status};
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
    Features,
    Id,
    Received,
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

/// What an attribute can be made of.
enum Value {
    Text(String),
    /// Exact for every status and for times up to microseconds.
    Number(f64),
    /// What of an array is text, within the bounds it was read with.
    Texts(Vec<String>),
    /// Null, an object.
    Unusable,
}

impl Value {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Texts(_) | Self::Unusable => None,
        }
    }

    /// A text that can serve as a name: there is one, of at most so many bytes.
    fn name(self, longest: usize) -> Option<String> {
        self.text()
            .filter(|name| !name.is_empty() && name.len() <= longest)
    }

    fn texts(self) -> Option<Vec<String>> {
        match self {
            Self::Texts(texts) => Some(texts),
            Self::Text(_) | Self::Number(_) | Self::Unusable => None,
        }
    }

    fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Texts(_) | Self::Unusable => None,
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

/// Reads any value. The bounds are for arrays, and are applied while they are read, so that
/// what a peer puts into one is not held before anybody asks how much of it is wanted.
struct ValueVisitor {
    /// The most texts that are kept.
    most: usize,
    /// The longest text that is kept, bytes.
    longest: usize,
}

/// For attributes that are no arrays.
const PLAIN: ValueVisitor = ValueVisitor {
    most: 0,
    longest: 0,
};

const FEATURES: ValueVisitor = ValueVisitor {
    most: FEATURES_MAX,
    longest: FEATURE_MAX,
};

const RECEIVED: ValueVisitor = ValueVisitor {
    most: RECEIVED_MAX,
    longest: ID_MAX,
};

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
        let mut texts = Vec::new();
        while texts.len() < self.most {
            // An array in the array is read with no room for texts, and so goes no deeper.
            match elements.next_element_seed(PLAIN)? {
                Some(element) => texts.extend(element.name(self.longest)),
                None => return Ok(Value::Texts(texts)),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Texts(texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Unusable)
    }
}
