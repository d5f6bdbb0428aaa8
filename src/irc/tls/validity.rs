//! When a certificate expires: the one thing that people are told of what is in it.
//!
//! The library that checks certificates does not tell. What is needed is a few steps down
//! a tree in DER (RFC 5280, section 4.1).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The fields between the version and the validity: serial number, signature, issuer.
const BEFORE_VALIDITY: usize = 3;

/// The last moment at which a certificate in DER is valid. None where it cannot be read.
pub(super) fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (outer, _) = open(certificate, SEQUENCE)?;
    let (mut fields, _) = open(outer, SEQUENCE)?;
    if let Some((_, rest)) = open(fields, VERSION) {
        fields = rest;
    }
    for _ in 0..BEFORE_VALIDITY {
        fields = element(fields)?.2;
    }
    let (validity, _) = open(fields, SEQUENCE)?;
    let (_, _, after_first) = element(validity)?;
    let (tag, written, _) = element(after_first)?;
    time(tag, std::str::from_utf8(written).ok()?)
}

/// The content of an element with this tag, and what stands behind it.
fn open(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = element(bytes)?;
    (tag == wanted).then_some((content, rest))
}

/// The first element: its tag, its content, and what stands behind it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], mut rest) = bytes.split_first_chunk()?;
    let length = if first < 0x80 {
        usize::from(first)
    } else {
        // The length of the length; more than four bytes is no certificate.
        let (length, behind) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if length.len() > 4 {
            return None;
        }
        rest = behind;
        (length.iter()).fold(0, |length, byte| length << 8 | usize::from(*byte))
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` from 1950 to 2049, or the same with a year of four digits.
fn time(tag: u8, written: &str) -> Option<Timestamp> {
    let digits = written.strip_suffix('Z')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = digits.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    if rest.len() != 10 {
        return None;
    }
    let part = |index: usize| rest.get(index * 2..index * 2 + 2)?.parse().ok();
    let (month, day) = (part(0)?, part(1)?);
    let (hour, minute, second) = (part(2)?, part(3)?, part(4)?);
    let time = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        let read = |tag, text| time(tag, text).map(|time| time.to_string());
        let expected = Some("2036-11-25T01:02:03Z".to_owned());
        assert_eq!(read(UTC_TIME, "361125010203Z"), expected);
        assert_eq!(read(GENERALIZED_TIME, "20361125010203Z"), expected);
        assert_eq!(
            read(UTC_TIME, "991231235959Z").as_deref(),
            Some("1999-12-31T23:59:59Z")
        );
        for wrong in [
            "",
            "Z",
            "361125010203",
            "361325010203Z",
            "3611250102Z",
            "3611250102+1Z",
        ] {
            assert_eq!(read(UTC_TIME, wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = not_after(&bytes);
        }

        #[test]
        fn a_certificate_that_is_cut_short_is_survived(cut in 0..1000usize) {
            let key = rcgen::KeyPair::generate().unwrap();
            let parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
            let certificate = parameters.self_signed(&key).unwrap();
            let der = certificate.der();
            let _ = not_after(&der[..cut.min(der.len())]);
            prop_assert!(not_after(der).is_some());
        }
    }
}
