//! A line of IRC held against one of a transcript.

use super::pattern::{ANY, Bindings};
use crate::support::Line;

/// Compares a line with what the transcript has, and binds what is met for the first time.
pub fn compare(wanted: &str, said: &str, bindings: &mut Bindings) -> Result<(), String> {
    let (wanted, said) = (Line::parse(wanted), Line::parse(said));
    let mut found = bindings.clone();
    compare_tags(&wanted, &said, &mut found)?;
    if !wanted.source.is_empty() {
        let source = match wanted.source.contains(['!', '@']) {
            true => said.source.as_str(),
            false => said.nick(),
        };
        found.compare(&wanted.source, source)?;
    }
    found.compare(&wanted.command, &said.command)?;
    compare_parameters(&wanted.parameters, &said.parameters, &mut found)?;
    *bindings = found;
    Ok(())
}

fn compare_tags(wanted: &Line, said: &Line, bindings: &mut Bindings) -> Result<(), String> {
    for (key, value) in &wanted.tags {
        if key != ANY {
            let said = said.tag(key).ok_or_else(|| format!("no tag {key}"))?;
            let compared = bindings.compare(value, said);
            compared.map_err(|why| format!("the tag {key}: {why}"))?;
        }
    }
    if wanted.tag(ANY).is_none() {
        let unmentioned = said.tags.iter().find(|(key, _)| wanted.tag(key).is_none());
        if let Some((key, _)) = unmentioned {
            return Err(format!("the tag {key} is not mentioned"));
        }
    }
    let mut keys: Vec<_> = said.tags.iter().map(|(key, _)| key).collect();
    keys.sort();
    match keys.windows(2).find(|two| two[0] == two[1]) {
        Some(twice) => Err(format!("the tag {} is there twice", twice[0])),
        None => Ok(()),
    }
}

/// A parameter that is `…` alone stands for any number of them; at the end, where the text is,
/// for one at least.
fn compare_parameters(
    wanted: &[String],
    said: &[String],
    bindings: &mut Bindings,
) -> Result<(), String> {
    let Some((first, others)) = wanted.split_first() else {
        return match said.first() {
            None => Ok(()),
            Some(more) => Err(format!("{more:?} is too much")),
        };
    };
    if first == ANY {
        let least = usize::from(others.is_empty());
        let found = (least..=said.len()).find_map(|passed| {
            let mut found = bindings.clone();
            let compared = compare_parameters(others, &said[passed..], &mut found);
            compared.is_ok().then_some(found)
        });
        *bindings = found.ok_or_else(|| format!("{wanted:?} is not in {said:?}"))?;
        return Ok(());
    }
    let (next, rest) = said
        .split_first()
        .ok_or_else(|| format!("{first:?} is missing"))?;
    bindings.compare(first, next)?;
    compare_parameters(others, rest, bindings)
}
