//! Reading `tags`: names and texts, within bounds.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::value::PLAIN;
use crate::enclave::packet::{TAG_NAME_MAX, TAG_VALUE_MAX, TAGS_MAX, Tags};

/// What of an object can serve as tags. No more than is kept is ever held.
pub(super) fn read<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Tags, A::Error> {
    let mut tags = Tags::new();
    while let Some(name) = entries.next_key_seed(Name)? {
        let has_room = |name: &String| tags.len() < TAGS_MAX || tags.contains_key(name);
        let Some(name) = name.filter(has_room) else {
            entries.next_value::<IgnoredAny>()?;
            continue;
        };
        let value = entries.next_value_seed(PLAIN)?.text();
        if let Some(value) = value.filter(|value| value.len() <= TAG_VALUE_MAX) {
            tags.insert(name, value);
        }
    }
    Ok(tags)
}

/// Reads the name of a tag; `None` for what cannot be one.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a tag")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(is_name(name).then(|| name.to_owned()))
    }
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"./-".contains(&byte);
    (1..=TAG_NAME_MAX).contains(&name.len()) && name.bytes().all(fits)
}
