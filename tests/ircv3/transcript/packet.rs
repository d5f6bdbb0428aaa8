//! A packet held against one of a transcript.

use serde_json::Value;

use super::pattern::Bindings;
use crate::support::peer::mask_timestamp;

/// Whether this is what a transcript need not mention: a confirmation and nothing else.
pub fn is_unmentioned(packet: &str) -> bool {
    let Ok(Value::Object(attributes)) = serde_json::from_str(packet) else {
        return false;
    };
    let known = |key: &String| ["received", "timestamp"].contains(&key.as_str());
    attributes.contains_key("received") && attributes.keys().all(known)
}

/// Compares a packet with what the transcript has, and binds what is met for the first time.
pub fn compare(wanted: &str, said: &str, bindings: &mut Bindings) -> Result<(), String> {
    let read = |text: &str| {
        serde_json::from_str::<Value>(text).map_err(|error| format!("{text} is not JSON: {error}"))
    };
    let (wanted, mut said) = (read(wanted)?, read(said)?);
    if let Value::Object(attributes) = &mut said
        && wanted.get("timestamp").is_none()
    {
        mask_timestamp(&Value::Object(attributes.clone()).to_string());
        attributes.remove("timestamp");
    }
    let mut found = bindings.clone();
    compare_values(&wanted, &said, &mut found)?;
    *bindings = found;
    Ok(())
}

fn compare_values(wanted: &Value, said: &Value, bindings: &mut Bindings) -> Result<(), String> {
    match (wanted, said) {
        (Value::String(wanted), Value::String(said)) => bindings.compare(wanted, said),
        (Value::Array(wanted), Value::Array(said)) if wanted.len() == said.len() => wanted
            .iter()
            .zip(said)
            .try_for_each(|(wanted, said)| compare_values(wanted, said, bindings)),
        (Value::Object(wanted), Value::Object(said)) => {
            if let Some(key) = said.keys().find(|key| !wanted.contains_key(*key)) {
                return Err(format!("{key} is not mentioned"));
            }
            wanted.iter().try_for_each(|(key, wanted)| {
                let said = said.get(key).ok_or_else(|| format!("no {key}"))?;
                compare_values(wanted, said, bindings).map_err(|why| format!("{key}: {why}"))
            })
        }
        _ if wanted == said => Ok(()),
        _ => Err(format!("{wanted} is not {said}")),
    }
}
