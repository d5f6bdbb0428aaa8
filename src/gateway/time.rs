//! Time as text: for machines as `server-time` wants it, for people as they say it.

use std::time::Duration;

use jiff::tz::{Offset, TimeZone};

use crate::clock::Timestamp;

/// How far ahead of our clock a peer's timestamp may be and still be believed. Clocks
/// differ by seconds; more than a minute is a wrong clock, and a message from the future
/// would stay at the end of every history.
const MAX_AHEAD_MILLISECONDS: i64 = 60_000;

/// `2012-06-30T23:59:59.419Z` (IRCv3 `server-time`).
pub(super) fn server_time(timestamp: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(timestamp.0);
    let time = Offset::UTC.to_datetime(time.unwrap_or(jiff::Timestamp::UNIX_EPOCH));
    let mut text = String::with_capacity("2012-06-30T23:59:59.419Z".len());
    // Every message has one, and a format that is read each time takes ten times as long.
    let mut put = |number: i16, digits: u32, behind: char| {
        let number = number.unsigned_abs();
        for place in (0..digits).rev() {
            let digit = number / 10_u16.pow(place) % 10;
            text.push(char::from(b'0' + digit as u8));
        }
        text.push(behind);
    };
    put(time.year(), 4, '-');
    put(time.month().into(), 2, '-');
    put(time.day().into(), 2, 'T');
    put(time.hour().into(), 2, ':');
    put(time.minute().into(), 2, ':');
    put(time.second().into(), 2, '.');
    put(time.millisecond(), 3, 'Z');
    text
}

/// Reads what [`server_time`] writes; other spellings of a time in UTC too.
pub(super) fn parse_server_time(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.strip_suffix('Z').and(text.parse().ok())?;
    Some(Timestamp(time.as_millisecond()))
}

/// `Mon, 23 Nov 2026 04:05:06 UTC`, for TIME, WHOIS and the like.
pub(super) fn date(timestamp: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(timestamp.0)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%a, %d %b %Y %H:%M:%S UTC")
        .to_string()
}

/// `2026-11-23 04:05`, where the person is, for a log.
pub(super) fn log_time(timestamp: Timestamp, zone: &TimeZone) -> String {
    jiff::Timestamp::from_millisecond(timestamp.0)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// The time a message is shown with: its sender's, where that can be true, else now.
pub(super) fn sane(sent: Option<Timestamp>, now: Timestamp) -> Timestamp {
    match sent {
        Some(sent) if sent.0 > 0 && sent.0 <= now.0 + MAX_AHEAD_MILLISECONDS => sent,
        _ => now,
    }
}

/// A length of time as people say it: the two largest units, `3 d 4 h`, `12 s`.
pub(super) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let seconds = seconds % 60;
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} d"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn server_time_has_milliseconds_and_a_z() {
        assert_eq!(
            server_time(Timestamp(1_341_100_799_419)),
            "2012-06-30T23:59:59.419Z"
        );
        assert_eq!(server_time(Timestamp(i64::MAX)), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn server_time_is_read_as_it_is_written() {
        let time = Timestamp(1_341_100_799_419);
        assert_eq!(parse_server_time(&server_time(time)), Some(time));
        assert_eq!(
            parse_server_time("2012-06-30T23:59:59Z"),
            Some(Timestamp(1_341_100_799_000))
        );
        for bad in [
            "",
            "Z",
            "yesterday",
            "2012-06-30",
            "2012-06-30T23:59:59.419",
        ] {
            assert_eq!(parse_server_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_timestamp_more_than_a_minute_ahead_is_not_believed() {
        let now = Timestamp(1_000_000);
        assert_eq!(sane(Some(Timestamp(1_060_000)), now), Timestamp(1_060_000));
        assert_eq!(sane(Some(Timestamp(1_060_001)), now), now);
        assert_eq!(sane(Some(Timestamp(5)), now), Timestamp(5));
        assert_eq!(sane(Some(Timestamp(-5)), now), now);
        assert_eq!(sane(None, now), now);
    }

    #[test]
    fn durations_are_said_in_two_units() {
        let said = |seconds| spoken(Duration::from_secs(seconds));
        assert_eq!(said(0), "0 s");
        assert_eq!(said(61), "1 min");
        assert_eq!(said(3_600), "1 h");
        assert_eq!(said(3_661), "1 h 1 min");
        assert_eq!(said(90_000), "1 d 1 h");
        assert_eq!(said(86_400), "1 d");
    }

    proptest! {
        // Up to the end of the year 9999.
        #[test]
        fn every_time_is_written_as_its_format_says(milliseconds in 0..253_402_300_800_000_i64) {
            let time = jiff::Timestamp::from_millisecond(milliseconds).unwrap();
            let format = time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
            prop_assert_eq!(server_time(Timestamp(milliseconds)), format);
        }
    }
}
