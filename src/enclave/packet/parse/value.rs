//! The value of an attribute, of whatever type it is, and what it can serve as.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::tags;
use crate::clock::Timestamp;
use crate::enclave::packet::{FEATURE_MAX, FEATURES_MAX, ID_MAX, RECEIVED_MAX, Status, Tags};

/// What an attribute can be made of.
pub(super) enum Value {
    Text(String),
    /// Exact for every status and for times up to microseconds.
    Number(f64),
    /// What of an array is text, within the bounds it was read with.
    Texts(Vec<String>),
    /// What of an object can serve as tags.
    Tags(Tags),
    /// Null, an object where no tags are wanted.
    Unusable,
}

impl Value {
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Texts(_) | Self::Tags(_) | Self::Unusable => None,
        }
    }

    /// A text that can serve as a name: there is one, of at most so many bytes.
    pub(super) fn name(self, longest: usize) -> Option<String> {
        self.text()
            .filter(|name| !name.is_empty() && name.len() <= longest)
    }

    pub(super) fn texts(self) -> Option<Vec<String>> {
        match self {
            Self::Texts(texts) => Some(texts),
            Self::Text(_) | Self::Number(_) | Self::Tags(_) | Self::Unusable => None,
        }
    }

    /// Tags, if there is one at all.
    pub(super) fn tags(self) -> Option<Tags> {
        match self {
            Self::Tags(tags) => Some(tags).filter(|tags| !tags.is_empty()),
            Self::Text(_) | Self::Number(_) | Self::Texts(_) | Self::Unusable => None,
        }
    }

    fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Texts(_) | Self::Tags(_) | Self::Unusable => None,
        }
        .filter(|number: &f64| number.is_finite())
    }

    pub(super) fn status(self) -> Option<Status> {
        let number = self.number()?;
        let code = number as u8;
        // Out of range or with a fraction, it does not survive the way there and back.
        if f64::from(code) == number {
            Status::from_code(code)
        } else {
            None
        }
    }

    pub(super) fn timestamp(self) -> Option<Timestamp> {
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

/// Reads any value. The bounds are for arrays and objects, and are applied while they are
/// read, so that what a peer puts into one is not held before anybody asks how much of it is
/// wanted.
pub(super) struct ValueVisitor {
    /// The most texts that are kept of an array.
    most: usize,
    /// The longest text that is kept of an array, bytes.
    longest: usize,
    /// Whether an object is read as tags, which have bounds of their own.
    tags: bool,
}

/// For attributes that are neither arrays nor objects.
pub(super) const PLAIN: ValueVisitor = ValueVisitor {
    most: 0,
    longest: 0,
    tags: false,
};

pub(super) const FEATURES: ValueVisitor = ValueVisitor {
    most: FEATURES_MAX,
    longest: FEATURE_MAX,
    ..PLAIN
};

pub(super) const RECEIVED: ValueVisitor = ValueVisitor {
    most: RECEIVED_MAX,
    longest: ID_MAX,
    ..PLAIN
};

pub(super) const TAGS: ValueVisitor = ValueVisitor {
    tags: true,
    ..PLAIN
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
        if self.tags {
            return Ok(Value::Tags(tags::read(entries)?));
        }
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Unusable)
    }
}
