//! Durations and sizes as people write them: `2m`, `1h30m`, `64KiB`.

use std::time::Duration;

use crate::problem::Mistake;

/// Units of time with their seconds, largest first.
const TIMES: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Units of size with their bytes, largest first.
const SIZES: [(&str, u64); 4] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

/// Reads a duration: whole numbers of days, hours, minutes and seconds, each unit at most
/// once and the larger before the smaller (`90d`, `1h30m`, `0s`).
///
/// # Errors
/// When the text is anything else, or longer than a count of seconds can tell.
pub fn parse_duration(text: &str) -> Result<Duration, Mistake> {
    let wrong = || {
        let what = format!("is {text:?}, which is not a duration");
        Mistake::new(
            what,
            "write a number and its unit, such as \"30s\", \"2m\" or \"1h30m\"",
        )
    };
    let mut seconds: u64 = 0;
    let mut units = TIMES.iter();
    let mut rest = text;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let (number, after) = leading_number(rest).ok_or_else(wrong)?;
        // The iterator has moved beyond the units seen, so none repeats or goes up again.
        let (unit, factor) = units
            .find(|(unit, _)| after.starts_with(unit))
            .ok_or_else(wrong)?;
        seconds = number
            .checked_mul(*factor)
            .and_then(|more| seconds.checked_add(more))
            .ok_or_else(wrong)?;
        rest = &after[unit.len()..];
    }
    Ok(Duration::from_secs(seconds))
}

/// Writes a duration, to the second, the way [`parse_duration`] reads it.
pub fn format_duration(duration: Duration) -> String {
    let mut rest = duration.as_secs();
    let mut text = String::new();
    for (unit, factor) in TIMES {
        if rest >= factor {
            text += &format!("{}{unit}", rest / factor);
            rest %= factor;
        }
    }
    if text.is_empty() {
        text.push_str("0s");
    }
    text
}

/// Reads a size in bytes: `1MiB`, `64KiB`, or a plain number of bytes.
///
/// # Errors
/// When the text is anything else, or more than 64 bits hold.
pub fn parse_size(text: &str) -> Result<u64, Mistake> {
    let wrong = || {
        let what = format!("is {text:?}, which is not a size");
        Mistake::new(
            what,
            "write a number and its unit, such as \"64KiB\" or \"1MiB\"",
        )
    };
    let (number, unit) = leading_number(text).ok_or_else(wrong)?;
    let factor = match unit.trim_start() {
        "" => 1,
        unit => {
            let known = SIZES.iter().find(|(known, _)| *known == unit);
            known.ok_or_else(wrong)?.1
        }
    };
    number.checked_mul(factor).ok_or_else(wrong)
}

/// Writes a size the way [`parse_size`] reads it, with the largest unit that divides it.
pub fn format_size(bytes: u64) -> String {
    let fits = |(_, factor): &&(&str, u64)| bytes >= *factor && bytes.is_multiple_of(*factor);
    let (unit, factor) = SIZES.iter().find(fits).unwrap_or(&("B", 1));
    format!("{}{unit}", bytes / factor)
}

fn leading_number(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let seconds = |text| parse_duration(text).map(|duration| duration.as_secs()).ok();
        assert_eq!(seconds("2m"), Some(120));
        assert_eq!(seconds("30s"), Some(30));
        assert_eq!(seconds("1h30m"), Some(5_400));
        assert_eq!(seconds("90d"), Some(90 * 86_400));
        assert_eq!(seconds("0s"), Some(0));
        for wrong in [
            "",
            "2",
            "m",
            "2 m",
            "30m1h",
            "1m1m",
            "-1s",
            "1.5h",
            "2min",
            "9999999999999999999d",
        ] {
            assert_eq!(seconds(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let size = |text| parse_size(text).ok();
        assert_eq!(size("1MiB"), Some(1_048_576));
        assert_eq!(size("64 KiB"), Some(65_536));
        assert_eq!(size("1000"), Some(1_000));
        for wrong in ["", "MiB", "1MB", "1mib", "-1", "1.5MiB", "99999999999GiB"] {
            assert_eq!(size(wrong), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn durations_survive_being_written(seconds in any::<u64>()) {
            let duration = Duration::from_secs(seconds);
            prop_assert_eq!(parse_duration(&format_duration(duration)), Ok(duration));
        }

        #[test]
        fn sizes_survive_being_written(bytes in any::<u64>(), shift in 0u32..40) {
            let bytes = (bytes >> shift) << shift;
            prop_assert_eq!(parse_size(&format_size(bytes)), Ok(bytes));
        }

        #[test]
        fn no_text_makes_the_readers_fail(text in "[0-9dhmsKMGiB ]{0,12}|\\PC*") {
            if let Ok(duration) = parse_duration(&text) {
                prop_assert_eq!(parse_duration(&format_duration(duration)), Ok(duration));
            }
            let _ = parse_size(&text);
        }
    }
}
